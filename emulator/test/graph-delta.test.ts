// Delta query of contacts and contact folders over the wire.

import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { setGraphSettings } from '../src/graph/settings.ts';
import { createItem, type OpenMailbox } from '../src/organization/mailbox-store.ts';
import { type Entity, type GraphTenant, linkOf, startGraphTenant } from './graph-tenant.ts';

interface Round {
  readonly pages: readonly (readonly Entity[])[];
  readonly entries: readonly Entity[];
  readonly deltaLink: string;
}

let tenant: GraphTenant;
let folder: string;
let contacts: string;
let round = 0;
const immutable = { prefer: 'IdType="ImmutableId"' };

beforeAll(async () => {
  tenant = await startGraphTenant();
});
afterAll(() => tenant.close());
afterEach(() => setGraphSettings(tenant.emulator.context, {}));
beforeEach(async () => {
  round += 1;
  const folders = `/users/${tenant.person.id}/contactFolders`;
  folder = (await tenant.send('POST', folders, { json: { displayName: `GAL ${round}` } })).body.id;
  contacts = `${folders}/${folder}/contacts`;
});

function opened(): OpenMailbox {
  return { organization: tenant.emulator.organization, mailbox: tenant.mailbox, now: new Date() };
}

function fill(count: number): void {
  for (let number = 0; number < count; number += 1)
    createItem(opened(), folder, { properties: { displayName: `P${number}`, jobTitle: 'J' } });
}

async function readRound(start: string, headers: Record<string, string> = {}): Promise<Round> {
  const pages: (readonly Entity[])[] = [];
  let next = start;
  for (;;) {
    const page = await tenant.send('GET', next, { headers });
    expect(page.status, page.body.error?.message).toBe(200);
    pages.push(page.body.value);
    const deltaLink = page.body['@odata.deltaLink'];
    if (deltaLink !== undefined) return { pages, entries: pages.flat(), deltaLink };
    next = linkOf(page.body, '@odata.nextLink');
  }
}

test('200 per page whatever is asked beyond, fewer when fewer are asked', async () => {
  fill(450);
  const sizes = async (prefer?: string) =>
    (await readRound(`${contacts}/delta`, prefer === undefined ? {} : { prefer })).pages.map(
      (page) => page.length,
    );
  expect(await sizes()).toEqual([200, 200, 50]);
  expect(await sizes('odata.maxpagesize=999')).toEqual([200, 200, 50]);
  expect(await sizes('odata.maxpagesize=150')).toEqual([150, 150, 150]);
});

test('the selection travels inside the token; id and etag always come', async () => {
  fill(1);
  const first = await readRound(`${contacts}/delta?$select=displayName`);
  expect(Object.keys(first.entries[0] ?? {})).toEqual(['@odata.type', '@odata.etag', 'id', 'displayName']);
  await tenant.send('PATCH', `${contacts}/${first.entries[0]?.id}`, { json: { jobTitle: 'K' } });
  const second = await readRound(first.deltaLink);
  expect(Object.keys(second.entries[0] ?? {})).toEqual(['@odata.type', '@odata.etag', 'id', 'displayName']);
});

test('own writes echo with their version, deletions and moves are @removed, quiet rounds are empty with a new link', async () => {
  fill(3);
  const first = await readRound(`${contacts}/delta`);
  const [a, b, c] = first.entries.map((entry) => entry.id);
  const quiet = await readRound(first.deltaLink);
  expect(quiet.entries).toEqual([]);
  expect(quiet.deltaLink).not.toBe(first.deltaLink);

  const patched = await tenant.send('PATCH', `${contacts}/${a}`, { json: { jobTitle: 'K' } });
  await tenant.send('DELETE', `${contacts}/${b}`);
  await tenant.send('POST', `${contacts}/${c}/permanentDelete`);
  const second = await readRound(quiet.deltaLink);
  expect(second.entries).toHaveLength(3);
  expect(second.entries[0]).toMatchObject({ id: a, '@odata.etag': patched.body['@odata.etag'] });
  expect(second.entries.slice(1)).toEqual(
    [b, c].map((id) => ({
      '@odata.type': '#microsoft.graph.contact',
      id,
      '@removed': { reason: 'deleted' },
    })),
  );
  // The old link still works and tells the same.
  expect((await readRound(first.deltaLink)).entries).toEqual(second.entries);
  expect((await readRound(second.deltaLink)).entries).toEqual([]);
});

