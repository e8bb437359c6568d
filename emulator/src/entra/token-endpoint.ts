// POST /{tenant}/oauth2/v2.0/token, client credentials with a certificate.

import type { AppRegistration } from '../organization/state.ts';
import type { EmulatorContext, EmulatorRequest, EmulatorResponse } from '../server/exchange.ts';
import { type Audience, tokenLifetimeSeconds } from './access-token.ts';
import { assertedClientId, verifyClientAssertion } from './client-assertion.ts';
import { stsError } from './sts-error.ts';
import { requireTenant } from './tenant.ts';

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

// A scope names the resource, not the endpoint: these stay Microsoft's own, whatever host serves them here.
const resources: Readonly<Record<string, Audience>> = {
  'https://graph.microsoft.com': 'graph',
  '00000003-0000-0000-c000-000000000000': 'graph',
  'https://outlook.office365.com': 'exchange',
  'https://outlook.office.com': 'exchange',
  '00000002-0000-0ff1-ce00-000000000000': 'exchange',
};

interface Resource {
  readonly audience: Audience;
  /** As it was asked for, where it has names of its own. */
  readonly named?: string;
}

export function handleToken(request: EmulatorRequest, context: EmulatorContext): EmulatorResponse {
  const tenant = request.segments[0] ?? '';
  requireTenant(request, context, tenant);
  const form = new URLSearchParams(request.body.toString('utf8'));
  requireClientCredentials(request, context, form);
  const app = requireApp(request, context, form);
  const { audience, named } = requireResource(request, context, form);
  requireProof(request, context, form, app, tenant);
  return {
    status: 200,
    headers: { 'Cache-Control': 'no-store, no-cache', Pragma: 'no-cache' },
    body: {
      token_type: 'Bearer',
      expires_in: tokenLifetimeSeconds,
      ext_expires_in: tokenLifetimeSeconds,
      access_token: context.tokens.issue(app, audience, named),
    },
  };
}

function requireClientCredentials(
  request: EmulatorRequest,
  context: EmulatorContext,
  form: URLSearchParams,
): void {
  const grantType = form.get('grant_type');
  if (grantType === null) {
    throw stsError(
      request,
      context,
      900144,
      "The request body must contain the following parameter: 'grant_type'.",
    );
  }
  if (grantType !== 'client_credentials') {
    throw stsError(request, context, 70003, `The app requested an unsupported grant type '${grantType}'.`);
  }
}

function requireApp(
  request: EmulatorRequest,
  context: EmulatorContext,
  form: URLSearchParams,
): AppRegistration {
  const clientId = form.get('client_id') ?? assertedClientId(form.get('client_assertion') ?? '');
  if (clientId === undefined) {
    throw stsError(
      request,
      context,
      900144,
      "The request body must contain the following parameter: 'client_id'.",
    );
  }
  const app = context.organization.apps.get(clientId.toLowerCase());
  if (app === undefined) {
    throw stsError(
      request,
      context,
      700016,
      `Application with identifier '${clientId}' was not found in the directory '${context.organization.initialDomain}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.`,
    );
  }
  return app;
}

function requireResource(
  request: EmulatorRequest,
  context: EmulatorContext,
  form: URLSearchParams,
): Resource {
  const scope = form.get('scope');
  if (scope === null) {
    throw stsError(
      request,
      context,
      900144,
      "The request body must contain the following parameter: 'scope'.",
    );
  }
  // MSAL adds the OpenID scopes to what the caller asked for in some flows; the service ignores them here.
  const asked = scope.split(' ').filter((one) => !['', 'openid', 'profile', 'offline_access'].includes(one));
  const [first] = asked;
  if (first === undefined || asked.length > 1 || !first.endsWith('/.default')) {
    throw stsError(
      request,
      context,
      1002012,
      `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
    );
  }
  const named = first.slice(0, -'/.default'.length);
  const resource = named.replace(/\/$/, '');
  if (isServerInBuilding(resource, request, context)) return { audience: 'exchange', named };
  const audience = resources[resource.toLowerCase()];
  if (audience === undefined) {
    throw stsError(
      request,
      context,
      500011,
      `The resource principal named ${resource} was not found in the tenant named ${context.organization.initialDomain}.`,
    );
  }
  return { audience };
}

/** Hybrid modern authentication: the URLs of the servers are service principal names of Exchange Online. */
function isServerInBuilding(
  resource: string,
  { baseUrl }: EmulatorRequest,
  context: EmulatorContext,
): boolean {
  const { domains } = context.organization;
  return resource === baseUrl || domains.some((domain) => resource === `https://mail.${domain}`);
}

function requireProof(
  request: EmulatorRequest,
  context: EmulatorContext,
  form: URLSearchParams,
  app: AppRegistration,
  tenant: string,
): void {
  if (form.has('client_secret')) {
    throw stsError(
      request,
      context,
      7000215,
      `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${app.clientId}'.`,
    );
  }
  const assertion = form.get('client_assertion');
  if (assertion === null || form.get('client_assertion_type') !== assertionType) {
    throw stsError(
      request,
      context,
      7000218,
      "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    );
  }
  const { tenantId } = context.organization;
  const audiences = [tenant, tenantId].flatMap((name) => [
    `${request.baseUrl}/${name}/oauth2/v2.0/token`,
    `${request.baseUrl}/${name}/v2.0`,
  ]);
  verifyClientAssertion(request, context, app, assertion, audiences);
}
