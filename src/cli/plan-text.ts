// A plan as a good diff: mailboxes, then people, then fields old -> new. The totals stand above it (report-text.ts).
// Long lists are cut with "… and N more (--all)".

import { isDeepStrictEqual } from 'node:util';
import {
  type ChangeView,
  type FieldChangeView,
  type FolderActionView,
  type MailboxPlanView,
  REASON_WORDS,
} from '@contactsync/contract';
import { count, cutTo, type Paint, padEnd, visible } from './terminal-text.ts';
import { changeCount, noticeText, plannedWords, word } from './words.ts';

export interface PlanLimits {
  readonly mailboxes: number;
  readonly people: number;
  readonly fieldWidth: number;
}

export const SHORT_PLAN: PlanLimits = { mailboxes: 5, people: 10, fieldWidth: 60 };
export const WHOLE_PLAN: PlanLimits = {
  mailboxes: Number.POSITIVE_INFINITY,
  people: Number.POSITIVE_INFINITY,
  fieldWidth: 200,
};

const SIGNS = { create: '+', adopt: '&', update: '~', delete: '-', handOver: '>' } as const;
const STYLES = {
  create: 'green',
  adopt: 'green',
  update: 'yellow',
  delete: 'red',
  handOver: 'cyan',
} as const;

/** What tells a new contact apart at a glance; the rest of its fields only with --all. */
const TELLING = ['companyName', 'jobTitle', 'emailAddress1', 'mobilePhone', 'businessPhone1'];

function folderLine(action: FolderActionView): string {
  const name = `"${visible(action.name)}"`;
  switch (action.kind) {
    case 'create':
      return `folder ${name} is created`;
    case 'adopt':
      return `folder ${name} is adopted`;
    case 'rename':
      return `folder "${visible(action.from ?? '')}" is renamed to ${name}`;
    case 'remove':
      return `folder ${name} is removed, if nothing else is in it`;
  }
}

const value = (text: string, width: number): string =>
  text === '' ? '(empty)' : cutTo(visible(text), width);

function fieldLines(
  fields: readonly FieldChangeView[],
  isNew: boolean,
  width: number,
  paint: Paint,
): string[] {
  const nameWidth = Math.max(...fields.map((field) => field.property.length));
  return fields.map((field) => {
    const name = paint('dim', padEnd(field.property, nameWidth));
    const origin = field.policy === undefined ? '' : paint('dim', `  from ${visible(field.policy)}`);
    if (isNew) return `      ${name}  ${value(field.to, width)}${origin}`;
    return `      ${name}  ${paint('red', value(field.from, width))} -> ${paint('green', value(field.to, width))}${origin}`;
  });
}

function personLines(change: ChangeView, limits: PlanLimits, paint: Paint): string[] {
  const isNew = change.kind === 'create' && change.reason === 'new';
  const isWhole = limits.people === Number.POSITIVE_INFINITY;
  const facts = [
    ...(isNew ? [] : [word(REASON_WORDS, change.reason)]),
    ...(change.rule === undefined ? [] : [`"${visible(change.rule)}"`]),
    ...(change.kind === 'handOver' ? ['left to the user'] : []),
    ...(change.isPermanent === false ? ['to Deleted Items'] : []),
    ...(change.folder === '' ? [] : [`in ${visible(change.folder)}`]),
  ];
  const telling =
    change.kind === 'create' && !isWhole
      ? change.fields
          .filter((field) => TELLING.includes(field.property))
          .sort((a, b) => TELLING.indexOf(a.property) - TELLING.indexOf(b.property))
          .map((field) => cutTo(visible(field.to), 32))
          .slice(0, 3)
      : [];
  const remarks = [...facts, ...telling].join(', ');
  const head = paint(STYLES[change.kind], `${SIGNS[change.kind]} ${visible(change.label)}`);
  const lines = [`  ${head}${remarks === '' ? '' : paint('dim', `  ${remarks}`)}`];
  if (change.fields.length > 0 && (change.kind !== 'create' || isWhole))
    lines.push(...fieldLines(change.fields, change.kind === 'create', limits.fieldWidth, paint));
  return lines;
}

/** Deletions and changes first: they are what a person must look at; in the plan itself deletions come last. */
const ORDER: Readonly<Record<ChangeView['kind'], number>> = {
  delete: 0,
  handOver: 1,
  update: 2,
  adopt: 3,
  create: 4,
};

const byName = new Intl.Collator('en');

function inReadingOrder(changes: readonly ChangeView[]): ChangeView[] {
  return changes.toSorted((a, b) => ORDER[a.kind] - ORDER[b.kind] || byName.compare(a.label, b.label));
}

/** `above`: the people shown for the mailbox before; the same ones are not repeated. */
export function mailboxPlanLines(
  plan: MailboxPlanView,
  limits: PlanLimits,
  paint: Paint,
  above: readonly string[] = [],
): { readonly lines: string[]; readonly people: readonly string[] } {
  const head = `${paint('bold', visible(plan.primarySmtpAddress))}  ${plannedWords(plan.counts)}`;
  const lines = [plan.purpose === 'empty' ? `${head} ${paint('yellow', '(is emptied)')}` : head];
  for (const action of plan.folders) lines.push(`  ${paint('dim', folderLine(action))}`);
  for (const notice of plan.notices) lines.push(paint('dim', `  note: ${noticeText(notice)}`));
  const shown = inReadingOrder(plan.changes).slice(0, limits.people);
  const people = shown.flatMap((change) => personLines(change, limits, paint));
  const hidden = plan.changes.length - shown.length;
  if (people.length > 1 && isDeepStrictEqual(people, above) && limits.people !== Number.POSITIVE_INFINITY)
    lines.push(paint('dim', hidden === 0 ? '  the same as above' : '  begins as above (--all)'));
  else {
    lines.push(...people);
    if (hidden > 0) lines.push(paint('dim', `  … and ${count(hidden, 'more change')} (--all)`));
  }
  return { lines, people };
}

/** Mailboxes with nothing to do are only counted. Reads the plans one by one. */
export async function* planLines(
  plans: AsyncIterable<MailboxPlanView>,
  limits: PlanLimits,
  paint: Paint,
): AsyncGenerator<string> {
  let shown = 0;
  let hidden = 0;
  let unchanged = 0;
  let above: readonly string[] = [];
  for await (const plan of plans) {
    const isQuiet = changeCount(plan.counts) === 0 && plan.folders.length === 0 && plan.notices.length === 0;
    if (isQuiet) unchanged += 1;
    else if (shown >= limits.mailboxes) hidden += 1;
    else {
      if (shown > 0) yield '';
      shown += 1;
      const { lines, people } = mailboxPlanLines(plan, limits, paint, above);
      above = people;
      yield* lines;
    }
  }
  if (shown > 0 && hidden + unchanged > 0) yield '';
  if (hidden > 0) yield paint('dim', `… and ${count(hidden, 'more mailbox', 'more mailboxes')} (--all)`);
  if (unchanged > 0) yield paint('dim', `${count(unchanged, 'mailbox', 'mailboxes')} with nothing to do`);
  if (shown + hidden + unchanged === 0) yield paint('dim', 'No mailbox was planned.');
}
