// Both directories of a hybrid organization as one: who holds a mailbox, and what one side alone cannot know.

import { describe, expect, it } from 'vitest';
import { Failure } from '../model/failure.ts';
import { mailboxId, sourceObjectId } from '../model/ids.ts';
import type { DirectoryMailbox, TargetMailbox } from '../model/mailbox.ts';
import type { MailboxesPart } from '../model/policy.ts';
import type { MailboxDirectory, MailboxReading } from '../ports/mailbox-directory.ts';
import { EVERYBODY, joinDirectories } from './both-directories.ts';
import { identitiesOf } from './hybrid-identities.ts';

const guid = (last: string) => `00000000-0000-4000-8000-0000000000${last}`;
const IN_TENANT = sourceObjectId(guid('f1'));
const IN_DIRECTORY = sourceObjectId(guid('a1'));

function mailbox(
  name: string,
  location: DirectoryMailbox['location'],
  more: Partial<DirectoryMailbox> = {},
): DirectoryMailbox {
  return {
    id: mailboxId(guid(name)),
    kind: 'userMailbox',
    displayName: name,
    primarySmtpAddress: `${name}@contoso.example`,
    location,
    ownerId: undefined,
    customAttributes: [],
    ...more,
  };
}
const remote = (name: string) => mailbox(name, 'exchangeOnline', { kind: 'remoteMailbox' });

const complete = { notFound: [], isComplete: true, gaps: [] };
const asked: { side: string; scope: MailboxesPart }[] = [];

function side(name: string, answer: Partial<MailboxReading> | Failure): MailboxDirectory {
  return {
    async readMailboxes(scope) {
      asked.push({ side: name, scope });
      if (answer instanceof Failure) throw answer;
      return { mailboxes: [], ...complete, ...answer };
    },
  };
}

const live = new AbortController().signal;

function joined(local: Partial<MailboxReading> | Failure, cloud: Partial<MailboxReading> | Failure) {
  asked.length = 0;
  return joinDirectories({
    onPremises: side('local', local),
    online: side('cloud', cloud),
    identities: async () => identitiesOf(new Map([[IN_TENANT, IN_DIRECTORY]])),
  });
}

function read(
  local: Partial<MailboxReading> | Failure,
  cloud: Partial<MailboxReading> | Failure,
  scope: Partial<MailboxesPart> = {},
) {
  return joined(local, cloud).readMailboxes({ ...EVERYBODY, ...scope }, live);
}

const incomplete = (gap: Failure) => ({ isComplete: false, gaps: [gap] });

it('lists each mailbox once, as the side shows it that holds it, with the owner under one id', async () => {
  const there = mailbox('02', 'exchangeOnline', { ownerId: IN_TENANT });
  const { mailboxes, isComplete } = await read(
    { mailboxes: [mailbox('01', 'onPremises'), remote('02')] },
    { mailboxes: [there, mailbox('03', 'exchangeOnline')] },
  );
  expect(mailboxes.map(({ id, kind, location, ownerId }) => [id.slice(-2), kind, location, ownerId])).toEqual(
    [
      ['01', 'userMailbox', 'onPremises', undefined],
      ['02', 'userMailbox', 'exchangeOnline', IN_DIRECTORY],
      ['03', 'userMailbox', 'exchangeOnline', undefined],
    ],
  );
  expect(isComplete).toBe(true);
});

it('leaves alone what both claim to hold, and says so', async () => {
  const reading = await read(
    { mailboxes: [mailbox('01', 'onPremises')] },
    { mailboxes: [mailbox('01', 'exchangeOnline')] },
  );
  expect([reading.mailboxes, reading.isComplete]).toEqual([[], false]);
  expect(reading.gaps[0]?.details).toEqual({ reason: 'heldOnBothSides', count: 1 });
});

it('marks what each side takes for the mailbox of the other, when the whole tenant was read', async () => {
  const between = ({ mailboxes }: MailboxReading) =>
    mailboxes.filter(({ isBetweenSides }) => isBetweenSides === true).map(({ id }) => id.slice(-2));
  const local = { mailboxes: [mailbox('01', 'onPremises'), remote('02'), remote('03')] };
  const moving = await read(local, { mailboxes: [mailbox('03', 'exchangeOnline')] });
  expect([between(moving), moving.isComplete]).toEqual([['02'], true]);
  const unit = { organizationalUnits: [{ dn: 'OU=Staff,DC=contoso,DC=example', includeChildren: true }] };
  expect(between(await read(local, { mailboxes: [mailbox('03', 'exchangeOnline')] }, unit))).toEqual(['02']);
  // Twin: of a tenant that was not read in full nobody knows.
  expect(between(await read(local, incomplete(new Failure('exchangeOnlineConnection'))))).toEqual([]);
  expect(between(await read(local, new Failure('exchangeOnlineConnection')))).toEqual([]);
});

