// The documents from which MSAL learns where the endpoints are.

import type { EmulatorContext, EmulatorRequest, EmulatorResponse } from '../server/exchange.ts';
import { requireTenant } from './tenant.ts';

export function handleOpenIdConfiguration(
  request: EmulatorRequest,
  context: EmulatorContext,
): EmulatorResponse {
  requireTenant(request, context, request.segments[0] ?? '');
  const { tenantId } = context.organization;
  const base = `${request.baseUrl}/${tenantId}`;
  return {
    status: 200,
    body: {
      token_endpoint: `${base}/oauth2/v2.0/token`,
      token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
      jwks_uri: `${base}/discovery/v2.0/keys`,
      response_modes_supported: ['query', 'fragment', 'form_post'],
      subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: ['RS256'],
      response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
      scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
      issuer: `${base}/v2.0`,
      request_uri_parameter_supported: false,
      authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
      device_authorization_endpoint: `${base}/oauth2/v2.0/devicecode`,
      end_session_endpoint: `${base}/oauth2/v2.0/logout`,
      claims_supported: ['sub', 'iss', 'aud', 'exp', 'iat', 'tid', 'ver'],
      tenant_region_scope: 'EU',
      cloud_instance_name: 'microsoftonline.com',
      msgraph_host: 'graph.microsoft.com',
    },
  };
}

/** Tells MSAL that the emulator's host is an authority of its own. */
export function handleInstanceDiscovery(
  request: EmulatorRequest,
  context: EmulatorContext,
): EmulatorResponse {
  const host = new URL(request.baseUrl).host;
  return {
    status: 200,
    body: {
      tenant_discovery_endpoint: `${request.baseUrl}/${context.organization.tenantId}/v2.0/.well-known/openid-configuration`,
      'api-version': '1.1',
      metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
    },
  };
}

export function handleKeys(request: EmulatorRequest, context: EmulatorContext): EmulatorResponse {
  const tenant = request.segments[0] ?? '';
  if (tenant !== 'common') requireTenant(request, context, tenant);
  return { status: 200, body: context.tokens.keySet() };
}
