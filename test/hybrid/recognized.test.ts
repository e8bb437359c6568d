// A policy that changes directories, and those whom no immutable id by objectGUID tells: people anchored by
// mS-DS-ConsistencyGuid, mail contacts and groups.

import { afterEach, expect, it } from 'vitest';
import { guidBytes } from '../../src/connectors/ldap-client/object-guid.ts';
import { Failure } from '../../src/model/failure.ts';
import { sourceObjectId } from '../../src/model/ids.ts';
import type { RunEvent } from '../../src/model/run.ts';
import type { SourceObjectKind } from '../../src/model/source-object.ts';
import { GRACE_DAYS, HybridCompany, PEOPLE } from './company.ts';

let company: HybridCompany;
afterEach(() => company.close());

const ANCHOR = 'c0ffee00-0000-4000-8000-000000000001';

function counts(events: readonly RunEvent[]) {
  const all = events.flatMap((event) => (event.type === 'mailbox.planned' ? [event.counts] : []));
  const sum = (of: (one: (typeof all)[number]) => number) => all.reduce((total, one) => total + of(one), 0);
  return { create: sum((one) => one.create), delete: sum((one) => one.delete) };
}

const NOBODY = { create: 0, delete: 0 };
const other = { activeDirectory: 'exchangeOnline', exchangeOnline: 'activeDirectory' } as const;

function addToDirectory(id: string, kind: SourceObjectKind, displayName: string, address: string): void {
  company.withoutAccount.set(id, {
    id: sourceObjectId(id),
    kind,
    attributes: { displayName: [displayName], emailAddresses: [address] },
    isHidden: false,
    isDisabled: false,
    isGuest: false,
  });
}

const INES = 'a1b2c3d4-0000-4000-8000-0000000000c1';
const SALES = 'a1b2c3d4-0000-4000-8000-0000000000c2';

/** A contact and a group on both sides; nobody but the address tells that they are the same. */
async function addOutsiders(): Promise<void> {
  const contact = { displayName: 'Ines Partner', primarySmtpAddress: 'ines@partner.example' };
  const group = { displayName: 'Sales', primarySmtpAddress: 'sales@contoso.example' };
  await company.control.addPerson({ ...contact, alias: 'ines', recipientTypeDetails: 'MailContact' });
  await company.control.addPerson({
    ...group,
    alias: 'sales',
    recipientTypeDetails: 'MailUniversalDistributionGroup',
    members: [],
  });
  addToDirectory(INES, 'mailContact', contact.displayName, contact.primarySmtpAddress);
  addToDirectory(SALES, 'distributionGroup', group.displayName, group.primarySmtpAddress);
}

it.each(['activeDirectory', 'exchangeOnline'] as const)(
  'mail contacts and groups are recognized when the policy leaves %s, and comes back',
  async (from) => {
    company = await HybridCompany.start(['anna']);
    await addOutsiders();
    const first = await company.run(from);
    expect(counts(first.events)).toEqual({ create: PEOPLE.length * 5, delete: 0 });
    const before = await company.contacts('bruno');
    expect(before.map(({ name }) => name)).toContain('Ines Partner');
    for (const to of [other[from], from]) {
      const { run, events } = await company.run(to);
      expect([run.state, counts(events)]).toEqual(['finished', NOBODY]);
    }
    expect(await company.contacts('bruno')).toEqual(before);

    // She marries, and it is told on the other side only; then the change comes with the id that she is known by.
    await company.control.changePerson('ines', {
      displayName: 'Ines Neumann',
      primarySmtpAddress: 'ines.neumann@partner.example',
    });
    const { run, events } = await company.run('exchangeOnline');
    expect([run.state, counts(events)]).toEqual(['finished', NOBODY]);
    const names = (await company.contacts('anna')).map(({ name }) => name);
    expect(names).toContain('Ines Neumann');
    expect(names).not.toContain('Ines Partner');
  },
);

