// The single executable brings the code that resizes photos inside of it: connections are made as everywhere, and resize
// with that.

import type { OperationsDependencies } from '../operations/dependencies.ts';
import { carriedSharp } from '../system/carried-sharp.ts';
import { photoPreparer } from '../system/prepare-photo.ts';

/** `directory`: where it may be unpacked. Without one, runs say that photos cannot be resized, and do all else. */
export function withCarriedSharp(
  dependencies: OperationsDependencies,
  directory: string | undefined,
): OperationsDependencies {
  const prepare = photoPreparer(carriedSharp(directory));
  return {
    ...dependencies,
    async connect(...request) {
      const connection = await dependencies.connect(...request);
      const { photos } = connection;
      return photos === undefined ? connection : { ...connection, photos: { ...photos, prepare } };
    },
  };
}
