// What must stand in the mailboxes of the hybrid company, compared with what stands there: names, fields, pixels of photos.

import { isDeepStrictEqual } from 'node:util';
import sharp from 'sharp';
import { contents, livingItems, nameOf, unequal } from './compare.ts';
import type { Mailbox } from './emulator.ts';
import { type Color, expectedIn, type HybridCompany, nameOfPerson, type Person } from './hybrid-company.ts';
import { type Mailboxes, sameMailboxes, type World } from './world.ts';

const NOTHING = { folders: [], items: [] };

export const boxOf = (all: Mailboxes, { address }: Person) => all.get(address) ?? NOTHING;

/** The contents without ids, times and change keys, which are others after a move. */
export function sameContents(expected: Mailboxes, actual: Mailboxes): readonly string[] {
  return [...expected].flatMap(([address, box]) =>
    unequal(contents(box), contents(actual.get(address) ?? NOTHING)).map(
      (problem) => `${address}: ${problem.slice(0, 300)}`,
    ),
  );
}

export async function checkContents(
  company: HybridCompany,
  world: World,
  targets: readonly Person[],
  before: Mailboxes,
  mailboxes: Mailboxes,
): Promise<void> {
  world.check(
    `${targets.length} mailboxes hold every contact once, each field as the sources have it, and nobody their own`,
    targets.flatMap((one) =>
      problemsIn(expectedIn(company, one), boxOf(mailboxes, one)).map((text) => `${one.address}: ${text}`),
    ),
  );
  const others = new Map([...before].filter(([address]) => targets.every((one) => one.address !== address)));
  world.check(`${others.size} other mailboxes were not touched`, sameMailboxes(others, mailboxes));
  const problems: string[] = [];
  for (const one of targets) problems.push(...(await wrongPhotos(company, one, mailboxes)));
  world.check('every photo is that of the person, by its pixels, and no other contact has one', problems);
}

type Expected = ReturnType<typeof expectedIn>;

const OUR_FOLDERS = ['Contacts/Company Contacts', 'Contacts/Customers', 'Contacts/Suppliers'];
const isOurs = (path: string) =>
  OUR_FOLDERS.some((folder) => path === folder || path.startsWith(`${folder}/`));

function problemsIn(expected: Expected, box: Mailbox): readonly string[] {
  return [...expected].flatMap(([folder, contacts]) => {
    const items = [...livingItems(box).values()].filter(({ folderPath }) => folderPath === folder);
    return [
      ...unequal([...contacts.keys()], items.map(nameOf)).map((problem) => `${folder}: ${problem}`),
      ...items.flatMap((item) =>
        Object.entries(contacts.get(nameOf(item)) ?? {})
          .filter(([name, value]) => !isDeepStrictEqual(item.properties[name], value))
          .map(
            ([name, value]) =>
              `${nameOf(item)}: ${name} is ${JSON.stringify(item.properties[name])}, not ${JSON.stringify(value)}`,
          ),
      ),
    ];
  });
}

async function wrongPhotos(
  company: HybridCompany,
  owner: Person,
  mailboxes: Mailboxes,
): Promise<readonly string[]> {
  const photos = new Map(company.people.map((one) => [nameOfPerson(one), one.photo]));
  const living = livingItems(boxOf(mailboxes, owner));
  const problems: string[] = [];
  for (const item of boxOf(mailboxes, owner).items) {
    if (!living.has(item.immutableId) || !isOurs(item.folderPath)) continue;
    const { picture } = await company.emulator.control<{ picture: string | null }>('contacts/photo', {
      mailbox: owner.address,
      id: item.id,
    });
    const problem = await difference(picture, photos.get(nameOf(item)));
    if (problem !== undefined) problems.push(`${owner.address}: ${nameOf(item)}: ${problem}`);
  }
  return problems;
}

async function difference(picture: string | null, wanted: Color | undefined): Promise<string | undefined> {
  if (picture === null) return wanted === undefined ? undefined : 'has no photo';
  if (wanted === undefined) return 'has a photo';
  const { channels } = await sharp(Buffer.from(picture, 'base64')).stats();
  const found = channels.map(({ mean }) => Math.round(mean));
  // JPEG does not keep colors to the last digit.
  const isNear = wanted.every((value, index) => Math.abs(value - (found[index] ?? 0)) <= 8);
  return isNear ? undefined : `is of the color ${found.join(', ')}, not ${wanted.join(', ')}`;
}
