// Lets the official Graph client talk to the emulator.

import type { Context, Middleware } from '@microsoft/microsoft-graph-client';
import { type Agent, fetch } from 'undici';

/** The last link of the SDK's chain: fetch, trusting the emulator's CA. */
export class TrustingHandler implements Middleware {
  readonly #agent: Agent;

  constructor(agent: Agent) {
    this.#agent = agent;
  }

  async execute(context: Context): Promise<void> {
    const { method, headers, body } = context.options ?? {};
    const url = typeof context.request === 'string' ? context.request : context.request.url;
    const response = await fetch(url, {
      dispatcher: this.#agent,
      ...(method === undefined ? {} : { method }),
      headers: Object.fromEntries(new Headers(headers)),
      ...(typeof body === 'string' || body instanceof Uint8Array ? { body } : {}),
    });
    const bytes = await response.arrayBuffer();
    const hasBody = bytes.byteLength > 0;
    context.response = new Response(hasBody ? bytes : null, {
      status: response.status,
      headers: [...response.headers],
    });
  }
}
