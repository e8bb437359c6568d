// Looks for secrets in everything that the product left behind: files, and what it said. In whatever form they crossed
// a wire or a format, and also in what a database holds compressed.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import { inflateRawSync, inflateSync } from 'node:zlib';

export interface PlantedSecret {
  readonly name: string;
  readonly value: string | Buffer;
}

export interface Find {
  readonly secret: string;
  readonly form: string;
  readonly place: string;
}

type Place = readonly [name: string, bytes: Buffer];

/** Of base64, what these bytes alone decide, after 0, 1 or 2 others. */
function insideBase64(bytes: Buffer): readonly string[] {
  return [0, 1, 2].map((before) =>
    Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .slice(before === 0 ? 0 : before + 1, -4),
  );
}

function formsOf(value: string | Buffer): readonly (readonly [form: string, bytes: Buffer])[] {
  if (typeof value !== 'string')
    return [
      ['bytes', value],
      ...[value.toString('hex'), ...insideBase64(value)].map((text): readonly [string, Buffer] => [
        'bytes as text',
        Buffer.from(text),
      ]),
    ];
  const utf8 = Buffer.from(value);
  const utf16 = Buffer.from(value, 'utf16le');
  const texts: readonly (readonly [string, string])[] = [
    ['JSON', JSON.stringify(value).slice(1, -1)],
    ['URL', encodeURIComponent(value)],
    ['form', new URLSearchParams({ '': value }).toString().slice(1)],
    ['hex', utf8.toString('hex')],
    ...insideBase64(utf8).map((text): readonly [string, string] => ['base64', text]),
    ...insideBase64(utf8).map((text): readonly [string, string] => [
      'base64url',
      text.replaceAll('+', '-').replaceAll('/', '_'),
    ]),
    ...insideBase64(utf16).map((text): readonly [string, string] => ['base64 of UTF-16', text]),
  ];
  return [
    ['raw', utf8],
    ['UTF-16', utf16],
    ...texts.map(([form, text]) => [form, Buffer.from(text)] as const),
  ];
}

/** Every file below, databases with their companions included. */
function filesBelow(folder: string): Place[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .flatMap((path): Place[] => [
      [path, readFileSync(path)],
      ...(path.endsWith('.db') ? [cellsOf(path)] : []),
    ]);
}

/** A text may lie across the pages of the file, and a cell may be compressed. */
function cellsOf(path: string): Place {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const tables = database.prepare("select name from sqlite_schema where type = 'table'").all();
    const rows = tables.flatMap(({ name }) => database.prepare(`select * from "${String(name)}"`).all());
    const cells = rows.flatMap((row) => Object.values(row)).map(inflated);
    return [`cells of ${path}`, Buffer.concat(cells.flatMap((cell) => [cell, Buffer.of(0)]))];
  } finally {
    database.close();
  }
}

function inflated(cell: SQLOutputValue): Buffer {
  if (!(cell instanceof Uint8Array)) return Buffer.from(String(cell));
  for (const inflate of [inflateSync, inflateRawSync])
    try {
      return inflate(cell);
    } catch {
      // Not compressed this way.
    }
  return Buffer.from(cell);
}

const BLOCK = 512;

/** What is in a tar archive without long names, as files of a folder. */
export function unpackTar(archive: string, folder: string): void {
  mkdirSync(folder);
  const bytes = readFileSync(archive);
  for (let at = 0; (bytes[at] ?? 0) !== 0; ) {
    const field = (from: number, length: number) =>
      bytes.toString('latin1', at + from, at + from + length).replace(/\0.*/s, '');
    const size = Number.parseInt(field(124, 12), 8);
    writeFileSync(join(folder, basename(field(0, 100))), bytes.subarray(at + BLOCK, at + BLOCK + size));
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
}

export function findSecrets(
  secrets: readonly PlantedSecret[],
  { folders, said }: { readonly folders: readonly string[]; readonly said: readonly string[] },
): readonly Find[] {
  const places: readonly Place[] = [
    ...folders.flatMap(filesBelow),
    ...said.map((text, number): Place => [`output ${number}: ${text.slice(0, 60)}`, Buffer.from(text)]),
  ];
  return secrets.flatMap(({ name: secret, value }) =>
    formsOf(value).flatMap(([form, bytes]) =>
      places.filter(([, content]) => content.includes(bytes)).map(([place]) => ({ secret, form, place })),
    ),
  );
}
