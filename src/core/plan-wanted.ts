// Whoever is wanted in a mailbox: who is not there is created, adopted or left deleted; who is there is compared field by
// field.

import type { MappedContact } from '../model/contact.ts';
import type { SourceObjectId } from '../model/ids.ts';
import type { ForeignContact } from '../model/mailbox.ts';
import type { ContactChange } from '../model/plan.ts';
import { editedSince } from './as-written.ts';
import { comparable } from './comparable.ts';
import { areFieldFingerprintsWhole, FINGERPRINT_VERSION } from './fingerprint.ts';
import type { OwnContact } from './match-contacts.ts';
import { isUnchanged, type PlanContext, wantedOf } from './plan-context.ts';
import { decideFields, type FieldsInput } from './plan-fields.ts';
import type { NoticeBook } from './plan-notices.ts';
import { removalChange } from './plan-removal.ts';

export function planWanted(
  context: PlanContext,
  changes: ContactChange[],
  respectedDeletions: SourceObjectId[],
  notices: NoticeBook,
): void {
  const adoptable = adoptableByAddress(context);
  for (const id of context.wanted.keys()) {
    const wanted = wantedOf(context, id);
    if (wanted === undefined) continue;
    if (isAlsoOfStranger(context, id)) notices.add('samePersonOfOtherPolicy', id);
    const contact = context.matched.own.get(id);
    if (contact === undefined) planAbsent(context, wanted, adoptable, changes, respectedDeletions, notices);
    else planPresent(context, wanted, contact, changes, notices);
  }
}

/** Written by a policy that is not merged with this one; the others take theirs away themselves. */
function isAlsoOfStranger({ matched, merged }: PlanContext, id: SourceObjectId): boolean {
  const others = matched.ofOtherPolicies.get(id) ?? new Set();
  return [...others].some((other) => merged?.companions.has(other) !== true);
}

/** A person who is wanted and not there. */
function planAbsent(
  context: PlanContext,
  wanted: MappedContact,
  adoptable: ReadonlyMap<string, ForeignContact>,
  changes: ContactChange[],
  respectedDeletions: SourceObjectId[],
  notices: NoticeBook,
): void {
  const id = wanted.sourceObjectId;
  if (context.undecided.has(id)) return;
  if (context.waitsForOthers) {
    notices.add('waitsForOtherPolicy', id);
    return;
  }
  if (planLostMark(context, wanted, changes, notices)) return;
  const isRespecting = context.policy.deletion.deletedByUser === 'respect';
  if (isRespecting && context.respected.has(id)) {
    notices.add('userDeletionRespected', id);
    return;
  }
  const wasDeletedByUser = context.deletedByUser.has(id) || context.respected.has(id);
  if (wasDeletedByUser && isRespecting) {
    respectedDeletions.push(id);
    notices.add('userDeletionRespected', id);
    return;
  }
  const foreign = adoptable.get(comparable('emailAddress1', wanted.properties.emailAddress1 ?? ''));
  if (foreign !== undefined && foreign.folderKey === wanted.folderKey) {
    const { changes: fields } = decideFields({
      policy: context.policy,
      wanted: wanted.properties,
      stored: foreign.properties,
      written: '',
      contested: undefined,
      ...rulesOf(context, wanted),
    });
    const { itemId, version } = foreign;
    changes.push({ kind: 'adopt', sourceObjectId: id, itemId, version, fields, reason: 'adopted' });
    return;
  }
  const reason = wasDeletedByUser ? 'restored' : 'new';
  changes.push({ kind: 'create', sourceObjectId: id, folderKey: wanted.folderKey, reason });
}

