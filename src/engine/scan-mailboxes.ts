// Looks into mailboxes for what carries our mark, of whatever policy: what was left behind by policies that nobody
// remembers. Reads only.

import type { Failure } from '../model/failure.ts';
import type { TargetMailbox } from '../model/mailbox.ts';
import type { MailboxesPart } from '../model/policy.ts';
import type { MarkedFolder } from '../ports/mailbox-target.ts';
import { forEachBounded } from './mailbox-pool.ts';
import { DEFAULT_CONCURRENCY, type RunPorts } from './run-ports.ts';

export interface ScannedMailbox {
  readonly mailbox: TargetMailbox;
  readonly folders: readonly MarkedFolder[];
  readonly failure: Failure | undefined;
}

/** Looks into every mailbox of the scope for folders with our mark, whatever policy they belong to. */
export async function scanMailboxes(
  request: { readonly scope: MailboxesPart; readonly concurrency?: number },
  ports: Pick<RunPorts, 'directory' | 'targets'>,
  signal: AbortSignal,
): Promise<{ readonly mailboxes: readonly ScannedMailbox[]; readonly isComplete: boolean }> {
  const reading = await ports.directory.readMailboxes(request.scope, signal);
  const scanned: ScannedMailbox[] = [];
  await forEachBounded(
    reading.mailboxes,
    request.concurrency ?? DEFAULT_CONCURRENCY,
    signal,
    async (mailbox) => {
      const folders = await ports.targets.scan(mailbox, signal);
      scanned.push({ mailbox, folders, failure: undefined });
    },
    async (mailbox, failure) => {
      scanned.push({ mailbox, folders: [], failure });
    },
  );
  return { mailboxes: scanned, isComplete: reading.isComplete };
}
