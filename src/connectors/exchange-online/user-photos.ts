// Photos of the people of a tenant, from Microsoft Graph: what it says of a photo is small and changes with it, so that
// only new photos are fetched. https://learn.microsoft.com/graph/api/profilephoto-get

import { asFailure, Failure } from '../../model/failure.ts';
import type { PhotoOwner, PhotoSource, PhotoStamps } from '../../ports/photos.ts';
import type { TokenProvider } from '../entra/token-provider.ts';
import {
  type BatchAnswer,
  bytesIn,
  errorOf,
  type GraphClient,
  graphFailure,
  isRecord,
  isSuccess,
  MAX_BATCH_PARTS,
} from '../graph-client/index.ts';
import { hasAccount } from './recipient-kinds.ts';
import { hasRight } from './required-rights.ts';

export interface UserPhotosOptions {
  readonly client: GraphClient;
  readonly tokens: TokenProvider;
}

export function createUserPhotos({ client, tokens }: UserPhotosOptions): PhotoSource {
  async function ask(
    owners: readonly PhotoOwner[],
    resource: string,
    signal: AbortSignal,
  ): Promise<readonly BatchAnswer[]> {
    const answers: BatchAnswer[] = [];
    for (let at = 0; at < owners.length; at += MAX_BATCH_PARTS) {
      signal.throwIfAborted();
      const parts = owners.slice(at, at + MAX_BATCH_PARTS).map(({ id }) => ({
        method: 'GET' as const,
        path: `/users/${encodeURIComponent(id)}/${resource}`,
        isSafeToRepeat: true,
      }));
      answers.push(...(await client.batch(parts, {}, signal)));
    }
    return answers;
  }

  return {
    async readStamps(owners, signal) {
      const { roles } = await tokens.token('graph', signal);
      if (!hasRight(roles, 'ProfilePhoto.Read.All')) throw new Failure('photoRightMissing');
      // Only behind an account stands a user object; mail contacts have no photo in Graph.
      const asked = owners.filter(({ kind }) => hasAccount(kind));
      const { stamps, failures } = stampsFrom(asked, await ask(asked, 'photo', signal));
      const others = owners.filter(({ kind }) => !hasAccount(kind)).map(({ id }) => [id, ''] as const);
      return { stamps: new Map([...stamps, ...others]), failures };
    },

    async readPhotos(owners, signal) {
      return (await ask(owners, 'photo/$value', signal)).map((answer) => {
        try {
          return photoFrom(answer);
        } catch (thrown) {
          return asFailure(thrown);
        }
      });
    },
  };
}

function stampsFrom(owners: readonly PhotoOwner[], answers: readonly BatchAnswer[]): PhotoStamps {
  const stamps = new Map<PhotoOwner['id'], string>();
  const failures: Failure[] = [];
  for (const [place, { id }] of owners.entries()) {
    const answer = answers[place];
    if (answer === undefined || answer.kind === 'lost') {
      failures.push(answer?.failure ?? new Failure('answerLost'));
    } else if (isNone(answer)) stamps.set(id, '');
    else if (isSuccess(answer.answer)) {
      const { body } = answer.answer;
      const etag = isRecord(body) ? body['@odata.mediaEtag'] : undefined;
      // Without one it could not be told when the photo changes.
      if (typeof etag === 'string' && etag !== '') stamps.set(id, etag);
    } else failures.push(refusal(answer));
  }
  return { stamps, failures };
}

function photoFrom(answer: BatchAnswer): Uint8Array | undefined {
  if (answer.kind === 'lost') throw answer.failure;
  if (isNone(answer)) return undefined;
  const photo = bytesIn(answer.answer);
  if (photo === undefined) throw refusal(answer);
  return photo;
}

type Answered = Extract<BatchAnswer, { kind: 'answered' }>;

/** A user who is not there has another code. */
function isNone({ answer }: Answered): boolean {
  return answer.status === 404 && /^(ImageNotFound|ErrorItemNotFound)$/i.test(errorOf(answer).code);
}

function refusal({ answer }: Answered): Failure {
  return answer.status === 403 ? new Failure('photoRightMissing') : graphFailure(answer);
}
