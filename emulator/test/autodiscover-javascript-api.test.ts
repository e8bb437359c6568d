// The EWS client of another author looks for Exchange by itself: it has to find the emulator, follow its redirects and
// read its answers. It knows the SOAP form only.

import { createRequire } from 'node:module';
import { isIP } from 'node:net';
import {
  AutodiscoverErrorCode,
  AutodiscoverService,
  EwsLogging,
  ExchangeVersion,
  type IXHRApi,
  type IXHROptions,
  Uri,
  UserSettingName,
  WebCredentials,
} from 'ews-javascript-api';
import { Agent, buildConnector, request } from 'undici';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { EmulatorControl, type RunningEmulator, startEmulator } from '../src/index.ts';
import { basic } from './ews-client.ts';

EwsLogging.DebugLogEnabled = false;
// The library calls a function that Node took out of its util in version 23.
const util: Record<string, unknown> = createRequire(import.meta.url)('node:util');
util['isNullOrUndefined'] = (value: unknown) => value === null || value === undefined;

type Xhr = Awaited<ReturnType<IXHRApi['xhr']>>;

/** Every name leads to the emulator; the password goes along with questions only, as the library means it. */
class SteeredTransport implements IXHRApi {
  readonly apiName = 'undici';
  readonly #agent: Agent;
  readonly #authorization: string;

  constructor(emulator: RunningEmulator) {
    const connect = buildConnector({ ca: emulator.caPem });
    this.#agent = new Agent({
      connect: (options, callback) => {
        const isPlain = options.protocol === 'http:';
        const { port } = new URL(isPlain ? emulator.plainUrl : emulator.url);
        const servername = isPlain || isIP(options.hostname) !== 0 ? {} : { servername: options.hostname };
        connect({ ...options, hostname: '127.0.0.1', port, ...servername }, callback);
      },
    });
    const { userName, password } = emulator.serviceAccount;
    this.#authorization = basic(userName, password);
  }

  async xhr(options: IXHROptions): Promise<Xhr> {
    const isQuestion = options.type === 'POST';
    const answer = await request(options.url, {
      method: isQuestion ? 'POST' : 'GET',
      dispatcher: this.#agent,
      headers: { ...options.headers, ...(isQuestion ? { authorization: this.#authorization } : {}) },
      ...(isQuestion ? { body: options.data } : {}),
    });
    const text = await answer.body.text();
    const headers = Object.entries(answer.headers).map(([name, value]) => `${name}: ${String(value)}`);
    const like = {
      response: text,
      responseText: text,
      status: answer.statusCode,
      statusText: String(answer.statusCode),
      readyState: 4,
      getAllResponseHeaders: () => headers.join('\r\n'),
      getResponseHeader: (name: string) => answer.headers[name.toLowerCase()] ?? null,
    };
    if (answer.statusCode >= 300) throw Object.assign(new Error('refused'), like);
    return like as unknown as Xhr;
  }

  xhrStream(): ReturnType<IXHRApi['xhr']> {
    throw new Error('not used');
  }

  disconnect(): void {}

  close(): Promise<void> {
    return this.#agent.close();
  }
}

let emulator: RunningEmulator;
let control: EmulatorControl;
let transport: SteeredTransport;
let address: string;
let otherAddress: string;

beforeAll(async () => {
  emulator = await startEmulator({
    recipients: 6,
    mailboxes: 3,
    hostNames: ['contoso.example', 'autodiscover.contoso.example', 'mail.contoso.example'],
  });
  control = new EmulatorControl(emulator.url, emulator.caPem);
  transport = new SteeredTransport(emulator);
  const owners = [...emulator.organization.recipients.values()].filter((one) => one.mailbox !== undefined);
  address = owners[0]?.primarySmtpAddress ?? '';
  otherAddress = owners[1]?.primarySmtpAddress ?? '';
});
afterEach(async () => {
  await control.clearAutodiscoverRules();
  await control.setAutodiscover({});
  await control.clearRequests();
});
afterAll(async () => {
  await transport.close();
  await control.close();
  await emulator.close();
});

function newService(url?: string): AutodiscoverService {
  const service = new AutodiscoverService(ExchangeVersion.Exchange2013);
  service.XHRApi = transport;
  const { userName, password } = emulator.serviceAccount;
  service.Credentials = new WebCredentials(userName, password);
  service.RedirectionUrlValidationCallback = () => true;
  if (url !== undefined) service.Url = new Uri(url);
  return service;
}

const wanted = [
  UserSettingName.InternalEwsUrl,
  UserSettingName.ExternalEwsUrl,
  UserSettingName.UserDisplayName,
  UserSettingName.MobileMailboxPolicy,
];

test('reads both addresses, and that a setting is missing', async () => {
  await control.setAutodiscover({
    internalUrl: 'https://in.contoso.example/EWS/Exchange.asmx',
    externalUrl: 'https://mail.contoso.example/EWS/Exchange.asmx',
  });
  const answer = await newService(`${emulator.url}/autodiscover/autodiscover.svc`).GetUserSettings(
    address,
    wanted,
  );
  expect(answer.ErrorCode).toBe(AutodiscoverErrorCode.NoError);
  expect(answer.SmtpAddress).toBe(address);
  expect(answer.GetSettingValue(UserSettingName.InternalEwsUrl)).toBe(
    'https://in.contoso.example/EWS/Exchange.asmx',
  );
  expect(answer.GetSettingValue(UserSettingName.ExternalEwsUrl)).toBe(
    'https://mail.contoso.example/EWS/Exchange.asmx',
  );
  expect(answer.UserSettingErrors.map(({ SettingName }) => SettingName)).toEqual(['MobileMailboxPolicy']);
});

test('finds the server from a mail address alone', async () => {
  const service = newService();
  const answer = await service.GetUserSettings(address, wanted);
  expect(String(answer.GetSettingValue(UserSettingName.ExternalEwsUrl))).toMatch(/\/EWS\/Exchange\.asmx$/);
  const hosts = (await control.requests())
    .filter(({ face }) => face === 'autodiscover')
    .map(({ host }) => host);
  expect(hosts[0]).toBe('autodiscover.contoso.example');
});

test('is told that nobody has the address', async () => {
  const service = newService(`${emulator.url}/autodiscover/autodiscover.svc`);
  const answer = await service.GetUserSettings('nobody@contoso.example', wanted);
  expect(answer.ErrorCode).toBe(AutodiscoverErrorCode.InvalidUser);
});

test('follows to another server and to another address', async () => {
  const target = 'https://mail.contoso.example/autodiscover/autodiscover.svc';
  await control.addAutodiscoverRule({
    host: '127.0.0.1',
    form: 'soap',
    action: { kind: 'redirect-url', url: target },
  });
  const answer = await newService(`${emulator.url}/autodiscover/autodiscover.svc`).GetUserSettings(
    address,
    wanted,
  );
  expect(answer.GetSettingValue(UserSettingName.ExternalEwsUrl)).toBe(
    'https://mail.contoso.example/EWS/Exchange.asmx',
  );
  await control.clearAutodiscoverRules();
  await control.addAutodiscoverRule({
    address,
    form: 'soap',
    action: { kind: 'redirect-address', address: otherAddress },
  });
  const other = await newService(`${emulator.url}/autodiscover/autodiscover.svc`).GetUserSettings(
    address,
    wanted,
  );
  expect(other.SmtpAddress).toBe(otherAddress);
});
