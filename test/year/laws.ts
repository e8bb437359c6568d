// What must be true after every run of a simulated year, whatever went wrong in it. Each law is one function that throws.

import type { MemoryItem } from '../../src/connectors/memory/mailbox.ts';
import { buildReport } from '../../src/core/report.ts';
import type { ItemId, MailboxId, SourceObjectId } from '../../src/model/ids.ts';
import type { JournalEntry } from '../../src/model/ledger-record.ts';
import type { Policy } from '../../src/model/policy.ts';
import type { OutcomeCounts, Run, RunEvent, RunReport } from '../../src/model/run.ts';
import type { LastSelection } from '../../src/ports/policy-memory.ts';
import type { World } from '../properties/world.ts';
import { type Diary, type ItemSet, MINE } from './diary.ts';
import { filledMailboxes, isMarkedNoContactSync, wantedPeople } from './expectation.ts';
import { isSame, type SeenMailbox, type Sight, whatHappened } from './sight.ts';

export interface Performed {
  readonly world: World;
  readonly kind: 'run' | 'test' | 'approval' | 'rollback' | 'cleanup';
  readonly run: Run;
  readonly events: readonly RunEvent[];
  readonly policy: Policy;
  readonly before: Sight;
  readonly after: Sight;
  readonly lastSelection: LastSelection | undefined;
  readonly journal: readonly JournalEntry[];
  /** People whom each mailbox may lose, from the stored plans. */
  readonly plannedLosses: ReadonlyMap<MailboxId, ReadonlySet<SourceObjectId>>;
  /** Stored again by somebody else while the run wrote. */
  readonly touched: ItemSet;
  readonly enriched: ItemSet;
  readonly isHalfRead: boolean;
  readonly isDead: boolean;
  /** Contacts were on their way between sub-folders and were stopped there; both may stand for a while. */
  readonly mayStandTwice: boolean;
  readonly diary: Diary;
  /** When each person was last seen among those who are copied. */
  readonly lastWanted: ReadonlyMap<SourceObjectId, number>;
}

const DAY_MS = 24 * 60 * 60 * 1000;

export function judge(performed: Performed): void {
  nothingForeignIsTouched(performed);
  nothingOfUsersIsLost(performed);
  onlyReleasedRunsWrite(performed);
  nobodyStandsTwice(performed);
  aHalfReadSourceDeletesNothing(performed);
  nobodyWhoBelongsIsLost(performed);
  graceIsKept(performed);
  theBrakeHolds(performed);
  theReportTellsTheTruth(performed);
}

function* mailboxesOf({
  before,
  after,
}: Performed): Iterable<readonly [MailboxId, SeenMailbox, SeenMailbox]> {
  for (const [id, seen] of after) {
    const old = before.get(id);
    if (old !== undefined) yield [id, old, seen];
  }
}

/** Items without a mark, copies beside their originals and folders without a mark are what they were. */
function nothingForeignIsTouched(performed: Performed): void {
  for (const [box, before, after] of mailboxesOf(performed)) {
    for (const [id, { item, isDeleted }] of before.items) {
      const now = after.items.get(id);
      const isForeign = item.mark === undefined;
      if (!isForeign && !isCopyBesideOriginal(before, id, performed.diary.userMade.of(box))) continue;
      const isInPlace = now?.isDeleted === isDeleted && now.item.folderId === item.folderId;
      // The mark may be taken off a copy whose original goes, and a rollback puts it on again.
      const isMarkOurs = !isForeign || performed.kind === 'rollback';
      const isUntouched = isInPlace && (now.item === item || (isMarkOurs && looksTheSame(now.item, item)));
      if (!isUntouched && !performed.touched.has(box, id))
        throw new Error(`item ${id} of ${box} is not ours and was touched`);
    }
    for (const [id, folder] of before.folders) {
      if (folder.mark === undefined && after.folders.get(id) !== folder && !isAdopted(after, id)) {
        throw new Error(`folder ${folder.name} of ${box} is not ours and was touched`);
      }
    }
  }
}

function looksTheSame(one: MemoryItem, other: MemoryItem): boolean {
  return JSON.stringify(one.properties) === JSON.stringify(other.properties);
}

/** An original that was away for a while may have been replaced by its copy. */
function isCopyBesideOriginal({ items }: SeenMailbox, id: ItemId, userMade: ReadonlySet<string>): boolean {
  const copy = items.get(id)?.item;
  if (copy?.copyOf === undefined) return false;
  const original = items.get(copy.copyOf)?.item;
  return (
    original !== undefined &&
    !userMade.has(original.id) &&
    original.folderId === copy.folderId &&
    original.mark?.sourceObjectId === copy.mark?.sourceObjectId
  );
}

