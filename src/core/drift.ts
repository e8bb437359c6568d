// What differs in a mailbox from what we wrote there: the folder as it was read in full, against the marks on the contacts
// and against the ledger. Pure, and without the source: what changed there is the business of a run.

import { CONTACT_PROPERTIES, type ContactProperty } from '../model/contact.ts';
import {
  DRIFT_KINDS,
  type DriftCounts,
  type DriftFinding,
  type DriftKind,
  type DriftReport,
  type MailboxDrift,
} from '../model/drift.ts';
import { type ItemId, type PolicyId, policyId, type SourceObjectId } from '../model/ids.ts';
import type { LedgerEntry, LedgerRecord } from '../model/ledger-record.ts';
import type { ContactElsewhere, FolderSnapshot, ForeignContact, TargetMailbox } from '../model/mailbox.ts';
import type { Policy } from '../model/policy.ts';
import { changedProperties, editedSince } from './as-written.ts';
import { areFieldFingerprintsWhole, fieldMatches } from './fingerprint.ts';
import { entriesOfMissing, lostContacts, perhapsUnmarked } from './lost-marks.ts';
import { type MatchedContacts, matchContacts, type OwnContact } from './match-contacts.ts';
import { CONTESTED_LIMIT } from './plan-fields.ts';
import { managedProperties, ruleFor } from './property-rules.ts';

export interface DriftInput {
  readonly policy: Policy;
  readonly mailbox: Pick<TargetMailbox, 'ownerId'>;
  /** Read in full, with the properties of every contact. */
  readonly snapshot: FolderSnapshot;
  /** Of the items that `itemsToLookAt` names, those that were found. */
  readonly unmarked?: readonly ForeignContact[];
  /** What carries the policy's mark in the other contact folders of the mailbox. */
  readonly elsewhere?: readonly ContactElsewhere[];
  /** A dirty record only tells which of several items is ours. */
  readonly record: LedgerRecord | undefined;
  readonly respected: ReadonlySet<SourceObjectId>;
  /** Selected by the last completed run, where that filled the mailbox: who should be there when no ledger tells. */
  readonly lastPeople: ReadonlySet<SourceObjectId> | undefined;
}

interface Context extends DriftInput {
  readonly id: PolicyId;
  readonly known: LedgerRecord | undefined;
  readonly entries: ReadonlyMap<SourceObjectId, LedgerEntry>;
  readonly matched: MatchedContacts;
  readonly managed: ReadonlySet<ContactProperty>;
}

/** More would make a report of thousands of mailboxes too large to be read by anybody. */
export const MOST_FINDINGS = 200;

/** Items to look at: those of people who are missing may lie in the folder without their mark. */
export function itemsToLookAt(input: DriftInput): readonly ItemId[] {
  const context = contextOf(input);
  const missing = new Set(missingPeople(context));
  return perhapsUnmarked(
    entriesOfMissing(context.known, (id) => !missing.has(id)),
    input.snapshot,
  );
}

export function findDrift(input: DriftInput): MailboxDrift {
  const context = contextOf(input);
  const { own, copies, leftovers } = context.matched;
  const missing = missingFindings(context);
  const findings: DriftFinding[] = [
    ...folderFindings(context),
    ...missing,
    ...elsewhereFindings(context, missing),
    ...[...own.values()].flatMap((contact) => contactFindings(context, contact)),
    ...leftovers.map(({ sourceObjectId, folderKey }) => ({
      kind: 'twice' as const,
      sourceObjectId,
      folderKey,
      isLeft: false,
    })),
    ...copies.map(({ sourceObjectId, folderKey }) => ({
      kind: 'copied' as const,
      sourceObjectId,
      folderKey,
      isLeft: true,
    })),
  ];
  // What is to be repaired comes first: it must not be what is cut off.
  findings.sort(
    (one, other) =>
      Number(one.isLeft) - Number(other.isLeft) ||
      DRIFT_KINDS.indexOf(one.kind) - DRIFT_KINDS.indexOf(other.kind) ||
      compareText(one.sourceObjectId ?? '', other.sourceObjectId ?? ''),
  );
  const left = findings.filter(({ isLeft }) => isLeft);
  const toRepair = findings.filter(({ isLeft }) => !isLeft);
  return {
    contacts: own.size,
    foreign: input.snapshot.foreignCount,
    differs: toRepair.length > 0,
    differing: peopleIn(toRepair),
    left: peopleIn(left),
    counts: countKinds(toRepair),
    leftCounts: countKinds(left),
    findings: findings.slice(0, MOST_FINDINGS),
    missingBy:
      context.known !== undefined
        ? 'ledger'
        : lastPeopleOf(context) === undefined
          ? 'nothing'
          : 'lastSelection',
  };
}

