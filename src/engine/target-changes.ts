// From the plan's words to the target's: each planned change with everything it needs named, and beside it what the
// journal must know before the write.

import { contactFingerprint, FINGERPRINT_VERSION, fieldFingerprints } from '../core/fingerprint.ts';
import { propertiesForMark } from '../core/plan-fields.ts';
import type { ContactProperties, ContactProperty, MappedContact } from '../model/contact.ts';
import type { FolderId, ItemId, PolicyId, SourceObjectId } from '../model/ids.ts';
import type { BeforeImage, JournalIntent } from '../model/ledger-record.ts';
import type { ManagedContact, OwnershipMark } from '../model/mailbox.ts';
import type { ContactChange, FieldChange, TargetChange } from '../model/plan.ts';

/** One change, ready to be journaled and written. */
export interface ReadyChange {
  readonly planned: ContactChange;
  readonly target: TargetChange;
  readonly intent: JournalIntent;
  /** The mark the item carries afterwards; undefined when it is gone or handed over. */
  readonly mark: OwnershipMark | undefined;
  readonly folderKey: string;
  /** Field fingerprints before the change: tells whether a rewrite repeats what was sent before. */
  readonly writtenBefore: string;
}

export interface TargetContext {
  readonly policyId: PolicyId;
  readonly contacts: ReadonlyMap<SourceObjectId, MappedContact>;
  readonly folderIds: ReadonlyMap<string, FolderId>;
  /** The items that are changed or deleted, complete, as they are now. */
  readonly current: ReadonlyMap<ItemId, ManagedContact | AdoptedItem>;
}

/** An item without a mark that is about to be adopted. */
export interface AdoptedItem {
  readonly itemId: ItemId;
  readonly version: string;
  readonly folderKey: string;
  readonly properties: ContactProperties;
  readonly mark?: undefined;
}

/** undefined: what the change needs is not there any more, so the mailbox must be planned again. */
export function readyChange(planned: ContactChange, context: TargetContext): ReadyChange | undefined {
  if (planned.kind === 'create') {
    const contact = context.contacts.get(planned.sourceObjectId);
    const folderId = context.folderIds.get(planned.folderKey);
    if (contact === undefined || folderId === undefined) return undefined;
    const mark = markFor(context.policyId, contact);
    return {
      planned,
      target: { kind: 'create', folderId, properties: contact.properties, mark },
      intent: {
        change: 'create',
        sourceObjectId: planned.sourceObjectId,
        itemId: undefined,
        folderId,
        folderKey: planned.folderKey,
        fields: [],
        before: undefined,
        label: contact.label,
      },
      mark,
      folderKey: planned.folderKey,
      writtenBefore: '',
    };
  }

  const item = context.current.get(planned.itemId);
  if (item?.properties === undefined || item.version !== planned.version) return undefined;
  const before: BeforeImage = { properties: item.properties, mark: item.mark, folderKey: item.folderKey };
  const intent = (fields: readonly FieldChange[], label: string): JournalIntent => ({
    change: planned.kind,
    sourceObjectId: planned.sourceObjectId,
    itemId: planned.itemId,
    folderId: context.folderIds.get(item.folderKey),
    folderKey: item.folderKey,
    fields,
    before,
    label,
  });
  const common = { planned, folderKey: item.folderKey, writtenBefore: item.mark?.fieldFingerprints ?? '' };
  const { itemId, version } = planned;

  if (planned.kind === 'update' || planned.kind === 'adopt') {
    const contact = context.contacts.get(planned.sourceObjectId);
    if (contact === undefined) return undefined;
    const mark = markFor(context.policyId, contact, item);
    const set = Object.fromEntries(planned.fields.map(({ property, to }) => [property, to]));
    const whole = overlay(item.properties, planned.fields);
    return {
      ...common,
      target: { kind: planned.kind, itemId, version, set, whole, mark },
      intent: intent(planned.fields, contact.label),
      mark,
    };
  }
  if (planned.kind === 'delete') {
    return {
      ...common,
      target: { kind: 'delete', itemId, version, mode: planned.mode },
      intent: intent([], planned.label),
      mark: undefined,
    };
  }
  return {
    ...common,
    target: { kind: 'handOver', itemId, version },
    intent: intent([], planned.label),
    mark: undefined,
  };
}

/** `item`: the contact as it is now, when it exists already. */
function markFor(
  policyId: PolicyId,
  contact: MappedContact,
  item?: ManagedContact | AdoptedItem,
): OwnershipMark {
  const isDegraded = item !== undefined && (contact.unknownProperties ?? []).length > 0;
  const properties = isDegraded
    ? propertiesForMark(contact, item.properties ?? {}, item.mark?.fieldFingerprints ?? '')
    : undefined;
  return {
    version: FINGERPRINT_VERSION,
    policyId,
    sourceObjectId: contact.sourceObjectId,
    fingerprint: properties === undefined ? contact.fingerprint : contactFingerprint(properties),
    fieldFingerprints: properties === undefined ? contact.fieldFingerprints : fieldFingerprints(properties),
  };
}

/** The properties after the changes, without the cleared ones. */
export function overlay(properties: ContactProperties, fields: readonly FieldChange[]): ContactProperties {
  const after: Partial<Record<ContactProperty, string>> = { ...properties };
  for (const { property, to } of fields) {
    if (to === '') delete after[property];
    else after[property] = to;
  }
  return after;
}
