// What the mail about a verify run says instead of the numbers of a run that writes: what differs and how to repair it,
// and what is left to the users.

import { DRIFT_KINDS, type DriftCounts, type DriftReport } from '../../model/drift.ts';
import type { Run } from '../../model/run.ts';
import type { Block, Fact } from './mail-content.ts';
import type { Phrases } from './phrases.ts';

export function driftBlocks(
  { mailboxes, mailboxesDiffering, contacts, counts, leftCounts }: DriftReport,
  { policyId }: Pick<Run, 'policyId'>,
  phrases: Phrases,
): readonly Block[] {
  const { words, amount } = phrases;
  const { titles, labels } = words;
  const blocks: Block[] = [];
  if (mailboxesDiffering > 0) {
    blocks.push({
      kind: 'notice',
      tone: 'warn',
      title: titles.drift,
      lines: kindsOf(counts, phrases).map(({ label, value }) => `• ${value} ${label}`),
      // By the id: a name may hold what a shell takes for more than a name.
      commands: [`contactsync run ${policyId} --repair --test`, `contactsync run ${policyId} --repair`],
      after: words.repair,
    });
  }
  blocks.push({
    kind: 'facts',
    title: titles.numbers,
    facts: [
      { label: labels.mailboxes, value: words.verified(amount(mailboxes)) },
      { label: labels.contacts, value: amount(contacts).text },
    ],
  });
  const left = kindsOf(leftCounts, phrases);
  if (left.length > 0) blocks.push({ kind: 'facts', title: titles.driftLeft, facts: left });
  return blocks;
}

const kindsOf = (counts: DriftCounts, { words, amount }: Phrases): readonly Fact[] =>
  DRIFT_KINDS.flatMap((kind) => {
    const number = counts[kind] ?? 0;
    return number === 0 ? [] : [{ label: words.drift[kind], value: amount(number).text }];
  });

/** Of one mailbox: "2 missing, 1 edited". */
export const driftText = (counts: DriftCounts, phrases: Phrases): string =>
  kindsOf(counts, phrases)
    .map(({ label, value }) => `${value} ${label}`)
    .join(', ');
