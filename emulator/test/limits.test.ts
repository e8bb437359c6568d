// The limits of the service over the wire, each with its twin: the same traffic with the limit off passes.

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { EmulatorControl, type TrafficChoice } from '../src/index.ts';
import { type GraphTenant, type PartAnswer, startGraphTenant } from './graph-tenant.ts';

let tenant: GraphTenant;
let control: EmulatorControl;
let contacts: string;
let others: readonly string[];

beforeAll(async () => {
  tenant = await startGraphTenant();
  control = new EmulatorControl(tenant.emulator.url, tenant.emulator.caPem);
  contacts = `/users/${tenant.person.id}/contacts`;
  const people = [...tenant.emulator.organization.recipients.values()];
  others = people
    .filter((one) => one.mailbox !== undefined && one !== tenant.person)
    .map((one) => `/users/${one.id}/contacts`);
  // Requests of one moment must find each other: with open connections and ample time they do on a busy machine, too.
  await Promise.all(Array.from({ length: 4 }, () => tenant.send('GET', '/organization')));
  await control.setClockSpeed({ skipWaitingAfterMilliseconds: 50 });
});
afterAll(async () => {
  await control.close();
  await tenant.close();
});
beforeEach(() => control.setTraffic({}));

const get = () => tenant.send('GET', `${contacts}?$top=1`);
const post = (text = 'A') => tenant.send('POST', contacts, { json: { displayName: text } });
const batch = async (urls: readonly string[]): Promise<readonly PartAnswer[]> => {
  const requests = urls.map((url, index) => ({ id: String(index), method: 'GET', url: `${url}?$top=1` }));
  return (await tenant.send('POST', '/$batch', { json: { requests } })).body.responses;
};
const twentyOf = (url: string) => Array.from({ length: 20 }, () => url);
const refusedOf = (answers: readonly PartAnswer[]) => answers.filter((one) => one.status === 429);
const statuses = (answers: readonly { readonly status: number }[]) => answers.map((one) => one.status);
const byNumber = (one: number, other: number) => one - other;
const usage = async () => {
  const { mailboxes, ...all } = await control.usage();
  return { ...all, own: mailboxes[tenant.person.primarySmtpAddress] };
};

const slow: TrafficChoice = { latency: { milliseconds: 250 } };

test('one unordered batch at a mailbox stays within four at a time, and takes five waves of latency', async () => {
  await control.setTraffic({ ...slow, limits: true });
  const start = await control.now();
  const answers = await batch(twentyOf(contacts));
  expect(refusedOf(answers)).toEqual([]);
  expect((await usage()).own).toMatchObject({ requests: 20, refused: 0, mostAtOnce: 4 });
  expect((await control.now()).getTime() - start.getTime()).toBeGreaterThanOrEqual(5 * 250);
});

test('two batches at one mailbox are too many at once; off: they are not', async () => {
  const both = async () => (await Promise.all([1, 2].map(() => batch(twentyOf(contacts))))).flat();
  await control.setTraffic({ ...slow, limits: { mailboxConcurrency: true } });
  const refused = refusedOf(await both());
  expect(refused.length).toBeGreaterThanOrEqual(4);
  expect(refused[0]).toMatchObject({
    headers: { 'Retry-After': '1' },
    body: {
      error: {
        code: 'ApplicationThrottled',
        message: 'Application is over its MailboxConcurrency limit.',
      },
    },
  });
  expect(await usage()).toMatchObject({
    own: { mostAtOnce: 4, refused: refused.length },
    refused: { mailboxConcurrency: refused.length },
  });
  await control.setTraffic(slow);
  expect(refusedOf(await both())).toEqual([]);
  expect(await usage()).toMatchObject({ own: { mostAtOnce: 8, refused: 0 }, refused: {} });
});

test('single requests and a batch share the four places; the refused one may come again', async () => {
  await control.setTraffic({ ...slow, limits: { mailboxConcurrency: true } });
  const [answers, single] = await Promise.all([batch(twentyOf(contacts)), get()]);
  const all = [...statuses(answers), single.status];
  expect(all.filter((status) => status === 429)).not.toEqual([]);
  await tenant.emulator.clock.sleep(1000);
  expect((await get()).status).toBe(200);
  await control.setTraffic(slow);
  const [free, freeSingle] = await Promise.all([batch(twentyOf(contacts)), get()]);
  expect([...statuses(free), freeSingle.status].filter((status) => status === 429)).toEqual([]);
});

