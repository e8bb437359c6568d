// Every scripted fault as its client sees it, and what it did or did not do to the mailbox.

import { readFileSync } from 'node:fs';
import { fetch } from 'undici';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { faultAction } from '../src/faults/fault-action.ts';
import { EmulatorControl, type Fault, type FaultKind } from '../src/index.ts';
import { type GraphTenant, linkOf, startGraphTenant } from './graph-tenant.ts';

let tenant: GraphTenant;
let control: EmulatorControl;
let contacts: string;
let folder: string;

beforeAll(async () => {
  tenant = await startGraphTenant();
  control = new EmulatorControl(tenant.emulator.url, tenant.emulator.caPem);
  contacts = `/users/${tenant.person.id}/contacts`;
  folder = `/users/${tenant.person.id}/contactFolders/contacts/contacts`;
});
afterAll(async () => {
  await control.close();
  await tenant.close();
});
afterEach(async () => {
  expect(await control.unconsumedFaults()).toEqual([]);
  await control.clearFaults();
});

const get = () => tenant.send('GET', `${contacts}?$top=1`);
const post = () => tenant.send('POST', contacts, { json: { displayName: 'A' } });
const count = () => tenant.mailbox.items.size;
const script = (action: Fault['action'], more: Omit<Fault, 'action'> = {}) =>
  control.addFault({ ...more, action });
const batch = async (size: number) => {
  const requests = Array.from({ length: size }, (_, index) => ({
    id: String(index),
    method: 'POST',
    url: contacts,
    headers: { 'Content-Type': 'application/json' },
    body: { displayName: `Part ${index}` },
  }));
  return tenant.send('POST', '/$batch', { json: { requests } });
};
const byId = (responses: readonly { readonly id: string; readonly status: number }[]) =>
  Object.fromEntries(responses.map((one) => [one.id, one.status]));

test.each<[Fault['action'], number, string, string | null, number]>([
  [{ kind: 'throttled', retryAfterSeconds: 7 }, 429, 'ApplicationThrottled', '7', 0],
  [{ kind: 'throttled' }, 429, 'ApplicationThrottled', null, 0],
  [{ kind: 'throttled-after-success', retryAfterSeconds: 3 }, 429, 'ApplicationThrottled', '3', 1],
  [{ kind: 'unavailable', retryAfterSeconds: 9 }, 503, 'serviceNotAvailable', '9', 0],
  [{ kind: 'unavailable' }, 503, 'serviceNotAvailable', null, 0],
  [{ kind: 'gateway-timeout' }, 504, 'UnknownError', null, 0],
  [{ kind: 'gateway-timeout-after-success' }, 504, 'UnknownError', null, 1],
  [{ kind: 'mailbox-without-license' }, 404, 'MailboxNotEnabledForRESTAPI', null, 0],
  [{ kind: 'quota-full' }, 507, 'ErrorQuotaExceeded', null, 0],
  [{ kind: 'quota-full', status: 403 }, 403, 'ErrorQuotaExceeded', null, 0],
  [{ kind: 'access-denied' }, 403, 'ErrorAccessDenied', null, 0],
  [{ kind: 'access-denied', by: 'access-policy' }, 403, 'ErrorAccessDenied', null, 0],
])('%j', async (action, status, code, retryAfter, made) => {
  await script(action);
  const before = count();
  const answer = await post();
  expect([answer.status, answer.body.error.code]).toEqual([status, code]);
  expect(answer.headers.get('retry-after')).toBe(retryAfter);
  expect(answer.body.error.innerError).toMatchObject({ 'request-id': answer.headers.get('request-id') });
  expect(count() - before).toBe(made);
  expect((await post()).status).toBe(201);
});