/** A folder that holds contacts of ours gets its mark again. */
function isAdopted(after: SeenMailbox, id: Parameters<SeenMailbox['folders']['get']>[0]): boolean {
  return after.folders.get(id)?.mark !== undefined;
}

/** What a user wrote may be overwritten where the policy says so, but the contact that holds it never vanishes. */
function nothingOfUsersIsLost(performed: Performed): void {
  for (const [box, before, after] of mailboxesOf(performed)) {
    for (const [id, { item }] of before.items) {
      const isUsers = performed.enriched.has(box, id) || JSON.stringify(item.properties).includes(MINE);
      if (isUsers && !after.items.has(id))
        throw new Error(`${id} of ${box} held data of the user and is gone`);
    }
  }
}

function onlyReleasedRunsWrite({ kind, run, before, after, touched }: Performed): void {
  const mayWrite = kind !== 'test' && run.state !== 'awaitingApproval';
  if (!mayWrite && touched.isEmpty && !isSame(before, after))
    throw new Error(`a run that is ${run.state} wrote`);
}

function nobodyStandsTwice({ world, mayStandTwice, diary }: Performed): void {
  if (mayStandTwice) return;
  for (const box of world.boxes) {
    const seen = new Set<string>();
    for (const item of world.managed(box)) {
      const id = item.mark?.sourceObjectId;
      if (id === undefined || diary.userMade.has(box.id, item.id) || diary.wasPutBack(box.id, id)) continue;
      if (seen.has(id)) throw new Error(`${id} stands twice in ${box.id}`);
      seen.add(id);
    }
  }
}

function aHalfReadSourceDeletesNothing(performed: Performed): void {
  if (!performed.isHalfRead || performed.kind !== 'run') return;
  for (const [box, before, after] of mailboxesOf(performed)) {
    const { deleted, handedOver } = whatHappened(before, after, performed.touched.of(box));
    if (deleted + handedOver > 0)
      throw new Error(`${deleted + handedOver} contacts left ${box} after an incomplete reading`);
    for (const [id, { name, parentId }] of before.folders) {
      if (after.folders.get(id)?.parentId !== parentId)
        throw new Error(`folder ${name} left ${box} after an incomplete reading`);
    }
  }
}

interface Loss {
  readonly box: MailboxId;
  readonly person: SourceObjectId;
}

function lossesOf(performed: Performed): readonly Loss[] {
  return [...mailboxesOf(performed)].flatMap(([box, before, after]) =>
    [...before.people].filter((id) => !after.people.has(id)).map((person) => ({ box, person })),
  );
}

/** Whoever is wanted and stood there still stands there, also after a run that broke down. */
function nobodyWhoBelongsIsLost(performed: Performed): void {
  const { world, kind, policy } = performed;
  if (kind === 'rollback' || kind === 'cleanup') return;
  const wanted = wantedPeople(world, policy);
  const filled = new Map(filledMailboxes(world, policy).map((mailbox) => [mailbox.id, mailbox]));
  for (const { box, person } of lossesOf(performed)) {
    // What was approved is done, also when the world has changed its mind since.
    if (kind === 'approval' && performed.plannedLosses.get(box)?.has(person) === true) continue;
    const mailbox = filled.get(box);
    const isOwn = mailbox?.ownerId === person && !policy.contact.includeOwn;
    if (kind === 'approval') throw new Error(`${box} lost ${person}, which nobody approved`);
    if (mailbox !== undefined && !isOwn && wanted.has(person))
      throw new Error(`${box} lost ${person}, who belongs there`);
  }
}

function graceIsKept(performed: Performed): void {
  const { world, kind, policy, lastWanted } = performed;
  const { strategy, graceDays } = policy.deletion;
  if (kind !== 'run' || (strategy !== 'grace' && strategy !== 'never')) return;
  const filled = new Map(filledMailboxes(world, policy).map((mailbox) => [mailbox.id, mailbox]));
  for (const { box, person } of lossesOf(performed)) {
    const mailbox = filled.get(box);
    const object = world.organization.object(person);
    const isMarked = object !== undefined && isMarkedNoContactSync(object);
    if (mailbox === undefined || mailbox.ownerId === person || isMarked) continue;
    const missedFor = world.clock.now().getTime() - (lastWanted.get(person) ?? 0);
    if (strategy === 'never' || missedFor < graceDays * DAY_MS) {
      throw new Error(`${box} lost ${person} under the strategy ${strategy}`);
    }
  }
}

