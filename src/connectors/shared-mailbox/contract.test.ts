// The promises of ContactSource for the contacts of a shared mailbox, through each protocol.

import { afterAll, beforeAll, describe } from 'vitest';
import { type ContactSourceFixture, contactSourceContract } from '../../../test/contract/contact-source.ts';
import type { SharedMailboxSource } from '../../model/policy.ts';
import { overGraph } from './testing/over-graph.ts';
import { SharedMailboxBed } from './testing/shared-mailbox-bed.ts';

const notHere = () => Promise.reject(new Error('not declared as supported'));

/** The mailbox is another one for every test; the fixture names it. */
const anyMailbox: SharedMailboxSource = {
  type: 'sharedMailbox',
  mailbox: 'customers@contoso.example',
  folders: [],
  categories: [],
  includePrivate: false,
  excludeWithoutPhone: false,
  excludeWithoutEmail: false,
  include: [],
  exclude: [],
};

describe.each([
  ['Graph', overGraph, { path: '/contacts.*skip=', action: { kind: 'answer', status: 403 } }],
] as const)('%s', (name, connect, secondPage) => {
  let bed: SharedMailboxBed;
  beforeAll(async () => {
    bed = await SharedMailboxBed.start(connect);
  });
  afterAll(() => bed.close());

  async function fixture(): Promise<ContactSourceFixture> {
    await bed.renew();
    return {
      source: {
        read: (_, signal) => bed.read({}, signal),
        probe: notHere,
      },
      admin: bed.hands,
      trouble: {
        async stopHalfWay() {
          bed.fill(1_010);
          await bed.control.addFault({ ...secondPage, count: 1_000 });
        },
        denyGroup: notHere,
        refuseSignIn: notHere,
        removeRight: notHere,
      },
      dispose: () => bed.control.clearFaults(),
    };
  }

  contactSourceContract(`a shared mailbox through ${name}`, fixture, {
    scope: anyMailbox,
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
});
