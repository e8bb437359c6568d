// One mailbox as this connector addresses it: its paths, the headers every request carries, the failure its refusals
// mean, and what a row of an answer says about id, version and mark.

import { Failure } from '../../model/failure.ts';
import { type FolderId, folderId, type ItemId, itemId } from '../../model/ids.ts';
import type { OwnershipMark, TargetMailbox } from '../../model/mailbox.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { MarkCodec } from '../../ports/mark-codec.ts';
import type { FoundMark } from '../contact-folder/found-mark.ts';
import {
  type BatchAnswer,
  type BatchPart,
  type GraphAnswer,
  type GraphClient,
  type GraphPage,
  isRecord,
  MAX_BATCH_PARTS,
  requireSuccess,
} from '../graph-client/index.ts';
import { decodeExtended, type ExtendedProperty, type GraphJson } from './codec.ts';
import { isGone, mailboxFailure } from './failures.ts';
import { CARRIED_PROPERTY, FIELDS_PROPERTY, IDENTITY_PROPERTY } from './ownership-properties.ts';
import { normalizedId } from './schema.ts';

/** Without it an id changes when the item moves; ids of both kinds must never meet (graph-exo 1.7). */
export const IMMUTABLE_IDS: Readonly<Record<string, string>> = { Prefer: 'IdType="ImmutableId"' };

export interface MailboxRequests {
  readonly clock: Clock;
  readonly log: Log;
  readonly path: (...segments: readonly string[]) => string;
  readonly toFailure: (answer: GraphAnswer) => Failure;
  readonly isGone: (answer: GraphAnswer) => boolean;
  /** Alone, or with the reads of other mailboxes in one HTTP call. */
  getSmall(path: string, signal: AbortSignal): Promise<GraphAnswer>;
  get(path: string, signal: AbortSignal): Promise<GraphAnswer>;
  post(path: string, body: unknown, signal: AbortSignal): Promise<GraphAnswer>;
  patch(path: string, body: unknown, signal: AbortSignal): Promise<GraphAnswer>;
  delete(path: string, signal: AbortSignal): Promise<GraphAnswer>;
  pages(path: string, signal: AbortSignal): AsyncIterable<readonly unknown[]>;
  smallPages(path: string, signal: AbortSignal): AsyncIterable<GraphPage>;
  /** Any number of parts, 20 at a time. */
  batch(parts: readonly BatchPart[], signal: AbortSignal): Promise<readonly BatchAnswer[]>;
  /** Many GETs in batches; undefined where the item is gone. Throws where the mailbox as a whole refuses. */
  getMany(paths: readonly string[], signal: AbortSignal): Promise<readonly (GraphJson | undefined)[]>;
  readonly client: GraphClient;
  readonly key: string;
}

export function requestsOf(
  mailbox: TargetMailbox,
  options: { readonly client: GraphClient; readonly clock: Clock; readonly log: Log },
): MailboxRequests {
  const { client, clock, log } = options;
  // The directory's object id addresses the mailbox also where the user principal name is not the mail address.
  const user = mailbox.ownerId ?? mailbox.primarySmtpAddress;
  const key = mailbox.id;
  const plain = { headers: IMMUTABLE_IDS, mailboxKey: key };
  const path = (...segments: readonly string[]) =>
    `/users/${[user, ...segments].map((segment) => encodeURIComponent(segment)).join('/')}`;
  const toFailure = (answer: GraphAnswer) => mailboxFailure(answer, clock.now());

  async function batch(parts: readonly BatchPart[], signal: AbortSignal): Promise<readonly BatchAnswer[]> {
    const answers: BatchAnswer[] = [];
    for (let at = 0; at < parts.length; at += MAX_BATCH_PARTS) {
      const chosen = parts.slice(at, at + MAX_BATCH_PARTS).map((part) => ({
        ...part,
        headers: { ...IMMUTABLE_IDS, ...part.headers },
      }));
      answers.push(...(await client.batch(chosen, { mailboxKey: key }, signal)));
    }
    return answers;
  }

  return {
    client,
    key,
    clock,
    log,
    path,
    toFailure,
    isGone,
    getSmall: (one, signal) => client.batchedGet(one, plain, signal),
    get: (one, signal) => client.get(one, plain, signal),
    // What is written through these two is idempotent: folders by name, marks and names by value.
    post: (one, body, signal) => client.post(one, body, { ...plain, isSafeToRepeat: true }, signal),
    patch: (one, body, signal) => client.patch(one, body, { ...plain, isSafeToRepeat: true }, signal),
    // Never repeated: deleting what already lies in Deleted Items purges it.
    delete: (one, signal) => client.delete(one, plain, signal),
    pages: (one, signal) => client.pages(one, { ...plain, toFailure }, signal),
    smallPages: (one, signal) => client.deltaPages(one, { ...plain, toFailure, isGathered: true }, signal),
    batch,
    async getMany(paths, signal) {
      const answers = await batch(
        paths.map((one) => ({ method: 'GET', path: one, isSafeToRepeat: true })),
        signal,
      );
      return answers.map((answer) => {
        if (answer.kind === 'lost') throw answer.failure;
        if (isGone(answer.answer)) return undefined;
        return recordOf(requireSuccess(answer.answer, toFailure).body);
      });
    },
  };
}

export function recordOf(body: unknown): GraphJson {
  if (isRecord(body)) return body;
  throw new Failure('unexpectedAnswer', { details: { code: 'objectExpected' } });
}

export function textIn(item: GraphJson, name: string): string {
  const value = item[name];
  return typeof value === 'string' ? value : '';
}

export function itemIdOf(item: GraphJson): ItemId {
  return itemId(requireText(item, 'id'));
}

export function folderIdOf(folder: GraphJson): FolderId {
  return folderId(requireText(folder, 'id'));
}

/** The change key is the inner text of the ETag; an answer may bring either. */
export function versionOf(item: GraphJson): string {
  const changeKey = textIn(item, 'changeKey');
  if (changeKey !== '') return changeKey;
  const etag = /^W\/"(.+)"$/.exec(textIn(item, '@odata.etag'))?.[1];
  if (etag !== undefined) return etag;
  throw new Failure('unexpectedAnswer', { details: { code: 'changeKeyMissing' } });
}

export function ifMatch(version: string): Readonly<Record<string, string>> {
  return { 'If-Match': `W/"${version}"` };
}

function requireText(item: GraphJson, name: string): string {
  const text = textIn(item, name);
  if (text === '') throw new Failure('unexpectedAnswer', { details: { code: `${name}Missing` } });
  return text;
}

export function markOf(item: GraphJson, codec: MarkCodec): FoundMark {
  const extended = decodeExtended(item);
  const identity = extended.get(normalizedId(IDENTITY_PROPERTY)) ?? '';
  return identity === ''
    ? undefined
    : codec.decode(identity, extended.get(normalizedId(FIELDS_PROPERTY)) ?? '');
}

export function markProperties(mark: OwnershipMark, codec: MarkCodec): readonly ExtendedProperty[] {
  const { identity, fields, carried } = codec.encode(mark);
  return [
    { id: IDENTITY_PROPERTY, value: identity },
    { id: FIELDS_PROPERTY, value: fields },
    ...(carried === undefined ? [] : [{ id: CARRIED_PROPERTY, value: carried }]),
  ];
}

/** An extended property cannot be taken off; an empty one counts as none (graph-exo 1.6). */
export const NO_MARK: readonly ExtendedProperty[] = [
  { id: IDENTITY_PROPERTY, value: '' },
  { id: FIELDS_PROPERTY, value: '' },
];
