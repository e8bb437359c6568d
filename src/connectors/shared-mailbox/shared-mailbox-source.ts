// ContactSource over the contact folders of one mailbox, whatever the protocol: finds the mailbox in the directory and
// reads the chosen folders.

import { Failure } from '../../model/failure.ts';
import type { TargetMailbox } from '../../model/mailbox.ts';
import type { MailboxesPart, SharedMailboxSource } from '../../model/policy.ts';
import type { OpenContactFolders } from '../../ports/contact-folders.ts';
import type { ContactSource } from '../../ports/contact-source.ts';
import type { Log } from '../../ports/log.ts';
import type { MailboxDirectory } from '../../ports/mailbox-directory.ts';
import type { ItemPhotos } from './item-photos.ts';
import { readFolders } from './read-folders.ts';

export interface SharedMailboxOptions {
  readonly directory: MailboxDirectory;
  readonly open: OpenContactFolders;
  /** Where the protocol reaches mailboxes. */
  readonly location: TargetMailbox['location'];
  readonly log: Log;
  readonly photos?: ItemPhotos;
}

export type SharedMailboxReader = (
  scope: SharedMailboxSource,
  signal: AbortSignal,
) => ReturnType<ContactSource['read']>;

export function createSharedMailboxReader(options: SharedMailboxOptions): SharedMailboxReader {
  return async (scope, signal) => {
    try {
      const mailbox = await findMailbox(options, scope.mailbox, signal);
      return await readFolders(options.open(mailbox), scope, options, signal);
    } catch (thrown) {
      if (signal.aborted) throw new Failure('cancelled', { cause: signal.reason });
      throw thrown instanceof Failure ? inMailbox(thrown, scope.mailbox) : thrown;
    }
  };
}

/** The sentence of such a failure speaks of some mailbox; here it is the one that the policy names. */
export function inMailbox(failure: Failure, mailbox: string): Failure {
  if (failure.facts.scope !== 'mailbox') return failure;
  const { code, details, requestId, retryAfterMs } = failure;
  return new Failure(code, {
    details: { ...details, mailbox },
    ...(requestId === undefined ? {} : { requestId }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    cause: failure,
  });
}

export async function findMailbox(
  { directory, location }: Pick<SharedMailboxOptions, 'directory' | 'location'>,
  address: string,
  signal: AbortSignal,
): Promise<TargetMailbox> {
  const named: MailboxesPart = {
    groups: [],
    organizationalUnits: [],
    addresses: [address],
    exclude: [],
    types: ['sharedMailbox'],
  };
  const { mailboxes, gaps } = await directory.readMailboxes(named, signal);
  const wanted = address.toLowerCase();
  const found = mailboxes.find(({ primarySmtpAddress, otherAddresses = [] }) =>
    [primarySmtpAddress, ...otherAddresses].some((one) => one.toLowerCase() === wanted),
  );
  if (found?.location === location) return found;
  // Not seen in half a list is not the same as not there.
  const [gap] = gaps;
  if (found === undefined && gap !== undefined) throw gap;
  const details = { mailbox: address, ...(found === undefined ? {} : { location: found.location }) };
  throw new Failure('sourceMailboxNotFound', { details });
}
