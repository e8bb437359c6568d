// A hybrid company over both wires: mailboxes move between the building and the cloud, policies between the directories,
// and everybody's contacts stay as they are.

import { afterEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/model/run.ts';
import { addressOf, HybridCompany, PEOPLE, type Person } from './company.ts';

let company: HybridCompany;
afterEach(() => company.close());

const othersOf = (person: Person) =>
  PEOPLE.filter((one) => one !== person).map((one) => `${one[0]?.toUpperCase()}${one.slice(1)} Beispiel`);

async function expectEverybodyEverywhere(): Promise<void> {
  for (const person of PEOPLE)
    expect((await company.contacts(person)).map(({ name }) => name)).toEqual(othersOf(person));
}

/** Of all mailboxes; nothing is planned where nothing has to be written. */
function changes(events: readonly RunEvent[]): number {
  return events
    .flatMap((event) => (event.type === 'mailbox.planned' ? [event.counts] : []))
    .reduce((sum, { create, update, delete: removed }) => sum + create + update + removed, 0);
}

const snapshot = () => Promise.all(PEOPLE.map((person) => company.contacts(person)));

describe('a hybrid company', () => {
  it('A mailbox that moves keeps its contacts, there and back', async () => {
    company = await HybridCompany.start(['anna', 'bruno']);
    expect((await company.run('activeDirectory')).run.state).toBe('finished');
    await expectEverybodyEverywhere();

    for (const to of ['online', 'onPremises'] as const) {
      await company.control.moveMailbox(addressOf('anna'), to);
      const before = await snapshot();
      const { run, events } = await company.run('activeDirectory');
      expect([run.state, changes(events)]).toEqual(['finished', 0]);
      expect(await snapshot()).toEqual(before);
    }

    // Who left meanwhile goes from the moved mailbox too, by the ids that items have there now.
    await company.control.moveMailbox(addressOf('anna'), 'online');
    await company.control.changePerson('bruno', { displayName: 'Bruno Neumann' });
    await company.run('activeDirectory');
    expect((await company.contacts('anna')).map(({ name }) => name)).toEqual([
      'Bruno Neumann',
      'Carla Beispiel',
      'David Beispiel',
    ]);
  });

  it('a mailbox that each directory places on the other side is left alone until one of them holds it', async () => {
    company = await HybridCompany.start(['bruno']);
    await company.run('activeDirectory');
    await company.control.moveMailbox(addressOf('anna'), 'onPremises');
    const before = await snapshot();
    company.stillAway.add('anna');
    const { run, events } = await company.run('activeDirectory');
    const [read] = events.filter((event) => event.type === 'mailboxes.read');
    expect(read).toMatchObject({ targets: PEOPLE.length - 1, leaving: 0, isComplete: true });
    expect(read?.skipped).toMatchObject([{ primarySmtpAddress: addressOf('anna'), reason: 'betweenSides' }]);
    expect([run.state, changes(events), await snapshot()]).toEqual(['finished', 0, before]);
    company.stillAway.delete('anna');
    const later = await company.run('activeDirectory');
    expect([later.run.state, changes(later.events), await snapshot()]).toEqual(['finished', 0, before]);
  });

  it('a mailbox that a filter of the tenant loses sight of in a move is left alone, during and after it', async () => {
    company = await HybridCompany.start([]);
    company.chosen = { recipientFilter: "Alias -ne 'nobody'" };
    await company.run('activeDirectory');
    await expectEverybodyEverywhere();
    await company.control.moveMailbox(addressOf('anna'), 'onPremises');
    const before = await snapshot();
    for (const reason of ['betweenSides', 'perhapsMoved'] as const) {
      if (reason === 'betweenSides') company.stillAway.add('anna');
      else company.stillAway.delete('anna');
      const { run, events } = await company.run('activeDirectory');
      const [read] = events.filter((event) => event.type === 'mailboxes.read');
      expect(read).toMatchObject({ targets: PEOPLE.length - 1, leaving: 0, isComplete: true });
      expect(read?.skipped).toMatchObject([{ primarySmtpAddress: addressOf('anna'), reason }]);
      expect([run.state, changes(events), await snapshot()]).toEqual(['finished', 0, before]);
    }
    // Twin: who is still in the cloud and does not fit any more has left, and so has who is excluded.
    company.chosen = { recipientFilter: "Alias -ne 'bruno'", exclude: [addressOf('anna')] };
    const { run, events } = await company.run('activeDirectory');
    expect(events.filter((event) => event.type === 'mailboxes.read')).toMatchObject([{ leaving: 2 }]);
    // Two of four are many: the brake asks before.
    expect([run.state, changes(events)]).toEqual(['awaitingApproval', 2 * (PEOPLE.length - 1)]);
  });

  it('a policy that changes directories recognizes its contacts, in both directions', async () => {
    company = await HybridCompany.start(['anna', 'bruno']);
    await company.run('activeDirectory');
    for (const type of ['exchangeOnline', 'activeDirectory'] as const) {
      const { run, events } = await company.run(type);
      expect(run.state).toBe('finished');
      const counts = events.flatMap((event) => (event.type === 'mailbox.planned' ? [event.counts] : []));
      expect(counts).toHaveLength(PEOPLE.length);
      for (const one of counts) expect([one.create, one.delete]).toEqual([0, 0]);
      await expectEverybodyEverywhere();
    }
  });

  it('twin: without knowing who is synchronized everybody would be written anew', async () => {
    company = await HybridCompany.start(['anna', 'bruno']);
    await company.run('activeDirectory', 'strangers');
    const { run } = await company.run('exchangeOnline', 'strangers');
    expect(run.state).toBe('awaitingApproval');
  });

  it('what was written while all were online is recognized when the environment becomes hybrid', async () => {
    company = await HybridCompany.start([]);
    await company.run('exchangeOnline', 'onlineOnly');
    const before = await snapshot();
    const { run, events } = await company.run('exchangeOnline');
    expect([run.state, changes(events)]).toEqual(['finished', 0]);
    expect(await snapshot()).toEqual(before);
  });

  it('a run from before a move is rolled back elsewhere, and refused in the mailbox that moved', async () => {
    company = await HybridCompany.start(['anna', 'bruno']);
    const { run } = await company.run('activeDirectory');
    await company.control.moveMailbox(addressOf('anna'), 'online');
    const before = await company.contacts('anna');
    const { run: rollback, events } = await company.rollBack(run);
    expect(rollback.state).toBe('finishedWithErrors');
    expect(events.filter(({ type }) => type === 'mailbox.failed')).toMatchObject([
      { primarySmtpAddress: addressOf('anna'), failure: { number: 17032 } },
    ]);
    expect(await company.contacts('anna')).toEqual(before);
    for (const person of PEOPLE.slice(1)) expect(await company.contacts(person)).toEqual([]);
    // The next run brings all of them to what the policy says, and doubles nobody.
    await company.run('activeDirectory');
    await expectEverybodyEverywhere();
    expect(await company.contacts('anna')).toEqual(before);
  });

  it('an order to keep somebody out holds by the id of the time before', async () => {
    company = await HybridCompany.start([]);
    const anna = await company.control.person(addressOf('anna'));
    const id = anna.id as Parameters<typeof company.stores.withheld.release>[0];
    await company.stores.withheld.withhold({ id, label: 'Anna', since: '2026-01-01T00:00:00Z', by: 'test' });
    await company.run('activeDirectory');
    expect((await company.contacts('bruno')).map(({ name }) => name)).toEqual([
      'Carla Beispiel',
      'David Beispiel',
    ]);
  });
});
