// A ledger record as bytes: a format number, then the entries column by column, compressed. Columns compress much
// better than rows, because neighbors resemble each other. What cannot be understood is simply not known.

import { z } from 'zod';
import { CONTACT_PROPERTIES, type ContactProperty } from '../model/contact.ts';
import {
  folderId,
  isUuid,
  itemId,
  type MailboxId,
  type PolicyId,
  sourceObjectId,
  policyId as toPolicyId,
} from '../model/ids.ts';
import type { LedgerEntry, LedgerFolder, LedgerOther, LedgerRecord } from '../model/ledger-record.ts';
import type { OwnershipMark } from '../model/mailbox.ts';
import { packJson, unpackJson } from './packed-json.ts';

/** Another number than the record's: it is read as unknown and written anew by the next run. */
const FORMAT = 1;

const uuid = z.string().refine(isUuid);
const strings = z.array(z.string());
const FolderMark = z.object({
  version: z.number(),
  policyId: uuid,
  sourceObjectId: uuid.optional(),
  fingerprint: z.string(),
  fieldFingerprints: z.string(),
});
const columns = {
  sourceObjectIds: z.array(uuid),
  itemIds: strings,
  versions: strings,
  folderKeys: strings,
  createdAt: strings,
  markVersions: z.array(z.number()),
  fingerprints: strings,
  fieldFingerprints: strings,
  /** By place of the entry. */
  contested: z.record(z.string(), z.record(z.string(), z.number())),
  /** By place of the entry. */
  photos: z.record(z.string(), z.string()).optional(),
};
const Body = z.object({
  /** Echo of the row's key: a record under another mailbox's key is not believed. */
  of: z.tuple([z.string(), z.string()]),
  rulesDigest: z.string(),
  foreignCount: z.number(),
  folders: z.array(
    z.object({
      key: z.string(),
      folderId: z.string(),
      name: z.string(),
      mark: FolderMark.optional(),
      syncToken: z.string().optional(),
    }),
  ),
  ...columns,
  missing: z.array(uuid).optional(),
  missingEntries: z.object(columns).optional(),
  alsoOurs: strings.optional(),
  /** By column, too. */
  others: z
    .object({
      policyIds: z.array(uuid),
      sourceObjectIds: z.array(uuid),
      itemIds: strings,
      folderKeys: strings,
      markVersions: z.array(z.number()),
    })
    .optional(),
});
type Body = z.infer<typeof Body>;

export function encodeLedgerRecord(record: LedgerRecord): Uint8Array {
  const {
    policyId,
    mailboxId,
    isDirty: _,
    rulesDigest,
    foreignCount,
    folders,
    entries,
    missing,
    missingEntries,
    alsoOurs,
    others,
    ...rest
  } = record;
  // A key that the model gains and this format forgets would be lost without a word: it does not compile.
  const nothingElse: Record<string, never> = rest;
  const body: Body = {
    of: [policyId, mailboxId],
    rulesDigest,
    foreignCount,
    folders: folders.map((folder) => ({ ...folder, mark: folder.mark && { ...folder.mark } })),
    ...toColumns(entries),
    ...(missing === undefined ? {} : { missing: [...missing] }),
    ...(missingEntries === undefined ? {} : { missingEntries: toColumns(missingEntries) }),
    ...(alsoOurs === undefined ? {} : { alsoOurs: [...alsoOurs] }),
    ...(others === undefined ? {} : { others: othersToColumns(others) }),
    ...nothingElse,
  };
  return Buffer.concat([Buffer.from([FORMAT]), packJson(body)]);
}

type Columns = Pick<Body, keyof typeof columns>;

function toColumns(entries: readonly LedgerEntry[]): Columns {
  const contested = entries.flatMap((entry, place) =>
    entry.contested ? [[place, entry.contested] as const] : [],
  );
  const photos = entries.flatMap(({ photo }, place) =>
    photo === undefined ? [] : [[place, photo] as const],
  );
  return {
    sourceObjectIds: entries.map((entry) => entry.sourceObjectId),
    itemIds: entries.map((entry) => entry.itemId),
    versions: entries.map((entry) => entry.version),
    folderKeys: entries.map((entry) => entry.folderKey),
    createdAt: entries.map((entry) => entry.createdAt),
    markVersions: entries.map((entry) => entry.markVersion),
    fingerprints: entries.map((entry) => entry.fingerprint),
    fieldFingerprints: entries.map((entry) => entry.fieldFingerprints),
    contested: Object.fromEntries(contested),
    ...(photos.length === 0 ? {} : { photos: Object.fromEntries(photos) }),
  };
}

