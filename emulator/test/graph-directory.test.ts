// Users, groups, organizational contacts and the organization over the wire.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addRecipient } from '../src/organization/recipients.ts';
import type { Recipient } from '../src/organization/state.ts';
import { type Entity, type GraphTenant, linkOf, startGraphTenant } from './graph-tenant.ts';

let tenant: GraphTenant;
let erika: Recipient;
let contact: Recipient;
let outer: Recipient;
const eventual = { consistencylevel: 'eventual' };
const whenChanged = new Date('2026-10-01T08:00:00Z');

beforeAll(async () => {
  tenant = await startGraphTenant();
  const { organization } = tenant.emulator;
  const add = (alias: string, more: Partial<Parameters<typeof addRecipient>[1]>) =>
    addRecipient(organization, {
      key: `directory:${alias}`,
      recipientTypeDetails: 'UserMailbox',
      displayName: alias,
      alias,
      primarySmtpAddress: `${alias}@contoso.example`,
      whenChanged,
      ...more,
    });
  const boss = add('boss', { displayName: 'Boss' });
  erika = add('erika', {
    displayName: 'Erika Muster',
    otherAddresses: ['em@contoso.example'],
    managerId: boss.id,
    person: {
      firstName: 'Erika',
      phone: '+49 89 1',
      otherTelephone: ['+49 89 2'],
      fax: '+49 89 9',
      office: 'B2',
      country: 'DE',
    },
    customAttributes: { 1: 'NoContactSync' },
  });
  contact = add('partner', {
    recipientTypeDetails: 'MailContact',
    externalEmailAddress: 'SMTP:partner@example.com',
    person: { mobilePhone: '+49 170 1', city: 'Köln' },
  });
  const guest = add('guest', {
    recipientTypeDetails: 'GuestMailUser',
    externalEmailAddress: 'guest@example.com',
    primarySmtpAddress: 'guest@example.com',
  });
  const dynamic = add('dynamic', { recipientTypeDetails: 'DynamicDistributionGroup', recipientFilter: 'x' });
  const inner = add('inner', {
    recipientTypeDetails: 'MailUniversalSecurityGroup',
    memberIds: [erika.id, contact.id, dynamic.id],
    hiddenFromAddressLists: true,
  });
  outer = add('outer', {
    recipientTypeDetails: 'MailUniversalDistributionGroup',
    memberIds: [inner.id, guest.id, erika.id],
  });
  inner.memberIds?.push(outer.id);
});
afterAll(() => tenant.close());

async function values(path: string, headers: Record<string, string> = {}): Promise<readonly Entity[]> {
  const answer = await tenant.send('GET', path, { headers });
  expect(answer.status, answer.body.error?.message).toBe(200);
  return answer.body.value;
}

async function refusal(path: string, headers: Record<string, string> = {}) {
  const answer = await tenant.send('GET', path, { headers });
  return [answer.status, answer.body.error?.code];
}