test('the places are per mailbox: a batch over several mailboxes and one at each of them pass', async () => {
  const [first = '', second = ''] = others;
  await control.setTraffic({ ...slow, limits: { mailboxConcurrency: true } });
  const answers = await Promise.all([contacts, first, second].map((url) => batch(twentyOf(url))));
  expect(refusedOf(answers.flat())).toEqual([]);
  expect((await usage()).mostAtOnce).toBe(12);
});

test('the places are per app: another app finds four of its own', async () => {
  const app = await control.addApp('00000000-0000-4000-8000-000000000009', 'Other');
  await control.setRoles({ graphRoles: ['Contacts.Read'] }, app.clientId);
  const authorization = `Bearer ${tenant.emulator.issueToken(app.clientId, 'graph')}`;
  await control.setTraffic({ ...slow, limits: { mailboxConcurrency: 1 } });
  const foreign = () => tenant.send('GET', `${contacts}?$top=1`, { headers: { authorization } });
  expect(statuses(await Promise.all([get(), foreign()]))).toEqual([200, 200]);
  expect(statuses(await Promise.all([foreign(), foreign()])).toSorted(byNumber)).toEqual([200, 429]);
});

test('sent on all at once, the parts beyond the fourth of a mailbox are refused, those of others are not', async () => {
  const [other = ''] = others;
  const mixed = [...twentyOf(contacts).slice(0, 10), ...twentyOf(other).slice(0, 10)];
  const limits = { mailboxConcurrency: true } as const;
  await control.setTraffic({ batchDispatch: 'all-at-once', limits });
  const refused = refusedOf(await batch(mixed)).map((one) => Number(one.id));
  expect(refused.toSorted(byNumber)).toEqual([4, 5, 6, 7, 8, 9, 14, 15, 16, 17, 18, 19]);
  await control.setTraffic({ batchDispatch: 'four-at-a-time', limits });
  expect(refusedOf(await batch(mixed))).toEqual([]);
  await control.setTraffic({ batchDispatch: 'all-at-once' });
  expect(refusedOf(await batch(mixed))).toEqual([]);
});

test('refusals of a mailbox may come without Retry-After', async () => {
  const limits = { mailboxConcurrency: true, retryAfter: false } as const;
  await control.setTraffic({ batchDispatch: 'all-at-once', limits });
  const refused = refusedOf(await batch(twentyOf(contacts)));
  expect(refused).toHaveLength(16);
  expect(refused.filter((one) => 'Retry-After' in one.headers)).toEqual([]);
});

test('requests per window and mailbox: after Retry-After there is room again', async () => {
  await control.setTraffic({ limits: { mailboxRequests: { most: 3, seconds: 600 } } });
  const before = await control.now();
  const answers = [await get(), await get(), await get(), await get()];
  const took = (await control.now()).getTime() - before.getTime();
  expect(statuses(answers)).toEqual([200, 200, 200, 429]);
  expect(answers[3]?.body.error.code).toBe('ApplicationThrottled');
  const seconds = Number(answers[3]?.headers.get('retry-after'));
  expect(seconds).toBeGreaterThanOrEqual(600 - Math.ceil(took / 1_000));
  expect(seconds).toBeLessThanOrEqual(600);
  const [other = ''] = others;
  expect((await tenant.send('GET', other)).status).toBe(200);
  // The refused request counts, so that after ten minutes three of four have gone.
  await control.waitByClock(seconds * 1000);
  expect((await get()).status).toBe(200);
  await control.setTraffic({});
  expect(statuses([await get(), await get(), await get(), await get()])).toEqual([200, 200, 200, 200]);
});

test('the published figure is 10,000 requests', async () => {
  expect((await control.setTraffic({ limits: true })).limits).toEqual({
    mailboxConcurrency: 4,
    mailboxRequests: { most: 10_000, seconds: 600 },
    mailboxUpload: { most: 157_286_400, seconds: 300 },
    appRequests: { most: 130_000, seconds: 10 },
    directoryUnits: 'by-size',
    retryAfter: true,
  });
});

test('upload per window and mailbox counts bodies of writes only', async () => {
  await control.setTraffic({ limits: { mailboxUpload: { most: 1000, seconds: 300 } } });
  expect((await post('x'.repeat(200))).status).toBe(201);
  const refused = await post('x'.repeat(900));
  expect([refused.status, refused.body.error.code]).toEqual([429, 'ApplicationThrottled']);
  expect((await get()).status).toBe(200);
  expect((await post('x'.repeat(200))).status).toBe(201);
  await control.advanceClock(300_000);
  expect((await post('x'.repeat(900))).status).toBe(201);
  await control.setTraffic({});
  expect((await post('x'.repeat(900))).status).toBe(201);
});

