// The Entra face: discovery documents, signing keys, token endpoint; and the token endpoint of AD FS beside it.

import type { EmulatorRequest, EmulatorResponse, Handler } from '../server/exchange.ts';
import { handleAdfsToken } from './adfs.ts';
import { handleInstanceDiscovery, handleKeys, handleOpenIdConfiguration } from './discovery.ts';
import { handleToken } from './token-endpoint.ts';

const endpoints: readonly { readonly path: RegExp; readonly method: string; readonly handler: Handler }[] = [
  { path: /^\/common\/discovery\/instance$/, method: 'GET', handler: handleInstanceDiscovery },
  { path: /\/v2\.0\/\.well-known\/openid-configuration$/, method: 'GET', handler: handleOpenIdConfiguration },
  { path: /\/discovery\/v2\.0\/keys$/, method: 'GET', handler: handleKeys },
  { path: /\/oauth2\/v2\.0\/token$/, method: 'POST', handler: handleToken },
  { path: /^\/adfs\/oauth2\/token$/, method: 'POST', handler: handleAdfsToken },
];

export const handleEntra: Handler = (request, context) => {
  const endpoint = endpoints.find((one) => one.path.test(request.path));
  if (endpoint === undefined) return notFound(request);
  if (endpoint.method !== request.method) return { status: 405, headers: { Allow: endpoint.method } };
  return endpoint.handler(request, context);
};

function notFound(request: EmulatorRequest): EmulatorResponse {
  return {
    status: 404,
    body: { error: 'not_found', error_description: `The emulator has nothing at ${request.path}.` },
  };
}
