// Short histories of what simulated years found.

import { describe, expect, it } from 'vitest';
import { buildReport } from '../../src/core/report.ts';
import type { Run } from '../../src/model/run.ts';
import { type PersonSeed, World } from '../properties/world.ts';

const somebody = (surname: string): PersonSeed => ({
  givenName: 'Ada',
  surname,
  jobTitle: 'Clerk',
  department: 'Sales',
  notes: '',
  domain: 'contoso.example',
  phones: [],
});

function worldWith(...surnames: readonly string[]): World {
  return new World({
    people: surnames.map(somebody),
    mailboxes: 1,
    normalizes: true,
    subfolderPerDomain: false,
    useDefaultContacts: false,
  });
}

async function reportOf(world: World, run: Run) {
  return buildReport(run, await world.runs.readEvents(run.id));
}

describe('found by simulated years', () => {
  it('a batch breaks half way and the mailbox is tried again', async () => {
    // The owner of the mailbox is not copied into it.
    const world = worldWith('Owner', 'Bäcker', 'Smith', 'Nguyễn');
    world.box(1).trouble.atWrite(3, { kind: 'break', code: 'throttledTooLong' });
    const run = await world.run();
    expect(run.state).toBe('finished');
    expect(world.managed(world.box(1))).toHaveLength(3);
    expect((await reportOf(world, run)).applied.created).toBe(3);
  });

  it('edited, then a reading that stops before the person', async () => {
    const world = worldWith('Owner', 'Bäcker');
    const box = world.box(1);
    await world.run();
    const [item] = world.managed(box);
    if (item === undefined) throw new Error('nobody was copied');
    world.organization.userOf(box.id).editContact(item.id, { jobTitle: 'King' });
    world.organization.trouble = { stopsAfter: 1 };
    await world.run();
    world.organization.heal();
    await world.run();
    expect(box.item(item.id)?.properties.jobTitle).toBe('Clerk');
  });
});
