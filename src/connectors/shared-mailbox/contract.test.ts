// The promises of ContactSource for the contacts of a shared mailbox, through each protocol.

import type { EmulatorControl } from '@contactsync/emulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
        operation: 'GetItem',
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

  it(`pictures of contacts through ${name} are told apart, read as they are, and told to be gone`, async () => {
    await bed.renew();
    const signal = new AbortController().signal;
    const items = [await bed.add({ displayName: 'Anna' }), await bed.add({ displayName: 'Ben' })];
    const [anna = '', ben = ''] = items;
    const look = async () => {
      const { objects } = await bed.read();
      const named = (one: string) => objects.find(({ attributes }) => attributes.displayName?.[0] === one);
      const owners = [named('Anna'), named('Ben')].flatMap((one) => (one === undefined ? [] : [one]));
      const { stamps } = await bed.photos.readStamps(owners, signal);
      const photos = await bed.photos.readPhotos(owners, signal);
      return {
        stamps: owners.map(({ id }) => stamps.get(id)),
        photos: photos.map((photo) => photo instanceof Uint8Array && Buffer.from(photo).toString('hex')),
      };
    };
    expect(await look()).toEqual({ stamps: ['', ''], photos: [false, false] });
    const [first, second] = [onePixel('first'), onePixel('second')];
    await bed.control.setContactPhoto(bed.address, anna, first);
    const before = await look();
    expect(before).toEqual({ stamps: [expect.any(String), ''], photos: [first.toString('hex'), false] });
    expect(before.stamps[0]).not.toBe('');
    await bed.control.setContactPhoto(bed.address, anna, second);
    await bed.control.setContactPhoto(bed.address, ben, first);
    const after = await look();
    expect(after.photos).toEqual([second.toString('hex'), first.toString('hex')]);
    expect(after.stamps[0]).not.toBe(before.stamps[0]);
  });
});

/** The last bytes tell two apart. */
const onePixel = (text: string): Buffer =>
  Buffer.concat([
    Buffer.from([
      0xff,
      0xd8,
      0xff,
      0xc0,
      0,
      11,
      8,
      0,
      1,
      0,
      1,
      1,
      1,
      0x11,
      0,
      0xff,
      0xfe,
      0,
      text.length + 2,
    ]),
    Buffer.from(text),
    Buffer.from([0xff, 0xd9]),
  ]);