describe('users', () => {
  test('the default properties, and the selected ones with nulls', async () => {
    const usual = await tenant.send('GET', `/users/${erika.userPrincipalName?.toUpperCase()}`);
    expect(Object.keys(usual.body).toSorted()).toEqual(
      [
        '@odata.context',
        'businessPhones',
        'displayName',
        'givenName',
        'id',
        'jobTitle',
        'mail',
        'mobilePhone',
        'officeLocation',
        'preferredLanguage',
        'surname',
        'userPrincipalName',
      ].toSorted(),
    );
    const select =
      'id,mail,proxyAddresses,businessPhones,mobilePhone,faxNumber,country,userType,accountEnabled,onPremisesExtensionAttributes';
    const chosen = await tenant.send('GET', `/users('${erika.id}')?$select=${select}`);
    const { onPremisesExtensionAttributes, ...rest } = chosen.body;
    expect(rest).toEqual({
      '@odata.context': `${tenant.root}/$metadata#users(${select})/$entity`,
      id: erika.id,
      mail: 'erika@contoso.example',
      proxyAddresses: ['SMTP:erika@contoso.example', 'smtp:em@contoso.example'],
      businessPhones: ['+49 89 1'],
      mobilePhone: null,
      faxNumber: '+49 89 9',
      country: 'DE',
      userType: 'Member',
      accountEnabled: true,
    });
    expect(Object.keys(onPremisesExtensionAttributes ?? {})).toHaveLength(15);
    expect(onPremisesExtensionAttributes).toMatchObject({
      extensionAttribute1: 'NoContactSync',
      extensionAttribute2: null,
    });
  });

  test('pages by skip token, counting on the first page only, without duplicates', async () => {
    const seen: string[] = [];
    const counts: unknown[] = [];
    let next: string | undefined = '/users?$top=3&$select=id&$count=true';
    while (next !== undefined) {
      const page = await tenant.send('GET', next, { headers: eventual });
      seen.push(...page.body.value.map((one) => one.id));
      counts.push(page.body['@odata.count']);
      next = page.body['@odata.nextLink'];
      if (next !== undefined) expect(next).toContain(`${tenant.root}/users?`);
    }
    const users = [...tenant.emulator.organization.recipients.values()].filter(
      (one) => one.userPrincipalName,
    );
    expect(seen.toSorted()).toEqual(users.map((one) => one.id).toSorted());
    expect(counts[0]).toBe(users.length);
    expect(counts.slice(1).every((count) => count === undefined)).toBe(true);
  });

  test('the manager is expanded where there is one', async () => {
    const list = await values(
      `/users?$select=id&$filter=${encodeURIComponent(`id in ('${erika.id}')`)}&$expand=manager($select=id,displayName)`,
    );
    expect(list).toEqual([
      {
        id: erika.id,
        manager: { '@odata.type': '#microsoft.graph.user', id: erika.managerId, displayName: 'Boss' },
      },
    ]);
    const boss = await tenant.send('GET', `/users/${erika.managerId}?$expand=manager`);
    expect(boss.body).not.toHaveProperty('manager');
  });

  test.each([
    "startsWith(displayName,'erika')",
    "mail eq 'ERIKA@contoso.example'",
    "proxyAddresses/any(p:p eq 'smtp:em@contoso.example')",
    "proxyAddresses/any(p:startsWith(p,'smtp:em@'))",
    "onPremisesExtensionAttributes/extensionAttribute1 eq 'NoContactSync'",
    "userType eq 'Member' and accountEnabled eq true and displayName eq 'Erika Muster'",
  ])('plain filter %s', async (filter) => {
    const found = await values(`/users?$filter=${encodeURIComponent(filter)}`);
    expect(found.map((one) => one.displayName)).toEqual(['Erika Muster']);
  });

  test.each(["endsWith(mail,'@example.com')", "userType ne 'Member'", "not(userType eq 'Member')"])(
    'advanced filter %s needs ConsistencyLevel and $count',
    async (filter) => {
      const path = `/users?$filter=${encodeURIComponent(filter)}`;
      const refused = [400, 'Request_UnsupportedQuery'];
      expect(await refusal(path)).toEqual(refused);
      expect(await refusal(path, eventual)).toEqual(refused);
      expect(await refusal(`${path}&$count=true`)).toEqual(refused);
      const found = await values(`${path}&$count=true`, eventual);
      expect(found.map((one) => one.displayName)).toEqual(['guest']);
    },
  );

  test('other queries: order with filter is advanced, the rest is refused by name', async () => {
    const order = "/users?$orderby=displayName&$filter=startsWith(displayName,'b')";
    expect(await refusal(order)).toEqual([400, 'Request_UnsupportedQuery']);
    expect(await values(`${order}&$count=true`, eventual)).toHaveLength(1);
    expect((await values('/users?$orderby=displayName desc&$top=1'))[0]?.displayName).not.toBe('Boss');
    expect(await refusal("/users?$filter=contains(displayName,'x')")).toEqual([
      400,
      'Request_UnsupportedQuery',
    ]);
    expect(await refusal('/users?$top=1000')).toEqual([400, 'BadRequest']);
    expect(await refusal('/users?$select=id,constructor')).toEqual([501, 'NotImplemented']);
    expect(await refusal('/users?$select=mailboxSettings')).toEqual([501, 'NotImplemented']);
    expect(await refusal('/users/$count', eventual)).toEqual([501, 'NotImplemented']);
    expect(await refusal('/users?$skip=5')).toEqual([501, 'NotImplemented']);
    expect(await refusal('/users/nobody')).toEqual([404, 'Request_ResourceNotFound']);
    expect(await refusal(`/users/${contact.id}`)).toEqual([404, 'Request_ResourceNotFound']);
    const many = Array.from({ length: 16 }, (_, n) => `displayName eq '${n}'`).join(' or ');
    expect(await refusal(`/users?$filter=${encodeURIComponent(many)}`)).toEqual([
      400,
      'Request_UnsupportedQuery',
    ]);
  });

  test('the role is needed', async () => {
    const authorization = `Bearer ${tenant.tokenWith(['Contacts.ReadWrite'])}`;
    for (const path of ['/users', '/groups', '/contacts', '/organization'])
      expect(await refusal(path, { authorization })).toEqual([403, 'Authorization_RequestDenied']);
    const directory = { authorization: `Bearer ${tenant.tokenWith(['Directory.Read.All'])}` };
    for (const path of ['/users', '/groups', '/contacts', '/organization'])
      expect(await refusal(path, directory)).toEqual([200, undefined]);
  });
});

