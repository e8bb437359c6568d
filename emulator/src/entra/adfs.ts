// POST /adfs/oauth2/token: AD FS in the building, for applications with a certificate. It takes assertions signed with
// RS256 and named by x5t only, and calls its errors MSIS. Its tokens are those of the tenant, as if both were trusted.

import {
  type EmulatorContext,
  type EmulatorRequest,
  type EmulatorResponse,
  Refusal,
} from '../server/exchange.ts';
import { tokenLifetimeSeconds } from './access-token.ts';
import { verifyClientAssertion } from './client-assertion.ts';

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

export function handleAdfsToken(request: EmulatorRequest, context: EmulatorContext): EmulatorResponse {
  const form = new URLSearchParams(request.body.toString('utf8'));
  if (form.get('grant_type') !== 'client_credentials')
    throw refusal(
      'unsupported_grant_type',
      'MSIS9611: The authorization server does not support the requested grant_type.',
    );
  const app = context.organization.apps.get(form.get('client_id')?.toLowerCase() ?? '');
  const assertion = form.get('client_assertion') ?? '';
  const isAssertion = form.get('client_assertion_type') === assertionType && isOldForm(assertion);
  if (app === undefined || !isAssertion) throw clientRefused();
  try {
    verifyClientAssertion(request, context, app, assertion, [`${request.baseUrl}${request.path}`]);
  } catch (error) {
    throw error instanceof Refusal ? clientRefused() : error;
  }
  const resource = form.get('resource') ?? '';
  if (resource !== `${request.baseUrl}/`)
    throw refusal(
      'invalid_resource',
      "MSIS9602: The received 'resource' parameter is invalid. The authorization server can not find a registered resource with the specified identifier.",
    );
  return {
    status: 200,
    headers: { 'Cache-Control': 'no-store', Pragma: 'no-cache' },
    body: {
      access_token: context.tokens.issue(app, 'exchange', resource),
      token_type: 'bearer',
      expires_in: tokenLifetimeSeconds,
    },
  };
}

function isOldForm(assertion: string): boolean {
  try {
    const head: unknown = JSON.parse(
      Buffer.from(assertion.split('.')[0] ?? '', 'base64url').toString('utf8'),
    );
    return typeof head === 'object' && head !== null && Reflect.get(head, 'alg') === 'RS256';
  } catch {
    return false;
  }
}

function clientRefused(): Refusal {
  return refusal(
    'invalid_client',
    'MSIS9622: Client authentication failed. Please verify the credential provided for client authentication is valid.',
  );
}

function refusal(error: string, description: string): Refusal {
  return new Refusal({ status: 400, body: { error, error_description: description } });
}