test('away from mailboxes, throttling is worded by Graph itself, by Entra, and by the admin REST', async () => {
  await script({ kind: 'throttled', retryAfterSeconds: 1 }, { count: 3 });
  expect((await tenant.send('GET', '/users')).body.error).toMatchObject({
    code: 'TooManyRequests',
    innerError: { code: '429' },
  });
  const elsewhere = async (path: string) => {
    const response = await fetch(`${tenant.emulator.url}${path}`, {
      method: 'POST',
      dispatcher: tenant.agent,
    });
    return { status: response.status, body: await response.json() };
  };
  expect(await elsewhere('/contoso.onmicrosoft.com/oauth2/v2.0/token')).toMatchObject({
    status: 429,
    body: { error: 'temporarily_unavailable', error_codes: [90033] },
  });
  expect(await elsewhere('/adminapi/beta/contoso.onmicrosoft.com/InvokeCommand')).toMatchObject({
    status: 429,
    body: { error: { code: 'TooManyRequests' } },
  });
});

test('what fails is not turned into a false success: "after success" leaves refusals as they are', async () => {
  await script({ kind: 'throttled-after-success' });
  const answer = await tenant.send('POST', contacts, { json: { fax: 1 } });
  expect(answer.status).toBe(400);
});

test('a lost answer: the work is done, the connection is cut', async () => {
  const before = count();
  await script({ kind: 'answer-lost' });
  await expect(post()).rejects.toThrow();
  expect(count() - before).toBe(1);
});