describe('a mailbox filled before that the choice names no longer', () => {
  const filter = { recipientFilter: "Office -eq 'Berlin'" };
  const filled = mailbox('02', 'exchangeOnline');

  async function perhapsMoved(
    local: Partial<MailboxReading> | Failure,
    cloud: Partial<MailboxReading> | Failure,
    { missing = filled, scope = filter }: { missing?: TargetMailbox; scope?: Partial<MailboxesPart> } = {},
  ) {
    const directory = joined(local, cloud);
    const doubted = await directory.readPerhapsMoved?.([missing], { ...EVERYBODY, ...scope }, live);
    return doubted?.map((one) => (one.isBetweenSides === true ? 'betweenSides' : one.isPerhapsMoved));
  }

  it('has left when it is where it was, or nowhere', async () => {
    expect(await perhapsMoved({ mailboxes: [remote('02')] }, { mailboxes: [filled] })).toEqual([]);
    expect(await perhapsMoved({}, { mailboxes: [filled] })).toEqual([]);
    expect(await perhapsMoved({}, { mailboxes: [mailbox('03', 'exchangeOnline')] })).toEqual([]);
    const local = mailbox('01', 'onPremises');
    const unit = { organizationalUnits: [{ dn: 'OU=Staff,DC=contoso,DC=example', includeChildren: true }] };
    expect(await perhapsMoved({ mailboxes: [local] }, {}, { missing: local, scope: unit })).toEqual([]);
  });

  it('is left alone in the middle of a move, and after it', async () => {
    expect(await perhapsMoved({ mailboxes: [remote('02')] }, {})).toEqual(['betweenSides']);
    expect(await perhapsMoved({ mailboxes: [mailbox('02', 'onPremises')] }, {})).toEqual([true]);
    const missing = mailbox('02', 'onPremises');
    expect(await perhapsMoved({ mailboxes: [remote('02')] }, { mailboxes: [filled] }, { missing })).toEqual([
      true,
    ]);
    expect(await perhapsMoved({ mailboxes: [mailbox('02', 'onPremises')] }, { mailboxes: [filled] })).toEqual(
      [true],
    );
  });

  it('is left alone while one side was not read in full', async () => {
    const failure = new Failure('exchangeOnlineConnection');
    expect(await perhapsMoved(failure, { mailboxes: [filled] })).toEqual([true]);
    expect(await perhapsMoved({}, incomplete(failure))).toEqual([true]);
  });

  it('is not looked for where everybody was read', async () => {
    expect(await perhapsMoved({ mailboxes: [remote('02')] }, {}, { scope: {} })).toEqual([]);
    expect(asked).toEqual([]);
  });
});

it('a side out of reach makes half a list, both make none', async () => {
  const failure = new Failure('exchangeOnlineConnection');
  const reading = await read({ mailboxes: [mailbox('01', 'onPremises')] }, failure);
  expect([reading.mailboxes.length, reading.isComplete, reading.gaps]).toEqual([1, false, [failure]]);
  await expect(read(failure, failure)).rejects.toBe(failure);
});

it('a unit names mailboxes in the cloud too; the tenant is not asked for what it cannot know', async () => {
  const organizationalUnits = [{ dn: 'OU=Staff,DC=corp,DC=contoso,DC=example', includeChildren: true }];
  const both = [mailbox('02', 'exchangeOnline'), mailbox('03', 'exchangeOnline')];
  const { mailboxes } = await read(
    { mailboxes: [mailbox('01', 'onPremises'), remote('02')] },
    { mailboxes: both },
    { organizationalUnits },
  );
  expect(mailboxes.map(({ displayName, kind }) => [displayName, kind])).toEqual([
    ['01', 'userMailbox'],
    ['02', 'userMailbox'],
  ]);
  await read({ mailboxes: [mailbox('01', 'onPremises')] }, { mailboxes: both }, { organizationalUnits });
  expect(asked.map((one) => one.side)).toEqual(['local']);
  await read({}, { mailboxes: both }, { recipientFilter: "Office -eq 'Berlin'" });
  expect(asked.map((one) => one.side)).toEqual(['cloud']);
});

it('a group or address that one side knows is found; one that nobody knows is not', async () => {
  const missing = (group: string) => new Failure('groupNotFound', { details: { group } });
  const scope = { groups: ['Sales'], addresses: ['a@contoso.example', 'b@contoso.example'] };
  const found = await read(
    { ...incomplete(missing('Sales')), notFound: [] },
    { mailboxes: [mailbox('02', 'exchangeOnline')] },
    scope,
  );
  expect([found.isComplete, found.gaps]).toEqual([true, []]);
  const nowhere = await read(incomplete(missing('Sales')), incomplete(missing('Sales')), scope);
  expect([nowhere.isComplete, nowhere.gaps.map(({ code }) => code)]).toEqual([false, ['groupNotFound']]);
  const outOfReach = await read(incomplete(missing('Sales')), new Failure('serviceUnavailable'), scope);
  expect(outOfReach.gaps.map(({ code }) => code)).toEqual(['groupNotFound', 'serviceUnavailable']);

  const [first = '', second = ''] = scope.addresses;
  const addresses = await read({ notFound: [first, second] }, { notFound: [second] }, scope);
  expect(addresses.notFound).toEqual([second]);
});
