// A run -> what its mail says, in this order: how it ended, what waits for a person, what went wrong, the numbers beside
// those of the run before, and as much detail as the policy wants.

import type { RunReport } from '../../model/run.ts';
import { driftBlocks, driftText } from './drift-blocks.ts';
import { isWorthAWarning, levelOf } from './level.ts';
import type { Block, Fact, MailContent, Tone } from './mail-content.ts';
import { type Phrases, phrasesFor } from './phrases.ts';
import type { ReportMailInput } from './report-mail.ts';
import { plainLine } from './safe-text.ts';
import type { Amount, Remark } from './words.ts';

/** A mail is read on a phone; the whole report is one command away. */
const MOST_MAILBOXES = 30;
const MOST_CHANGES = 25;
const MOST_PROBLEMS = 20;

export function runContent(input: ReportMailInput, table: 'none' | 'whole' | 'cut'): MailContent {
  const { environment, policy, run, report, settings } = input;
  const phrases = phrasesFor(environment, settings.detail);
  const { words } = phrases;
  const headline = headlineOf(input, phrases);
  const isWaiting = report.state === 'awaitingApproval';
  const blocks: (Block | undefined)[] = [
    isWaiting ? brakeBlock(input, phrases) : undefined,
    problemsBlock(input, phrases),
    ...(report.drift === undefined
      ? [numbersBlock(input, phrases), changedBlock(input, phrases)]
      : driftBlocks(report.drift, run, phrases)),
    remarksBlock(report, phrases),
    settings.detail === 'numbers' ? undefined : mailboxesBlock(input, phrases),
    settings.detail === 'contacts' ? changesBlock(input, phrases) : undefined,
  ];
  const ended = run.endedAt === undefined ? '' : ` – ${phrases.time(run.endedAt)}`;
  const took = input.times.took === undefined ? '' : ` (${words.duration(input.times.took)})`;
  return {
    language: environment.language,
    subject: words.subject(plainLine(policy.name), headline),
    title: plainLine(policy.name),
    badge: { tone: toneOf(report), text: words.states[report.state] },
    summary: `${words.kinds[run.kind]}: ${headline}. ${phrases.time(run.startedAt)}${ended}${took}`,
    blocks: blocks.filter((block) => block !== undefined),
    footer: [
      ...(table === 'none' ? [] : [words.csvAttached[table]]),
      ...words.footer(run.id, run.policyRevision, plainLine(environment.name)),
    ],
  };
}

function toneOf(report: RunReport): Tone {
  if (report.state === 'awaitingApproval') return 'warn';
  const level = levelOf(report);
  return level === 'error' ? 'bad' : level === 'warning' ? 'warn' : 'good';
}

const changesOf = ({ applied }: RunReport): number =>
  applied.created + applied.updated + applied.deleted + applied.handedOver + applied.adopted;

function headlineOf({ report }: ReportMailInput, { words, amount }: Phrases): string {
  const { headline } = words;
  const changes = changesOf(report);
  const { drift } = report;
  if (drift !== undefined && (report.state === 'finished' || report.state === 'finishedWithErrors')) {
    const all = amount(drift.mailboxes);
    return drift.mailboxesDiffering === 0
      ? headline.noDrift(all)
      : headline.drift(amount(drift.differing), amount(drift.mailboxesDiffering), all);
  }
  switch (report.state) {
    case 'failed':
      return headline.failed;
    case 'interrupted':
      return headline.interrupted;
    case 'cancelled':
      return headline.cancelled;
    case 'superseded':
      return headline.superseded;
    case 'awaitingApproval':
      return headline.waits;
    case 'finishedWithErrors':
      return headline.withErrors(amount(changes));
    default:
      return changes === 0 ? headline.noChange : headline.changes(amount(changes));
  }
}

