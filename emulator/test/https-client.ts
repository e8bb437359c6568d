// A plain HTTPS client for the tests: trusts the emulator's CA, shows status, headers and body as they came.

import { Agent, fetch } from 'undici';

export interface PlainAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The body as JSON; undefined where it is none. */
  readonly json: unknown;
}

export class HttpsClient {
  readonly #agent: Agent;

  constructor(caPem: string) {
    this.#agent = new Agent({ connect: { ca: caPem } });
  }

  async send(
    method: string,
    url: string,
    options: { readonly headers?: Record<string, string>; readonly body?: string } = {},
  ): Promise<PlainAnswer> {
    const response = await fetch(url, {
      method,
      dispatcher: this.#agent,
      redirect: 'manual',
      ...(options.headers === undefined ? {} : { headers: options.headers }),
      ...(options.body === undefined ? {} : { body: options.body }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      text,
      json: parseJson(text),
    };
  }

  close(): Promise<void> {
    return this.#agent.close();
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
