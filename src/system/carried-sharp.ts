// sharp as the single executable has it: carried inside, unpacked into a directory, loaded from there.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { getAsset, getRawAsset } from 'node:sea';
import { type CarriedFile, unpackCarried } from './carried-code.ts';
import type { LoadSharp, Sharp } from './prepare-photo.ts';

/** The names under which tools/package/carried.ts puts it into the executable. */
const LIST = 'carried.json';
const FOLDER = 'carried/';

/** `directory`: where this account alone can put code, if there is such a place. */
export function carriedSharp(directory: string | undefined): LoadSharp {
  let loaded: Sharp | undefined;
  return async () => {
    if (directory === undefined)
      throw new Error('the data directory is none into which this account alone can put code');
    loaded ??= load(directory);
    return loaded;
  };
}

function load(directory: string): Sharp {
  const folder = unpackCarried(
    {
      files: JSON.parse(getAsset(LIST, 'utf8')) as readonly CarriedFile[],
      read: (path) => new Uint8Array(getRawAsset(FOLDER + path)),
    },
    directory,
  );
  return createRequire(join(folder, 'sharp.js'))('sharp') as Sharp;
}
