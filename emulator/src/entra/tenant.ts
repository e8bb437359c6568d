// Which tenant a path names: the GUID or any domain of the organization.

import type { EmulatorContext, EmulatorRequest } from '../server/exchange.ts';
import { stsError } from './sts-error.ts';

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const domain = /^(?=.{1,253}$)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+$/i;

export function isOurTenant(context: EmulatorContext, name: string): boolean {
  const { tenantId, initialDomain, domains } = context.organization;
  return [tenantId, initialDomain, ...domains].some((one) => one.toLowerCase() === name.toLowerCase());
}

/** Throws the refusal Entra would answer. */
export function requireTenant(request: EmulatorRequest, context: EmulatorContext, name: string): void {
  if (isOurTenant(context, name)) return;
  if (['common', 'organizations', 'consumers'].includes(name.toLowerCase())) {
    throw stsError(
      request,
      context,
      50059,
      'No tenant-identifying information found in either the request or implied by any provided credentials.',
    );
  }
  if (!guid.test(name) && !domain.test(name)) {
    throw stsError(
      request,
      context,
      900023,
      `Specified tenant identifier '${name}' is neither a valid DNS name, nor a valid external domain.`,
    );
  }
  throw stsError(
    request,
    context,
    90002,
    `Tenant '${name}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.`,
  );
}
