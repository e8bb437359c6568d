// Whether everybody who should be in the mailboxes of an emulated tenant is there, once and with the values of today, and
// nobody else of ours.

import type { ItemView, MailboxView, RecipientView } from '@contactsync/emulator';
import { living, personOf } from '../faults/compare.ts';
import type { Mailboxes } from '../faults/tenant.ts';
import type { Diary } from './diary.ts';

export const WANTED_TYPES = ['UserMailbox', 'MailUser', 'MailContact'];

/** Living items with our mark in a folder with our mark. */
export function ours(view: MailboxView | undefined): readonly ItemView[] {
  if (view === undefined) return [];
  const folders = new Set(markedFolders(view).map(({ id }) => id));
  return living(view).filter((item) => folders.has(item.folderId) && personOf(item) !== undefined);
}

export function markedFolders({ folders }: MailboxView): MailboxView['folders'] {
  return folders.filter(
    ({ isDeleted, extendedProperties }) =>
      !isDeleted &&
      Object.entries(extendedProperties).some(
        ([id, value]) => id.endsWith('ContactSyncIdentity') && value !== '',
      ),
  );
}

export function wantedOf(people: readonly RecipientView[]): readonly RecipientView[] {
  return people.filter(
    ({ recipientTypeDetails, hiddenFromAddressLists, customAttributes }) =>
      WANTED_TYPES.includes(recipientTypeDetails) &&
      !hiddenFromAddressLists &&
      !Object.values(customAttributes).includes('NoContactSync'),
  );
}

/** What a user copied or moved there does not count. */
export function standsTwice(mailboxes: Mailboxes, diary: Diary): readonly string[] {
  return [...mailboxes].flatMap(([alias, view]) => {
    const people = ours(view)
      .filter(({ immutableId }) => !diary.userMade.has(alias, immutableId))
      .map((item) => personOf(item) ?? '');
    return people
      .filter((person, index) => people.indexOf(person) !== index)
      .map((person) => `${person} stands twice`);
  });
}

/** An empty list is good. */
export function notInPlace(
  mailboxes: Mailboxes,
  people: readonly RecipientView[],
  diary: Diary,
): readonly string[] {
  const wanted = wantedOf(people);
  return [...mailboxes].flatMap(([alias, view]) => {
    const owner = people.find((person) => person.alias === alias);
    const isTarget = !Object.values(owner?.customAttributes ?? {}).includes('NoMailboxSync');
    const others = isTarget ? wanted.filter((person) => person.alias !== alias) : [];
    const items = ours(view);
    const ids = new Set<string | undefined>(others.map(({ id }) => id));
    return [
      ...others.flatMap((person) => {
        const candidates = items.filter((item) => personOf(item) === person.id);
        const wrong = candidates.map((item) => wrongValue(alias, person, item, diary));
        if (candidates.length === 0) return [`${person.displayName} is missing in ${alias}`];
        return wrong.every((one) => one !== undefined) ? [`${alias}: ${wrong[0]}`] : [];
      }),
      ...items
        .filter((item) => !ids.has(personOf(item)) && !diary.userMade.has(alias, item.immutableId))
        .map((item) => `${String(item.properties.displayName)} should not be in ${alias}`),
    ];
  });
}

function wrongValue(
  alias: string,
  { id, displayName, person }: RecipientView,
  item: ItemView,
  diary: Diary,
): string | undefined {
  if (diary.wasTakenOut(alias, id)) return undefined;
  const expected = {
    displayName,
    surname: person.lastName,
    jobTitle: person.title,
    department: person.department,
  };
  for (const [name, value] of Object.entries(expected)) {
    if ((item.properties[name] ?? '') !== (value ?? ''))
      return `${name} of ${displayName} is ${String(item.properties[name])}`;
  }
  return undefined;
}
