// The promises of ContactSource for the contacts of a public folder.

import { afterAll, beforeAll } from 'vitest';
import { type ContactSourceFixture, contactSourceContract } from '../../../test/contract/contact-source.ts';
import type { PublicFolderSource } from '../../model/policy.ts';
import { PublicFolderBed } from './testing/public-folder-bed.ts';

const notHere = () => Promise.reject(new Error('not declared as supported'));

/** The folder is another one for every test; the fixture names it. */
const anyFolder: PublicFolderSource = {
  type: 'publicFolder',
  folders: [{ path: ['Customers'], includeSubfolders: false }],
  categories: [],
  includePrivate: false,
  excludeWithoutPhone: false,
  excludeWithoutEmail: false,
  include: [],
  exclude: [],
};

let bed: PublicFolderBed;
beforeAll(async () => {
  bed = await PublicFolderBed.start();
});
afterAll(() => bed.close());

async function fixture(): Promise<ContactSourceFixture> {
  await bed.renew();
  return {
    source: { read: (_, signal) => bed.read({}, signal), probe: notHere },
    admin: bed.hands,
    trouble: {
      async stopHalfWay() {
        bed.fill(1_010);
        await bed.control.addEwsFault({
          operation: 'FindItem',
          after: 1,
          count: 1_000,
          action: { kind: 'server-busy', backOffMilliseconds: 3_600_000 },
        });
      },
      denyGroup: notHere,
      refuseSignIn: notHere,
      removeRight: notHere,
    },
    dispose: () => bed.control.clearEwsFaults(),
  };
}

contactSourceContract('a public folder', fixture, {
  scope: anyFolder,
  onlyKind: 'contactItem',
  notSupported: [
    'groups',
    'addressLists',
    'filter',
    'hiddenFlag',
    'customAttributes',
    'denyGroup',
    'refuseSignIn',
    'removeRight',
  ],
});
