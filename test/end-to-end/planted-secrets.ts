// Looks for secrets in everything that the product left behind: files, and what it said. In whatever form they crossed
// a wire or a format.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface PlantedSecret {
  readonly name: string;
  readonly value: string;
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

function formsOf(value: string): readonly (readonly [form: string, bytes: Buffer])[] {
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
    .map((path) => [path, readFileSync(path)]);
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
