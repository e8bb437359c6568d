// What a backup says of itself: the first file in it, so that it can be asked without reading the rest.

import { Failure } from '../model/failure.ts';

export const MANIFEST = 'manifest.json';
export const DATABASE = 'contactsync.db';
export const SEALED_KEY = 'key.sealed';
const FORMAT = 'contactsync-backup';
export const FORMAT_VERSION = 1;
export const MOST_MANIFEST_BYTES = 4 * 1024 * 1024;
/** As Date.toISOString() writes it: it is shown, and stands in the audit. */
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const VERSION = /^[0-9A-Za-z.+-]{1,60}$/;
const NAMES = /^(?:contactsync\.db|key\.sealed|certificates\/[0-9A-Za-z]{1,80}\.cer)$/;

export interface ArchivedFile {
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
}

export interface BackupManifest {
  readonly madeBy: string;
  readonly madeAt: string;
  /** The tables of the database, as the names of what made them. */
  readonly migrations: readonly string[];
  /** Tells which key is needed, and nothing about it. Absent: nothing is encrypted yet. */
  readonly keyId?: string;
  readonly files: readonly ArchivedFile[];
}

export function writeManifest(manifest: BackupManifest): Buffer {
  const body = { format: FORMAT, formatVersion: FORMAT_VERSION, ...manifest };
  return Buffer.from(`${JSON.stringify(body, undefined, 2)}\n`, 'utf8');
}

/** Throws `backupDamaged`, or `backupNewer` for a later form of backups. */
export function readManifest(text: string): BackupManifest {
  const value = parse(text);
  if (!isRecord(value) || value.format !== FORMAT) throw damaged('it is no backup of contactSync');
  if (typeof value.formatVersion === 'number' && value.formatVersion > FORMAT_VERSION)
    throw new Failure('backupNewer', { details: { formatVersion: value.formatVersion } });
  const { madeBy, madeAt, migrations, keyId, files } = value;
  const isWhole =
    typeof madeBy === 'string' &&
    VERSION.test(madeBy) &&
    typeof madeAt === 'string' &&
    MOMENT.test(madeAt) &&
    !Number.isNaN(Date.parse(madeAt)) &&
    Array.isArray(migrations) &&
    migrations.every((name) => typeof name === 'string') &&
    (keyId === undefined || (typeof keyId === 'string' && /^[0-9a-f]+$/.test(keyId))) &&
    Array.isArray(files) &&
    files.every(isArchivedFile);
  if (!isWhole) throw damaged('its manifest is not whole');
  // Each name once, and only names that a backup can have: none leads out of the data directory.
  const names = new Set(files.map(({ name }) => name));
  if (names.size !== files.length || !names.has(DATABASE)) throw damaged('its manifest is not whole');
  return { madeBy, madeAt, migrations, files, ...(keyId === undefined ? {} : { keyId }) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw damaged('its manifest is not whole');
  }
}

function isArchivedFile(value: unknown): value is ArchivedFile {
  return (
    isRecord(value) &&
    typeof value.name === 'string' &&
    NAMES.test(value.name) &&
    Number.isSafeInteger(value.size) &&
    typeof value.sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(value.sha256)
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function damaged(reason: string): Failure {
  return new Failure('backupDamaged', { details: { reason } });
}
