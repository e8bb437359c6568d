// Autodiscover over the wire: what each form answers, to whom, and what rules change.

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { basic, type EwsTenant, startEwsTenant, textsOf } from './ews-client.ts';
import type { PlainAnswer } from './https-client.ts';

let tenant: EwsTenant;
beforeAll(async () => {
  tenant = await startEwsTenant();
});
afterEach(async () => {
  await tenant.control.clearAutodiscoverRules();
  await tenant.control.setAutodiscover({});
});
afterAll(() => tenant.close());

const a = 'http://schemas.microsoft.com/exchange/2010/Autodiscover';

function signedIn(): Record<string, string> {
  const { userName, password } = tenant.emulator.serviceAccount;
  return { authorization: basic(userName, password), 'content-type': 'text/xml; charset=utf-8' };
}

const poxBody = (address: string, schema = 'responseschema/2006a') =>
  `<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"><Request><EMailAddress>${address}</EMailAddress><AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/outlook/${schema}</AcceptableResponseSchema></Request></Autodiscover>`;

const soapBody = (addresses: readonly string[], settings: readonly string[], action = 'GetUserSettings') =>
  `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:a="${a}" xmlns:wsa="http://www.w3.org/2005/08/addressing"><s:Header><a:RequestedServerVersion>Exchange2013</a:RequestedServerVersion><wsa:Action>${a}/Autodiscover/${action}</wsa:Action></s:Header><s:Body><a:GetUserSettingsRequestMessage><a:Request><a:Users>${addresses.map((one) => `<a:User><a:Mailbox>${one}</a:Mailbox></a:User>`).join('')}</a:Users><a:RequestedSettings>${settings.map((one) => `<a:Setting>${one}</a:Setting>`).join('')}</a:RequestedSettings></a:Request></a:GetUserSettingsRequestMessage></s:Body></s:Envelope>`;

const at = (path: string) => `${tenant.emulator.url}/autodiscover/autodiscover.${path}`;
const pox = (body: string): Promise<PlainAnswer> =>
  tenant.http.send('POST', at('xml'), { headers: signedIn(), body });
const soap = (body: string): Promise<PlainAnswer> =>
  tenant.http.send('POST', at('svc'), { headers: signedIn(), body });

describe('plain XML', () => {
  test('wants a sign-in, and says that there is SOAP too', async () => {
    const answer = await tenant.http.send('GET', at('xml'));
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toContain('NTLM');
    expect(answer.headers['x-soap-enabled']).toBe('True');
  });

  test('names both addresses and the version', async () => {
    await tenant.control.setAutodiscover({ internalUrl: 'https://in.contoso.example/EWS/Exchange.asmx' });
    const { status, text } = await pox(poxBody(tenant.alice.primarySmtpAddress));
    expect(status).toBe(200);
    expect(textsOf(text, 'EwsUrl')).toEqual([
      'https://in.contoso.example/EWS/Exchange.asmx',
      tenant.emulator.ewsUrl,
    ]);
    expect(textsOf(text, 'Type')).toEqual(['EXCH', 'EXPR', 'WEB']);
    // 15.2.1544, by the layout of MS-OXDSCLI.
    expect(textsOf(text, 'ServerVersion')).toEqual(['73C28608', '73C28608']);
    expect(textsOf(text, 'AutoDiscoverSMTPAddress')).toEqual([tenant.alice.primarySmtpAddress]);
  });

  test.each([
    ['a GET', undefined, '600'],
    ['no XML', 'hello', '600'],
    ['a DTD', `<!DOCTYPE a [<!ENTITY b "c">]>${poxBody('a@contoso.example')}`, '600'],
    ['another schema', poxBody('a@contoso.example', 'responseschema/2016'), '601'],
    ['an unknown address', poxBody('nobody@contoso.example'), '500'],
  ])('%s is answered by an error with status 200', async (_name, body, code) => {
    const answer =
      body === undefined
        ? await tenant.http.send('GET', at('xml'), { headers: signedIn() })
        : await pox(body);
    expect(answer.status).toBe(200);
    expect(textsOf(answer.text, 'ErrorCode')).toEqual([code]);
  });

  test('sends a mailbox that was moved to the tenant', async () => {
    await tenant.control.setHosting(tenant.bob.primarySmtpAddress, 'online');
    const { text } = await pox(poxBody(tenant.bob.primarySmtpAddress));
    await tenant.control.setHosting(tenant.bob.primarySmtpAddress, 'both');
    expect(textsOf(text, 'Action')).toEqual(['redirectAddr']);
    expect(textsOf(text, 'RedirectAddr')[0]).toMatch(/\.onmicrosoft\.com$/);
  });
});

