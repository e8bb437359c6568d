// Law 6, interruptible: stop after any k outcomes, run again: same end state, no duplicates. Law 7, lost answers: a
// write that happened but whose answer was lost never yields a duplicate.

import fc from 'fast-check';
import { describe } from 'vitest';
import type { WriteTrouble } from '../../src/connectors/memory/mailbox-trouble.ts';
import { ledgerIsTheTruth, marksLater, repeatsBlindly } from './broken.ts';
import { law, twin } from './check-law.ts';
import { expectFilled, expectHandsOff, expectNoDuplicates, lookAtForeign } from './invariants.ts';
import { life, live, setup } from './life.ts';
import { Death } from './mortal.ts';
import { type Alteration, World } from './world.ts';

/** The same life in a world without trouble. */
async function undisturbed(...[start, earlier, later]: Parameters<typeof disturbed>): Promise<string> {
  return everything(await disturbed(start, earlier, later));
}

async function disturbed(
  start: ConstructorParameters<typeof World>[0],
  earlier: Parameters<typeof live>[1],
  later: Parameters<typeof live>[1],
  between: (world: World) => Promise<unknown> = async () => {},
  alter?: Alteration,
): Promise<World> {
  const world = new World(start, alter);
  live(world, earlier);
  await world.run();
  live(world, later);
  const foreign = lookAtForeign(world);
  await between(world);
  const run = await world.run();
  if (run.state !== 'finished') throw new Error(`the run after it ended ${run.state}`);
  expectHandsOff(world, foreign);
  expectNoDuplicates(world);
  expectFilled(world);
  return world;
}

/** Also what carries no mark: a contact that lost it would not be seen among the managed ones. */
const everything = (world: World): string => `${world.contents()}\n${world.foreignContents()}`;

const expectSame = (actual: string, expected: string) => {
  if (actual !== expected) throw new Error(`another end state:\n${actual}\ninstead of:\n${expected}`);
};

const count = fc.integer({ min: 1, max: 8 });

const aborted = fc.asyncProperty(setup, life, life, count, async (start, earlier, later, writes) => {
  const world = await disturbed(start, earlier, later, async (one) => {
    const abort = new AbortController();
    let left = writes;
    const stop = one.organization.onWrite(() => {
      left -= 1;
      if (left === 0) abort.abort();
    });
    const run = await one.run({ signal: abort.signal });
    stop();
    if (left <= 0 && run.state !== 'cancelled' && run.state !== 'finished') {
      throw new Error(`an aborted run ended ${run.state}`);
    }
  });
  expectSame(everything(world), await undisturbed(start, earlier, later));
});

const died = (alter?: Alteration) =>
  fc.asyncProperty(setup, life, life, count, async (start, earlier, later, writes) => {
    const dieOnTheWay = async (one: World) => {
      const death = new Death();
      const stop = death.afterWrites(one, writes);
      await one.run({ ports: death.mortal(one.ports) }).catch(() => undefined);
      stop();
      if (!death.isDead) return;
      one.leases.holderDies('test');
      one.clock.advance(61_000);
    };
    const world = await disturbed(start, earlier, later, dieOnTheWay, alter);
    expectSame(everything(world), await undisturbed(start, earlier, later));
  });

const troubleAt = fc.record({
  box: fc.nat({ max: 2 }),
  at: count,
  trouble: fc.constantFrom<WriteTrouble>(
    { kind: 'loseAnswer' },
    { kind: 'loseRequest' },
    { kind: 'conflict' },
    { kind: 'fail', code: 'contactRefused' },
    { kind: 'break', code: 'serviceUnavailable' },
  ),
});
const troubles = fc.array(troubleAt, { minLength: 1, maxLength: 4 });
const lostAnswers = troubles.map((list) =>
  list.map((one) => ({ ...one, at: 1 + (one.at % 3), trouble: { kind: 'loseAnswer' } as const })),
);

const lost = (which: typeof troubles | typeof lostAnswers, alter?: Alteration) =>
  fc.asyncProperty(setup, life, life, which, async (start, earlier, later, script) => {
    const world = await disturbed(
      start,
      earlier,
      later,
      async (one) => {
        for (const { box, at, trouble } of script) {
          one.boxes[box % Math.max(one.boxes.length, 1)]?.trouble.atWrite(at, trouble);
        }
        await one.run();
        expectNoDuplicates(one);
        for (const box of one.boxes) while (box.trouble.takeWrite() !== undefined || box.trouble.pending > 0);
      },
      alter,
    );
    expectSame(everything(world), await undisturbed(start, earlier, later));
  });

describe('law 6: interruptible', () => {
  law('cancelled after any number of writes: the next run ends where one would have', aborted, {
    fixedRuns: 40,
    randomRuns: 20,
  });
  law('the process died after any number of writes: the same', died(), { fixedRuns: 40, randomRuns: 20 });
  twin(
    'a target that finds its contacts only while the ledger names them',
    /twice|another end state/,
    died(ledgerIsTheTruth),
  );
});

describe('law 7: lost answers', () => {
  law('answers lost, requests lost, conflicts, refusals: never a duplicate', lost(troubles), {
    fixedRuns: 48,
    randomRuns: 24,
  });
  twin(
    'a target that repeats a write without looking',
    /twice|another end state/,
    lost(lostAnswers, repeatsBlindly),
  );
  twin(
    'a target that marks a contact after making it',
    /twice|another end state/,
    lost(lostAnswers, marksLater),
  );
});
