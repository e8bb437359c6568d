// Everything that may happen between two runs, as plain values, so that fast-check can make any sequence of it and
// shrink it. Numbers are selectors: the same act means something in every world.

import fc from 'fast-check';
import type { InMemoryMailbox, MemoryItem } from '../../src/connectors/memory/mailbox.ts';
import type { ContactProperty } from '../../src/model/contact.ts';
import { boxId, type PersonSeed, personId, type Setup, type World } from './world.ts';

const text = fc.constantFrom(
  'Ada',
  'Bäcker',
  'de la Cruz',
  'Ødegård',
  '渡辺',
  "O'Neil",
  ' Spaced  ',
  'x'.repeat(260),
);
const optionalText = fc.oneof(fc.constant(''), text);
const domain = fc.constantFrom('contoso.example' as const, 'fabrikam.example' as const);

export const personSeed: fc.Arbitrary<PersonSeed> = fc.record({
  givenName: text,
  surname: text,
  jobTitle: optionalText,
  department: optionalText,
  notes: fc.constantFrom('', 'one line', 'two\nlines', ' ends with blanks \r\n', 'long '.repeat(80)),
  domain,
  phones: fc.subarray(['+49 30 1234567', '089 7654321', '+420 221 111 222', '4711']),
});

export const setup: fc.Arbitrary<Setup> = fc.record({
  people: fc.array(personSeed, { minLength: 1, maxLength: 5 }),
  mailboxes: fc.integer({ min: 1, max: 3 }),
  normalizes: fc.boolean(),
  subfolderPerDomain: fc.boolean(),
  useDefaultContacts: fc.boolean(),
});

const selector = fc.nat({ max: 11 });

const ADMINISTRATOR_ACTS = [
  'renamePerson',
  'changeDepartment',
  'changeDomain',
  'hidePerson',
  'showPerson',
  'markNoContactSync',
  'unmarkPerson',
  'removePerson',
  'addMailbox',
  'markNoMailboxSync',
  'unmarkMailbox',
] as const;
const USER_ACTS = [
  'editManaged',
  'enrichManaged',
  'deleteManaged',
  'purgeManaged',
  'copyManaged',
  'dragManagedOut',
  'touchManaged',
  'addOwn',
  'addOwnToOurFolder',
  'editOwn',
  'deleteOwn',
  'renameFolder',
  'deleteFolder',
  'moveFolder',
  'emptyDeletedItems',
  'expireSyncTokens',
  'waitDays',
] as const;

export type Act =
  | {
      readonly kind: (typeof ADMINISTRATOR_ACTS)[number] | (typeof USER_ACTS)[number];
      readonly a: number;
      readonly b: number;
      readonly text: string;
    }
  | { readonly kind: 'addPerson'; readonly person: PersonSeed };

const actOf = (kinds: readonly ((typeof ADMINISTRATOR_ACTS)[number] | (typeof USER_ACTS)[number])[]) =>
  fc.record({ kind: fc.constantFrom(...kinds), a: selector, b: selector, text });

export const administratorAct: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: actOf(ADMINISTRATOR_ACTS) },
  { weight: 1, arbitrary: personSeed.map((person) => ({ kind: 'addPerson' as const, person })) },
);
export const userAct: fc.Arbitrary<Act> = actOf(USER_ACTS);
export const act: fc.Arbitrary<Act> = fc.oneof(administratorAct, userAct);
export const life = fc.array(act, { maxLength: 6 });

const pick = <T>(list: readonly T[], selector: number): T | undefined =>
  list[selector % Math.max(list.length, 1)];

export function live(world: World, acts: readonly Act[]): void {
  for (const one of acts) happen(world, one);
}

export function happen(world: World, one: Act): void {
  if (one.kind === 'addPerson') {
    world.addPerson(one.person);
    return;
  }
  const { kind, a, b, text } = one;
  if (isOf(ADMINISTRATOR_ACTS, kind)) {
    const person = 1 + (a % Math.max(world.people, 1));
    const mailbox = 1 + (a % Math.max(world.mailboxes, 1));
    administratorActs(world, person, mailbox, b, text)[kind]();
  } else userActs(world, world.box(1 + (a % Math.max(world.mailboxes, 1))), b, text)[kind]();
}

function isOf<T extends string>(kinds: readonly T[], kind: string): kind is T {
  return kinds.some((one) => one === kind);
}

type Acts<Kind extends string> = Record<Kind, () => void>;

