// Reads the directory and decides which mailboxes are filled and which have left and are emptied.

import { targetMailboxes } from '../core/target-mailboxes.ts';
import type { Failure } from '../model/failure.ts';
import { policyId } from '../model/ids.ts';
import type { DirectoryMailbox, TargetMailbox } from '../model/mailbox.ts';
import type { PolicyRevision } from '../model/policy.ts';
import type { SkippedMailbox } from '../model/run.ts';
import type { LicenseLimit } from '../ports/license.ts';
import type { MailboxReading } from '../ports/mailbox-directory.ts';
import type { RunPorts } from './run-ports.ts';
import type { RunRecorder } from './run-recorder.ts';

export interface TargetsResult {
  readonly fill: readonly TargetMailbox[];
  /** Written to by an earlier run and no longer a target. */
  readonly leaving: readonly TargetMailbox[];
  /** Belong or not, the reading could not tell: neither filled nor emptied. */
  readonly undecided: readonly TargetMailbox[];
  readonly skipped: readonly SkippedMailbox[];
  readonly isComplete: boolean;
  /** Mailboxes in the scope of the policy. */
  readonly found: number;
  readonly gaps: readonly Failure[];
}

/** Also used to count: without a recorder nothing is kept. */
export async function readTargets(
  request: { readonly revision: PolicyRevision; readonly limit: LicenseLimit },
  ports: Pick<RunPorts, 'directory' | 'memory'>,
  recorder: RunRecorder | undefined,
  signal: AbortSignal,
): Promise<TargetsResult> {
  const { revision, limit } = request;
  const { policy } = revision;
  const reading = await ports.directory.readMailboxes(policy.mailboxes, signal);
  const written = await ports.memory.readWrittenMailboxes(policyId(policy.id));
  const perhapsMoved = await readPerhapsMoved(reading, written, policy, ports, signal);
  const listed = { ...reading, mailboxes: [...reading.mailboxes, ...perhapsMoved] };
  const verdict = targetMailboxes(listed, policy, {
    maxMailboxes: limit.maxMailboxes,
    preferred: new Set(written.map(({ id }) => id)),
    ...(limit.filledElsewhere === undefined ? {} : { filledElsewhere: limit.filledElsewhere }),
  });
  // A mailbox over the license limit, or one whose marks or place are unknown, has not left.
  const isHere = knownAs([...verdict.targets, ...verdict.undecided, ...verdict.overLimit]);
  // Nor has one that the policy names and the directory does not know (any more) under that address.
  const notFound = new Set(reading.notFound.map((address) => address.trim().toLowerCase()));
  const hasLeft = (mailbox: TargetMailbox): boolean => !isHere(mailbox) && !notFound.has(addressOf(mailbox));
  const leaving = reading.isComplete ? written.filter(hasLeft) : [];
  await recorder?.emit({
    type: 'mailboxes.read',
    found: reading.mailboxes.length,
    targets: verdict.targets.length,
    leaving: leaving.length,
    skipped: verdict.skipped,
    isComplete: reading.isComplete,
    gaps: reading.gaps.map((gap) => gap.toRecord()),
    license: { kind: limit.kind, mailboxes: limit.maxMailboxes, validUntil: limit.endsAt },
  });
  return {
    fill: verdict.targets,
    leaving,
    undecided: [...verdict.undecided, ...verdict.overLimit],
    skipped: verdict.skipped,
    isComplete: reading.isComplete,
    found: reading.mailboxes.length,
    gaps: reading.gaps,
  };
}

/** An incomplete list lets no mailbox leave, whatever it does not name. */
async function readPerhapsMoved(
  reading: MailboxReading,
  written: readonly TargetMailbox[],
  { mailboxes: scope }: PolicyRevision['policy'],
  { directory }: Pick<RunPorts, 'directory'>,
  signal: AbortSignal,
): Promise<readonly DirectoryMailbox[]> {
  const named = new Set(reading.mailboxes.map(({ id }) => id));
  const missing = reading.isComplete ? written.filter(({ id }) => !named.has(id)) : [];
  if (missing.length === 0 || directory.readPerhapsMoved === undefined) return [];
  return directory.readPerhapsMoved(missing, scope, signal);
}

/**
 * Whether a mailbox is among these, also under another id: one that was made anew for the same owner has another
 * ExchangeGuid but answers to the same name, so that emptying the old one would empty the new one.
 */
function knownAs(mailboxes: readonly TargetMailbox[]): (mailbox: TargetMailbox) => boolean {
  const ids = new Set(mailboxes.map(({ id }) => id));
  const owners = new Set(mailboxes.map(({ ownerId }) => ownerId));
  const addresses = new Set(mailboxes.map(addressOf));
  const withoutOwner = new Set(mailboxes.filter(({ ownerId }) => ownerId === undefined).map(addressOf));
  return (mailbox) => {
    if (ids.has(mailbox.id)) return true;
    const address = addressOf(mailbox);
    if (mailbox.ownerId === undefined) return addresses.has(address);
    return owners.has(mailbox.ownerId) || withoutOwner.has(address);
  };
}

function addressOf({ primarySmtpAddress }: TargetMailbox): string {
  return primarySmtpAddress.toLowerCase();
}