it('twin: a contact whose address somebody else bears, too, is a stranger on the other side, and is told', async () => {
  company = await HybridCompany.start(['anna']);
  await addOutsiders();
  addToDirectory('a1b2c3d4-0000-4000-8000-0000000000c3', 'publicFolder', 'Ines', 'ines@partner.example');
  await company.run('activeDirectory');
  const { run, events } = await company.run('exchangeOnline');
  // One person: no more than the brake lets go.
  expect([run.state, counts(events)]).toEqual(['finished', { create: PEOPLE.length, delete: PEOPLE.length }]);
  const ines = (await company.control.person('ines')).id;
  expect(
    events.flatMap((event) => (event.type === 'source.read' ? [[event.isComplete, event.gaps]] : [])),
  ).toEqual([
    [true, [{ code: 'peopleNotJoined', number: 14035, details: { count: 1, sameAddress: [ines] } }]],
  ]);
});

it('twice in a folder because it was found out late who they are, once when the days of grace are over', async () => {
  company = await HybridCompany.start(['anna']);
  company.hasGrace = true;
  await addOutsiders();
  const namesake = 'a1b2c3d4-0000-4000-8000-0000000000c3';
  addToDirectory(namesake, 'publicFolder', 'Ines', 'ines@partner.example');
  await company.run('activeDirectory');
  const nameOf = async () => (await company.contacts('bruno')).filter(({ name }) => name === 'Ines Partner');
  await company.run('exchangeOnline');
  expect(await nameOf()).toHaveLength(2);

  // The administrator does as the notice says.
  company.withoutAccount.delete(namesake);
  expect((await company.run('exchangeOnline')).run.state).toBe('finished');
  expect(await nameOf()).toHaveLength(2);
  await company.control.advanceClock((GRACE_DAYS + 1) * 86_400_000);
  for (const deleted of [PEOPLE.length, 0]) {
    const { run, events } = await company.run('exchangeOnline');
    expect([run.state, counts(events)]).toEqual(['finished', { create: 0, delete: deleted }]);
    expect(await nameOf()).toHaveLength(1);
  }
});

it('people anchored by mS-DS-ConsistencyGuid are recognized, and lost by nobody while it cannot be read', async () => {
  company = await HybridCompany.start(['anna']);
  await company.control.changePerson('carla', {
    onPremisesImmutableId: guidBytes(ANCHOR).toString('base64'),
  });
  // An earlier version took the anchor for her id.
  await company.run('exchangeOnline');
  company.consistencyGuids = new Map([['carla', ANCHOR]]);
  for (const type of ['activeDirectory', 'exchangeOnline'] as const) {
    const { run, events } = await company.run(type);
    expect([run.state, counts(events)]).toEqual(['finished', NOBODY]);
  }
  company.consistencyGuids = new Failure('domainControllerUnreachable');
  const { run, events } = await company.run('activeDirectory');
  expect([run.state, counts(events)]).toEqual(['finished', NOBODY]);
});

it('an anchor that was never looked up deletes nobody and doubles nobody', async () => {
  company = await HybridCompany.start(['anna']);
  await company.run('activeDirectory');
  await company.control.changePerson('carla', {
    onPremisesImmutableId: guidBytes(ANCHOR).toString('base64'),
  });
  company.consistencyGuids = new Failure('domainControllerUnreachable');
  const { run, events } = await company.run('exchangeOnline');
  expect([run.state, counts(events)]).toEqual(['finishedWithErrors', NOBODY]);

  company.consistencyGuids = new Map([['carla', ANCHOR]]);
  const again = await company.run('exchangeOnline');
  expect([again.run.state, counts(again.events)]).toEqual(['finished', NOBODY]);
  const names = (await company.contacts('bruno')).map(({ name }) => name);
  expect(names).toEqual(['Anna Beispiel', 'Carla Beispiel', 'David Beispiel']);
});

it('twin: taken for somebody else she is replaced everywhere', async () => {
  company = await HybridCompany.start(['anna']);
  await company.run('activeDirectory');
  await company.control.changePerson('carla', {
    onPremisesImmutableId: guidBytes(ANCHOR).toString('base64'),
  });
  const { events } = await company.run('exchangeOnline');
  expect(counts(events)).toEqual({ create: PEOPLE.length - 1, delete: PEOPLE.length - 1 });
});
