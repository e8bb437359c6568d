// The Entra face against @azure/msal-node, a client we did not write, and against hand-made assertions that
// MSAL would never send.

import { constants, createHash, randomUUID, sign, X509Certificate } from 'node:crypto';
import {
  ConfidentialClientApplication,
  type INetworkModule,
  type NetworkRequestOptions,
} from '@azure/msal-node';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningEmulator, startEmulator } from '../src/index.ts';
import { makeSelfSignedCertificate } from '../src/server/certificates.ts';
import { HttpsClient } from './https-client.ts';

const day = 24 * 60 * 60 * 1000;
const graphScope = 'https://graph.microsoft.com/.default';

interface Credential {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

let emulator: RunningEmulator;
let http: HttpsClient;
let credential: Credential;
let clientId: string;

beforeAll(async () => {
  emulator = await startEmulator({ recipients: 5, mailboxes: 2 });
  http = new HttpsClient(emulator.caPem);
  credential = await certificateFor(-day, 30 * day);
  const [app] = emulator.organization.apps.values();
  if (app === undefined) throw new Error('the seed has no app registration');
  app.certificates.push(credential.certificatePem);
  clientId = app.clientId;
});

afterAll(async () => {
  await http.close();
  await emulator.close();
});

function certificateFor(fromMs: number, toMs: number): Promise<Credential> {
  const now = Date.now();
  return makeSelfSignedCertificate({
    commonName: 'contactSync',
    notBefore: new Date(now + fromMs),
    notAfter: new Date(now + toMs),
  });
}

function thumbprint(pem: string, hash: 'sha1' | 'sha256'): Buffer {
  return createHash(hash).update(new X509Certificate(pem).raw).digest();
}

function networkClient(): INetworkModule {
  const send = async (method: string, url: string, options?: NetworkRequestOptions) => {
    const answer = await http.send(method, url, {
      ...(options?.headers === undefined ? {} : { headers: options.headers }),
      ...(options?.body === undefined ? {} : { body: options.body }),
    });
    return { status: answer.status, headers: answer.headers, body: answer.json as never };
  };
  return {
    sendGetRequestAsync: (url, options) => send('GET', url, options),
    sendPostRequestAsync: (url, options) => send('POST', url, options),
  };
}

function msal(
  options: {
    readonly id?: string;
    readonly use?: Credential;
    readonly tenant?: string;
    readonly sha1?: boolean;
  } = {},
) {
  const use = options.use ?? credential;
  return new ConfidentialClientApplication({
    auth: {
      clientId: options.id ?? clientId,
      authority: `${emulator.url}/${options.tenant ?? emulator.organization.initialDomain}`,
      knownAuthorities: [new URL(emulator.url).host],
      clientCertificate: {
        privateKey: use.privateKeyPem,
        ...(options.sha1 === true
          ? { thumbprint: thumbprint(use.certificatePem, 'sha1').toString('hex') }
          : { thumbprintSha256: thumbprint(use.certificatePem, 'sha256').toString('hex') }),
      },
    },
    system: { networkClient: networkClient() },
  });
}

function claimsOf(token: string | undefined): Record<string, unknown> {
  return JSON.parse(Buffer.from((token ?? '').split('.')[1] ?? '', 'base64url').toString('utf8'));
}

function assertion(
  changes: { readonly claims?: object; readonly header?: object; readonly use?: Credential } = {},
): string {
  const use = changes.use ?? credential;
  const now = Math.floor(Date.now() / 1000);
  const header = {
    alg: 'PS256',
    typ: 'JWT',
    'x5t#S256': thumbprint(use.certificatePem, 'sha256').toString('base64url'),
    ...changes.header,
  };
  const claims = {
    aud: `${emulator.url}/${emulator.organization.tenantId}/oauth2/v2.0/token`,
    iss: clientId,
    sub: clientId,
    jti: randomUUID(),
    nbf: now,
    exp: now + 600,
    ...changes.claims,
  };
  const input = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const signature = sign('sha256', Buffer.from(input), {
    key: use.privateKeyPem,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: 32,
  });
  return `${input}.${signature.toString('base64url')}`;
}

async function post(form: Record<string, string>, tenant: string = emulator.organization.tenantId) {
  const answer = await http.send('POST', `${emulator.url}/${tenant}/oauth2/v2.0/token`, {
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  });
  return { status: answer.status, body: answer.json as Record<string, unknown> };
}

function formWith(clientAssertion: string, changes: Record<string, string> = {}): Record<string, string> {
  return {
    client_id: clientId,
    scope: graphScope,
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: clientAssertion,
    ...changes,
  };
}

test('MSAL gets a token with a certificate named by its SHA-256 thumbprint (PS256)', async () => {
  const result = await msal().acquireTokenByClientCredential({ scopes: [graphScope] });
  const claims = claimsOf(result?.accessToken);
  expect(claims).toMatchObject({
    aud: 'https://graph.microsoft.com',
    appid: clientId,
    tid: emulator.organization.tenantId,
    idtyp: 'app',
  });
  expect(claims['roles']).toContain('Contacts.ReadWrite');
  expect(Number(claims['exp']) - Number(claims['iat'])).toBe(3599);
});

test('MSAL gets a token with a certificate named by its SHA-1 thumbprint (RS256)', async () => {
  const result = await msal({ sha1: true }).acquireTokenByClientCredential({
    scopes: ['https://outlook.office365.com/.default'],
  });
  expect(claimsOf(result?.accessToken)).toMatchObject({
    aud: 'https://outlook.office365.com',
    roles: ['Exchange.ManageAsApp'],
  });
});

test('the token is signed with the key that the keys document shows', async () => {
  const token = (await post(formWith(assertion()))).body['access_token'];
  const keys = await http.send('GET', `${emulator.url}/common/discovery/v2.0/keys`);
  const verified = await jwtVerify(String(token), createLocalJWKSet(keys.json as JSONWebKeySet));
  expect(verified.payload['appid']).toBe(clientId);
});

test('MSAL is refused with a certificate that is not registered', async () => {
  const stranger = await certificateFor(-day, day);
  await expect(
    msal({ use: stranger }).acquireTokenByClientCredential({ scopes: [graphScope] }),
  ).rejects.toMatchObject({
    errorCode: 'invalid_client',
    message: expect.stringContaining('AADSTS700027'),
  });
});

test('MSAL is refused for an app that the tenant does not know', async () => {
  await expect(
    msal({ id: '00000000-1111-4222-8333-444444444444' }).acquireTokenByClientCredential({
      scopes: [graphScope],
    }),
  ).rejects.toMatchObject({
    errorCode: 'unauthorized_client',
    message: expect.stringContaining('AADSTS700016'),
  });
});

test('an expired certificate is refused by its own end date', async () => {
  const expired = await certificateFor(-30 * day, -day);
  emulator.organization.apps.get(clientId)?.certificates.push(expired.certificatePem);
  const { status, body } = await post(formWith(assertion({ use: expired })));
  expect(status).toBe(401);
  expect(body).toMatchObject({ error: 'invalid_client', error_codes: [700027] });
  expect(body['error_description']).toContain('The key used is expired');
});

test('another key behind a registered thumbprint is refused', async () => {
  const stranger = await certificateFor(-day, day);
  const forged = assertion({ use: { ...credential, privateKeyPem: stranger.privateKeyPem } });
  const { status, body } = await post(formWith(forged));
  expect(status).toBe(401);
  expect(body['error_description']).toContain('verify the signature failed');
});

test('an assertion is good once', async () => {
  const once = assertion();
  expect((await post(formWith(once))).status).toBe(200);
  const again = await post(formWith(once));
  expect(again.status).toBe(401);
  expect(again.body['error_description']).toContain('already been used');
});

test.each([
  ['wrong audience', { claims: { aud: 'https://login.example.com/x/oauth2/v2.0/token' } }, 401, 700023],
  ['expired', { claims: { exp: Math.floor(Date.now() / 1000) - 3600 } }, 401, 700024],
  ['not yet valid', { claims: { nbf: Math.floor(Date.now() / 1000) + 3600 } }, 401, 700024],
  ['without expiry', { claims: { exp: undefined } }, 401, 700024],
  ['for another app', { claims: { sub: 'someone-else' } }, 400, 700021],
  ['without id', { claims: { jti: undefined } }, 400, 50027],
  ['unsigned', { header: { alg: 'none' } }, 400, 50027],
  ['with the thumbprint of the other algorithm', { header: { alg: 'RS256' } }, 400, 50027],
])('an assertion %s is refused', async (_name, changes, status, number) => {
  const answer = await post(formWith(assertion(changes)));
  expect(answer.status).toBe(status);
  expect(answer.body['error_codes']).toEqual([number]);
});

test('every error has the shape that Entra documents', async () => {
  const { status, body } = await post(formWith('no.jwt'));
  expect(status).toBe(400);
  expect(Object.keys(body)).toEqual([
    'error',
    'error_description',
    'error_codes',
    'timestamp',
    'trace_id',
    'correlation_id',
    'error_uri',
  ]);
  expect(body['error_description']).toMatch(
    /^AADSTS50027: .* Trace ID: \S+ Correlation ID: \S+ Timestamp: \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/,
  );
});

test.each([
  ['a foreign resource', { scope: 'https://vault.example.com/.default' }, 500011],
  ['a delegated scope', { scope: 'https://graph.microsoft.com/User.Read' }, 1002012],
  ['two resources', { scope: `${graphScope} https://outlook.office365.com/.default` }, 1002012],
  ['another grant', { grant_type: 'password' }, 70003],
  ['a secret', { client_secret: 'not-a-secret' }, 7000215],
])('a request with %s is refused', async (_name, changes, number) => {
  const answer = await post(formWith(assertion(), changes));
  expect(answer.body['error_codes']).toEqual([number]);
});

test.each([
  ['fabrikam.onmicrosoft.com', 90002],
  ['99999999-1111-4222-8333-444444444444', 90002],
  ['not a tenant', 900023],
  ['common', 50059],
])('the tenant %s is refused', async (tenant, number) => {
  const answer = await post(formWith(assertion()), encodeURIComponent(tenant));
  expect(answer.status).toBe(400);
  expect(answer.body['error_codes']).toEqual([number]);
});

test('without admin consent the token carries no roles, and Graph does not let it in', async () => {
  emulator.organization.apps.set('00000000-aaaa-4bbb-8ccc-dddddddddddd', {
    clientId: '00000000-aaaa-4bbb-8ccc-dddddddddddd',
    displayName: 'not consented',
    certificates: [credential.certificatePem],
    graphRoles: [],
    exchangeRoles: [],
    directoryRoles: [],
  });
  const result = await msal({ id: '00000000-aaaa-4bbb-8ccc-dddddddddddd' }).acquireTokenByClientCredential({
    scopes: ['https://outlook.office365.com/.default'],
  });
  expect(claimsOf(result?.accessToken)).not.toHaveProperty('roles');
  const answer = await invoke(String(result?.accessToken));
  expect(answer.status).toBe(401);
});

test('a token expires by the clock of the service', async () => {
  const token = String(
    (await post(formWith(assertion(), { scope: 'https://outlook.office365.com/.default' }))).body[
      'access_token'
    ],
  );
  expect((await invoke(token)).status).toBe(200);
  emulator.context.clock.advance(3600 * 1000);
  const expired = await invoke(token);
  emulator.context.clock.reset();
  expect(expired.status).toBe(401);
  expect(expired.headers['www-authenticate']).toContain('expired');
  expect((await invoke(token)).status).toBe(200);
});

test('a token for one resource is no good at another, nor is one that was tampered with', async () => {
  const token = String((await post(formWith(assertion()))).body['access_token']);
  expect((await invoke(token)).status).toBe(401);
  const [header, , signature] = emulator.issueToken(clientId, 'exchange').split('.');
  const claims = {
    ...claimsOf(token),
    aud: 'https://outlook.office365.com',
    roles: ['Exchange.ManageAsApp'],
  };
  const forged = `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`;
  expect((await invoke(forged)).status).toBe(401);
});

function invoke(token: string) {
  return http.send('POST', `${emulator.url}/adminapi/beta/${emulator.organization.tenantId}/InvokeCommand`, {
    headers: {
      Authorization: `Bearer ${token}`,
      'Content-Type': 'application/json',
      'X-AnchorMailbox': `APP:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@${emulator.organization.initialDomain}`,
    },
    body: JSON.stringify({ CmdletInput: { CmdletName: 'Get-OrganizationConfig', Parameters: {} } }),
  });
}

test('the discovery documents lead to the endpoints under the name the client used', async () => {
  const { tenantId } = emulator.organization;
  const configuration = await http.send(
    'GET',
    `${emulator.url}/contoso.example/v2.0/.well-known/openid-configuration`,
  );
  expect(configuration.json).toMatchObject({
    token_endpoint: `${emulator.url}/${tenantId}/oauth2/v2.0/token`,
    jwks_uri: `${emulator.url}/${tenantId}/discovery/v2.0/keys`,
    issuer: `${emulator.url}/${tenantId}/v2.0`,
  });
  const instance = await http.send('GET', `${emulator.url}/common/discovery/instance?api-version=1.1`);
  expect(instance.json).toMatchObject({ metadata: [{ aliases: [new URL(emulator.url).host] }] });
  const unknown = await http.send(
    'GET',
    `${emulator.url}/fabrikam.example/v2.0/.well-known/openid-configuration`,
  );
  expect(unknown.json).toMatchObject({ error_codes: [90002] });
  expect((await http.send('GET', `${emulator.url}/${tenantId}/oauth2/v2.0/token`)).status).toBe(405);
});

test('MSAL sends one assertion for two resources: that takes the lenient way, the strict one refuses it', async () => {
  const ask = async () => {
    const app = msal();
    await app.acquireTokenByClientCredential({ scopes: [graphScope] });
    return app.acquireTokenByClientCredential({ scopes: ['https://outlook.office365.com/.default'] });
  };
  await expect(ask()).rejects.toThrow('already been used');
  emulator.context.assertions.refuseReused = false;
  expect(claimsOf((await ask())?.accessToken)['aud']).toBe('https://outlook.office365.com');
  emulator.context.assertions.refuseReused = true;
});
