import { describe, expect, it } from 'vitest';
import { FakeClock } from '../connectors/memory/fake-clock.ts';
import type { RunEvent } from '../model/run.ts';
import type { Traffic, TrafficState } from '../ports/traffic.ts';
import { type Told, watchTraffic, whatToTell } from './traffic-watch.ts';

const START = Date.parse('2026-11-02T08:00:00.000Z');
const at = (seconds: number) => new Date(START + seconds * 1000).toISOString();
const quiet: TrafficState = {
  underWay: 4,
  limit: 64,
  waitingUntil: undefined,
  mailboxesWaiting: 0,
  refusals: 0,
  waitedMs: 0,
};
const waiting = (until: number, mailboxesWaiting = 1): TrafficState => ({
  ...quiet,
  waitingUntil: at(until),
  mailboxesWaiting,
});

/** One state for each second, from the first on. */
function tell(states: readonly TrafficState[]): readonly string[] {
  let told: Told | undefined;
  return states.flatMap((state, second) => {
    const next = whatToTell(told, state, START + second * 1000);
    told = next.told;
    const { event } = next;
    if (event === undefined) return [];
    return event.type === 'run.resumed' ? [`${second}: on`] : [`${second}: until ${event.waitingUntil}`];
  });
}

describe('what is told of a wait', () => {
  it('begins once, with a wait of more than a moment, and ends once', () => {
    const states = [quiet, ...Array.from({ length: 5 }, () => waiting(6)), quiet, quiet, quiet, quiet];
    expect(tell(states)).toEqual([`1: until ${at(6)}`, '8: on']);
    expect(tell([waiting(2), waiting(2), quiet, quiet, quiet])).toEqual([]);
  });

  it('is not every refused request', () => {
    // Each second another mailbox is refused for four seconds more.
    const states = Array.from({ length: 60 }, (_, second) => waiting(second + 4));
    const lines = tell([...states, quiet, quiet, quiet, quiet, quiet]);
    expect(lines.length).toBeLessThan(20);
    expect(lines.filter((line) => line.endsWith('on'))).toHaveLength(1);
  });

  it('says at once that a wait became longer than told', () => {
    expect(tell([waiting(3), waiting(30), waiting(30), waiting(30)])).toEqual([
      `0: until ${at(3)}`,
      `3: until ${at(30)}`,
    ]);
  });

  it('does not take a short pause for the end', () => {
    const states = [waiting(4), waiting(4), quiet, waiting(9), waiting(9), quiet, quiet, quiet, quiet];
    expect(tell(states).filter((line) => line.endsWith('on'))).toEqual(['7: on']);
  });
});

describe('the watch', () => {
  const traffic = (state: () => TrafficState): Traffic => ({ state });
  const turns = async () => {
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };

  it('tells while the run stands still, and that it goes on at the latest when it is over', async () => {
    const clock = new FakeClock(at(0), { sleepsAtOnce: false });
    const events: RunEvent[] = [];
    let ticks = 0;
    const stop = watchTraffic(
      { traffic: traffic(() => waiting(20, 3)), clock },
      async (event) => void events.push(event),
      async () => {
        ticks += 1;
      },
    );
    for (let second = 0; second < 4; second += 1) {
      await turns();
      clock.advance(1_000);
    }
    await turns();
    expect(events).toEqual([{ type: 'run.throttled', waitingUntil: at(20), mailboxesWaiting: 3 }]);
    expect(ticks).toBe(4);
    await stop();
    await stop();
    expect(events.slice(1)).toEqual([{ type: 'run.resumed' }]);
    expect(clock.sleeping).toBe(0);
  });

  it('leaves the work its turn when sleeping takes no time', async () => {
    const stop = watchTraffic(
      { traffic: traffic(() => quiet), clock: new FakeClock() },
      async () => undefined,
      async () => undefined,
    );
    await turns();
    await stop();
  });
});
