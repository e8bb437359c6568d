// Every Graph request, single or part of a batch, passes here after its token was accepted: it is counted, takes its
// place at its mailbox, takes its time, or is refused with 429 as the service words it.
import type { AppRegistration } from '../organization/state.ts';
import type { EmulatorResponse } from '../server/exchange.ts';
import type { Admission, LimitName } from '../traffic/traffic.ts';
import type { GraphCall } from './call.ts';
import { directoryRoutes } from './directory-routes.ts';
import { GraphError } from './graph-error.ts';
import { findByIdOrUpn, hasUserObject } from './mailbox-gate.ts';
import type { QueryOptions } from './query/options.ts';
import type { Route } from './route.ts';

type Arriving = Pick<GraphCall, 'request' | 'context' | 'options' | 'parameters'>;

export async function admitted(
  call: Arriving,
  app: AppRegistration,
  route: Route,
  work: () => EmulatorResponse | Promise<EmulatorResponse>,
): Promise<EmulatorResponse> {
  const { request, context } = call;
  const { traffic, clock, organization } = context;
  const isDirectory = directoryRoutes.includes(route);
  const units = isDirectory ? resourceUnits(route.path, call.options) : 0;
  const address = isDirectory ? undefined : mailboxAddress(call);
  const admission = traffic.admit({
    clientId: app.clientId,
    ...(address === undefined ? {} : { mailbox: { address, uploadBytes: uploadBytes(call) } }),
    ...(isDirectory
      ? { directory: { units, users: [...organization.recipients.values()].filter(hasUserObject).length } }
      : {}),
  });
  const headers =
    admission.usedShare === undefined ? {} : directoryHeaders(units, admission, app, organization.tenantId);
  try {
    if (admission.refused !== undefined) {
      if (address !== undefined) request.trace.mailbox = address;
      throw refusal(admission.refused.limit, admission.refused.waitMs, traffic.settings.limits.retryAfter, {
        ...headers,
      });
    }
    const delayMs = traffic.latencyOf('graph', request) + (request.trace.delayMs ?? 0);
    if (delayMs > 0) await clock.sleep(delayMs);
    const response = await work();
    return { ...response, headers: { ...headers, ...response.headers } };
  } finally {
    admission.leave();
  }
}

function mailboxAddress({ context, parameters }: Arriving): string | undefined {
  const key = parameters['user'];
  const owner = key === undefined ? undefined : findByIdOrUpn(context.organization, key);
  return owner?.mailbox === undefined ? undefined : owner.primarySmtpAddress;
}

function uploadBytes({ request }: Arriving): number {
  return ['PATCH', 'POST', 'PUT'].includes(request.method) ? request.body.length : 0;
}

/** The table of costs and its adjustments: Graph's page on throttling limits, "Identity and access". */
export function resourceUnits(path: string, options: QueryOptions): number {
  const base =
    path === 'users'
      ? 2
      : path.includes('/transitiveMembers')
        ? 5
        : path.startsWith('groups/{group}/members')
          ? 3
          : 1;
  const top = Number(options.get('$top') ?? '100');
  const units =
    base -
    (options.has('$select') ? 1 : 0) -
    (options.has('$top') && top < 20 ? 1 : 0) +
    (options.has('$expand') ? 1 : 0);
  return Math.max(1, units);
}

function directoryHeaders(
  units: number,
  admission: Admission,
  app: AppRegistration,
  tenantId: string,
): Record<string, string> {
  const share = admission.usedShare ?? 0;
  const isRefused = admission.refused?.limit === 'directoryUnits';
  return {
    'x-ms-resource-unit': String(units),
    ...(share >= 0.8 || isRefused ? { 'x-ms-throttle-limit-percentage': share.toFixed(2) } : {}),
    ...(isRefused
      ? {
          'x-ms-throttle-scope': `Tenant_Application/Read/${app.clientId}/${tenantId}`,
          'x-ms-throttle-information': 'ResourceUnitLimitExceeded',
        }
      : {}),
  };
}

// The first wording was captured from the service; those of the two windows are formed after it.
const wordings: Readonly<Record<LimitName, string | undefined>> = {
  mailboxConcurrency: 'Application is over its MailboxConcurrency limit.',
  mailboxRequests: 'Application is over its MailboxRequests limit.',
  mailboxUpload: 'Application is over its MailboxUpload limit.',
  appRequests: undefined,
  directoryUnits: undefined,
};

function refusal(
  limit: LimitName,
  waitMs: number,
  saysWhen: boolean,
  headers: Readonly<Record<string, string>>,
): GraphError {
  const seconds = String(Math.ceil(waitMs / 1000));
  const wording = wordings[limit];
  if (wording === undefined)
    return new GraphError(
      429,
      'TooManyRequests',
      'Please retry again later.',
      { ...headers, 'Retry-After': seconds },
      { code: '429', status: '429' },
    );
  return new GraphError(429, 'ApplicationThrottled', wording, {
    ...headers,
    ...(saysWhen ? { 'Retry-After': seconds } : {}),
  });
}
