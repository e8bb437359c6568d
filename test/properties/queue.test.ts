// The queue under every history: nothing that was due is lost, nothing runs twice for it, no policy and no environment
// runs twice at once, turns come in order.

import fc from 'fast-check';
import { describe } from 'vitest';
import { InMemoryRunQueue } from '../../src/connectors/memory/stores/in-memory-run-queue.ts';
import { law, twin } from './check-law.ts';
import { type Action, HOW_MANY, type How, QueueWorld, type Twin } from './queue-world.ts';

const minutes = (max: number) => fc.integer({ min: 0, max });
const which = fc.nat(HOW_MANY - 1);
const kind = <K extends Action['kind']>(...kinds: readonly K[]) => fc.constantFrom<K>(...kinds);

type Weighted = { readonly weight: number; readonly arbitrary: fc.Arbitrary<Action> };

const everyday: readonly Weighted[] = [
  { weight: 8, arbitrary: fc.record({ kind: kind('pass'), minutes: fc.integer({ min: 1, max: 20 }) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: kind('end'),
      which,
      how: fc.constantFrom<How>('ended', 'ended', 'ended', 'busy', 'throws', 'databaseBusy'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: kind('byHand'), which }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('enable'), which }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('stop'), minutes: minutes(90) }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('locked'), minutes: minutes(12) }) },
];

const kills: readonly Weighted[] = [
  { weight: 1, arbitrary: fc.record({ kind: kind('kill'), minutes: minutes(90) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: kind('killAt'),
      // The first words after a run is over are the dangerous ones.
      call: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 40 })),
      isDone: fc.boolean(),
      minutes: minutes(30),
    }),
  },
];

/** By a little, which repeats nothing, and by so much that what the clock said before was wrong. */
const clocks: readonly Weighted[] = [
  {
    weight: 2,
    arbitrary: fc.record({ kind: kind('setClock'), hours: fc.constantFrom(-26, -5, -2, -1, 1, 26) }),
  },
];

const histories = (more: readonly Weighted[], broken?: Twin) =>
  fc.asyncProperty(
    fc.array(fc.oneof(...everyday, ...more), { minLength: 10, maxLength: 60 }),
    async (actions) => {
      const world = await QueueWorld.begun(broken);
      for (const one of actions) await world.act(one);
      await world.finish();
    },
  );

/** Takes what is due for queued, and puts nothing there every third time. */
class ForgetfulQueue extends InMemoryRunQueue {
  #count = 0;
  override async consider(...[id, until, due]: Parameters<InMemoryRunQueue['consider']>): Promise<boolean> {
    this.#count += due === undefined ? 0 : 1;
    return super.consider(id, until, this.#count % 3 === 0 ? undefined : due);
  }
}

/** Does not remember up to when a schedule was looked at. */
class RepeatingQueue extends InMemoryRunQueue {
  override async consideredUntil(): Promise<string | undefined> {
    return '2026-11-02T08:00:00.000Z';
  }
}

/** Whoever came last is first. */
class BackwardQueue extends InMemoryRunQueue {
  #calls = 0;
  override async list() {
    const queued = await super.list();
    this.#calls += 1;
    // Who asks for the second time in a turn is the world, which must see the truth.
    return this.#calls % 2 === 0 ? queued : [...queued].reverse();
  }
}

describe('the queue', () => {
  const often = { fixedRuns: 60, randomRuns: 300 };
  law(
    'loses nothing, repeats nothing, keeps to one run at once and to the order, wherever it is killed',
    histories(kills),
    often,
  );
  law('does so when somebody sets the clock', histories(clocks), often);

  twin('a queue that forgets', /lost/, histories([], { queue: () => new ForgetfulQueue() }));
  twin('a queue that repeats', /for nothing/, histories([], { queue: () => new RepeatingQueue() }));
  twin('last in, first out', /out of turn/, histories([], { queue: () => new BackwardQueue() }));
  twin('no leases', /twice at once/, histories([], { ignoresLeases: true }));
  twin(
    'killed before it could say that a run is over',
    /for nothing/,
    histories(kills, { forgetsItsRuns: true }),
  );
  twin(
    'one environment taken for many',
    /two run at once/,
    histories([], { policies: (policy) => ({ ...policy, environment: policy.name }) }),
  );
});
