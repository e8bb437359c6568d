// POST /adminapi/beta/{tenant}/InvokeCommand: the transport of Exchange Online PowerShell. Checks the token, the
// anchor and the envelope, runs the cmdlet, pages its rows.

import { createHash } from 'node:crypto';
import type { VerifiedToken } from '../entra/access-token.ts';
import { isOurTenant } from '../entra/tenant.ts';
import {
  type EmulatorContext,
  type EmulatorRequest,
  type EmulatorResponse,
  type Handler,
  Refusal,
} from '../server/exchange.ts';
import { badRequest } from './admin-error.ts';
import { bindParameters, type Cmdlet, cmdletCall } from './cmdlet.ts';
import type { Page } from './cursors.ts';
import { getAddressList } from './get-address-list.ts';
import { getContact } from './get-contact.ts';
import { getDistributionGroup } from './get-distribution-group.ts';
import { getDistributionGroupMember } from './get-distribution-group-member.ts';
import { getDynamicDistributionGroup } from './get-dynamic-distribution-group.ts';
import { getDynamicDistributionGroupMember } from './get-dynamic-distribution-group-member.ts';
import { getMailContact } from './get-mail-contact.ts';
import { getMailbox } from './get-mailbox.ts';
import { getOrganizationConfig } from './get-organization-config.ts';
import { getRecipient } from './get-recipient.ts';
import { getUser } from './get-user.ts';
import { rowJson } from './row.ts';

const cmdlets: readonly Cmdlet[] = [
  getAddressList,
  getContact,
  getDistributionGroup,
  getDistributionGroupMember,
  getDynamicDistributionGroup,
  getDynamicDistributionGroupMember,
  getMailContact,
  getMailbox,
  getOrganizationConfig,
  getRecipient,
  getUser,
];

/** Entra roles, and Exchange's own role group, that may read recipients. Security Reader may not. */
const readingRoles = [
  'Global Administrator',
  'Global Reader',
  'Exchange Administrator',
  'Exchange Recipient Administrator',
  'View-Only Recipients',
];

const largestPage = 1000;

export const handleExchangeAdmin: Handler = (request, context) => {
  const [, version, tenant = '', operation, ...rest] = request.segments;
  if (operation !== 'InvokeCommand' || rest.length > 0) return { status: 404 };
  // Observed in September 2026: v1.0 exists and does not take commands.
  if (version !== 'beta') return { status: 405 };
  if (request.method !== 'POST') return { status: 405, headers: { Allow: 'POST' } };
  const token = context.requireToken(request, 'exchange', { anyOf: ['Exchange.ManageAsApp'] });
  if (!isOurTenant(context, tenant)) return forbidden(request);
  requireAnchor(request, context);
  requireKnownHeaders(request);
  return invoke(request, context, token);
};

function invoke(request: EmulatorRequest, context: EmulatorContext, token: VerifiedToken): EmulatorResponse {
  const input = commandOf(request);
  const cmdlet = cmdlets.find((one) => one.name.toLowerCase() === input.name.toLowerCase());
  if (cmdlet === undefined || !mayRun(token, cmdlet)) return forbidden(request);
  const parameters = bindParameters(cmdlet, input.parameters);

  const size = pageSize(request);
  const owner = ownerOf(request, token);
  const skipToken = request.query.get('$skiptoken');
  if (skipToken === null) {
    const result = cmdlet.run(cmdletCall(context.organization, context.clock.now(), parameters));
    const names = selectedNames(request, result.propertyNames);
    return answerPage(request, context, context.cursors.first(result, owner, size), names, size);
  }
  const page = context.cursors.next(skipToken, owner, size);
  if (page === undefined) {
    throw badRequest('Expired or Invalid pagination request. Default Expiry time is 00:30:00');
  }
  return answerPage(request, context, page, selectedNames(request, page.result.propertyNames), size);
}

function answerPage(
  request: EmulatorRequest,
  context: EmulatorContext,
  page: Page,
  names: ReadonlySet<string> | undefined,
  size: number,
): EmulatorResponse {
  const { tenantId } = context.organization;
  const { warnings } = page.result;
  return {
    status: 200,
    headers: {
      'Content-Type': 'application/json; odata.metadata=minimal; odata.streaming=true',
      'Preference-Applied': `odata.maxpagesize=${size}`,
      'Rate-Limit-Limit': '30000',
      'Rate-Limit-Remaining': '29999',
      'Rate-Limit-Reset': new Date(context.clock.now().getTime() + 5 * 60 * 1000).toISOString(),
      ...(warnings.length === 0 ? {} : { 'X-Warnings': encodeURIComponent(JSON.stringify(warnings)) }),
    },
    body: {
      '@odata.context': `${request.baseUrl}/adminapi/beta/${tenantId}/$metadata#Collection(Exchange.GenericHashTable)`,
      'adminapi.warnings@odata.type': '#Collection(String)',
      '@adminapi.warnings': warnings,
      ...(page.nextToken === undefined ? {} : { '@odata.nextLink': nextLink(request, page.nextToken) }),
      value: page.rows.map((row) => rowJson(row, names)),
    },
  };
}