test('a cut answer: status and headers come, the body ends in the middle', async () => {
  const before = count();
  await script({ kind: 'answer-cut' });
  const response = await fetch(`${tenant.root}${contacts}`, {
    method: 'POST',
    dispatcher: tenant.agent,
    headers: {
      authorization: `Bearer ${tenant.tokenWith(['Contacts.ReadWrite'])}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ displayName: 'A' }),
  });
  expect(response.status).toBe(201);
  expect(Number(response.headers.get('content-length'))).toBeGreaterThan(0);
  await expect(response.text()).rejects.toThrow();
  expect(count() - before).toBe(1);
  expect((await control.requests(10)).findLast((one) => one.face === 'graph')?.fault).toBe('answer-cut');
});

test('a dripped answer: complete in the end, a few bytes at a time by the emulated clock', async () => {
  await control.setClockSpeed({ factor: 1000 });
  const start = await control.now();
  await script({ kind: 'answer-dripped', bytesAtOnce: 50, everyMilliseconds: 5000 });
  const response = await fetch(`${tenant.root}/users?$select=id`, {
    dispatcher: tenant.agent,
    headers: { authorization: `Bearer ${tenant.tokenWith(['User.Read.All'])}` },
  });
  const chunks: number[] = [];
  for await (const chunk of response.body ?? []) chunks.push(chunk.length);
  const length = chunks.reduce((sum, size) => sum + size, 0);
  expect(length).toBe(Number(response.headers.get('content-length')));
  expect(chunks.length).toBeGreaterThan(1);
  const elapsed = (await control.now()).getTime() - start.getTime();
  expect(elapsed).toBeGreaterThanOrEqual((Math.ceil(length / 50) - 1) * 5000);
  await control.setClockSpeed({});
});

test('a client that leaves a dripping answer does not keep the emulator busy', async () => {
  await script({ kind: 'answer-dripped', bytesAtOnce: 1, everyMilliseconds: 20 });
  const stop = new AbortController();
  const response = await fetch(`${tenant.root}/users`, {
    dispatcher: tenant.agent,
    headers: { authorization: `Bearer ${tenant.tokenWith(['User.Read.All'])}` },
    signal: stop.signal,
  });
  stop.abort();
  await expect(response.text()).rejects.toThrow();
  expect((await get()).status).toBe(200);
});

test('a proxy page: 200 and HTML, nothing done', async () => {
  const before = count();
  await script({ kind: 'proxy-page' });
  const answer = await post();
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toMatch(/^text\/html/);
  expect(answer.bytes.toString()).toMatch(/^<!DOCTYPE html>/);
  expect(count()).toBe(before);
  await script({ kind: 'proxy-page', status: 502 });
  expect((await post()).status).toBe(502);
});

test('a half-failed batch: every second part 503 and not done', async () => {
  const before = count();
  await script({ kind: 'batch-half-failed', retryAfterSeconds: 4 });
  const answer = await batch(4);
  expect(answer.status).toBe(200);
  expect(byId(answer.body.responses)).toEqual({ 0: 201, 1: 503, 2: 201, 3: 503 });
  const failed = answer.body.responses.find((one) => one.id === '1');
  expect(failed?.headers['Retry-After']).toBe('4');
  expect(count() - before).toBe(2);
  const logged = (await control.requests(10)).filter((one) => one.fault === 'batch-half-failed');
  expect(logged.map((one) => one.status).toSorted((one, other) => one - other)).toEqual([200, 503, 503]);
});

test('an incomplete batch: every second answer is missing, all is done', async () => {
  const before = count();
  await script({ kind: 'batch-incomplete' });
  expect(byId((await batch(5)).body.responses)).toEqual({ 0: 201, 2: 201, 4: 201 });
  expect(count() - before).toBe(5);
  await script({ kind: 'batch-incomplete' });
  expect((await batch(1)).body.responses).toEqual([]);
});

test('a shuffled batch: the same answers in another order', async () => {
  const usual = (await batch(6)).body.responses.map((one) => one.id);
  await script({ kind: 'batch-shuffled' });
  const answer = await batch(6);
  const order = answer.body.responses.map((one) => one.id);
  expect(order).not.toEqual(usual);
  expect(order.toSorted()).toEqual(usual.toSorted());
  for (const part of answer.body.responses) expect(part.body.displayName).toBe(`Part ${part.id}`);
});

test('delta tokens: gone, malformed; a first enumeration is not concerned', async () => {
  await script({ kind: 'delta-token-gone' });
  await script({ kind: 'delta-token-malformed' });
  const first = await tenant.send('GET', `${folder}/delta`);
  expect(first.status).toBe(200);
  const link = linkOf(first.body, '@odata.deltaLink');
  const gone = await tenant.send('GET', link);
  expect([gone.status, gone.body.error.code]).toEqual([410, 'syncStateNotFound']);
  const malformed = await tenant.send('GET', link);
  expect([malformed.status, malformed.body.error.message]).toEqual([400, 'Badly formed token.']);
  expect((await tenant.send('GET', link)).status).toBe(200);
});

test.each(['contacts', 'users'])('empty pages in a delta round of %s lead on to everything', async (what) => {
  const start = what === 'users' ? '/users/delta' : `${folder}/delta`;
  const whole = await tenant.send('GET', start);
  await script({ kind: 'delta-empty-page' }, { count: 2 });
  const empty = await tenant.send('GET', start);
  expect(empty.body.value).toEqual([]);
  const second = await tenant.send('GET', linkOf(empty.body, '@odata.nextLink'));
  expect(second.body.value).toEqual([]);
  const full = await tenant.send('GET', linkOf(second.body, '@odata.nextLink'));
  expect(full.body.value.map((one) => one.id)).toEqual(whole.body.value.map((one) => one.id));
  expect(full.body.value.length).toBeGreaterThan(0);
  expect((await tenant.send('GET', linkOf(full.body, '@odata.deltaLink'))).body.value).toEqual([]);
});

const withToken = (token: string) =>
  tenant.send('GET', `${contacts}?$top=1`, { headers: { authorization: `Bearer ${token}` } });

test('a token expires in mid-run: refused from then on, a new one is taken', async () => {
  const token = tenant.tokenWith(['Contacts.ReadWrite']);
  await script({ kind: 'token-expired' }, { after: 1 });
  expect((await withToken(token)).status).toBe(200);
  const refused = await withToken(token);
  expect([refused.status, refused.body.error.code]).toEqual([401, 'InvalidAuthenticationToken']);
  expect((await withToken(token)).status).toBe(401);
  expect((await withToken(tenant.tokenWith(['Contacts.ReadWrite']))).status).toBe(200);
});

test('consent is revoked: the token ends, the next one carries no rights until they are given again', async () => {
  const { graphRoles, exchangeRoles } = structuredClone(
    tenant.emulator.organization.apps.get(tenant.clientId) ?? { graphRoles: [], exchangeRoles: [] },
  );
  const fresh = () => withToken(tenant.emulator.issueToken(tenant.clientId, 'graph'));
  const token = tenant.emulator.issueToken(tenant.clientId, 'graph');
  expect((await withToken(token)).status).toBe(200);
  await script({ kind: 'consent-revoked' });
  expect((await withToken(token)).status).toBe(401);
  const refused = await fresh();
  expect([refused.status, refused.body.error.code]).toEqual([403, 'ErrorAccessDenied']);
  await control.setRoles({ graphRoles, exchangeRoles });
  expect((await fresh()).status).toBe(200);
});

test('a delayed request holds its place at the mailbox, by the emulated clock', async () => {
  await control.setClockSpeed({ skipWaitingAfterMilliseconds: 200 });
  await control.setTraffic({ limits: { mailboxConcurrency: 1 } });
  await script({ kind: 'delay', milliseconds: 600_000 });
  const start = await control.now();
  const both = await Promise.all([get(), get()]);
  expect(both.map((one) => one.status).toSorted((one, other) => one - other)).toEqual([200, 429]);
  expect((await control.now()).getTime() - start.getTime()).toBeGreaterThanOrEqual(600_000);
  await control.setTraffic({});
  await control.setClockSpeed({});
});

test('a fault may be meant for one mailbox, by any of its names', async () => {
  const other = [...tenant.emulator.organization.recipients.values()].find(
    (one) => one.mailbox !== undefined && one !== tenant.person,
  );
  await script({ kind: 'unavailable' }, { mailbox: tenant.person.primarySmtpAddress, count: 2 });
  expect((await tenant.send('GET', `/users/${other?.id}/contacts`)).status).toBe(200);
  expect((await tenant.send('GET', `/users/${tenant.person.userPrincipalName}/contacts`)).status).toBe(503);
  expect((await get()).status).toBe(503);
  expect((await get()).status).toBe(200);
  await expect(script({ kind: 'unavailable' }, { mailbox: 'nobody' })).rejects.toThrow('nobody');
});

test('with a probability, the same seed strikes the same requests', async () => {
  const struck = async (seed: number) => {
    await control.clearFaults();
    await script({ kind: 'unavailable' }, { count: 'unlimited', probability: 0.4, seed });
    const statuses: number[] = [];
    for (let number = 0; number < 20; number += 1) statuses.push((await get()).status);
    expect(await control.unconsumedFaults()).toMatchObject([{ count: 'unlimited', probability: 0.4 }]);
    await control.clearFaults();
    return statuses;
  };
  const first = await struck(1);
  expect(new Set(first)).toEqual(new Set([200, 503]));
  expect(await struck(1)).toEqual(first);
  expect(await struck(2)).not.toEqual(first);
});

test('a kind waits for a request it can happen to', async () => {
  await script({ kind: 'quota-full' });
  await script({ kind: 'batch-incomplete' });
  expect((await get()).status).toBe(200);
  expect((await tenant.send('GET', '/users')).status).toBe(200);
  expect(await control.unconsumedFaults()).toHaveLength(2);
  expect((await post()).status).toBe(507);
  expect((await batch(2)).body.responses).toHaveLength(1);
  expect(await control.faultsMet()).toEqual({ 'quota-full': 1, 'batch-incomplete': 1 });
});

test('the readme names every kind', () => {
  const readme = readFileSync(new URL('../readme.md', import.meta.url), 'utf8');
  const kinds: readonly FaultKind[] = faultAction.options.map((option) => option.shape.kind.value);
  expect(kinds.filter((kind) => !new RegExp(`^\\|[^|]*\\b${kind}\\b[^|]*\\|`, 'm').test(readme))).toEqual([]);
  expect(kinds.length).toBeGreaterThan(20);
});
