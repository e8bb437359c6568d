// What every suite of a store asks of an implementation: a fresh subject, and where it keeps things on disk, a second
// look at them as another process has it.

import type { DeclarePromise } from './promise.ts';

export interface StoreFixture<Subject> {
  readonly subject: Subject;
  /** Another instance over the same storage, as a process that starts now. Needs `reopen`. */
  reopen(): Promise<Subject>;
  /** Everything stored, as bytes, to look for what must not be readable. Needs `rawBytes`. */
  rawBytes(): Promise<Buffer>;
  dispose(): Promise<void>;
}

export type StoreBehavior = 'reopen' | 'rawBytes';

export interface StoreContractOptions {
  readonly notSupported?: readonly StoreBehavior[];
}

/** Runs the body with a fixture of its own. */
export function fixtures<Fixture extends { dispose(): Promise<void> }>(make: () => Promise<Fixture>) {
  return (body: (fixture: Fixture) => Promise<void>) => async (): Promise<void> => {
    const fixture = await make();
    try {
      await body(fixture);
    } finally {
      await fixture.dispose();
    }
  };
}

export type DeclareStorePromise = DeclarePromise<StoreBehavior>;

export async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of source) all.push(one);
  return all;
}
