// The certificate authorities that an environment trusts besides the usual ones.

import { readFileSync } from 'node:fs';
import { Failure } from '../model/failure.ts';

/** PEM; undefined when none are named. Throws `unreadableFile`. */
export function readAdditionalCa(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Failure('unreadableFile', { details: { file, setting: 'additionalCaFile' }, cause });
  }
}