/** true: the contact stands there as we wrote it and gets its mark back. */
function planLostMark(
  context: PlanContext,
  contact: MappedContact,
  changes: ContactChange[],
  notices: NoticeBook,
): boolean {
  const { sourceObjectId: id, properties: wanted, unknownProperties: unknown, folderKey } = contact;
  const found = context.lost.get(id);
  if (found === undefined) return false;
  const { entry, item } = found;
  const isAsWritten = editedSince(entry, item.properties)?.length === 0;
  if (!isAsWritten || item.folderKey !== folderKey) {
    notices.add('lostMarkLeftAlone', id);
    return false;
  }
  const { fieldFingerprints: written, contested } = entry;
  const { changes: fields } = decideFields({
    ...{ policy: context.policy, wanted, stored: item.properties, written, contested, unknown },
    ...rulesOf(context, contact),
  });
  const { itemId, version } = item;
  changes.push({ kind: 'adopt', sourceObjectId: id, itemId, version, fields, reason: 'lostMark' });
  return true;
}

/** A person who is wanted and there. */
function planPresent(
  context: PlanContext,
  wanted: MappedContact,
  contact: OwnContact,
  changes: ContactChange[],
  notices: NoticeBook,
): void {
  const id = wanted.sourceObjectId;
  if (wanted.folderKey !== contact.folderKey) {
    // No protocol of ours moves a contact and keeps its version; the copy in the new folder comes first.
    if (!context.mayDelete) {
      notices.add('deletionsHeldBack', id);
      return;
    }
    changes.push({
      kind: 'create',
      sourceObjectId: id,
      folderKey: wanted.folderKey,
      reason: 'movedToSubfolder',
    });
    changes.push(removalChange(context.policy, contact, 'movedToSubfolder'));
    return;
  }
  if (isUnchanged(context, contact, wanted)) return;
  const decision = decideFields({
    policy: context.policy,
    wanted: wanted.properties,
    stored: contact.properties ?? {},
    written: contact.mark.fieldFingerprints,
    contested: context.contested.get(id),
    unknown: wanted.unknownProperties,
    ...rulesOf(context, wanted),
  });
  if (decision.kept.length > 0) notices.add('userValueKept', id, { properties: decision.kept });
  if (decision.contested.length > 0) notices.add('contested', id, { properties: decision.contested });
  const sourceChanged = contact.mark.fingerprint !== wanted.fingerprint;
  // An older fingerprint format alone is no reason to write: the values decide.
  const isOldFormat = contact.mark.version < FINGERPRINT_VERSION;
  // Nor is a fingerprint that differs only because the source could not tell everything.
  const isDegraded = (wanted.unknownProperties ?? []).length > 0;
  // Without them everything in the contact looks like the user's own.
  const isToBeRenewed =
    context.renewsMarks === true && !areFieldFingerprintsWhole(contact.mark.fieldFingerprints);
  const isMarkRight = !isToBeRenewed && (!sourceChanged || isOldFormat || isDegraded);
  if (decision.changes.length === 0 && isMarkRight) return;
  changes.push({
    kind: 'update',
    sourceObjectId: id,
    itemId: contact.itemId,
    version: contact.version,
    fields: decision.changes,
    reason:
      decision.changes.length === 0 ? 'markOnly' : sourceChanged ? 'changedAtSource' : 'editedInMailbox',
  });
}

/** Other policies have a say in some of the fields. */
function rulesOf(
  { merged }: PlanContext,
  { origins }: MappedContact,
): Pick<FieldsInput, 'origins' | 'companions'> {
  return origins === undefined ? {} : { origins, companions: merged?.companions };
}

/** Items without a mark whose main address one of them and one person has; only when the policy adopts. */
function adoptableByAddress(context: PlanContext): ReadonlyMap<string, ForeignContact> {
  const byAddress = new Map<string, ForeignContact>();
  if (context.policy.folder.existing !== 'adopt') return byAddress;
  const ambiguous = new Set<string>();
  for (const foreign of context.snapshot.foreign ?? []) {
    const address = comparable('emailAddress1', foreign.properties.emailAddress1 ?? '');
    if (address === '') continue;
    if (byAddress.has(address)) ambiguous.add(address);
    byAddress.set(address, foreign);
  }
  const taken = new Set<string>();
  for (const { properties } of context.wanted.values()) {
    const address = comparable('emailAddress1', properties.emailAddress1 ?? '');
    if (taken.has(address)) ambiguous.add(address);
    taken.add(address);
  }
  for (const address of ambiguous) byAddress.delete(address);
  return byAddress;
}