describe('groups', () => {
  test('dynamic distribution groups are absent; the hidden flag is told one by one', async () => {
    const names = (await values('/groups')).map((one) => one.displayName);
    expect(names).toEqual(expect.arrayContaining(['inner', 'outer']));
    expect(names).not.toContain('dynamic');
    expect(await refusal('/groups?$select=hideFromAddressLists')).toEqual([501, 'NotImplemented']);
    const [inner] = await values("/groups?$filter=displayName eq 'inner'");
    const single = await tenant.send(
      'GET',
      `/groups/${inner?.id}?$select=hideFromAddressLists,securityEnabled`,
    );
    expect(single.body).toMatchObject({ hideFromAddressLists: true, securityEnabled: true });
  });

  test('members carry their type; nested ones come with transitiveMembers, a loop ends', async () => {
    const direct = await tenant.send('GET', `/groups/${outer.id}/members?$select=id,displayName`);
    expect(new Set(direct.body.value.map((one) => `${one['@odata.type']} ${one.displayName}`))).toEqual(
      new Set([
        '#microsoft.graph.group inner',
        '#microsoft.graph.user guest',
        '#microsoft.graph.user Erika Muster',
      ]),
    );
    const all = await values(`/groups/${outer.id}/transitiveMembers?$select=displayName`);
    expect(new Set(all.map((one) => one.displayName))).toEqual(
      new Set(['inner', 'guest', 'Erika Muster', 'partner', 'outer']),
    );
  });

  test('a cast is an advanced query', async () => {
    const path = `/groups/${outer.id}/transitiveMembers/microsoft.graph.user`;
    expect(await refusal(path)).toEqual([400, 'Request_UnsupportedQuery']);
    const users = await values(`${path}?$count=true&$select=displayName`, eventual);
    expect(users.toSorted((a, b) => String(a.displayName).localeCompare(String(b.displayName)))).toEqual([
      { displayName: 'Erika Muster' },
      { displayName: 'guest' },
    ]);
    expect(await refusal(`/groups/${outer.id}/members/microsoft.graph.device?$count=true`, eventual)).toEqual(
      [501, 'NotImplemented'],
    );
  });

  test('without the right to read users only id and type of a member come back', async () => {
    const authorization = `Bearer ${tenant.tokenWith(['GroupMember.Read.All'])}`;
    const members = await values(`/groups/${outer.id}/members?$select=id,displayName`, { authorization });
    const user = members.find((one) => one.id === erika.id);
    expect(user).toEqual({ '@odata.type': '#microsoft.graph.user', id: erika.id });
    expect(members.find((one) => one.displayName === 'inner')).toBeDefined();
  });
});

