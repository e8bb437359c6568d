// Any number of passing faults at random, 30 times; and the twins that show what the laws would notice.

import { passingKinds } from '@contactsync/emulator';
import { describe, expect, it } from 'vitest';
import type { RunPorts } from '../../src/engine/run-ports.ts';
import { Failure } from '../../src/model/failure.ts';
import { itemId } from '../../src/model/ids.ts';
import type { ChangeOutcome, TargetChange } from '../../src/model/plan.ts';
import type { MailboxTarget } from '../../src/ports/mailbox-target.ts';
import { PLACES } from './places.ts';
import { discreet, play } from './play.ts';
import { type StageName, useStages } from './stages.ts';
import { addressOf } from './tenant.ts';

const on = useStages();

/** The rollback joins them when it counts what a lost answer had carried out (see lasting.test.ts). */
const ROUND: readonly StageName[] = [
  'first fill',
  'changes',
  'clean-up',
  'changes',
  'ledger forgotten',
  'unchanged',
];
const SEEDS = Array.from({ length: 30 }, (_, index) => ({
  seed: index + 1,
  stage: ROUND[index % ROUND.length] ?? 'changes',
}));

/**
 * Without expired tokens: one that is refused within half a minute of its issue ends the run, and then
 * src/connectors/graph/apply-changes.ts forgets what it has just written (see below).
 */
const KINDS = passingKinds.filter((kind) => kind !== 'token-expired');

describe('faults at random', () => {
  let struck = 0;

  it.each(SEEDS)('seed $seed: $stage', async ({ seed, stage }) => {
    const { met, problems } = await play(on.tenant, on.stages[stage], ({ control }) =>
      control.setRandomFaults({ rate: 0.06, seed, kinds: KINDS }),
    );
    if (Object.keys(met).length > 0) struck += 1;
    expect(problems).toEqual([]);
  });

  it('strike in most of the runs', () => {
    expect(struck).toBeGreaterThan(SEEDS.length / 2);
  });

  it('what was written counts although the second step of a deletion ends the run', async () => {
    const { problems } = await play(on.tenant, on.stages.changes, ({ control }) =>
      control.addFault({
        ...PLACES.batch,
        bodyText: 'permanentDelete',
        count: 'unlimited',
        action: { kind: 'token-expired' },
      }),
    );
    expect(problems).toEqual([]);
  });
});

type Apply = MailboxTarget['applyChanges'];

/** The ports, with another way of carrying changes out. */
const writing =
  (how: (inner: Apply, changes: readonly TargetChange[], signal: AbortSignal) => ReturnType<Apply>) =>
  (ports: RunPorts): RunPorts => ({
    ...ports,
    targets: {
      capabilities: ports.targets.capabilities,
      scan: (mailbox, signal) => ports.targets.scan(mailbox, signal),
      open(...args) {
        const target = ports.targets.open(...args);
        return {
          readFolder: (options, signal) => target.readFolder(options, signal),
          readContacts: (ids, signal) => target.readContacts(ids, signal),
          readUnmarked: (ids, signal) => target.readUnmarked(ids, signal),
          readElsewhere: (signal) => target.readElsewhere(signal),
          applyFolder: (action, signal) => target.applyFolder(action, signal),
          applyChanges: (changes, signal) =>
            how((some, aborted) => target.applyChanges(some, aborted), changes, signal),
        };
      },
    },
  });

const isCreate = ({ kind }: TargetChange): boolean => kind === 'create';

/** Another outcome for the first change than it had. */
const firstAs =
  (other: ChangeOutcome, isDone: boolean) =>
  async (inner: Apply, changes: readonly TargetChange[], signal: AbortSignal) => {
    const done = await inner(isDone ? changes : changes.slice(1), signal);
    return [other, ...(isDone ? done.slice(1) : done)];
  };

describe('the laws notice', () => {
  const problemsOf = async (alter: (ports: RunPorts) => RunPorts): Promise<string> =>
    (await play(on.tenant, on.stages['first fill'], async () => {}, alter)).problems.join('\n');

  it('nothing where nothing is wrong', async () => {
    expect(await problemsOf(writing((inner, changes, signal) => inner(changes, signal)))).toBe('');
  });

  it('a contact that is there twice, and a count that does not say so', async () => {
    const twice = writing(async (inner, changes, signal) => {
      const outcomes = await inner(changes, signal);
      await inner(changes.filter(isCreate).slice(0, 1), signal);
      return outcomes;
    });
    const problems = await problemsOf(twice);
    expect(problems).toMatch(/holds .* twice/);
    expect(problems).toMatch(/26 created are claimed, 28 are there/);
  });

  it('a contact that is missing though it is claimed', async () => {
    const problems = await problemsOf(
      writing(firstAs({ status: 'applied', itemId: itemId('nowhere'), version: '1' }, false)),
    );
    expect(problems).toMatch(/26 created are claimed, 24 are there/);
    expect(problems).toMatch(/calls itself finished, but anna lacks/);
  });

  it('a contact that is there though it is said to have failed', async () => {
    const failed = { status: 'failed', failure: new Failure('contactRefused') } as const;
    expect(await problemsOf(writing(firstAs(failed, true)))).toMatch(
      /is said to have failed and has happened/,
    );
  });

  it('an item of the user that was touched, only looked at as it may seem', async () => {
    const touching = writing(async (inner, changes, signal) => {
      const mailbox = addressOf('carla');
      const { items } = await on.tenant.control.mailbox(mailbox);
      const friend = items.find(({ properties }) => properties.displayName === 'Private Friend');
      await on.tenant.control.touchContact(mailbox, friend?.id ?? '');
      return inner(changes, signal);
    });
    expect(await problemsOf(touching)).toMatch(/carla: Private Friend of the user was touched/);
  });

  it('a token or a person in the log', () => {
    const line = (level: string, more: object) => JSON.stringify({ level, msg: 'x', ...more });
    expect(discreet(line('debug', { header: 'Bearer abc' }))).toHaveLength(1);
    expect(discreet(line('debug', { body: 'eyJhbGciOiJSUzI1NiJ9.e30' }))).toHaveLength(1);
    expect(discreet(line('info', { name: 'Quispe 3, Zoë' }))).toHaveLength(1);
    expect(discreet(line('debug', { name: 'Quispe 3, Zoë' }))).toEqual([]);
  });
});
