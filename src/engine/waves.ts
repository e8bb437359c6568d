// The order in which mailboxes are written: named canaries, a percentage, the rest. Pure and stable.

import { createHash } from 'node:crypto';
import type { MailboxId } from '../model/ids.ts';
import type { Canary } from '../model/policy.ts';

export interface Wave {
  readonly name: 'canary' | 'percent' | 'rest';
  readonly mailboxIds: readonly MailboxId[];
}

export interface WaveCandidate {
  readonly id: MailboxId;
  readonly primarySmtpAddress: string;
}

export function wavesOf(mailboxes: readonly WaveCandidate[], canary: Canary): readonly Wave[] {
  const named = new Set(canary.mailboxes.map((address) => address.toLowerCase()));
  const first = mailboxes.filter((mailbox) => named.has(mailbox.primarySmtpAddress.toLowerCase()));
  // By digest, so that the percentage is a cross-section and the same one in every run.
  const others = mailboxes
    .filter((mailbox) => !first.includes(mailbox))
    .map((mailbox) => ({ mailbox, key: createHash('sha256').update(mailbox.id).digest('hex') }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ mailbox }) => mailbox);
  const share = Math.ceil((others.length * canary.percent) / 100);
  const waves: Wave[] = [
    { name: 'canary', mailboxIds: first.map(({ id }) => id) },
    { name: 'percent', mailboxIds: others.slice(0, share).map(({ id }) => id) },
    { name: 'rest', mailboxIds: others.slice(share).map(({ id }) => id) },
  ];
  return waves.filter((wave) => wave.mailboxIds.length > 0);
}
