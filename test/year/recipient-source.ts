// The source part of a year's policy: it always reads recipients of a directory.

import type { Policy, RecipientSource } from '../../src/model/policy.ts';

export function recipientSource({ source }: Pick<Policy, 'source'>): RecipientSource {
  if ('recipientTypes' in source) return source;
  throw new TypeError(`a year knows no source of the type ${source.type}`);
}
