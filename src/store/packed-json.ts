// JSON in a column that may grow large: compressed. A plan of thousands of changes shrinks to a tenth.

import { deflateSync, inflateSync } from 'node:zlib';

/** Low: a run packs one plan per mailbox on the thread that also talks to the network. */
const LEVEL = 3;

export function packJson(value: unknown): Uint8Array {
  return deflateSync(Buffer.from(JSON.stringify(value)), { level: LEVEL });
}

/** The caller names the type of what it packed; what others may have written is checked where it is decoded. */
export function unpackJson<T>(packed: Uint8Array): T {
  return JSON.parse(inflateSync(packed).toString('utf8')) as T;
}