test('requests of an app over everything: refused as Graph itself refuses, parts of batches counted', async () => {
  await control.setTraffic({ limits: { appRequests: { most: 12, seconds: 10 } } });
  const [other = ''] = others;
  const answers = await batch([...twentyOf(contacts).slice(0, 6), ...twentyOf(other).slice(0, 6)]);
  expect(refusedOf(answers)).toEqual([]);
  const refused = await tenant.send('GET', '/organization');
  expect(refused.status).toBe(429);
  expect(refused.body.error).toMatchObject({ code: 'TooManyRequests', innerError: { code: '429' } });
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  await control.advanceClock(10_000);
  expect((await get()).status).toBe(200);
  await control.setTraffic({});
  const free = await batch(twentyOf(contacts));
  expect([...refusedOf(free), (await get()).status]).toEqual([200]);
});

test.each([
  ['/users', 2],
  ['/users?$select=id', 1],
  ['/users?$expand=manager($select=id)', 3],
  ['/users?$select=id&$top=5', 1],
  ['/groups', 1],
])('%s costs %d resource units', async (path, units) => {
  await control.setTraffic({ limits: { directoryUnits: true } });
  const answer = await tenant.send('GET', path);
  expect(answer.headers.get('x-ms-resource-unit')).toBe(String(units));
  expect(answer.headers.has('x-ms-throttle-limit-percentage')).toBe(false);
  expect((await get()).headers.has('x-ms-resource-unit')).toBe(false);
  await control.setTraffic({});
  expect((await tenant.send('GET', path)).headers.has('x-ms-resource-unit')).toBe(false);
});

test('the bucket of the directory empties, warns, refuses and fills again', async () => {
  await control.setTraffic({ limits: { directoryUnits: { most: 9, seconds: 10_000 } } });
  const users = () => tenant.send('GET', '/users');
  const answers = [await users(), await users(), await users(), await users(), await users()];
  expect(statuses(answers)).toEqual([200, 200, 200, 200, 429]);
  const shares = answers.map((one) => one.headers.get('x-ms-throttle-limit-percentage'));
  expect(shares).toEqual([null, null, null, '0.89', '0.89']);
  const refused = answers[4];
  expect(refused?.headers.get('x-ms-throttle-information')).toBe('ResourceUnitLimitExceeded');
  expect(refused?.headers.get('x-ms-throttle-scope')).toContain(tenant.clientId);
  expect(refused?.body.error.code).toBe('TooManyRequests');
  // Mailboxes are another matter.
  expect((await get()).status).toBe(200);
  await control.waitByClock(Number(refused?.headers.get('retry-after')) * 1000);
  expect((await users()).status).toBe(200);
  await control.setTraffic({});
  for (let count = 0; count < 6; count += 1) expect((await users()).status).toBe(200);
});

test('a seeded spread of latency: the same for the same requests, within its bounds', async () => {
  const times = async (seed: number) => {
    await control.setTraffic({ latency: { from: 10_000, to: 90_000, seed } });
    const taken: number[] = [];
    for (let count = 0; count < 3; count += 1) {
      const start = tenant.emulator.context.clock.milliseconds();
      await get();
      taken.push(Math.floor((tenant.emulator.context.clock.milliseconds() - start) / 10_000));
    }
    return taken;
  };
  const first = await times(7);
  expect(first.every((tens) => tens >= 1 && tens <= 9)).toBe(true);
  expect(new Set(first).size).toBeGreaterThan(1);
  expect(await times(7)).toEqual(first);
  expect(await times(8)).not.toEqual(first);
});

test('counting begins anew, but who is still there keeps the place', async () => {
  await control.setTraffic({ ...slow, limits: { mailboxConcurrency: 1 } });
  const waiting = get();
  while ((await usage()).own === undefined) await new Promise((resolve) => setImmediate(resolve));
  await control.setTraffic({ latency: { milliseconds: 60_000 }, limits: { mailboxConcurrency: 1 } });
  expect((await usage()).requests).toBe(0);
  expect((await waiting).status).toBe(200);
  expect((await get()).status).toBe(200);
});
