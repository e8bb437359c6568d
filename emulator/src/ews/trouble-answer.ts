// How the trouble that any face can have looks at EWS: throttling is a SOAP fault that says how long to stay away;
// what comes from IIS or a proxy before it is a page of HTML.

import type { EmulatorResponse } from '../server/exchange.ts';
import { faultResponse } from './envelope.ts';
import { EwsFault, serverBusy } from './errors.ts';
import { usualEwsSettings } from './service.ts';

export function troubleAnswer(status: number, retryAfterSeconds: number | undefined): EmulatorResponse {
  if (status === 429) {
    const busy = serverBusy((retryAfterSeconds ?? 0) * 1000);
    const untold = new EwsFault(busy.code, busy.message);
    return faultResponse(retryAfterSeconds === undefined ? untold : busy, usualEwsSettings);
  }
  const title = status === 503 ? 'Service Unavailable' : 'Gateway Timeout';
  return {
    status,
    headers: {
      'Content-Type': 'text/html; charset=us-ascii',
      ...(retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) }),
    },
    body: Buffer.from(
      `<!DOCTYPE HTML><HTML><HEAD><TITLE>${title}</TITLE></HEAD><BODY><h2>${title}</h2><hr><p>HTTP Error ${status}.</p></BODY></HTML>`,
    ),
  };
}
