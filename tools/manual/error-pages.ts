// One page for every failure a person can meet, from the table of failure codes, and their index.

import { type ExitCode, exitCodeOfFailure } from '../../src/cli/exit-codes.ts';
import { FAILURE_CODES, type FailureCode, type FailureFacts } from '../../src/model/failure-codes.ts';
import { code, GENERATED, plain, table } from './markdown.ts';

/** Groups of specification 11, by the thousand. */
export const FAILURE_GROUPS: Readonly<Record<number, string>> = {
  10: 'Configuration, policies and the command line',
  11: 'Active Directory and LDAP',
  12: 'Exchange Online: connection and sign-in',
  13: 'Exchange on-premises: EWS and Autodiscover',
  14: 'Reading sources, groups and mailbox lists',
  15: 'Reading and writing mailboxes and contacts',
  16: 'License',
  17: 'Runs, queue and approvals',
  18: 'Reports and mail',
  19: 'Storage and secrets',
};

const REACH: Readonly<Record<FailureFacts['scope'], string>> = {
  contact: 'One contact. The other contacts of the mailbox are written.',
  mailbox: 'One mailbox. The other mailboxes are written.',
  source: 'The reading of the source or of the mailbox list. Nothing is deleted because of it.',
  run: 'The whole run or command. It stops here.',
};

const ADVICE: Readonly<Record<FailureFacts['advice'], string>> = {
  retryNow: 'Yes. contactSync repeats by itself what is safe to repeat; the next run does the rest.',
  retryAfter:
    'Yes, after a while. contactSync waits as long as the service asks; the next run does the rest.',
  doNotRetry: 'Not by itself: the same attempt would end in the same way.',
};

const WHO: Readonly<Record<FailureFacts['whoActs'], string>> = {
  nobody: 'Nobody. It passes by itself.',
  administrator: 'You, the administrator.',
  us: 'The makers of contactSync: please report it.',
};

export const failureList: readonly (readonly [FailureCode, FailureFacts])[] = (
  Object.entries(FAILURE_CODES) as [FailureCode, FailureFacts][]
).sort(([, a], [, b]) => a.number - b.number);

/** File name -> page. */
export function errorPages(): ReadonlyMap<string, string> {
  const pages = new Map(failureList.map(([name, facts]) => [`${facts.number}.md`, errorPage(name, facts)]));
  pages.set('index.md', errorIndex());
  return pages;
}

function errorPage(name: FailureCode, facts: FailureFacts): string {
  const { number, en } = facts;
  const exitCode: ExitCode = exitCodeOfFailure({ code: name, number });
  const rows = [
    ['Name in logs and JSON', code(name)],
    ['Reaches', REACH[facts.scope]],
    ['Is it worth trying again?', adviceText(facts)],
    ['Who acts?', WHO[facts.whoActs]],
    ['Exit code when a command ends with it', `[${exitCode}](../run-and-test.md#exit-codes)`],
  ];
  return [
    GENERATED,
    '',
    `# ${number}: ${plain(en.sentence)}`,
    '',
    `Group: ${groupName(number)}. [All errors](index.md)`,
    '',
    '## Probable causes',
    '',
    ...en.causes.map((cause) => `- ${plain(cause)}`),
    '',
    '## What to do',
    '',
    plain(en.remedy),
    '',
    '## Facts',
    '',
    table(['Question', 'Answer'], rows),
    '',
  ].join('\n');
}

function adviceText({ advice, scope }: FailureFacts): string {
  if (scope !== 'mailbox' || advice === 'doNotRetry') return ADVICE[advice];
  return `${ADVICE[advice]} A mailbox that fails while it is written is tried once more in the same run.`;
}

function groupName(number: number): string {
  return FAILURE_GROUPS[Math.floor(number / 1000)] ?? 'Unknown';
}

function errorIndex(): string {
  const groups = Object.entries(FAILURE_GROUPS).flatMap(([thousand, title]) => {
    const members = failureList.filter(([, { number }]) => Math.floor(number / 1000) === Number(thousand));
    if (members.length === 0) return [];
    const rows = members.map(([, { number, en }]) => [`[${number}](${number}.md)`, plain(en.sentence)]);
    return [`## ${thousand}xxx: ${title}`, '', table(['Number', 'Says'], rows), ''];
  });
  return [
    GENERATED,
    '',
    '# Errors by number',
    '',
    'Every error has a number that never changes its meaning. The command line prints it with the causes and the remedy;',
    'the pages below add how far it reaches and whether it is worth trying again. Back to the [manual](../index.md).',
    '',
    ...groups,
  ].join('\n');
}