function administratorActs(
  world: World,
  person: number,
  mailbox: number,
  b: number,
  text: string,
): Acts<(typeof ADMINISTRATOR_ACTS)[number]> {
  const attribute = (name: string, values: readonly string[]) =>
    world.changePerson(person, (object) => ({
      ...object,
      attributes: { ...object.attributes, [name]: values },
    }));
  const hidden = (isHidden: boolean) => world.changePerson(person, (object) => ({ ...object, isHidden }));
  const markMailbox = (customAttributes: readonly string[]) => {
    const entry = world.organization.directory.find((one) => one.id === boxId(mailbox));
    if (entry !== undefined) world.organization.putMailbox({ ...entry, customAttributes });
  };
  return {
    renamePerson: () => {
      attribute('surname', [text.trim()]);
      attribute('displayName', [`Renamed ${text.trim()} ${person}`]);
    },
    changeDepartment: () => attribute('department', b % 3 === 0 ? [] : [text]),
    changeDomain: () =>
      attribute('emailAddresses', [`person${person}@${b % 2 === 0 ? 'contoso' : 'fabrikam'}.example`]),
    hidePerson: () => hidden(true),
    showPerson: () => hidden(false),
    markNoContactSync: () =>
      attribute(`customAttribute${1 + b}`, [b % 2 === 0 ? 'NoContactSync' : 'x, NoContactSync']),
    unmarkPerson: () =>
      world.changePerson(person, (object) => ({
        ...object,
        attributes: Object.fromEntries(
          Object.entries(object.attributes).filter(([name]) => !name.startsWith('customAttribute')),
        ),
      })),
    removePerson: () => world.organization.removeObject(personId(person)),
    addMailbox: () => {
      if (world.mailboxes < 4) world.addMailbox();
    },
    markNoMailboxSync: () => markMailbox(['NoMailboxSync']),
    unmarkMailbox: () => markMailbox([]),
  };
}

const EDITABLE: readonly ContactProperty[] = ['department', 'jobTitle', 'surname', 'mobilePhone'];

function userActs(
  world: World,
  box: InMemoryMailbox,
  b: number,
  text: string,
): Acts<(typeof USER_ACTS)[number]> {
  const user = world.organization.userOf(box.id);
  const own = box.items.filter((item) => item.mark === undefined && !box.isDeletedFolder(item.folderId));
  const ours = box.folders.filter((folder) => folder.mark !== undefined && !box.isDeletedFolder(folder.id));
  const withOne =
    <T>(list: readonly T[], does: (one: T) => void) =>
    () => {
      const one = pick(list, b);
      if (one !== undefined) does(one);
    };
  const withManaged = (does: (item: MemoryItem) => void) => withOne(world.managed(box), does);
  return {
    editManaged: withManaged((item) => {
      const key = `${box.id} ${item.mark?.sourceObjectId}`;
      world.edits.set(key, (world.edits.get(key) ?? 0) + 1);
      user.editContact(item.id, { [pick(EDITABLE, b) ?? 'jobTitle']: `${text} by the user` });
    }),
    enrichManaged: withManaged((item) => user.editContact(item.id, { spouseName: text })),
    deleteManaged: withManaged((item) => user.deleteContact(item.id)),
    purgeManaged: withManaged((item) => user.purgeContact(item.id)),
    copyManaged: withManaged((item) => user.copyContact(item.id)),
    dragManagedOut: withManaged((item) => user.moveContact(item.id, someFolder(world, box, b))),
    touchManaged: withManaged((item) => user.touchContact(item.id)),
    addOwn: () => user.addContact({ displayName: text, notes: 'mine' }),
    addOwnToOurFolder: withOne(ours, (folder) =>
      user.addContact({ displayName: text, emailAddress1: `person${b}@contoso.example` }, folder.id),
    ),
    editOwn: withOne(own, (item) => user.editContact(item.id, { notes: text })),
    deleteOwn: withOne(own, (item) => user.deleteContact(item.id)),
    renameFolder: withOne(ours, (folder) => user.renameFolder(folder.id, `Mine ${folder.id}`)),
    deleteFolder: withOne(ours, (folder) => user.deleteFolder(folder.id)),
    // Only the contact folder itself: a sub-folder that was moved away is the user's from then on.
    moveFolder: withOne(
      ours.filter((folder) => folder.parentId === box.contactsId),
      (folder) => {
        const shelf = box.foldersIn(box.contactsId).find((one) => one.name === 'Shelf');
        user.moveFolder(folder.id, shelf?.id ?? user.createFolder('Shelf'));
      },
    ),
    emptyDeletedItems: () => user.emptyDeletedItems(),
    expireSyncTokens: () => box.expireSyncTokens(),
    waitDays: () => world.clock.advance((1 + b) * 24 * 60 * 60 * 1000),
  };
}

/** Contacts itself, or a folder of the user's own. */
function someFolder(world: World, box: InMemoryMailbox, selector: number) {
  if (selector % 2 === 0) return box.contactsId;
  const friends = box.foldersIn(box.contactsId).find((folder) => folder.name === 'Friends');
  return friends?.id ?? world.organization.userOf(box.id).createFolder('Friends');
}
