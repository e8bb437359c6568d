// Points at which a process dies, drawn from a seed over everything that the product asks its ports, and the histories
// that are lived once and interrupted often.

import type { CrashSite, Moment } from './crash-site.ts';
import { HISTORIES, type History } from './histories.ts';
import { die, expectRepair, expectUndone, type Lived, live } from './interrupted.ts';

export interface RandomPoint {
  readonly history: History;
  readonly name: string;
  /** Of all that is heard. */
  readonly share: number;
  readonly isUndone: boolean;
}

export function randomPoints(count: number, seed: number): readonly RandomPoint[] {
  const chance = seeded(seed);
  return Array.from({ length: count }, (_, index) => {
    const history = HISTORIES[index % HISTORIES.length];
    if (history === undefined) throw new Error('there are histories');
    return { history, name: history.name, share: chance(), isUndone: chance() < 0.5 };
  });
}

/** Every history is lived when it is first needed. */
export function livesOf(site: CrashSite, installed: Moment): (history: History) => Promise<Lived> {
  const lives = new Map<History, Promise<Lived>>();
  return (history) => {
    const known = lives.get(history) ?? live(site, installed, history);
    lives.set(history, known);
    return known;
  };
}

export async function dieAt(site: CrashSite, lived: Lived, { share, isUndone }: RandomPoint): Promise<void> {
  const n = 1 + Math.floor(share * lived.calls);
  const wreck = await die(site, lived, { at: 'anyCall', n });
  if (isUndone) await expectUndone(site, wreck);
  else await expectRepair(site, wreck);
}

/** Numbers from 0 to below 1 that depend on the seed alone (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
