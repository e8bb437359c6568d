// The Graph face against clients we did not write: tokens by @azure/msal-node, requests by the official
// @microsoft/microsoft-graph-client, shapes checked against the types Microsoft publishes.

import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import {
  ConfidentialClientApplication,
  type INetworkModule,
  type NetworkRequestOptions,
} from '@azure/msal-node';
import {
  AuthenticationHandler,
  BatchRequestContent,
  BatchResponseContent,
  Client,
  GraphError,
  PageIterator,
  RetryHandler,
  RetryHandlerOptions,
} from '@microsoft/microsoft-graph-client';
import type { Contact, ContactFolder } from '@microsoft/microsoft-graph-types';
import { fetch as undiciFetch } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeSelfSignedCertificate } from '../src/server/certificates.ts';
import { type GraphTenant, startGraphTenant } from './graph-tenant.ts';
import { TrustingHandler } from './trusting-handler.ts';

// The SDK takes whole URLs for the parts and cuts scheme and host off; the version must not be in them.
const partRoot = 'https://graph.microsoft.com';

type Delta<T> = { value: T[]; '@odata.nextLink'?: string; '@odata.deltaLink'?: string };

let tenant: GraphTenant;
let client: Client;
let contacts: string;

beforeAll(async () => {
  tenant = await startGraphTenant();
  const msal = await msalApplication();
  const host = new URL(tenant.root).hostname;
  const authentication = new AuthenticationHandler({
    getAccessToken: async () => {
      const result = await msal.acquireTokenByClientCredential({
        scopes: ['https://graph.microsoft.com/.default'],
      });
      return result?.accessToken ?? '';
    },
  });
  const retry = new RetryHandler(new RetryHandlerOptions());
  authentication.setNext(retry);
  retry.setNext(new TrustingHandler(tenant.agent));
  client = Client.initWithMiddleware({
    middleware: authentication,
    baseUrl: `${tenant.emulator.url}/`,
    customHosts: new Set([host]),
  });
  const folder: ContactFolder = await client
    .api(`/users/${tenant.person.id}/contactFolders`)
    .post({ displayName: 'GAL' });
  contacts = `/users/${tenant.person.id}/contactFolders/${folder.id}/contacts`;
});
afterAll(() => tenant.close());

async function msalApplication(): Promise<ConfidentialClientApplication> {
  const now = Date.now();
  const credential = await makeSelfSignedCertificate({
    commonName: 'contactSync',
    notBefore: new Date(now - 60_000),
    notAfter: new Date(now + 3_600_000),
  });
  const { organization, url } = tenant.emulator;
  organization.apps.get(tenant.clientId)?.certificates.push(credential.certificatePem);
  const send = async (method: string, target: string, options?: NetworkRequestOptions) => {
    const response = await undiciFetch(target, {
      method,
      dispatcher: tenant.agent,
      ...(options?.headers === undefined ? {} : { headers: options.headers }),
      ...(options?.body === undefined ? {} : { body: options.body }),
    });
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: (await response.json()) as never,
    };
  };
  const networkClient: INetworkModule = {
    sendGetRequestAsync: (target, options) => send('GET', target, options),
    sendPostRequestAsync: (target, options) => send('POST', target, options),
  };
  return new ConfidentialClientApplication({
    auth: {
      clientId: tenant.clientId,
      authority: `${url}/${organization.initialDomain}`,
      knownAuthorities: [new URL(url).host],
      clientCertificate: {
        privateKey: credential.privateKeyPem,
        thumbprintSha256: createHash('sha256')
          .update(new X509Certificate(credential.certificatePem).raw)
          .digest('hex'),
      },
    },
    system: { networkClient },
  });
}

async function caught(promise: Promise<unknown>): Promise<GraphError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof GraphError)) throw new Error(`a GraphError was expected, got ${String(error)}`);
  return error;
}

test('PageIterator walks contacts and users to their end', async () => {
  for (let number = 0; number < 25; number += 1)
    await client.api(contacts).post({ displayName: `P${number}` });
  const names: string[] = [];
  const first = await client.api(contacts).select('displayName').top(7).get();
  await new PageIterator(client, first, (contact: Contact) => {
    names.push(contact.displayName ?? '');
    return true;
  }).iterate();
  expect(new Set(names).size).toBe(25);

  const ids: string[] = [];
  const users = await client
    .api('/users')
    .header('ConsistencyLevel', 'eventual')
    .count(true)
    .select(['id', 'mail'])
    .top(2)
    .get();
  await new PageIterator(
    client,
    users,
    (user: { id: string }) => {
      ids.push(user.id);
      return true;
    },
    { headers: { ConsistencyLevel: 'eventual' } },
  ).iterate();
  expect(ids).toHaveLength(users['@odata.count']);
});