function nextLink(request: EmulatorRequest, token: string): string {
  const select = request.query.get('$select');
  const query = select === null ? '' : `$select=${encodeURIComponent(select)}&`;
  return `${request.baseUrl}${request.path}?${query}$skiptoken=${token}`;
}

function commandOf(request: EmulatorRequest): {
  readonly name: string;
  readonly parameters: Record<string, unknown>;
} {
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    throw new Refusal({ status: 415 });
  }
  let body: unknown;
  try {
    body = JSON.parse(request.body.toString('utf8'));
  } catch {
    throw badRequest('The request body is not valid JSON.');
  }
  const input = memberOf(body, 'CmdletInput', ['CmdletInput']);
  const name = memberOf(input, 'CmdletName', ['CmdletName', 'Parameters']);
  const parameters = isRecord(input) ? (input['Parameters'] ?? {}) : {};
  if (typeof name !== 'string' || !isRecord(parameters)) throw badRequest('The CmdletInput is malformed.');
  return { name, parameters };
}

function memberOf(value: unknown, name: string, known: readonly string[]): unknown {
  if (!isRecord(value)) throw badRequest(`The request body lacks '${name}'.`);
  const unknown = Object.keys(value).find((one) => !known.includes(one));
  if (unknown !== undefined) throw badRequest(`The property '${unknown}' does not exist on the type.`);
  return value[name];
}

function requireAnchor(request: EmulatorRequest, context: EmulatorContext): void {
  const anchor = request.headers['x-anchormailbox'];
  if (anchor === undefined) throw badRequest("The request header 'X-AnchorMailbox' is missing.");
  const match = /^(APP|UPN|SMTP|MBX|OID):([^@]+)@([^@]+)$/i.exec(anchor);
  if (match === null || !isOurTenant(context, match[3] ?? '')) {
    throw badRequest(`The request header 'X-AnchorMailbox' is not valid: '${anchor}'.`);
  }
}

function requireKnownHeaders(request: EmulatorRequest): void {
  const format = request.headers['x-responseformat'];
  if (format !== undefined && format.toLowerCase() !== 'json') {
    throw badRequest(`X-ResponseFormat '${format}' is not known to the emulator.`);
  }
  const unknown = [...request.query.keys()].find((name) => name !== '$select' && name !== '$skiptoken');
  if (unknown !== undefined) throw badRequest(`The query option '${unknown}' is not supported.`);
}

function pageSize(request: EmulatorRequest): number {
  const asked = /odata\.maxpagesize=(\d+)/i.exec(request.headers['prefer'] ?? '')?.[1];
  return asked === undefined || Number(asked) < 1 ? largestPage : Math.min(Number(asked), largestPage);
}

function selectedNames(request: EmulatorRequest, known: readonly string[]): ReadonlySet<string> | undefined {
  const select = request.query.get('$select');
  if (select === null) return undefined;
  const knownNames = new Set(known.map((name) => name.toLowerCase()));
  const names = select.split(',').map((name) => name.trim().toLowerCase());
  const unknown = names.find((name) => !knownNames.has(name));
  if (unknown !== undefined) throw badRequest(`Could not find a property named '${unknown}' in $select.`);
  return new Set(names);
}

// A cursor continues the same request of the same app over the same anchor.
function ownerOf(request: EmulatorRequest, token: VerifiedToken): string {
  return createHash('sha256')
    .update(
      JSON.stringify([token.app.clientId, request.headers['x-anchormailbox'], request.query.get('$select')]),
    )
    .update(request.body)
    .digest('hex');
}

function mayRun(token: VerifiedToken, cmdlet: Cmdlet): boolean {
  const { directoryRoles } = token.app;
  if (cmdlet.managementRole !== undefined) return directoryRoles.includes(cmdlet.managementRole);
  return directoryRoles.some((role) => readingRoles.includes(role));
}

// An unknown cmdlet and a missing right look alike: 403 and a body of NULs that claims to be gzip.
function forbidden(request: EmulatorRequest): EmulatorResponse {
  const acceptsGzip = /\bgzip\b/i.test(request.headers['accept-encoding'] ?? '');
  return acceptsGzip
    ? { status: 403, headers: { 'Content-Encoding': 'gzip' }, body: Buffer.alloc(16) }
    : { status: 403 };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