function brakeBlock(
  { run, report, settings }: ReportMailInput,
  { words, amount }: Phrases,
): Block | undefined {
  const { brake, perMailbox } = report;
  if (brake === undefined) return undefined;
  const addresses = new Map(perMailbox.map((one) => [one.mailboxId, one.primarySmtpAddress]));
  const isCleanUp = run.kind === 'cleanup';
  const lines = brake.reasons.slice(0, MOST_PROBLEMS).map((reason) => {
    const limit = reason.unit === 'percent' ? `${amount(reason.limit).text} %` : amount(reason.limit).text;
    const [count, base] = [amount(reason.count), amount(reason.base)];
    if (reason.rule === 'people') return words.brake.people(count, base, limit);
    if (reason.rule === 'mailboxes')
      return isCleanUp
        ? words.brake.emptied(count, base, reason.limit === 0 ? undefined : limit)
        : words.brake.mailboxes(count, base, limit);
    const id = reason.mailboxId;
    const mailbox = id === undefined ? '' : (addresses.get(id) ?? id);
    const named = settings.detail === 'numbers' ? words.brake.someMailbox : plainLine(mailbox);
    return words.brake.mailbox(named, count, base, limit);
  });
  const more = brake.reasons.length - lines.length;
  const id = run.id.slice(0, 8);
  return {
    kind: 'notice',
    tone: 'warn',
    title: words.titles.brake,
    lines: [
      words.brake.intro,
      ...lines.map((line) => `• ${line}`),
      ...(more > 0 ? [words.more(amount(more))] : []),
      words.brake.approve,
    ],
    commands: [`contactsync plan show ${id}`, `contactsync approve ${id} --digest ${brake.digest}`],
    after: isCleanUp ? `${words.brake.otherwiseCancel} ${id}` : words.brake.otherwise,
  };
}

function problemsBlock({ run, report }: ReportMailInput, { words, amount, failure }: Phrases) {
  const problems = report.failures.slice(0, MOST_PROBLEMS).map((entry) => {
    const { text, remedy } = failure(entry.failure, run.undoes !== undefined);
    return { tone: 'bad' as const, text: words.times(amount(entry.count), text), remedy };
  });
  const ofPhotos = (report.photos?.failures ?? []).map((one) => ({
    tone: 'warn' as const,
    ...failure(one, run.undoes !== undefined),
  }));
  const more = report.failures.length - problems.length;
  const rest =
    more > 0 ? [{ tone: 'plain' as const, text: words.more(amount(more)), remedy: undefined }] : [];
  const all = [...problems, ...ofPhotos, ...rest];
  return all.length === 0
    ? undefined
    : ({ kind: 'problems', title: words.titles.problems, problems: all } as const);
}

function numbersBlock(input: ReportMailInput, phrases: Phrases): Block {
  const { run, report } = input;
  const { words, amount } = phrases;
  const { labels } = words;
  const facts: Fact[] = [];
  const { source, mailboxes, photos, writes } = report;
  if (source !== undefined) {
    facts.push({
      label: labels.source,
      value: words.selected(amount(source.selected), amount(source.objects)),
    });
    const excluded = Object.entries(source.excluded)
      .sort(([, a], [, b]) => b - a)
      .flatMap(([reason, number]) =>
        number === 0 || !isExclusion(reason, words.exclusions)
          ? []
          : [`${amount(number).text} ${words.exclusions[reason]}`],
      );
    if (excluded.length > 0) facts.push({ label: labels.leftOut, value: excluded.join(', ') });
  }
  if (mailboxes !== undefined)
    facts.push({
      label: labels.mailboxes,
      value:
        run.undoes === undefined
          ? words.filled(amount(mailboxes.targets), amount(mailboxes.found), amount(mailboxes.leaving))
          : words.rolledBackMailboxes(amount(mailboxes.targets)),
    });
  const isWaiting = report.state === 'awaitingApproval';
  const rows = isWaiting ? plannedRows(report) : appliedRows(report);
  for (const [label, number] of rows)
    if (number > 0 || label === 'created' || label === 'updated' || label === 'deleted')
      facts.push({ label: labels[label], value: amount(number).text });
  if (writes !== undefined && writes.unknown > 0)
    facts.push({
      label: labels.unknown,
      value: amount(writes.unknown).text,
      note: words.whoLooks[run.kind === 'rollback' || run.kind === 'cleanup' ? run.kind : 'run'],
    });
  if (photos !== undefined)
    facts.push({
      label: labels.photos,
      value: words.photosWritten(amount(photos.written), amount(photos.removed), amount(photos.failed)),
    });
  return { kind: 'facts', title: isWaiting ? words.titles.plan : words.titles.numbers, facts };
}

