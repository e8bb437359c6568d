// NTLM at the emulator's EWS with clients we did not write: requests-ntlm of Debian, which binds to the TLS channel, and
// curl, which does not. Extended Protection has to tell them apart.

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmulatorControl, type RunningEmulator, startEmulator } from '@contactsync/emulator';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { needs, titleWith } from '../needs.ts';

let emulator: RunningEmulator;
let control: EmulatorControl;
let folder: string;
let caFile: string;

const body =
  '<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><m:ResolveNames ReturnFullContactData="false" xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"><m:UnresolvedEntry>nobody at all</m:UnresolvedEntry></m:ResolveNames></s:Body></s:Envelope>';

beforeAll(async () => {
  emulator = await startEmulator({ recipients: 4, mailboxes: 2 });
  control = new EmulatorControl(emulator.url, emulator.caPem);
  folder = mkdtempSync(join(tmpdir(), 'ntlm-'));
  caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, emulator.caPem);
});

afterAll(async () => {
  await control.close();
  await emulator.close();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  await control.changeAccount('svc-contactsync', { isLocked: false });
  await control.clearRequests();
});

function run(command: string, ...parameters: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, parameters, { env: { PATH: '/usr/bin:/bin' } }, (error, output, errors) => {
      if (error === null) resolve(output.trim());
      else reject(new Error(errors));
    });
  });
}

const script = `
import sys, requests
# Loads the provider of OpenSSL that still has MD4; with a channel binding the library does so itself.
from cryptography.hazmat.backends import default_backend
default_backend()
from requests_ntlm import HttpNtlmAuth
url, ca, user, password, body, way, times = sys.argv[1:8]
session = requests.Session()
session.trust_env = False
session.auth = HttpNtlmAuth(user, password, send_cbt=way != 'unbound')
if way == 'bound to another certificate':
    session.auth._get_server_cert = lambda response: '00' * 32
if way == 'NTLMv1':
    from requests_ntlm import requests_ntlm
    made = requests_ntlm.ntlm.Ntlm
    requests_ntlm.ntlm.Ntlm = lambda: made(ntlm_compatibility=2)
for _ in range(int(times)):
    answer = session.post(url, data=body, headers={'Content-Type': 'text/xml; charset=utf-8'}, verify=ca)
    print(answer.status_code)
`;

type Way = 'bound' | 'unbound' | 'bound to another certificate' | 'NTLMv1';

function python(options: { password?: string; way?: Way; times?: number } = {}): Promise<string> {
  const { userName, password } = emulator.serviceAccount;
  return run(
    '/usr/bin/python3',
    '-c',
    script,
    emulator.ewsUrl,
    caFile,
    userName,
    options.password ?? password,
    body,
    options.way ?? 'bound',
    String(options.times ?? 1),
  );
}

const requestsNtlm = needs.requestsNtlm();

describe.skipIf(!requestsNtlm.available)(
  titleWith(requestsNtlm, 'a client that binds to the channel'),
  () => {
    test.each(['none', 'allow', 'require'] as const)(
      'passes where binding is: %s',
      async (extendedProtection) => {
        await control.setSignIn({ extendedProtection });
        expect(await python()).toBe('200');
      },
    );

    test('signs its connection in once for several requests', async () => {
      await control.setSignIn({ extendedProtection: 'require' });
      expect(await python({ times: 3 })).toBe('200\n200\n200');
      const statuses = (await control.requests())
        .filter((one) => one.face === 'ews')
        .map((one) => one.status);
      expect(statuses.filter((status) => status === 200)).toHaveLength(3);
    });

    test('is refused without the binding where it is required, and that is no wrong password', async () => {
      await control.setSignIn({ extendedProtection: 'require' });
      const before = (await control.account('svc-contactsync')).failedSignIns;
      expect(await python({ way: 'unbound' })).toBe('401');
      await control.setSignIn({ extendedProtection: 'allow' });
      expect(await python({ way: 'unbound' })).toBe('200');
      expect((await control.account('svc-contactsync')).failedSignIns).toBe(before);
    });

    test.each([
      ['bound to another certificate', 'none', '200'],
      ['bound to another certificate', 'allow', '401'],
      ['bound to another certificate', 'require', '401'],
      ['NTLMv1', 'none', '401'],
    ] as const)('%s where binding is %s it gets %s', async (way, extendedProtection, status) => {
      await control.setSignIn({ extendedProtection });
      expect(await python({ way })).toBe(status);
    });

    test('passes with Negotiate, which may carry NTLM, too', async () => {
      await control.setSignIn({ ntlm: false });
      expect(await python()).toBe('200');
      await control.setSignIn({ ntlm: false, negotiate: false });
      expect(await python()).toBe('401');
    });

    test('is refused with a wrong password, which is counted and locks the account in the end', async () => {
      await control.setSignIn({ lockoutThreshold: 2 });
      const before = (await control.account('svc-contactsync')).failedSignIns;
      expect(await python({ password: 'wrong' })).toBe('401');
      expect(await python({ password: 'wrong' })).toBe('401');
      const account = await control.account('svc-contactsync');
      expect(account.failedSignIns).toBeGreaterThanOrEqual(before + 2);
      expect(account.isLocked).toBe(true);
      expect(await python()).toBe('401');
    });
  },
);

const curl = needs.curl();

function curlStatus(...more: string[]): Promise<string> {
  const { userName, password } = emulator.serviceAccount;
  return run(
    '/usr/bin/curl',
    ...['--silent', '--output', '/dev/null', '--write-out', '%{http_code}', '--noproxy', '*'],
    ...['--cacert', caFile, '--user', `${userName}:${password}`, '--header', 'Content-Type: text/xml'],
    ...['--data', body, ...more, emulator.ewsUrl],
  );
}

// Versions of curl from 8.12 on may send a binding; those of Debian 12 do not.
describe.skipIf(!curl.available)(titleWith(curl, 'a client that does not bind'), () => {
  test.each([
    ['none', '200'],
    ['allow', '200'],
    ['require', '401'],
  ] as const)('where binding is %s it gets %s', async (extendedProtection, status) => {
    await control.setSignIn({ extendedProtection });
    expect(await curlStatus('--ntlm')).toBe(status);
  });

  test('Basic is not touched by Extended Protection', async () => {
    await control.setSignIn({ extendedProtection: 'require' });
    expect(await curlStatus('--basic')).toBe('200');
  });

  test('what is switched off is not offered and not taken', async () => {
    await control.setSignIn({ ntlm: false });
    expect(await curlStatus('--ntlm')).toBe('401');
    await control.setSignIn({ basic: false });
    expect(await curlStatus('--basic')).toBe('401');
    expect(await curlStatus('--ntlm')).toBe('200');
  });
});
