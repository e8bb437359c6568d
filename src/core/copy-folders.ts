// How the sub-folders are named into which copying puts what lies in folders below the public folder: after the path, which
// may be longer than a folder's name, and read like the path of another folder.

import { foldCase } from './case-folding.ts';
import { cutText } from './comparable.ts';
import { digestOf } from './fingerprint.ts';

/** As many as a policy may give its folder. */
export const LONGEST_FOLDER_NAME = 255;

const SEPARATOR = ' / ';
const LEFT_OUT = `…${SEPARATOR}`;
const DIGEST_CHARACTERS = 8;

/** For each place, the names of folders from below the public folder; '' is the folder itself. No two get the same. */
export function subfolderNames(places: readonly (readonly string[])[]): (place: readonly string[]) => string {
  const byName = Map.groupBy(new Map(places.map((place) => [keyOf(place), place])).values(), (place) =>
    foldCase(plainName(place)),
  );
  const names = new Map<string, string>();
  for (const alike of byName.values()) {
    // The one that needs its separators keeps them.
    const [first, ...others] = alike.toSorted((one, other) => other.length - one.length);
    if (first !== undefined) names.set(keyOf(first), fitting(first));
    for (const other of others) names.set(keyOf(other), withDigest(other));
  }
  return (place) => names.get(keyOf(place)) ?? fitting(place);
}

function keyOf(place: readonly string[]): string {
  return JSON.stringify(place);
}

function plainName(place: readonly string[]): string {
  return place.join(SEPARATOR);
}

function fitting(place: readonly string[]): string {
  const name = plainName(place);
  return name.length <= LONGEST_FOLDER_NAME ? name : withDigest(place);
}

/** The last names say most, so that the first ones are left out. */
function withDigest(place: readonly string[]): string {
  const end = ` (${digestOf(keyOf(place)).slice(0, DIGEST_CHARACTERS)})`;
  const room = LONGEST_FOLDER_NAME - end.length;
  if (plainName(place).length <= room) return plainName(place) + end;
  const tails = place.map((_, from) => LEFT_OUT + plainName(place.slice(from)));
  const tail = tails.find((one, from) => from > 0 && one.length <= room) ?? tails.at(-1) ?? '';
  return cutText(tail, room) + end;
}
