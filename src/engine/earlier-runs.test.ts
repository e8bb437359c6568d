// A run whose process died is closed by whoever looks, however late.

import { describe, expect, it } from 'vitest';
import { closeRunsOfTheDead } from './earlier-runs.ts';
import { World } from './testing/world.ts';

describe('a run whose process died', () => {
  it('ended when it was last heard of, and not when somebody looked', async () => {
    const world = new World(20, 2);
    world.organization.onWrite(() => world.clock.advance(1_000));
    const { id, startedAt } = await world.run();
    const died = await world.runs.read(id);
    const heard = (await world.runs.readEvents(id)).at(-1)?.at;
    await world.runs.setState(id, 'applying');
    world.clock.advance(24 * 3_600_000);

    await closeRunsOfTheDead('another', world.ports);

    expect(died?.state).toBe('finished');
    const closed = await world.runs.read(id);
    expect(closed).toMatchObject({ state: 'interrupted', endedAt: heard });
    expect(heard).not.toBe(startedAt);
    expect((await world.runs.readEvents(id)).at(-1)).toMatchObject({ type: 'run.ended', at: heard });
  });

  it('ended at its start when nothing was heard of it', async () => {
    const world = new World(1, 1);
    const run = await world.run();
    const queued = { ...run, id: 'ffffffff-0000-4000-8000-000000000001' as typeof run.id };
    await world.runs.create(
      { ...queued, state: 'queued', endedAt: undefined },
      { policy: world.policy, revision: 1 },
    );
    world.clock.advance(3_600_000);
    await closeRunsOfTheDead('another', world.ports);
    expect(await world.runs.read(queued.id)).toMatchObject({
      state: 'interrupted',
      endedAt: queued.startedAt,
    });
  });
});