/** Without an approval never more people or mailboxes than the limits allow. */
function theBrakeHolds(performed: Performed): void {
  const { world, kind, policy, lastSelection } = performed;
  if (kind !== 'run' || lastSelection === undefined) return;
  const { brake } = policy;
  const wanted = wantedPeople(world, policy);
  const filled = new Set(filledMailboxes(world, policy).map(({ id }) => id));
  const last = lastSelection.sourceObjectIds;
  const losses = lossesOf(performed);
  const people = new Set(
    losses.flatMap(({ box, person }) =>
      filled.has(box) && !wanted.has(person) && last.has(person) ? [person] : [],
    ),
  );
  const isMany =
    last.size >= brake.percentFromPeople && people.size * 100 > last.size * brake.maxPeoplePercent;
  if (people.size > brake.maxPeople || isMany) {
    throw new Error(`${people.size} of ${last.size} people went without an approval`);
  }
  const mailboxes = new Set(losses.flatMap(({ box }) => (filled.has(box) ? [] : [box])));
  const base = Math.max(lastSelection.mailboxIds.size, mailboxes.size);
  if (mailboxes.size > brake.maxMailboxes || mailboxes.size * 100 > base * brake.maxMailboxesPercent) {
    throw new Error(`${mailboxes.size} of ${base} mailboxes were emptied without an approval`);
  }
}

/** Its counts are what happened in the mailboxes, and a run that calls itself finished has nothing to regret. */
function theReportTellsTheTruth(performed: Performed): void {
  const { world, run, events, journal } = performed;
  const report = buildReport(run, events);
  const uncertain = new Map<MailboxId, number>();
  for (const { mailboxId, outcome } of journal) {
    const isUncertain = outcome === 'unknown' || outcome === undefined;
    // Nobody was left to report what a process wrote before it died; the journal knows.
    if (isUncertain || (performed.isDead && outcome === 'applied')) {
      uncertain.set(mailboxId, (uncertain.get(mailboxId) ?? 0) + 1);
    }
  }
  for (const [box, before, after] of mailboxesOf(performed)) {
    const happened = whatHappened(before, after, performed.touched.of(box));
    const one = report.perMailbox.find(({ mailboxId }) => mailboxId === box);
    const hasFailed = (one?.failures.length ?? 0) > 0 || performed.isDead || run.state === 'cancelled';
    const told = withoutTouched(one?.applied, happened, performed.touched.of(box).size);
    expectTold(box, told, happened, hasFailed ? (uncertain.get(box) ?? 0) : 0);
  }
  expectHonestState(report);
  if (performed.isHalfRead && performed.kind === 'run') expectToldHalfRead(report);
  for (const box of world.boxes) {
    const refusal = box.trouble.refusal;
    const one = report.perMailbox.find(({ mailboxId }) => mailboxId === box.id);
    if (refusal === undefined || one === undefined || report.kind !== 'run') continue;
    if (!one.failures.some(({ code }) => code === refusal))
      throw new Error(`the report does not say that ${box.id} refused: ${refusal}`);
  }
}

/** Of an item that a user stored meanwhile it cannot be seen whether the run updated it too. */
function withoutTouched(
  told: OutcomeCounts | undefined,
  happened: ReturnType<typeof whatHappened>,
  invisible: number,
): OutcomeCounts | undefined {
  if (told === undefined || told.updated <= happened.updated) return told;
  return { ...told, updated: Math.max(happened.updated, told.updated - invisible) };
}

function expectTold(
  box: MailboxId,
  told: OutcomeCounts | undefined,
  happened: ReturnType<typeof whatHappened>,
  unknown: number,
): void {
  let untold = 0;
  for (const name of ['created', 'updated', 'deleted', 'handedOver', 'adopted'] as const) {
    const difference = happened[name] - (told?.[name] ?? 0);
    if (difference < 0)
      throw new Error(`the report tells of ${told?.[name]} ${name} in ${box}, it were ${happened[name]}`);
    untold += difference;
  }
  if (untold > unknown) {
    throw new Error(
      `the report leaves out ${untold} changes in ${box}: ${JSON.stringify({ told, happened })}`,
    );
  }
}

function expectHonestState(report: RunReport): void {
  const regrets = report.failures.filter(({ failure }) => failure.code !== 'mailboxNotProvisioned');
  const isProud = report.state === 'finished';
  if (isProud && (regrets.length > 0 || report.applied.failed > 0)) {
    throw new Error(`a run with ${regrets[0]?.failure.code} calls itself finished`);
  }
  if (report.state === 'finishedWithErrors' && report.failures.length === 0) {
    throw new Error('a run finished with errors and names none');
  }
}

function expectToldHalfRead({ source, mailboxes, state, failures }: RunReport): void {
  const isTold = source?.isComplete === false || mailboxes?.isComplete === false || failures.length > 0;
  if (!isTold || state === 'finished')
    throw new Error('the report does not say that the reading was incomplete');
}
