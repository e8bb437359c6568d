// What happens in a company between two runs, and what exactly the next run must therefore write: worked out here from
// what was done to the tenant, without asking the product.

import { livingItems, nameOf } from './compare.ts';
import type { Emulator, Item, Mailbox, Recipient } from './emulator.ts';
import { say } from './show.ts';
import type { Mailboxes } from './world.ts';

export const FOLDER = 'Contacts/Company Contacts';

/** Lines as compare.ts describes differences, by mailbox address. */
export type Expectations = ReadonlyMap<string, readonly string[]>;

export interface Life {
  readonly expected: Expectations;
  /** The mailbox that was marked NoMailboxSync: its place under the trial goes to another one. */
  readonly emptied: string;
  readonly joined: readonly string[];
  readonly gone: readonly Recipient[];
  readonly renamed: ReadonlyMap<string, string>;
  /** Items that users made themselves, by immutable id. */
  readonly foreign: readonly { readonly address: string; readonly immutableId: string }[];
}

export function managedItems(mailbox: Mailbox): readonly Item[] {
  return [...livingItems(mailbox).values()].filter((item) => item.folderPath === FOLDER);
}

function firstAddress(item: Item): string {
  const [first] = (item.properties.emailAddresses ?? []) as readonly { readonly address?: string }[];
  return first?.address?.toLowerCase() ?? '';
}

export function contactOf(mailbox: Mailbox, person: Recipient): Item | undefined {
  return managedItems(mailbox).find((item) => firstAddress(item) === person.primarySmtpAddress.toLowerCase());
}