type NumberRow = readonly [
  label: 'created' | 'adopted' | 'updated' | 'deleted' | 'handedOver' | 'failed',
  number: number,
];

const appliedRows = ({ applied }: RunReport): readonly NumberRow[] => [
  ['created', applied.created],
  ['adopted', applied.adopted],
  ['updated', applied.updated],
  ['deleted', applied.deleted],
  ['handedOver', applied.handedOver],
  ['failed', applied.failed],
];

const plannedRows = ({ planned }: RunReport): readonly NumberRow[] => [
  ['created', planned.create],
  ['adopted', planned.adopt],
  ['updated', planned.update],
  ['deleted', planned.delete],
  ['handedOver', planned.handOver],
];

function isExclusion<Key extends string>(key: string, words: Readonly<Record<Key, string>>): key is Key {
  return Object.hasOwn(words, key);
}

/** Against the run before: who came and went, and the numbers that are others now. */
function changedBlock(input: ReportMailInput, phrases: Phrases): Block | undefined {
  const { report, earlier, run } = input;
  if (earlier === undefined || run.undoes !== undefined) return undefined;
  const { words, amount, time } = phrases;
  const { labels } = words;
  const facts: Fact[] = [
    {
      label: labels.stateBefore,
      value: `${time(earlier.run.startedAt)}, ${words.states[earlier.report.state]}`,
    },
  ];
  const compare = (label: string, now: number | undefined, before: number | undefined) => {
    if (now === undefined || before === undefined || now === before) return;
    facts.push({ label, value: amount(now).text, note: words.before(amount(before).text) });
  };
  compare(labels.source, report.source?.selected, earlier.report.source?.selected);
  compare(labels.mailboxes, report.mailboxes?.targets, earlier.report.mailboxes?.targets);
  for (const [label, movement] of [
    [labels.joined, earlier.joined],
    [labels.left, earlier.left],
  ] as const) {
    if (movement === undefined || movement.count === 0) continue;
    const names = input.settings.detail === 'numbers' ? [] : movement.names.map(plainLine);
    const note = names.length === 0 ? undefined : words.names(names, movement.count - names.length);
    facts.push({ label, value: amount(movement.count).text, ...(note === undefined ? {} : { note }) });
  }
  const total = (one: RunReport) => one.failures.reduce((sum, { count }) => sum + count, 0);
  compare(words.titles.problems, total(report), total(earlier.report));
  return { kind: 'facts', title: words.titles.sinceLastRun, facts };
}

function remarksBlock(report: RunReport, { words, amount }: Phrases): Block | undefined {
  const remarks: { readonly tone: Tone; readonly remark: Remark }[] = [];
  if (report.source?.isComplete === false) remarks.push({ tone: 'warn', remark: words.sourceIncomplete });
  if (report.mailboxes?.isComplete === false)
    remarks.push({ tone: 'warn', remark: words.mailboxesIncomplete });
  const counted = (number: number, { text, remedy }: Remark): Remark => ({
    text: words.mailboxCount(amount(number), text),
    remedy,
  });
  const bySkip = Map.groupBy(report.mailboxes?.skipped ?? [], ({ reason }) => reason);
  for (const [reason, skipped] of bySkip) {
    const tone = skipped.some(isWorthAWarning) ? 'warn' : 'plain';
    remarks.push({ tone, remark: counted(skipped.length, words.skipped[reason]) });
  }
  const notices = report.perMailbox.flatMap((mailbox) => mailbox.notices);
  for (const [kind, ofKind] of Map.groupBy(notices, (notice) => notice.kind)) {
    const remark = words.notices[kind];
    const tone = remark.remedy === undefined ? 'plain' : 'warn';
    remarks.push({ tone, remark: counted(ofKind.length, remark) });
  }
  if (remarks.length === 0) return undefined;
  return {
    kind: 'problems',
    title: words.titles.remarks,
    problems: [...remarks]
      .sort((a, b) => Number(b.tone === 'warn') - Number(a.tone === 'warn'))
      .map(({ tone, remark }) => ({ tone, ...remark })),
  };
}