test('batches made and read by the SDK', async () => {
  const content = new BatchRequestContent();
  for (let number = 0; number < 20; number += 1)
    content.addRequest({
      id: `b${number}`,
      request: new Request(`${partRoot}${contacts}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(number === 3 ? { fax: '1' } : { displayName: `B${number}` }),
      }),
    });
  const answers = new BatchResponseContent(await client.api('/$batch').post(await content.getContent()));
  expect(await answers.getResponseById('b7').json()).toMatchObject({ displayName: 'B7' });
  expect(answers.getResponseById('b3').status).toBe(400);
  expect([...answers.getResponses().keys()]).toHaveLength(20);
});

test('a serial batch of the SDK', async () => {
  const made: Contact = await client.api(contacts).post({ displayName: 'serial' });
  const url = `${partRoot}${contacts}/${made.id}`;
  const json = { 'Content-Type': 'application/json' };
  const content = new BatchRequestContent([
    { id: '1', request: new Request(url, { method: 'PATCH', headers: json, body: '{"jobTitle":"Buyer"}' }) },
    { id: '2', request: new Request(url, { method: 'GET' }), dependsOn: ['1'] },
    { id: '3', request: new Request(url, { method: 'DELETE' }), dependsOn: ['2'] },
  ]);
  const answers = new BatchResponseContent(await client.api('/$batch').post(await content.getContent()));
  expect(await answers.getResponseById('2').json()).toMatchObject({ jobTitle: 'Buyer' });
  expect(answers.getResponseById('3').status).toBe(204);
});

test('delta: first round, own change, removal', async () => {
  const read = async (start: string) => {
    const entries: (Contact & { '@removed'?: { reason: string } })[] = [];
    let page: Delta<Contact> = await client.api(start).get();
    for (;;) {
      entries.push(...page.value);
      if (page['@odata.deltaLink'] !== undefined) return { entries, deltaLink: page['@odata.deltaLink'] };
      page = await client.api(page['@odata.nextLink'] ?? '').get();
    }
  };
  const made: Contact = await client.api(contacts).post({ displayName: 'D' });
  const gone: Contact = await client.api(contacts).post({ displayName: 'E' });
  const first = await read(`${contacts}/delta?$select=displayName`);
  expect(first.entries.map((entry) => entry.id)).toContain(made.id);
  await client.api(`${contacts}/${made.id}`).patch({ displayName: 'D2' });
  await client.api(`${contacts}/${gone.id}`).delete();
  const { entries } = await read(first.deltaLink);
  expect(entries).toMatchObject([
    { id: made.id, displayName: 'D2' },
    { id: gone.id, '@removed': { reason: 'deleted' } },
  ]);
});

test('a stale If-Match and other errors reach the caller as GraphError', async () => {
  const made = await client.api(contacts).post({ displayName: 'A' });
  await client.api(`${contacts}/${made.id}`).patch({ jobTitle: '1' });
  const stale = await caught(
    client.api(`${contacts}/${made.id}`).header('If-Match', made['@odata.etag']).patch({ jobTitle: '2' }),
  );
  expect([stale.statusCode, stale.code]).toEqual([412, 'ErrorIrresolvableConflict']);
  expect(stale.requestId).toMatch(/^[0-9a-f-]{36}$/);
  const unknown = await caught(client.api(contacts).post({ fax: '1' }));
  expect(unknown.message).toContain("'fax'");
});

test('photo and mail', async () => {
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  );
  const made: Contact = await client.api(contacts).post({ displayName: 'A' });
  await client.api(`${contacts}/${made.id}/photo/$value`).header('Content-Type', 'image/png').put(png);
  const photo: Blob = await client.api(`${contacts}/${made.id}/photo/$value`).get();
  expect(photo.size).toBe(png.length);
  await client.api(`/users/${tenant.person.id}/sendMail`).post({
    message: {
      subject: 'S',
      body: { contentType: 'text', content: 'B' },
      toRecipients: [{ emailAddress: { address: 'x@example.com' } }],
    },
  });
  expect(tenant.mailbox.sentMessages.at(-1)?.subject).toBe('S');
});

// The published types of 2.43.1 are older than the CSDL of August 2026, which has the three slots.
const newerThanTypes = ['primaryEmailAddress', 'secondaryEmailAddress', 'tertiaryEmailAddress'];

test('every property of an answer has the name and type that Microsoft publishes', async () => {
  const contact = await client.api(contacts).post({
    displayName: 'A',
    birthday: '1980-05-06T00:00:00Z',
    businessPhones: ['1'],
    categories: ['GAL'],
    emailAddresses: [{ address: 'a@contoso.example' }],
    businessAddress: { city: 'Köln' },
  });
  expect(wrongProperties('Contact', contact, newerThanTypes)).toEqual([]);
  expect(
    wrongProperties(
      'ContactFolder',
      await client.api(`/users/${tenant.person.id}/contactFolders/contacts`).get(),
    ),
  ).toEqual([]);
  const everything =
    'id,displayName,mail,mailNickname,proxyAddresses,userType,accountEnabled,businessPhones,faxNumber,streetAddress,city,state,postalCode,country,usageLocation,otherMails,imAddresses,showInAddressList,onPremisesExtensionAttributes,onPremisesSyncEnabled,companyName,department';
  expect(
    wrongProperties('User', await client.api(`/users/${tenant.person.id}`).select(everything).get()),
  ).toEqual([]);
  expect(wrongProperties('User', await client.api(`/users/${tenant.person.id}`).get())).toEqual([]);
  for (const group of (await client.api('/groups').get()).value)
    expect(wrongProperties('Group', group)).toEqual([]);
  const [orgContact] = (await client.api('/contacts').get()).value;
  expect(wrongProperties('OrgContact', orgContact)).toEqual([]);
});

test('the check of names and types can fail', () => {
  expect(wrongProperties('Contact', { fax: '1', jobTitle: 5, businessPhones: 'x', id: 'a' })).toEqual([
    'fax is not in Contact',
    'jobTitle: 5 is not string',
    'businessPhones: "x" is not string[]',
  ]);
});

const typeFile = createRequire(import.meta.url).resolve(
  '@microsoft/microsoft-graph-types/microsoft-graph.d.ts',
);
const typeText = readFileSync(typeFile, 'utf8');

/** Property names and types of an interface of the type file, with those it inherits. */
function typeTable(name: string): ReadonlyMap<string, string> {
  const match = new RegExp(`^export interface ${name}(?: extends (\\w+))? \\{([\\s\\S]*?)^\\}`, 'm').exec(
    typeText,
  );
  if (match === null) throw new Error(`no interface ${name}`);
  const own = [...(match[2] ?? '').matchAll(/^ {4}(\w+)\??:\s+([^;]+);/gm)];
  return new Map([
    ...(match[1] === undefined ? [] : typeTable(match[1])),
    ...own.map((property): [string, string] => [
      property[1] ?? '',
      (property[2] ?? '').replaceAll(/\s/g, ''),
    ]),
  ]);
}

function wrongProperties(
  typeName: string,
  entity: Record<string, unknown>,
  alsoKnown: readonly string[] = [],
): string[] {
  const table = typeTable(typeName);
  return Object.entries(entity).flatMap(([name, value]) => {
    if (name.startsWith('@odata.') || alsoKnown.includes(name)) return [];
    const declared = table.get(name);
    if (declared === undefined) return [`${name} is not in ${typeName}`];
    const type = declared.replace(/^NullableOption<(.*)>$/, '$1');
    const isAllowedNull = value === null && declared.startsWith('NullableOption');
    return isAllowedNull || fits(value, type) ? [] : [`${name}: ${JSON.stringify(value)} is not ${type}`];
  });
}

function fits(value: unknown, type: string): boolean {
  if (type.endsWith('[]'))
    return Array.isArray(value) && value.every((entry) => fits(entry, type.slice(0, -2)));
  if (type === 'string' || type === 'number' || type === 'boolean') return typeof value === type;
  const words = new RegExp(`^export type ${type} =([^;]+);`, 'm').exec(typeText)?.[1];
  if (words !== undefined) return words.includes(JSON.stringify(value));
  return typeof value === 'object' && value !== null && wrongProperties(type, { ...value }).length === 0;
}
