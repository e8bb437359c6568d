// Where two documents differ, place by place.

import { isDeepStrictEqual } from 'node:util';
import type { DocumentChange } from '@contactsync/contract';
import { pathText } from './document-text.ts';

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function diffDocuments(from: unknown, to: unknown): readonly DocumentChange[] {
  return [...changes(from, to, [])];
}

function* changes(from: unknown, to: unknown, path: readonly PropertyKey[]): Generator<DocumentChange> {
  if (isDeepStrictEqual(from, to)) return;
  if (isRecord(from) && isRecord(to)) {
    for (const key of new Set([...Object.keys(from), ...Object.keys(to)]))
      yield* changes(from[key], to[key], [...path, key]);
    return;
  }
  if (Array.isArray(from) && Array.isArray(to) && from.length > 0 && to.length > 0) {
    // Lists of names are sets to a person: what came and what went. Other lists go by position.
    if ([...from, ...to].every((item) => typeof item === 'string')) {
      for (const item of from)
        if (!to.includes(item)) yield { path: pathText(path), from: item, to: undefined };
      for (const item of to)
        if (!from.includes(item)) yield { path: pathText(path), from: undefined, to: item };
      if (from.length === to.length && from.every((item) => to.includes(item)))
        yield { path: pathText(path), from, to };
      return;
    }
    for (let index = 0; index < Math.max(from.length, to.length); index += 1)
      yield* changes(from[index], to[index], [...path, index]);
    return;
  }
  yield { path: pathText(path), from, to };
}