export async function letLifeHappen(
  emulator: Emulator,
  people: readonly Recipient[],
  mailboxes: Mailboxes,
  targets: readonly string[],
  waiting: readonly string[],
): Promise<Life> {
  const [emptied, editor, deleter, copier, adder] = targets;
  const sample = mailboxes.get(editor ?? '');
  if (!emptied || !editor || !deleter || !copier || !adder || sample === undefined)
    throw new Error('the demo needs five filled mailboxes');
  const isPerson = ({ person }: Recipient) =>
    typeof person.firstName === 'string' &&
    typeof person.lastName === 'string' &&
    typeof person.phone === 'string';
  // Nobody whose own mailbox is filled: then every filled mailbox has the contact.
  const ordinary = people.filter(
    (one) =>
      !targets.includes(one.primarySmtpAddress) && contactOf(sample, one) !== undefined && isPerson(one),
  );
  const managers = new Set(people.map(({ managerId }) => managerId));
  const outside = ordinary.filter(
    (one) => ['MailContact', 'MailUser'].includes(one.recipientTypeDetails) && !managers.has(one.id),
  );
  const inside = ordinary.filter((one) => one.recipientTypeDetails === 'UserMailbox');
  const [renamed1, renamed2, moved] = inside;
  const [renamed3, left1, left2, marked, edited, deleted, copied] = outside;
  if (
    !renamed1 ||
    !renamed2 ||
    !moved ||
    !renamed3 ||
    !left1 ||
    !left2 ||
    !marked ||
    !edited ||
    !deleted ||
    !copied
  )
    throw new Error('the demo needs more people with complete data');

  const change = (who: Recipient, changes: object) =>
    emulator.control('people/change', { who: who.id, ...changes });
  const renamed = new Map<string, string>();
  for (const [person, lastName] of [
    [renamed1, 'Lindqvist'],
    [renamed2, 'Šimůnková'],
    [renamed3, 'Okonkwo'],
  ] as const) {
    const displayName = `${String(person.person.firstName)} ${lastName}`;
    renamed.set(person.displayName, displayName);
    await change(person, { displayName, person: { lastName } });
    say(`renamed: ${person.displayName} is now ${displayName}`);
  }
  await change(moved, { person: { city: 'Brno', office: 'B 2.14', phone: '+420 541 000 111' } });
  say(`moved: ${moved.displayName} to Brno, with a new office and phone`);
  for (const person of [left1, left2]) {
    await emulator.control('people/remove', { who: person.id });
    say(`left: ${person.displayName}`);
  }
  const joined = ['Yuki Tanaka', 'Marie Dvořáková'];
  for (const [index, displayName] of joined.entries()) {
    const [firstName, lastName] = displayName.split(' ');
    await emulator.control('people/add', {
      displayName,
      alias: `joined.${index + 1}`,
      recipientTypeDetails: 'MailContact',
      person: { firstName, lastName, company: 'Contoso', phone: `+49 30 9000${index}1` },
    });
    say(`joined: ${displayName}`);
  }
  await change(marked, { customAttributes: { '7': 'NoContactSync' } });
  say(`marked NoContactSync: ${marked.displayName}`);
  await change(personOf(people, emptied), { customAttributes: { '3': 'No MailboxSync' } });
  say(`marked NoMailboxSync: the mailbox ${emptied}`);

  for (const address of waiting) {
    await change(personOf(people, address), { mailboxEnabledForRest: true });
    say(`provisioned: the mailbox ${address}`);
  }

  const item = (address: string, person: Recipient): Item & { readonly id: string } => {
    const mailbox = mailboxes.get(address);
    const wanted = mailbox === undefined ? undefined : contactOf(mailbox, person);
    const found = mailbox?.items.find((one) => one.immutableId === wanted?.immutableId);
    if (found === undefined) throw new Error(`${address} has no contact ${person.displayName}`);
    return found;
  };
  await emulator.control('contacts/edit', {
    mailbox: editor,
    id: item(editor, edited).id,
    properties: { jobTitle: 'My golf partner' },
  });
  say(`${editor} edits the job title of ${edited.displayName}`);
  await emulator.control('contacts/delete', { mailbox: deleter, id: item(deleter, deleted).id });
  say(`${deleter} deletes ${deleted.displayName}`);
  const copy = await emulator.control<Item>('contacts/copy', {
    mailbox: copier,
    id: item(copier, copied).id,
    folder: FOLDER,
  });
  say(`${copier} copies ${copied.displayName} inside the folder`);
  const own = await emulator.control<Item>('contacts/create', {
    mailbox: adder,
    folder: FOLDER,
    properties: { displayName: 'My dentist', businessPhones: ['+49 30 777'] },
  });
  const private_ = await emulator.control<Item>('contacts/create', {
    mailbox: adder,
    properties: { displayName: 'Grandma', homePhones: ['+49 30 555'] },
  });
  say(`${adder} adds two contacts of their own, one of them in our folder`);

  // A contact names its manager, so that the contacts of a renamed manager's people change too.
  const bosses = new Set([renamed1, renamed2, renamed3].map(({ id }) => id));
  const changed = (person: Recipient, ...fields: readonly string[]) => {
    const all = bosses.has(person.managerId ?? '') ? [...fields, 'manager'] : fields;
    return `changed ${renamed.get(person.displayName) ?? person.displayName}: ${all.toSorted().join(', ')}`;
  };
  const touched = [renamed1, renamed2, renamed3, moved, left1, left2, marked, edited, deleted];
  const reports = people.filter((one) => bosses.has(one.managerId ?? '') && !touched.includes(one));
  const linesFor = (address: string): string[] => [
    ...joined.map((name) => `created ${name}`),
    ...[left1, left2, marked].map(({ displayName }) => `deleted ${displayName}`),
    ...[renamed1, renamed2, renamed3].map((one) =>
      changed(one, 'displayName', 'emailAddresses', 'fileAs', 'surname'),
    ),
    changed(moved, 'businessAddress', 'businessPhones', 'officeLocation'),
    ...reports.filter((one) => contactOf(boxOf(address), one) !== undefined).map((one) => changed(one)),
    ...(address === editor ? [changed(edited, 'jobTitle')] : []),
    ...(address === deleter ? [`created ${deleted.displayName}`] : []),
  ];
  const boxOf = (address: string): Mailbox => mailboxes.get(address) ?? { folders: [], items: [] };
  const expected = new Map(targets.map((address) => [address, linesFor(address)]));
  expected.set(
    emptied,
    managedItems(boxOf(emptied)).map((one) => `deleted ${nameOf(one)}`),
  );
  return {
    expected,
    emptied,
    joined,
    gone: [left1, left2, marked],
    renamed,
    foreign: [
      { address: copier, immutableId: copy.immutableId },
      { address: adder, immutableId: own.immutableId },
      { address: adder, immutableId: private_.immutableId },
    ],
  };
}

export function personOf(people: readonly Recipient[], address: string): Recipient {
  const found = people.find((one) => one.primarySmtpAddress === address);
  if (found === undefined) throw new Error(`nobody has the address ${address}`);
  return found;
}
