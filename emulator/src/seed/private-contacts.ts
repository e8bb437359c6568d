// The contacts that users keep for themselves: made by hand in Outlook, in Contacts and in own folders. No
// product may ever touch them.

import { childFolders, createFolder } from '../organization/folder-store.ts';
import { createItem } from '../organization/mailbox-store.ts';
import type { Mailbox, Organization } from '../organization/state.ts';
import type { Random } from './random.ts';

const people = [
  { givenName: 'Oma', surname: 'Erna' },
  { givenName: 'Zahnarzt', surname: 'Dr. Pfeiffer' },
  { givenName: 'Pavel', surname: 'Instalatér' },
  { givenName: 'Mia', surname: 'Babysitter' },
  { givenName: 'お母さん', surname: '' },
  { givenName: 'Tennis', surname: 'Club' },
  { givenName: 'Coach', surname: "O'Neill" },
  { givenName: 'Hausverwaltung', surname: 'Lindenhof' },
];

export function addPrivateContacts(
  organization: Organization,
  mailbox: Mailbox,
  random: Random,
  now: Date,
): void {
  const open = { organization, mailbox, now };
  const count = 2 + random.below(4);
  for (let number = 0; number < count; number += 1) {
    const { givenName, surname } = random.pick(people);
    createItem(open, mailbox.contactsFolderId, {
      madeByHand: true,
      properties: {
        givenName,
        surname,
        mobilePhone: `+49 171 39200${String(random.below(100)).padStart(2, '0')}`,
        ...(random.chance(0.5)
          ? {
              emailAddresses: [
                { name: `${givenName} ${surname}`.trim(), address: `private${number}@example.net` },
              ],
            }
          : {}),
        ...(random.chance(0.3)
          ? { birthday: `19${60 + random.below(40)}-0${1 + random.below(9)}-1${random.below(10)}T00:00:00Z` }
          : {}),
        ...(random.chance(0.3) ? { categories: ['Privat'], personalNotes: 'seit 2019\nkommt nie' } : {}),
      },
    });
  }
  // A personal distribution list: counted by $count, never listed.
  if (random.chance(0.25)) {
    createItem(open, mailbox.contactsFolderId, {
      madeByHand: true,
      itemClass: 'IPM.DistList',
      properties: { displayName: 'Stammtisch' },
    });
  }
  if (random.chance(0.2) && childFolders(mailbox, mailbox.contactsFolderId).length === 0) {
    const folder = createFolder(open, mailbox.contactsFolderId, 'Verein');
    createItem(open, folder.id, {
      madeByHand: true,
      properties: { givenName: 'Vereinsheim', homePhones: ['+49 30 23125456'] },
    });
  }
}