function contextOf(input: DriftInput): Context {
  const { record, policy, snapshot } = input;
  const known = record?.isDirty === false ? record : undefined;
  const id = policyId(policy.id);
  const entries = new Map((known?.entries ?? []).map((entry) => [entry.sourceObjectId, entry]));
  const matched = matchContacts(snapshot.contacts, id, record, (person) => entries.get(person)?.folderKey);
  return { ...input, id, known, entries, matched, managed: managedProperties(policy) };
}

/** With several policies in one folder, who of them writes a person is not said by the selection of one. */
function lastPeopleOf({ lastPeople, policy, snapshot }: Context): DriftInput['lastPeople'] {
  return policy.folder.merge === undefined && snapshot.folders.length > 0 ? lastPeople : undefined;
}

function missingPeople(context: Context): readonly SourceObjectId[] {
  const { known, entries, matched, policy, mailbox, respected } = context;
  const isOwner = (id: SourceObjectId) => id === mailbox.ownerId && !policy.contact.includeOwn;
  const wasHere =
    known === undefined
      ? [...(lastPeopleOf(context) ?? [])].filter((id) => !isOwner(id) && !matched.ofOtherPolicies.has(id))
      : new Set([...entries.keys(), ...(known.missing ?? [])]);
  const isRespected = (id: SourceObjectId) =>
    policy.deletion.deletedByUser === 'respect' && respected.has(id);
  return [...wasHere].filter((id) => !matched.own.has(id) && !isRespected(id));
}

function missingFindings(context: Context): readonly DriftFinding[] {
  const { entries, known, matched, policy, unmarked = [] } = context;
  const moved = movedAway(context);
  const lost = lostContacts(
    entriesOfMissing(known, (id) => matched.own.has(id)),
    unmarked,
  );
  return missingPeople(context).map((sourceObjectId): DriftFinding => {
    const folderKey = entries.get(sourceObjectId)?.folderKey ?? '';
    // The next run remembers the deletion and leaves it at that.
    const isLeft = policy.deletion.deletedByUser === 'respect';
    const found = lost.get(sourceObjectId);
    if (found !== undefined) {
      const edited = editedSince(found.entry, found.item.properties) ?? [];
      const { folderKey: here } = found.item;
      if (edited.length === 0) return { kind: 'lostMark', sourceObjectId, folderKey: here, isLeft: false };
      return { kind: 'lostMark', sourceObjectId, folderKey: here, properties: edited, isLeft };
    }
    const to = moved.get(sourceObjectId)?.path;
    if (to !== undefined) return { kind: 'movedAway', sourceObjectId, folderKey, elsewhere: to, isLeft };
    return { kind: 'missing', sourceObjectId, folderKey, isLeft };
  });
}

/** Of several items of one person the one that the ledger knows, otherwise the oldest; the others are its copies. */
function movedAway({ elsewhere = [], entries }: Context): ReadonlyMap<SourceObjectId, ContactElsewhere> {
  const rank = ({ itemId, sourceObjectId, createdAt }: ContactElsewhere): string =>
    `${entries.get(sourceObjectId)?.itemId === itemId ? 0 : 1}${createdAt} ${itemId}`;
  const sorted = elsewhere.toSorted((one, other) => compareText(rank(one), rank(other)));
  return new Map(sorted.toReversed().map((one) => [one.sourceObjectId, one]));
}

/** Whatever lies there is the user's; a repair does not touch it. */
function elsewhereFindings(context: Context, missing: readonly DriftFinding[]): readonly DriftFinding[] {
  const { elsewhere = [], respected, policy } = context;
  const moved = movedAway(context);
  const told = new Set(missing.map(({ sourceObjectId }) => sourceObjectId));
  return elsewhere.flatMap((one): readonly DriftFinding[] => {
    const { sourceObjectId, path } = one;
    const isMoved = moved.get(sourceObjectId) === one && !context.matched.own.has(sourceObjectId);
    if (isMoved && told.has(sourceObjectId)) return [];
    const isRespected = policy.deletion.deletedByUser === 'respect' && respected.has(sourceObjectId);
    const kind = isMoved && isRespected ? 'movedAway' : 'copiedAway';
    return [{ kind, sourceObjectId, folderKey: '', elsewhere: path, isLeft: true }];
  });
}

function contactFindings(context: Context, contact: OwnContact): readonly DriftFinding[] {
  const { known, entries, snapshot, policy } = context;
  const { sourceObjectId, folderKey, mark } = contact;
  const entry = entries.get(sourceObjectId);
  const findings: DriftFinding[] = [];
  const add = (kind: DriftKind, isLeft: boolean, properties?: readonly ContactProperty[]): void => {
    findings.push({
      kind,
      sourceObjectId,
      folderKey,
      ...(properties === undefined ? {} : { properties }),
      isLeft,
    });
  };
  if (entry !== undefined && entry.folderKey !== folderKey) add('wrongFolder', false);
  if ((context.matched.ofOtherPolicies.get(sourceObjectId)?.size ?? 0) > 0)
    add('twice', policy.folder.merge === undefined);
  // A contact that came back after it was missed is news, and no mistake of the ledger.
  const isMissed = known?.missing?.includes(sourceObjectId) === true;
  const isOther = entry === undefined ? !isMissed : isOtherThanKnown(entry, contact);
  if (known !== undefined && snapshot.hasMoved !== true && isOther) add('staleLedger', false);
  if (!areFieldFingerprintsWhole(mark.fieldFingerprints)) {
    add('damagedMark', false);
    return findings;
  }
  const changed = changedProperties(mark.fieldFingerprints, contact.properties ?? {});
  const byVerdict = Map.groupBy(changed, (property) => verdictOf(context, contact, property, entry));
  for (const kind of ['edited', 'userValue', 'contested'] as const) {
    const properties = byVerdict.get(kind);
    if (properties !== undefined) add(kind, kind !== 'edited', properties);
  }
  return findings;
}

