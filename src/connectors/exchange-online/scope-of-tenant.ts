// The source part of a policy, as far as this connector reads it.

import type { ExchangeOnlineSource, SourcePart } from '../../model/policy.ts';

/** Another type is a defect: whoever connects an environment chooses the source by the policy's type. */
export function scopeOfTenant(scope: SourcePart): ExchangeOnlineSource {
  if (scope.type === 'exchangeOnline') return scope;
  throw new TypeError(`a source of the type ${scope.type} is not read from a tenant`);
}
