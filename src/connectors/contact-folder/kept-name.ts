// Why a folder cannot get its new name, said alike by every protocol: the run goes on with it under the old one.

import { Failure } from '../../model/failure.ts';

export function nameTaken(name: string): Failure {
  return new Failure('folderNameTaken', { details: { folder: name } });
}

/** `code`: the vendor's. */
export function nameRefused(name: string, code: string): Failure {
  return new Failure('folderNameRefused', { details: { folder: name, code } });
}