test('what happens while the pages are read is told in the same round', async () => {
  fill(250);
  const page = await tenant.send('GET', `${contacts}/delta`);
  const [early, gone] = page.body.value;
  if (early === undefined || gone === undefined) throw new Error('the first page is empty');
  const late = createItem(opened(), folder, { properties: { displayName: 'late' } });
  await tenant.send('PATCH', `${contacts}/${early.id}`, { json: { displayName: 'changed' } });
  await tenant.send('DELETE', `${contacts}/${gone.id}`);
  const rest = await readRound(linkOf(page.body, '@odata.nextLink'));
  const byId = new Map([...page.body.value, ...rest.entries].map((entry) => [entry.id, entry]));
  expect(byId.get(early.id)?.displayName).toBe('changed');
  expect(byId.get(gone.id)?.['@removed']).toBeDefined();
  expect(byId.has(late.id)).toBe(true);
  expect((await readRound(rest.deltaLink)).entries).toEqual([]);
});

test('immutable ids in every entry when the request prefers them', async () => {
  fill(2);
  const regular = await readRound(`${contacts}/delta`);
  const stable = await readRound(`${contacts}/delta`, immutable);
  expect(stable.entries[0]?.id).not.toBe(regular.entries[0]?.id);
  await tenant.send('DELETE', `${contacts}/${regular.entries[0]?.id}`);
  const after = await readRound(stable.deltaLink, immutable);
  expect(after.entries).toMatchObject([{ id: stable.entries[0]?.id, '@removed': { reason: 'deleted' } }]);
});

test('an empty page with a nextLink and repeated items, when switched on', async () => {
  fill(2);
  setGraphSettings(tenant.emulator.context, { delta: { emptyFirstPage: true, duplicates: true } });
  const answer = await readRound(`${contacts}/delta`);
  expect(answer.pages.map((page) => page.length)).toEqual([0, 3]);
  expect(new Set(answer.entries.map((entry) => entry.id)).size).toBe(2);
  expect((await readRound(answer.deltaLink)).entries).toEqual([]);
});

test('tokens: tampered 400, of another folder or mailbox 410, with other options 400', async () => {
  const { deltaLink } = await readRound(`${contacts}/delta`);
  const token = new URL(deltaLink).searchParams.get('$deltatoken') ?? '';
  const ask = async (path: string) => {
    const answer = await tenant.send('GET', path);
    return [answer.status, answer.body.error?.code, answer.body.error?.message];
  };
  const badlyFormed = [400, 'BadRequest', 'Badly formed token.'];
  expect(await ask(`${contacts}/delta?$deltatoken=${token.slice(1)}`)).toEqual(badlyFormed);
  expect(await ask(`${contacts}/delta?$deltatoken=latest`)).toEqual(badlyFormed);
  const inbox = `/users/${tenant.person.id}/contacts/delta?$deltatoken=${token}`;
  expect((await ask(inbox)).slice(0, 2)).toEqual([410, 'syncStateNotFound']);
  expect((await ask(`${contacts}/delta?$select=displayName&$deltatoken=${token}`))[0]).toBe(400);
  expect(await ask(`${contacts}/delta?$deltatoken=${token}`)).toEqual([200, undefined, undefined]);
  expect((await ask(`${contacts}/delta?$top=5`))[0]).toBe(501);
});

test('$expand is the documented 500', async () => {
  const answer = await tenant.send(
    'GET',
    `${contacts}/delta?$expand=singleValueExtendedProperties($filter=id eq 'String 0x3a24')`,
  );
  expect(answer.status).toBe(500);
  expect(answer.body.error.message).toContain('Value cannot be null.');
});

test('folders come and go in their own delta', async () => {
  const folders = `/users/${tenant.person.id}/contactFolders`;
  const first = await readRound(`${folders}/delta`);
  expect(first.entries.map((entry) => entry.id)).toContain(folder);
  const child = await tenant.send('POST', `${folders}/${folder}/childFolders`, {
    json: { displayName: 'child' },
  });
  expect((await readRound(first.deltaLink)).entries).toMatchObject([
    { id: child.body.id, displayName: 'child' },
  ]);
  await tenant.send('DELETE', `${folders}/${folder}`);
  const last = await readRound(first.deltaLink);
  expect(last.entries).toMatchObject([{ id: folder, '@removed': { reason: 'deleted' } }]);
});
