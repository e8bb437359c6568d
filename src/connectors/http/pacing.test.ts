// What waits for whom, and what the traffic says about it, on a clock that only the test moves.

import { beforeEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../ports/clock.ts';
import { defaultPacingLimits, type Entrance, Pacing, type PacingLimits, type Place } from './pacing.ts';
import type { Refusal } from './refusal.ts';

/** Whoever sleeps wakes when the test comes to its time. */
class HandClock implements Clock {
  #now = Date.parse('2026-11-22T10:00:00Z');
  #sleepers: { readonly due: number; readonly wake: () => void }[] = [];

  now(): Date {
    return new Date(this.#now);
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    this.#sleepers.push({ due: this.#now + milliseconds, wake: resolve });
    return promise;
  }

  async pass(milliseconds: number): Promise<void> {
    this.#now += milliseconds;
    const due = this.#sleepers.filter((one) => one.due <= this.#now);
    this.#sleepers = this.#sleepers.filter((one) => one.due > this.#now);
    for (const one of due) one.wake();
    await settled();
  }
}

/** All that can go on without the clock has gone on. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

const signal = new AbortController().signal;
const BUDGET_MS = 60_000;
let clock: HandClock;
let pacing: Pacing;
let inside: Map<string, Place>;
let turnedAway: Map<string, unknown>;

function pacingWith(limits: Partial<PacingLimits> = {}): void {
  clock = new HandClock();
  pacing = new Pacing({ ...defaultPacingLimits, ...limits }, clock);
  [inside, turnedAway] = [new Map(), new Map()];
}
beforeEach(() => pacingWith());

/** Asks for a place; once there, it stands under its name in `inside`, and what turns it away in `turnedAway`. */
async function ask(name: string, entrance: Partial<Entrance> = {}): Promise<void> {
  const call = { host: 'graph.example.com', mailboxKey: undefined, slots: 1, parts: undefined, ...entrance };
  void pacing.enter(call, BUDGET_MS, signal).then(
    (place) => inside.set(name, place),
    (thrown: unknown) => turnedAway.set(name, thrown),
  );
  await settled();
}

async function answer(name: string, ...refusals: readonly Refusal[]): Promise<void> {
  const place = inside.get(name);
  if (place === undefined) throw new Error(`${name} is not inside`);
  inside.delete(name);
  place.answered(refusals);
  place.leave();
  await settled();
}

const names = () => [...inside.keys()];
const application: Refusal = { reach: 'application', mailboxKey: undefined, retryAfterMs: 10_000 };
const ofMailbox = (mailboxKey: string, retryAfterMs: number): Refusal => ({
  reach: 'mailbox',
  mailboxKey,
  retryAfterMs,
});

describe('a service that refuses the application', () => {
  test('is sent nothing new before its time, not even by those that stand in the queue', async () => {
    pacingWith({ start: 1, floor: 1 });
    await ask('first', { mailboxKey: 'm1' });
    await ask('in the queue', { mailboxKey: 'm2' });
    await answer('first', application);
    await ask('later', { mailboxKey: 'm3' });
    await clock.pass(9_999);
    expect(names()).toEqual([]);
    await clock.pass(1);
    expect(names()).toHaveLength(1);
    await answer(names()[0] ?? '');
    expect(names()).toHaveLength(1);
  });

  test('says nothing about another service', async () => {
    await ask('first');
    await answer('first', application);
    await ask('elsewhere', { host: 'login.example.com' });
    expect(names()).toEqual(['elsewhere']);
  });

  test('is waited for longer than one request would, but not for ever', async () => {
    await ask('first');
    await answer('first', { ...application, retryAfterMs: BUDGET_MS * 10 });
    await ask('patient');
    await ask('also patient', { mailboxKey: 'm1' });
    await clock.pass(BUDGET_MS * 10);
    expect(names()).toEqual(['patient', 'also patient']);
    await answer('patient', { ...application, retryAfterMs: 3_600_000 });
    await ask('hopeless');
    expect(turnedAway.get('hopeless')).toMatchObject({ code: 'throttledTooLong', retryAfterMs: 3_600_000 });
  });

  test('without a time gets less at once, and is not waited for', async () => {
    await ask('first');
    const { limit } = pacing.state();
    await clock.pass(250);
    await answer('first', { ...application, retryAfterMs: undefined });
    await ask('next');
    expect(names()).toEqual(['next']);
    expect(pacing.state().limit).toBeLessThan(limit);
  });
});

describe('a mailbox that refuses', () => {
  test('waits alone, and takes nothing from the others', async () => {
    await ask('batch', { mailboxKey: 'm1', slots: 4, parts: 20 });
    const { limit } = pacing.state();
    await clock.pass(1_250);
    await answer('batch', ofMailbox('m1', 5_000), ofMailbox('m1', 3_000));
    await ask('again', { mailboxKey: 'm1' });
    await ask('other', { mailboxKey: 'm2' });
    expect(names()).toEqual(['other']);
    expect(pacing.state()).toMatchObject({ limit, refusals: 2, mailboxesWaiting: 1 });
    await clock.pass(5_000);
    expect(names()).toEqual(['other', 'again']);
  });
});

describe('places', () => {
  test('a batch takes as many as Graph sends on at once, a small one as many as it holds', async () => {
    await ask('twenty', { mailboxKey: 'm1', slots: 4, parts: 20 });
    await ask('two', { mailboxKey: 'm2', slots: 4, parts: 2 });
    await ask('gathered', { parts: 20 });
    await ask('single', { mailboxKey: 'm3' });
    expect(pacing.state().underWay).toBe(4 + 2 + 4 + 1);
  });

  test('the limit grows while it is used and answers are good, and more start at once', async () => {
    const all = Array.from({ length: 200 }, (_, index) => `call ${index}`);
    for (const name of all) await ask(name, { mailboxKey: name, slots: 4, parts: 20 });
    const most = names().length;
    for (let round = 0; round < 5; round += 1) {
      await clock.pass(1_250);
      for (const name of names()) await answer(name);
    }
    expect(names().length).toBeGreaterThan(most);
    expect(pacing.state().underWay).toBe(names().length * 4);
  });

  test('what is larger than the limit passes when it is alone', async () => {
    pacingWith({ start: 2, floor: 2, ceiling: 2 });
    await ask('batch', { mailboxKey: 'm1', slots: 4, parts: 20 });
    await ask('other', { mailboxKey: 'm2' });
    expect(names()).toEqual(['batch']);
    await answer('batch');
    expect(names()).toEqual(['other']);
  });
});

describe('the traffic', () => {
  test('says until when the longest waits, and counts waiting together once', async () => {
    for (const key of ['m1', 'm2']) await ask(key, { mailboxKey: key });
    await answer('m1', ofMailbox('m1', 10_000));
    await answer('m2', ofMailbox('m2', 4_000));
    expect(pacing.state()).toEqual({
      underWay: 0,
      limit: 32,
      waitingUntil: '2026-11-22T10:00:10.000Z',
      mailboxesWaiting: 2,
      refusals: 2,
      waitedMs: 0,
    });
    await clock.pass(6_000);
    expect(pacing.state()).toMatchObject({ mailboxesWaiting: 1, waitedMs: 6_000 });
    await clock.pass(60_000);
    expect(pacing.state()).toMatchObject({ waitingUntil: undefined, mailboxesWaiting: 0, waitedMs: 10_000 });
  });

  test('counts the mailboxes that a refused application holds up', async () => {
    await ask('first');
    await answer('first', application);
    expect(pacing.state()).toMatchObject({ mailboxesWaiting: 0, refusals: 1 });
    for (const key of ['m1', 'm1', 'm2']) await ask(`of ${key}`, { mailboxKey: key });
    expect(pacing.state().mailboxesWaiting).toBe(2);
    await clock.pass(10_000);
    expect(pacing.state()).toMatchObject({ mailboxesWaiting: 0, waitingUntil: undefined });
  });

  test('shows the wait of one request, which holds up no other', async () => {
    pacing.showWait(2_000);
    expect(pacing.state().waitingUntil).toBe('2026-11-22T10:00:02.000Z');
    await ask('other');
    expect(names()).toEqual(['other']);
  });
});
