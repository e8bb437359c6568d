// Where a person's data lies: by the ledger without a request, or by looking into the mailboxes.

import { asFailure, type Failure } from '../model/failure.ts';
import { policyId, type SourceObjectId } from '../model/ids.ts';
import type { TargetMailbox } from '../model/mailbox.ts';
import type { Policy } from '../model/policy.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { MailboxTargets } from '../ports/mailbox-target.ts';
import type { PolicyMemory } from '../ports/policy-memory.ts';
import { forEachBounded } from './mailbox-pool.ts';
import { DEFAULT_CONCURRENCY } from './run-ports.ts';

export interface PersonPlace {
  readonly mailbox: TargetMailbox;
  /** `unknown`: the ledger cannot tell, or the mailbox could not be read. */
  readonly state: 'held' | 'unknown';
  /** With the mark of the policy and the person: more than one where the user made copies. Undefined where not looked. */
  readonly items?: number;
  readonly failure?: Failure;
}

/** Mailboxes that the policy wrote to, without those that certainly hold nothing of the person. */
export async function placesByLedger(
  policy: Policy,
  person: SourceObjectId,
  { memory, ledger }: { readonly memory: PolicyMemory; readonly ledger: Ledger },
): Promise<readonly PersonPlace[]> {
  const id = policyId(policy.id);
  const places: PersonPlace[] = [];
  for (const mailbox of await memory.readWrittenMailboxes(id)) {
    const record = await ledger.read(id, mailbox.id);
    if (record === undefined || record.isDirty) places.push({ mailbox, state: 'unknown' });
    else if (record.entries.some(({ sourceObjectId }) => sourceObjectId === person))
      places.push({ mailbox, state: 'held' });
  }
  return places.sort(byAddress);
}

/** Reads the policy's folder in every one of these mailboxes, in full; writes nothing, not even the ledger. */
export async function placesByReading(
  request: {
    readonly policy: Policy;
    readonly person: SourceObjectId;
    readonly mailboxes: readonly TargetMailbox[];
    readonly concurrency?: number;
  },
  targets: MailboxTargets,
  signal: AbortSignal,
): Promise<readonly PersonPlace[]> {
  const { policy, person, mailboxes, concurrency = DEFAULT_CONCURRENCY } = request;
  const id = policyId(policy.id);
  const places: PersonPlace[] = [];
  await forEachBounded(
    mailboxes,
    concurrency,
    signal,
    async (mailbox) => {
      const target = targets.open(mailbox, id, policy.folder);
      const { contacts } = await target.readFolder({ known: undefined, includeForeign: false }, signal);
      const items = contacts.filter(
        ({ mark }) => mark.policyId === id && mark.sourceObjectId === person,
      ).length;
      if (items > 0) places.push({ mailbox, state: 'held', items });
    },
    async (mailbox, thrown) => {
      places.push({ mailbox, state: 'unknown', failure: asFailure(thrown) });
    },
  );
  return places.sort(byAddress);
}

const byAddress = ({ mailbox: one }: PersonPlace, { mailbox: other }: PersonPlace): number =>
  one.primarySmtpAddress < other.primarySmtpAddress ? -1 : 1;