/** An edit changes the version; with the same one the ledger must say what the mark says. */
function isOtherThanKnown(entry: LedgerEntry, { itemId, version, mark }: OwnContact): boolean {
  if (entry.itemId !== itemId) return true;
  return entry.version === version && entry.fieldFingerprints !== mark.fieldFingerprints;
}

/** As a run would decide, as far as that is known without the source. */
function verdictOf(
  { policy, managed }: Context,
  { mark, properties = {} }: OwnContact,
  property: ContactProperty,
  entry: LedgerEntry | undefined,
): 'edited' | 'userValue' | 'contested' {
  const stored = properties[property] ?? '';
  const wasSent = fieldMatches(mark.fieldFingerprints, property, stored) !== 'notSent';
  if (!wasSent || !managed.has(property)) return 'userValue';
  if ((entry?.contested?.[property] ?? 0) >= CONTESTED_LIMIT) return 'contested';
  if (CONTACT_PROPERTIES[property].kind === 'categories')
    return holdsOurCategories(mark.fieldFingerprints, property, stored) ? 'userValue' : 'edited';
  const { mode } = ruleFor(policy, property);
  if (mode === 'keepEdited') return 'userValue';
  return mode === 'fillIfBlank' && stored !== '' ? 'userValue' : 'edited';
}

/** A user with more categories of their own is told to have taken one of ours away. */
const MOST_CATEGORIES = 10;

/** Ours are known by their fingerprint alone: they stand there when a part of what stands there has it. */
function holdsOurCategories(fingerprints: string, property: ContactProperty, stored: string): boolean {
  const names = stored.split(';').filter((name) => name.trim() !== '');
  if (names.length > MOST_CATEGORIES) return false;
  return Array.from({ length: 2 ** names.length }, (_, part) =>
    names.filter((_name, index) => (part & (1 << index)) !== 0).join(';'),
  ).some((part) => part !== '' && fieldMatches(fingerprints, property, part) === 'same');
}

function folderFindings({ known, snapshot, id, policy }: Context): readonly DriftFinding[] {
  // In another system every folder has another id.
  if (known === undefined || snapshot.hasMoved === true || policy.folder.useDefaultContacts) return [];
  return known.folders.flatMap(({ folderId, key, name, mark }): readonly DriftFinding[] => {
    const folder = snapshot.folders.find((one) => one.folderId === folderId);
    if (folder === undefined) return [{ kind: 'folderGone', folderKey: key, isLeft: false }];
    const findings: DriftFinding[] = [];
    if (mark?.policyId === id && folder.mark === undefined)
      findings.push({ kind: 'folderUnmarked', folderKey: key, isLeft: false });
    // The name that a user gave the folder is respected.
    if (folder.name !== name) findings.push({ kind: 'folderRenamed', folderKey: key, isLeft: true });
    return findings;
  });
}

const peopleIn = (findings: readonly DriftFinding[]): number =>
  new Set(findings.flatMap(({ sourceObjectId }) => sourceObjectId ?? [])).size;

function countKinds(findings: readonly DriftFinding[]): DriftCounts {
  const counts: Partial<Record<DriftKind, number>> = {};
  for (const { kind } of findings) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

const compareText = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

/** Of all mailboxes. */
export function sumDrift(mailboxes: readonly MailboxDrift[]): DriftReport {
  const sum = (pick: (drift: MailboxDrift) => number): number =>
    mailboxes.reduce((total, drift) => total + pick(drift), 0);
  const sumKinds = (pick: (drift: MailboxDrift) => DriftCounts): DriftCounts =>
    Object.fromEntries(
      DRIFT_KINDS.map((kind) => [kind, sum((drift) => pick(drift)[kind] ?? 0)] as const).filter(
        ([, count]) => count > 0,
      ),
    );
  return {
    mailboxes: mailboxes.length,
    mailboxesDiffering: mailboxes.filter(({ differs }) => differs).length,
    contacts: sum(({ contacts }) => contacts),
    differing: sum(({ differing }) => differing),
    left: sum(({ left }) => left),
    counts: sumKinds(({ counts }) => counts),
    leftCounts: sumKinds(({ leftCounts }) => leftCounts),
  };
}
