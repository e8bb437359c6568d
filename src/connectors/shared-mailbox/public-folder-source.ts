// ContactSource over public folders: reads the chosen ones on behalf of the mailbox that the environment names.

import { Failure } from '../../model/failure.ts';
import type { TargetMailbox } from '../../model/mailbox.ts';
import type { PublicFolderSource } from '../../model/policy.ts';
import type { ContactFolders } from '../../ports/contact-folders.ts';
import type { ContactSource } from '../../ports/contact-source.ts';
import type { Log } from '../../ports/log.ts';
import type { ItemPhotos } from './item-photos.ts';
import { readFolders } from './read-folders.ts';
import { inMailbox } from './shared-mailbox-source.ts';

export interface PublicFolderOptions {
  readonly folders: ContactFolders;
  /** Address of the mailbox that reads. */
  readonly reader: string;
  readonly location: TargetMailbox['location'];
  readonly log: Log;
  readonly photos?: ItemPhotos;
}

export type PublicFolderReader = (
  scope: PublicFolderSource,
  signal: AbortSignal,
) => ReturnType<ContactSource['read']>;

export function createPublicFolderReader(options: PublicFolderOptions): PublicFolderReader {
  const { folders, reader, location } = options;
  return async (scope, signal) => {
    try {
      const reading = await readFolders(folders, scope, options, signal);
      if (location === 'onPremises') return reading;
      const gaps = reading.gaps.map((gap) => (isBlocked(gap) ? blocked(gap) : gap));
      // Also of a complete reading: there is little time left.
      return { ...reading, gaps: [...gaps, new Failure('publicFoldersOnlineEnding')] };
    } catch (thrown) {
      throw publicFolderFailure(thrown, { location, reader }, signal);
    }
  };
}

/** What is thrown instead of what reading public folders threw. */
export function publicFolderFailure(
  thrown: unknown,
  { location, reader }: Pick<PublicFolderOptions, 'location' | 'reader'>,
  signal: AbortSignal,
): unknown {
  if (signal.aborted) return new Failure('cancelled', { cause: signal.reason });
  if (!(thrown instanceof Failure)) return thrown;
  return location === 'exchangeOnline' && isBlocked(thrown) ? blocked(thrown) : inMailbox(thrown, reader);
}

/** Of the request as a whole, and not of a folder: so Exchange Online refuses applications that it does not let in. */
function isBlocked({ code, details }: Failure): boolean {
  return code === 'mailboxAccessDenied' && details['status'] === 403;
}

function blocked(cause: Failure): Failure {
  const { details, requestId } = cause;
  return new Failure('exchangeWebServicesBlocked', {
    details,
    ...(requestId === undefined ? {} : { requestId }),
    cause,
  });
}
