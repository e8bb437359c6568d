// The promises of ContactSource for the contacts of a shared mailbox, through each protocol.

import type { EmulatorControl } from '@contactsync/emulator';
import { afterAll, beforeAll, describe } from 'vitest';
import { type ContactSourceFixture, contactSourceContract } from '../../../test/contract/contact-source.ts';
import type { SharedMailboxSource } from '../../model/policy.ts';
import { overEws } from './testing/over-ews.ts';
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
  [
    'Graph',
    overGraph,
    (control: EmulatorControl) =>
      control.addFault({ path: '/contacts.*skip=', count: 1_000, action: { kind: 'answer', status: 403 } }),
  ],
  [
    'EWS',
    overEws,
    (control: EmulatorControl) =>
      control.addEwsFault({
        operation: 'FindItem',
        after: 1,
        count: 1_000,
        action: { kind: 'access-denied-here' },
      }),
  ],
] as const)('%s', (name, connect, refuseSecondPage) => {
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
          await refuseSecondPage(bed.control);
        },
        denyGroup: notHere,
        refuseSignIn: notHere,
        removeRight: notHere,
      },
      dispose: () => bed.clearFaults(),
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