function othersToColumns(others: readonly LedgerOther[]): NonNullable<Body['others']> {
  return {
    policyIds: others.map((other) => other.policyId),
    sourceObjectIds: others.map((other) => other.sourceObjectId),
    itemIds: others.map((other) => other.itemId),
    folderKeys: others.map((other) => other.folderKey),
    markVersions: others.map((other) => other.markVersion),
  };
}

/** Of columns that do not fit together nothing: the folder is then read in full. */
function toOthers(columns: Body['others']): Pick<LedgerRecord, 'others'> {
  if (columns === undefined) return {};
  const others = columns.itemIds.flatMap((id, place): LedgerOther[] => {
    const policy = columns.policyIds[place];
    const source = columns.sourceObjectIds[place];
    const folderKey = columns.folderKeys[place];
    const markVersion = columns.markVersions[place];
    if (policy === undefined || source === undefined) return [];
    if (folderKey === undefined || markVersion === undefined) return [];
    return [
      {
        policyId: toPolicyId(policy),
        sourceObjectId: sourceObjectId(source),
        itemId: itemId(id),
        folderKey,
        markVersion,
      },
    ];
  });
  return { others };
}

/** undefined for an older, newer or damaged format. */
export function decodeLedgerRecord(
  bytes: Uint8Array,
  policyId: PolicyId,
  mailboxId: MailboxId,
): Omit<LedgerRecord, 'isDirty'> | undefined {
  if (bytes[0] !== FORMAT) return undefined;
  const parsed = Body.safeParse(tryUnpack(bytes.subarray(1)));
  if (!parsed.success) return undefined;
  const body = parsed.data;
  if (body.of[0] !== policyId || body.of[1] !== mailboxId) return undefined;
  const entries = fromColumns(body);
  if (entries === undefined) return undefined;
  const missingEntries = body.missingEntries === undefined ? undefined : fromColumns(body.missingEntries);
  const { rulesDigest, foreignCount, missing, alsoOurs } = body;
  return {
    policyId,
    mailboxId,
    rulesDigest,
    foreignCount,
    folders: body.folders.map(toFolder),
    entries,
    ...(missing === undefined ? {} : { missing: missing.map(sourceObjectId) }),
    ...(missingEntries === undefined ? {} : { missingEntries }),
    ...(alsoOurs === undefined ? {} : { alsoOurs: alsoOurs.map(itemId) }),
    ...toOthers(body.others),
  };
}

function tryUnpack(packed: Uint8Array): unknown {
  try {
    return unpackJson<unknown>(packed);
  } catch {
    return undefined;
  }
}

/** undefined where the columns do not fit together. */
function fromColumns(columns: Columns): readonly LedgerEntry[] | undefined {
  const entries = columns.sourceObjectIds.map((_, place) => toEntry(columns, place));
  return entries.every((entry) => entry !== undefined) ? entries : undefined;
}

function toEntry(body: Columns, place: number): LedgerEntry | undefined {
  const source = body.sourceObjectIds[place];
  const item = body.itemIds[place];
  const version = body.versions[place];
  const folderKey = body.folderKeys[place];
  const createdAt = body.createdAt[place];
  const markVersion = body.markVersions[place];
  const fingerprint = body.fingerprints[place];
  const fieldFingerprints = body.fieldFingerprints[place];
  if (source === undefined || item === undefined || version === undefined || folderKey === undefined)
    return undefined;
  if (createdAt === undefined || markVersion === undefined) return undefined;
  if (fingerprint === undefined || fieldFingerprints === undefined) return undefined;
  const contested = body.contested[place];
  const photo = body.photos?.[place];
  return {
    sourceObjectId: sourceObjectId(source),
    itemId: itemId(item),
    version,
    folderKey,
    createdAt,
    markVersion,
    fingerprint,
    fieldFingerprints,
    ...(photo === undefined ? {} : { photo }),
    ...(contested === undefined ? {} : { contested: toContested(contested) }),
  };
}

function toContested(counts: Readonly<Record<string, number>>): Partial<Record<ContactProperty, number>> {
  return Object.fromEntries(
    Object.entries(counts).filter(([name]) => Object.hasOwn(CONTACT_PROPERTIES, name)),
  );
}

function toFolder(folder: Body['folders'][number]): LedgerFolder {
  return {
    key: folder.key,
    folderId: folderId(folder.folderId),
    name: folder.name,
    mark: folder.mark === undefined ? undefined : toMark(folder.mark),
    syncToken: folder.syncToken,
  };
}

function toMark(mark: z.infer<typeof FolderMark>): OwnershipMark {
  return {
    version: mark.version,
    policyId: toPolicyId(mark.policyId),
    sourceObjectId: mark.sourceObjectId === undefined ? undefined : sourceObjectId(mark.sourceObjectId),
    fingerprint: mark.fingerprint,
    fieldFingerprints: mark.fieldFingerprints,
  };
}
