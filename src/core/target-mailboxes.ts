// Mailboxes + the policy's mailboxes part + license -> target mailboxes. Every mailbox that is left out has a reason.
// The license never makes a mailbox leave the policy: those over the limit are merely not filled.

import type { MailboxId } from '../model/ids.ts';
import type { DirectoryMailbox, TargetMailbox } from '../model/mailbox.ts';
import type { Policy } from '../model/policy.ts';
import type { SkippedMailbox } from '../model/run.ts';
import { hasNoMailboxSync } from './internal-marks.ts';

/** What the directory read; the shape of the port's MailboxReading, which core must not import. */
export interface ReadMailboxes {
  readonly mailboxes: readonly DirectoryMailbox[];
  readonly notFound: readonly string[];
}

export interface TargetLimits {
  /** Of the license or trial; undefined: no limit. */
  readonly maxMailboxes: number | undefined;
  /** Already filled: they keep their place, so that a limit does not wander from mailbox to mailbox. */
  readonly preferred: ReadonlySet<MailboxId>;
  /** Filled by other policies, where the limit is one for all of them: each mailbox counts once. */
  readonly filledElsewhere?: ReadonlySet<MailboxId>;
}

export interface TargetSelection {
  /** By id. */
  readonly targets: readonly TargetMailbox[];
  readonly skipped: readonly SkippedMailbox[];
  /** Not filled in this run, and never to be treated as having left: the mark, or where it is, is unknown. */
  readonly undecided: readonly TargetMailbox[];
  /** Not filled in this run, and never to be treated as having left: the license does not reach. */
  readonly overLimit: readonly TargetMailbox[];
}

type SkipReason = SkippedMailbox['reason'];

const UNDECIDED: readonly SkipReason[] = ['unknownMark', 'betweenSides', 'perhapsMoved'];

export function targetMailboxes(
  reading: ReadMailboxes,
  policy: Pick<Policy, 'mailboxes'>,
  limits: TargetLimits,
): TargetSelection {
  const excluded = new Set(policy.mailboxes.exclude.map(comparableAddress));
  const types: ReadonlySet<string> = new Set(policy.mailboxes.types);
  const skipped: SkippedMailbox[] = [];
  const wanted: DirectoryMailbox[] = [];
  const undecided: DirectoryMailbox[] = [];
  for (const mailbox of [...reading.mailboxes].sort(byId)) {
    const reason = reasonToSkip(mailbox, excluded, types);
    if (reason === undefined) wanted.push(mailbox);
    else skipped.push(skip(mailbox, reason));
    if (reason !== undefined && UNDECIDED.includes(reason)) undecided.push(mailbox);
  }
  const within = withinLimit(
    wanted.map(({ id }) => id),
    limits,
  );
  const overLimit = wanted.filter(({ id }) => !within.has(id));
  skipped.push(...overLimit.map((mailbox) => skip(mailbox, 'license')));
  skipped.push(
    ...[...reading.notFound].sort().map(
      (primarySmtpAddress): SkippedMailbox => ({
        mailboxId: undefined,
        primarySmtpAddress,
        reason: 'notFound',
      }),
    ),
  );
  return {
    targets: wanted.filter(({ id }) => within.has(id)).map(asTarget),
    skipped,
    undecided: undecided.map(asTarget),
    overLimit: overLimit.map(asTarget),
  };
}

/**
 * Those filled already come first, by id, whichever policy fills them: every policy that counts finds the same ones, also
 * where a smaller license no longer reaches them all. New ones take what is left.
 */
function withinLimit(wanted: readonly MailboxId[], limits: TargetLimits): ReadonlySet<MailboxId> {
  const { maxMailboxes, preferred, filledElsewhere = new Set() } = limits;
  if (maxMailboxes === undefined) return new Set(wanted);
  const filled = new Set([...filledElsewhere, ...wanted.filter((id) => preferred.has(id))]);
  const ranked = [...[...filled].sort(compareIds), ...wanted.filter((id) => !filled.has(id))];
  return new Set(ranked.slice(0, maxMailboxes));
}

function reasonToSkip(
  mailbox: DirectoryMailbox,
  excluded: ReadonlySet<string>,
  types: ReadonlySet<string>,
): SkipReason | undefined {
  const addresses = [mailbox.primarySmtpAddress, ...(mailbox.otherAddresses ?? [])];
  if (addresses.some((address) => excluded.has(comparableAddress(address)))) return 'excluded';
  // Its type is that of the side which does not hold it.
  if (mailbox.isBetweenSides === true) return 'betweenSides';
  const marked = hasNoMailboxSync(mailbox.customAttributes);
  if (mailbox.isPerhapsMoved === true) return marked === true ? 'noMailboxSync' : 'perhapsMoved';
  if (!types.has(mailbox.kind)) return 'type';
  if (marked === 'unknown') return 'unknownMark';
  return marked ? 'noMailboxSync' : undefined;
}

function skip(mailbox: DirectoryMailbox, reason: SkipReason): SkippedMailbox {
  return { mailboxId: mailbox.id, primarySmtpAddress: mailbox.primarySmtpAddress, reason };
}

function asTarget({
  id,
  displayName,
  primarySmtpAddress,
  location,
  ownerId,
}: DirectoryMailbox): TargetMailbox {
  return { id, displayName, primarySmtpAddress, location, ownerId };
}

function byId(a: DirectoryMailbox, b: DirectoryMailbox): number {
  return compareIds(a.id, b.id);
}

function compareIds(a: MailboxId, b: MailboxId): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function comparableAddress(address: string): string {
  return address.trim().normalize('NFC').toLowerCase();
}
