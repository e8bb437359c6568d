// Which protocol face a path belongs to. All faces share one host and port, as Entra, Graph and Exchange would
// share a name in a test network; their paths do not collide.

import { handleAutodiscover } from '../autodiscover/index.ts';
import { handleControl } from '../control/control.ts';
import { handleEntra } from '../entra/entra.ts';
import { handleEws } from '../ews/index.ts';
import { handleExchangeAdmin } from '../exchange-admin/invoke-command.ts';
import { handleGraph } from '../graph/index.ts';
import type { Face, Handler } from './exchange.ts';

const entraPaths = [
  /^\/common\/discovery\/instance$/,
  /^\/[^/]+\/oauth2\/v2\.0\/token$/,
  /^\/adfs\/oauth2\/token$/,
  /^\/[^/]+\/v2\.0\/\.well-known\/openid-configuration$/,
  /^\/[^/]+\/discovery\/v2\.0\/keys$/,
];

const handlers: Readonly<Record<Exclude<Face, 'none'>, Handler>> = {
  entra: (request, context) => handleEntra(request, context),
  graph: (request, context) => handleGraph(request, context),
  'exchange-admin': (request, context) => handleExchangeAdmin(request, context),
  ews: (request, context) => handleEws(request, context),
  autodiscover: (request, context) => handleAutodiscover(request, context),
  control: (request, context) => handleControl(request, context),
};

/** Without TLS there is nothing but the redirects of Autodiscover. */
export function plainRouteOf(path: string): { readonly face: Face; readonly handler: Handler } {
  const route = routeOf(path);
  return route.face === 'autodiscover' ? route : { face: 'none', handler: refuseUnknownPath };
}

export function routeOf(path: string): { readonly face: Face; readonly handler: Handler } {
  const face = faceOf(path);
  return { face, handler: face === 'none' ? refuseUnknownPath : handlers[face] };
}

function faceOf(path: string): Face {
  if (path.startsWith('/control/')) return 'control';
  if (path.startsWith('/v1.0/') || path.startsWith('/beta/')) return 'graph';
  if (path.startsWith('/adminapi/')) return 'exchange-admin';
  // IIS does not look at the case of a path.
  if (path.toLowerCase().startsWith('/ews/')) return 'ews';
  if (path.toLowerCase().startsWith('/autodiscover/')) return 'autodiscover';
  if (entraPaths.some((pattern) => pattern.test(path))) return 'entra';
  return 'none';
}

const refuseUnknownPath: Handler = (request) => ({
  status: 404,
  body: { error: { code: 'UnknownPath', message: `The emulator has nothing at ${request.path}.` } },
});