function mailboxesBlock({ run, report }: ReportMailInput, phrases: Phrases): Block | undefined {
  const { words, amount } = phrases;
  const isWaiting = report.state === 'awaitingApproval';
  const worth = report.perMailbox
    .filter(({ state, failures }) => state !== 'unchanged' || failures.length > 0)
    .sort((a, b) => Number(b.failures.length > 0) - Number(a.failures.length > 0));
  if (worth.length === 0) return undefined;
  const rows = worth.slice(0, MOST_MAILBOXES).map((mailbox) => {
    const isOver = mailbox.state === 'planned' && run.endedAt !== undefined;
    const isBegun = mailbox.writes !== undefined && mailbox.writes.written + mailbox.writes.unknown > 0;
    const over = isBegun ? 'notFinished' : 'notReached';
    const state = words.mailboxStates[isOver ? over : mailbox.state];
    const isBad = mailbox.state === 'failed' || (mailbox.state === 'partly' && mailbox.failures.length > 0);
    const isOpen = isOver || ['skipped', 'partly', 'differs'].includes(mailbox.state);
    const tone: Tone = isBad ? 'bad' : isOpen ? 'warn' : isWaiting ? 'plain' : 'good';
    const [failure] = mailbox.failures;
    const why = failure === undefined ? '' : ` (${failure.number})`;
    // What was planned and not done is no news of the mailbox.
    const changes = isOver && !isBegun ? '' : changesText(mailbox, phrases);
    return {
      who: plainLine(mailbox.primarySmtpAddress),
      tone,
      what: `${state}${why}`,
      ...(changes === '' ? {} : { more: changes }),
    };
  });
  const more = worth.length - rows.length;
  return {
    kind: 'table',
    title: words.titles.mailboxes,
    head: words.heads.mailboxes,
    rows,
    ...(more > 0 ? { rest: words.more(amount(more)) } : {}),
  };
}

function changesText(
  { planned, applied, photos, drift, writes }: RunReport['perMailbox'][number],
  phrases: Phrases,
): string {
  const { words, amount } = phrases;
  if (drift !== undefined) return driftText(drift.counts, phrases);
  const { changes } = words;
  const parts: readonly (readonly [Amount, string])[] =
    applied === undefined && writes === undefined
      ? [
          [amount(planned?.create ?? 0), changes.create],
          [amount(planned?.adopt ?? 0), changes.adopt],
          [amount(planned?.update ?? 0), changes.update],
          [amount(planned?.delete ?? 0), changes.delete],
          [amount(planned?.handOver ?? 0), changes.handOver],
        ]
      : [
          [amount(applied?.created ?? 0), changes.create],
          [amount(applied?.adopted ?? 0), changes.adopt],
          [amount(applied?.updated ?? 0), changes.update],
          [amount(applied?.deleted ?? 0), changes.delete],
          [amount(applied?.handedOver ?? 0), changes.handOver],
          [amount(applied?.failed ?? 0), words.outcomes.failed],
          [amount(writes?.unknown ?? 0), words.withUnknownOutcome],
        ];
  const changed = parts.flatMap(([{ number, text }, what]) => (number === 0 ? [] : [`${text} ${what}`]));
  if (photos !== undefined) {
    const pictures = words.photosWritten(amount(photos.written), amount(photos.removed), amount(0));
    changed.push(`${words.labels.photos}: ${pictures}`);
  }
  return changed.join(', ');
}

function changesBlock(
  { changes, changesInAll }: ReportMailInput,
  { words, amount }: Phrases,
): Block | undefined {
  if (changes.length === 0) return undefined;
  const shown = changes.slice(0, MOST_CHANGES);
  const more = changesInAll - shown.length;
  return {
    kind: 'table',
    title: words.titles.changes,
    head: words.heads.changes,
    rows: shown.map(({ label, change, outcome, mailbox }) => ({
      who: plainLine(label),
      where: plainLine(mailbox),
      tone: outcome === 'failed' ? 'bad' : outcome === 'unknown' ? 'warn' : 'plain',
      what: words.changes[change],
      ...(outcome === 'applied' || outcome === 'planned' ? {} : { more: words.outcomes[outcome] }),
    })),
    ...(more > 0 ? { rest: words.more(amount(more)) } : {}),
  };
}
