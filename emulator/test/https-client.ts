// A plain HTTPS client for the tests: trusts the emulator's CA, shows status, headers and body as they came,
// without decoding them.

import { Agent, request } from 'undici';

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
    const response = await request(url, {
      method: method as 'GET',
      dispatcher: this.#agent,
      ...(options.headers === undefined ? {} : { headers: options.headers }),
      ...(options.body === undefined ? {} : { body: options.body }),
    });
    const text = await response.body.text();
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(response.headers)) {
      if (value !== undefined) headers[name] = String(value);
    }
    return { status: response.statusCode, headers, text, json: parseJson(text) };
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