describe('SOAP', () => {
  test('answers several users, with errors on the level where they belong', async () => {
    const { status, text } = await soap(
      soapBody([tenant.alice.primarySmtpAddress, 'nobody@contoso.example'], ['ExternalEwsUrl', 'MobileUrl']),
    );
    expect(status).toBe(200);
    expect(textsOf(text, 'ErrorCode')).toEqual([
      'NoError',
      'NoError',
      'SettingIsNotAvailable',
      'InvalidUser',
    ]);
    expect(textsOf(text, 'Value')).toEqual([tenant.emulator.ewsUrl]);
  });

  test('refuses another action', async () => {
    const { status, text } = await soap(
      soapBody(['a@contoso.example'], ['ExternalEwsUrl'], 'GetDomainSettings'),
    );
    expect(status).toBe(500);
    expect(text).toContain('a:InvalidRequest');
  });
});

describe('JSON', () => {
  const json = (path: string) => tenant.http.send('GET', `${at('json')}${path}`);

  test('answers everybody, in both spellings', async () => {
    const address = tenant.alice.primarySmtpAddress;
    const expected = { Protocol: 'Ews', Url: tenant.emulator.ewsUrl };
    expect((await json(`/v1.0/${address}?Protocol=EWS`)).json).toEqual(expected);
    expect((await json(`?Email=${address}&Protocol=ews`)).json).toEqual(expected);
  });

  test.each([
    ['/v1.0/alice?Protocol=EWS', 400, 'MandatoryParameterMissing'],
    ['/v1.0/a@contoso.example', 400, 'MissingProtocol'],
    ['/v1.0/a@contoso.example?Protocol=Imap', 400, 'ProtocolNotSupported'],
    ['/v1.0/nobody@contoso.example?Protocol=EWS', 404, 'UserNotFound'],
  ])('%s: %i %s', async (path, status, code) => {
    const answer = await json(path);
    expect([answer.status, (answer.json as { ErrorCode: string }).ErrorCode]).toEqual([status, code]);
  });
});

describe('as told', () => {
  test('forms and hosts that are not served are not there', async () => {
    await tenant.control.setAutodiscover({ forms: ['pox'] });
    expect((await tenant.http.send('GET', at('json'))).status).toBe(404);
    await tenant.control.setAutodiscover({ hosts: ['mail.contoso.example'] });
    expect((await tenant.http.send('GET', at('xml'))).status).toBe(404);
  });

  test('a rule counts for its host, form, address and stage only; the first one wins', async () => {
    const action = { kind: 'redirect-url', url: 'https://mail.contoso.example/' } as const;
    await tenant.control.addAutodiscoverRule({ host: 'other.contoso.example', action });
    await tenant.control.addAutodiscoverRule({ form: 'soap', action: { kind: 'not-found' } });
    await tenant.control.addAutodiscoverRule({ address: tenant.alice.primarySmtpAddress, action });
    await tenant.control.addAutodiscoverRule({
      form: 'pox',
      stage: 'open',
      action: { kind: 'sign-in-page' },
    });
    expect((await pox(poxBody(tenant.alice.primarySmtpAddress))).headers['content-type']).toContain('html');
    await tenant.control.clearAutodiscoverRules();
    await tenant.control.addAutodiscoverRule({ form: 'soap', action: { kind: 'not-found' } });
    await tenant.control.addAutodiscoverRule({ address: tenant.alice.primarySmtpAddress, action });
    expect((await soap(soapBody([tenant.alice.primarySmtpAddress], ['ExternalEwsUrl']))).status).toBe(404);
    const redirected = await pox(poxBody(tenant.alice.primarySmtpAddress));
    expect(textsOf(redirected.text, 'RedirectUrl')).toEqual(['https://mail.contoso.example/']);
    expect(textsOf((await pox(poxBody(tenant.bob.primarySmtpAddress))).text, 'Action')).toEqual(['settings']);
  });

  test('without TLS there is a redirect or nothing, and no other face', async () => {
    const plain = (path: string) => tenant.http.send('GET', `${tenant.emulator.plainUrl}${path}`);
    expect((await plain('/autodiscover/autodiscover.xml')).status).toBe(403);
    expect((await plain('/control/organization/show')).status).toBe(404);
    expect((await plain('/EWS/Exchange.asmx')).status).toBe(404);
    await tenant.control.addAutodiscoverRule({
      form: 'plain',
      stage: 'open',
      action: { kind: 'http-redirect', status: 301, location: 'https://mail.contoso.example/{n}' },
    });
    const answer = await plain('/autodiscover/autodiscover.xml');
    expect([answer.status, answer.headers['location']]).toEqual([301, 'https://mail.contoso.example/1']);
  });

  test('the request log names host, encryption and the scheme of credentials', async () => {
    await tenant.control.clearRequests();
    await tenant.http.send('GET', `${tenant.emulator.plainUrl}/autodiscover/autodiscover.xml`);
    await pox(poxBody(tenant.alice.primarySmtpAddress));
    const seen = (await tenant.control.requests()).filter(({ face }) => face === 'autodiscover');
    expect(seen.map(({ host, isEncrypted, credentials }) => [host, isEncrypted, credentials])).toEqual([
      [new URL(tenant.emulator.plainUrl).host, false, undefined],
      [new URL(tenant.emulator.url).host, true, 'Basic'],
    ]);
  });
});
