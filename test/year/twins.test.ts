// With something broken on purpose, the year must notice, and for the reason meant.

import { describe, expect, it } from 'vitest';
import type { ChangeOutcome } from '../../src/model/plan.ts';
import {
  callsItComplete,
  ledgerIsTheTruth,
  repeatsBlindly,
  tidiesUp,
  withTargets,
} from '../properties/broken.ts';
import type { Alteration } from '../properties/world.ts';
import { miscounts } from './miscounts.ts';
import { simulateYear, YearFailure } from './year.ts';

/** A target that writes whatever the version of the item is by now. */
const ignoresVersions = withTargets((target, world, { id }) => ({
  applyChanges: (changes, signal) =>
    target.applyChanges(
      changes.map((change) => {
        if (change.kind === 'create') return change;
        const item = world.organization.mailboxOf(id)?.item(change.itemId);
        return item === undefined ? change : { ...change, version: item.version };
      }),
      signal,
    ),
}));

/** A target that calls a deletion failed although it happened. */
const deniesDeletions = withTargets((target) => ({
  applyChanges: async (changes, signal) => {
    const outcomes = await target.applyChanges(changes, signal);
    return outcomes.map(
      (outcome, index): ChangeOutcome =>
        changes[index]?.kind === 'delete' && outcome.status === 'applied' ? { status: 'gone' } : outcome,
    );
  },
}));

/** Every deletion is for good. */
const deletesForGood = withTargets((target) => ({
  applyChanges: (changes, signal) =>
    target.applyChanges(
      changes.map((change) => (change.kind === 'delete' ? { ...change, mode: 'hard' } : change)),
      signal,
    ),
}));

/** A ledger that calls every writing that was cut off clean. */
const ledgerThatLies: Alteration = (ports) => ({
  ...ports,
  ledger: {
    read: async (...args) => {
      const record = await ports.ledger.read(...args);
      return record === undefined ? undefined : { ...record, isDirty: false };
    },
    write: (record) => ports.ledger.write(record),
    markDirty: async () => {},
    forget: (...args) => ports.ledger.forget(...args),
  },
});

/** A memory in which everybody left long ago. */
const endsGraceAtOnce: Alteration = (ports) => ({
  ...ports,
  memory: new Proxy(ports.memory, {
    get: (memory, name) => {
      const readDepartures: typeof memory.readDepartures = async (id) => {
        const departures = await memory.readDepartures(id);
        return new Map([...departures.keys()].map((person) => [person, '2020-01-01T00:00:00.000Z']));
      };
      if (name === 'readDepartures') return readDepartures;
      const value: unknown = Reflect.get(memory, name, memory);
      return typeof value === 'function' ? value.bind(memory) : value;
    },
  }),
});

/** Where the search begins, so that it ends soon: with a seed that showed it when this was written. */
interface Twin {
  readonly name: string;
  readonly alter: Alteration;
  readonly because: RegExp;
  readonly from: number;
}

const twins: readonly Twin[] = [
  {
    name: 'a target that repeats a write without looking',
    alter: repeatsBlindly,
    because: /stands twice|leaves out/,
    from: 8,
  },
  { name: 'a target that tidies up', alter: tidiesUp, because: /is not ours and was touched/, from: 1 },
  {
    name: 'a target that finds its contacts only while the ledger names them',
    alter: ledgerIsTheTruth,
    because: /stands twice/,
    from: 2,
  },
  {
    name: 'a target that ignores versions',
    alter: ignoresVersions,
    because: /held data of the user/,
    from: 27,
  },
  { name: 'a target that denies its deletions', alter: deniesDeletions, because: /leaves out/, from: 1 },
  {
    name: 'a target that deletes for good what users edited',
    alter: deletesForGood,
    because: /held data of the user and is gone/,
    from: 6,
  },
  { name: 'a report that miscounts', alter: miscounts, because: /the report tells of/, from: 1 },
  {
    name: 'a ledger that lies about writings that were cut off',
    alter: ledgerThatLies,
    because: /stands twice|the report leaves out/,
    from: 5,
  },
  {
    name: 'a source that calls a list that broke off complete',
    alter: callsItComplete,
    because: /incomplete/,
    from: 3,
  },
  {
    name: 'a memory in which everybody left long ago',
    alter: endsGraceAtOnce,
    because: /under the strategy grace/,
    from: 2,
  },
];

describe('simulated year', () => {
  for (const { name, alter, because, from } of twins) {
    it(`twin: ${name}`, async () => {
      expect(await firstFailure(alter, from)).toMatch(because);
    });
  }
});

async function firstFailure(alter: Alteration, from: number): Promise<string> {
  for (let seed = from; seed < from + 12; seed += 1) {
    try {
      await simulateYear({ seed, days: 30, alter });
    } catch (error) {
      if (!(error instanceof YearFailure)) throw error;
      return error.message.split('\n', 1)[0] ?? '';
    }
  }
  return 'the laws held although something was broken on purpose';
}
