// A raw EWS client for the tests: sends envelopes as text with Basic over TLS and shows what comes back.

import { EmulatorControl, type RunningEmulator, startEmulator } from '../src/index.ts';
import type { Recipient } from '../src/organization/state.ts';
import { HttpsClient, type PlainAnswer } from './https-client.ts';

export interface EwsTenant {
  readonly emulator: RunningEmulator;
  readonly control: EmulatorControl;
  readonly http: HttpsClient;
  readonly alice: Recipient;
  readonly bob: Recipient;
  /** As the service account, acting as `who` (alice). */
  send(body: string, options?: SendOptions): Promise<PlainAnswer>;
  close(): Promise<void>;
}

export interface SendOptions {
  readonly who?: string | undefined;
  /** Instead of the usual headers in the envelope. */
  readonly soapHeader?: string;
  readonly headers?: Record<string, string>;
}

const t = 'http://schemas.microsoft.com/exchange/services/2006/types';
const m = 'http://schemas.microsoft.com/exchange/services/2006/messages';

export function envelope(header: string, body: string): string {
  return `<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:t="${t}" xmlns:m="${m}"><soap:Header>${header}</soap:Header><soap:Body>${body}</soap:Body></soap:Envelope>`;
}

export function impersonating(address: string): string {
  return `<t:RequestServerVersion Version="Exchange2013_SP1"/><t:ExchangeImpersonation><t:ConnectingSID><t:PrimarySmtpAddress>${address}</t:PrimarySmtpAddress></t:ConnectingSID></t:ExchangeImpersonation>`;
}

export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

export async function startEwsTenant(): Promise<EwsTenant> {
  const emulator = await startEmulator({ recipients: 12, mailboxes: 4 });
  const [alice, bob] = [...emulator.organization.recipients.values()].filter(
    (one) => one.mailbox !== undefined,
  );
  if (alice === undefined || bob === undefined) throw new Error('the seed is empty');
  const http = new HttpsClient(emulator.caPem);
  const control = new EmulatorControl(emulator.url, emulator.caPem);
  const { userName, password } = emulator.serviceAccount;
  return {
    emulator,
    control,
    http,
    alice,
    bob,
    send: (body, options = {}) => {
      const who = options.who ?? alice.primarySmtpAddress;
      return http.send('POST', emulator.ewsUrl, {
        headers: {
          'content-type': 'text/xml; charset=utf-8',
          authorization: basic(userName, password),
          'x-anchormailbox': who,
          ...options.headers,
        },
        body: envelope(options.soapHeader ?? impersonating(who), body),
      });
    },
    close: async () => {
      await http.close();
      await control.close();
      await emulator.close();
    },
  };
}

/** Every value of an attribute or the text of every element, by a plain look at the text. */
export function attributesOf(text: string, element: string, name: string): string[] {
  return [...text.matchAll(new RegExp(`<${element} [^>]*?\\b${name}="([^"]*)"`, 'g'))].map(
    (found) => found[1] ?? '',
  );
}

export function textsOf(text: string, element: string): string[] {
  return [...text.matchAll(new RegExp(`<${element}(?: [^>]*)?>([^<]*)</${element}>`, 'g'))].map(
    (found) => found[1] ?? '',
  );
}
