import { describe, expect, it } from 'vitest';
import { FakeClock } from '../connectors/memory/fake-clock.ts';
import { Failure } from '../model/failure.ts';
import { policyId, type RunId } from '../model/ids.ts';
import type { Run, RunEvent, RunState } from '../model/run.ts';
import { LiveRuns, type RunWork } from './live-runs.ts';

const ID = '11111111-2222-4333-8444-555555555555';
const STARTED: RunEvent = { type: 'run.started', kind: 'run', policyName: 'P', policyRevision: 1 };
const ended = (state: RunState): RunEvent => ({ type: 'run.ended', state, failure: undefined });

function runOf(id: RunId, state: RunState): Run {
  return {
    id,
    kind: 'run',
    policyId: policyId(ID),
    policyName: 'P',
    policyRevision: 1,
    undoes: undefined,
    state,
    startedAt: '',
    endedAt: undefined,
    holder: '',
  };
}

const makeLiveRuns = () => new LiveRuns(new FakeClock(), () => ID);

/** Begins, and ends when it is aborted or told to. */
function heldWork() {
  const finish = Promise.withResolvers<void>();
  const work: RunWork = async (id, onEvent, signal) => {
    onEvent(STARTED);
    const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    await Promise.race([finish.promise, aborted]);
    const state = signal.aborted ? 'cancelled' : 'finished';
    onEvent(ended(state));
    return runOf(id, state);
  };
  return { work, finish };
}

async function typesOf(live: LiveRuns, id: RunId): Promise<string[]> {
  const types: string[] = [];
  for await (const event of live.follow(id)) types.push(event.type);
  return types;
}

describe('a live run', () => {
  it('is there as soon as it has begun, and is followed by any number of listeners', async () => {
    const live = makeLiveRuns();
    const { work, finish } = heldWork();
    const id = await live.start(work);
    expect(live.isRunning(id)).toBe(true);
    const early = typesOf(live, id);
    finish.resolve();
    expect(await early).toEqual(['run.started', 'run.ended']);
    expect(await typesOf(live, id)).toEqual(['run.started', 'run.ended']);
    expect(live.isRunning(id)).toBe(false);
  });

  it('rejects when it could not begin, and leaves nothing behind', async () => {
    const live = makeLiveRuns();
    const refused = live.start(async () => {
      throw new Failure('alreadyRunning');
    });
    await expect(refused).rejects.toMatchObject({ code: 'alreadyRunning' });
    expect(live.has(ID as RunId)).toBe(false);
  });

  it('tells its listeners when it breaks after it had begun', async () => {
    const live = makeLiveRuns();
    const id = await live.start(async (_id, onEvent) => {
      onEvent(STARTED);
      throw new TypeError('a defect');
    });
    await expect(typesOf(live, id)).rejects.toThrow('a defect');
  });

  it('goes on from the events it had, after an approval', async () => {
    const live = makeLiveRuns();
    const known = { id: ID as RunId, events: [{ ...STARTED, at: '' }] };
    const id = await live.start(async (own, onEvent) => {
      onEvent(ended('finished'));
      return runOf(own, 'finished');
    }, known);
    expect(await typesOf(live, id)).toEqual(['run.started', 'run.ended']);
  });

  it('is cancelled, waited for, and cancelled again without effect', async () => {
    const live = makeLiveRuns();
    const id = await live.start(heldWork().work);
    await live.cancel(id);
    expect(await typesOf(live, id)).toEqual(['run.started', 'run.ended']);
    await live.cancel(id);
    await live.close();
  });

  it('lets a listener go without ending', async () => {
    const live = makeLiveRuns();
    const id = await live.start(heldWork().work);
    const listener = new AbortController();
    const seen: string[] = [];
    for await (const event of live.follow(id, listener.signal)) {
      seen.push(event.type);
      listener.abort();
    }
    expect(seen).toEqual(['run.started']);
    expect(live.isRunning(id)).toBe(true);
    await live.close();
    expect(live.isRunning(id)).toBe(false);
  });
});