test('organizational contacts have three kinds of phone', async () => {
  const answer = await tenant.send('GET', `/contacts/${contact.id}`);
  expect(answer.body).toMatchObject({
    mail: 'partner@example.com',
    phones: [
      { type: 'business', number: null },
      { type: 'mobile', number: '+49 170 1' },
      { type: 'businessFax', number: null },
    ],
    addresses: [{ city: 'Köln', street: null }],
  });
  expect((await values('/contacts')).map((one) => one.id)).toContain(contact.id);
});

test('the organization tells its domains', async () => {
  const [organization] = await values('/organization?$select=id,verifiedDomains');
  expect(organization).toMatchObject({
    id: tenant.emulator.organization.tenantId,
    verifiedDomains: [{ name: 'contoso.example', isDefault: true, isInitial: false }, { isInitial: true }],
  });
});

describe('users/delta', () => {
  const read = async (start: string, headers: Record<string, string> = {}) => {
    const entries: Entity[] = [];
    let next = start;
    for (;;) {
      const page = await tenant.send('GET', next, { headers });
      expect(page.status, page.body.error?.message).toBe(200);
      entries.push(...page.body.value);
      const deltaLink = page.body['@odata.deltaLink'];
      if (deltaLink !== undefined) return { entries, deltaLink };
      next = linkOf(page.body, '@odata.nextLink');
    }
  };

  test('tells changes, removals and managers; minimal tells only what changed', async () => {
    const { organization } = tenant.emulator;
    const leaver = addRecipient(organization, {
      key: 'directory:leaver',
      recipientTypeDetails: 'UserMailbox',
      displayName: 'Leaver',
      alias: 'leaver',
      primarySmtpAddress: 'leaver@contoso.example',
      whenChanged,
    });
    const first = await read('/users/delta?$select=displayName,mail,manager');
    expect(first.entries.find((one) => one.id === erika.id)).toEqual({
      id: erika.id,
      displayName: 'Erika Muster',
      mail: 'erika@contoso.example',
      'manager@delta': [{ '@odata.type': '#microsoft.graph.user', id: erika.managerId }],
    });
    const latest = await read('/users/delta?$deltatoken=latest&$select=displayName,mail');
    expect(latest.entries).toEqual([]);
    erika.displayName = 'Erika Schmidt';
    organization.recipients.delete(leaver.id);
    const removed = { id: leaver.id, '@removed': { reason: 'changed' } };
    const second = await read(first.deltaLink);
    expect(second.entries).toMatchObject([
      { id: erika.id, displayName: 'Erika Schmidt', mail: 'erika@contoso.example' },
      removed,
    ]);
    const minimal = await read(latest.deltaLink, { prefer: 'return=minimal' });
    expect(minimal.entries).toEqual([{ id: erika.id, displayName: 'Erika Schmidt' }, removed]);
    expect((await read(second.deltaLink)).entries).toEqual([]);
    erika.displayName = 'Erika Muster';
  });

  test('a filter by id tracks only those', async () => {
    const { entries } = await read(`/users/delta?$filter=${encodeURIComponent(`id eq '${erika.id}'`)}`);
    expect(entries.map((one) => one.id)).toEqual([erika.id]);
    expect(await refusal("/users/delta?$filter=displayName eq 'x'")).toEqual([
      400,
      'Request_UnsupportedQuery',
    ]);
  });

  test('a token lives seven days', async () => {
    const { deltaLink } = await read('/users/delta');
    expect(await refusal(`${deltaLink}x`)).toEqual([400, 'BadRequest']);
    tenant.emulator.context.clock.advance(8 * 24 * 60 * 60 * 1000);
    const authorization = `Bearer ${tenant.tokenWith(['User.Read.All'])}`;
    const gone = await tenant.send('GET', deltaLink, { headers: { authorization } });
    expect([gone.status, gone.body.error.code]).toEqual([410, 'syncStateNotFound']);
    expect(gone.headers.get('location')).toContain('/users/delta');
    tenant.emulator.context.clock.reset();
  });
});
