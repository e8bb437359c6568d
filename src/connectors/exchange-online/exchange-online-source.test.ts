import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { wholeOrganization } from '../../../test/contract/contact-source.ts';
import { mapContacts } from '../../core/map.ts';
import { selectContacts } from '../../core/select.ts';
import { testPolicy } from '../../core/test-policy.ts';
import type { ExchangeOnlineSource } from '../../model/policy.ts';
import type { SourceObject } from '../../model/source-object.ts';
import { recipientKind } from './recipient-kinds.ts';
import {
  type EmulatedTenant,
  FULL_RIGHTS,
  MINIMUM_RIGHTS,
  startEmulatedTenant,
} from './testing/emulated-tenant.ts';

const live = new AbortController().signal;
const size = { recipients: 300, mailboxes: 40 };

let tenant: EmulatedTenant;
beforeAll(async () => {
  tenant = await startEmulatedTenant();
});
afterAll(() => tenant.close());

const read = (scope: Partial<ExchangeOnlineSource> = {}, options = {}) =>
  tenant.connect(options).source.read({ ...wholeOrganization, ...scope }, live);
const recipients = () => [...tenant.emulator.organization.recipients.values()];
const membersOf = (displayName: string) =>
  recipients().find((one) => one.displayName === displayName)?.memberIds ?? [];

describe('a whole organization', () => {
  beforeAll(() => tenant.reset(MINIMUM_RIGHTS, size));

  test('with the minimum rights: every recipient with every value, and nothing is missing', async () => {
    const { objects, isComplete, gaps } = await read();
    expect([isComplete, gaps]).toEqual([true, []]);
    expect(objects).toHaveLength(recipients().length);
    const byId = new Map<string, SourceObject>(objects.map((object) => [object.id, object]));
    const filled = (values: readonly (string | undefined)[]) => {
      const kept = values.filter((value) => value !== undefined && value.trim() !== '');
      return kept.length === 0 ? undefined : kept;
    };
    for (const recipient of recipients()) {
      const isDynamic = recipient.recipientTypeDetails === 'DynamicDistributionGroup';
      const object = byId.get(isDynamic ? recipient.exchangeObjectGuid : recipient.id);
      const { person } = recipient;
      expect(object).toMatchObject({
        kind: recipientKind(recipient.recipientTypeDetails),
        isHidden: recipient.hiddenFromAddressLists,
        isGuest: recipient.recipientTypeDetails === 'GuestMailUser',
      });
      expect(object?.attributes.displayName).toEqual(filled([recipient.displayName]));
      expect(object?.attributes.emailAddresses?.[0]).toBe(recipient.primarySmtpAddress);
      expect(object?.attributes.customAttribute1).toEqual(filled([recipient.customAttributes[0]]));
      expect(object?.attributes.businessPhones).toEqual(
        filled([person.phone, ...(person.otherTelephone ?? [])]),
      );
      expect(object?.attributes.homePhones).toEqual(
        filled([person.homePhone, ...(person.otherHomePhone ?? [])]),
      );
      expect(object?.attributes.mobilePhones).toEqual(filled([person.mobilePhone]));
      expect(object?.attributes.pager).toEqual(filled([person.pager]));
      expect(object?.attributes.street).toEqual(filled([person.streetAddress]));
      expect(object?.attributes.notes).toEqual(filled([person.notes]));
      expect(object?.attributes.country).toEqual(filled([person.country]));
      const manager =
        recipient.managerId === undefined
          ? undefined
          : tenant.emulator.organization.recipients.get(recipient.managerId);
      expect(object?.attributes.manager).toEqual(filled([manager?.displayName]));
    }
  });

  test('distribution lists, also dynamic ones, become contacts with name, address and notes, and nothing of a person', async () => {
    const recipientTypes: ExchangeOnlineSource['recipientTypes'] = [
      'distributionGroup',
      'dynamicDistributionGroup',
    ];
    const source = { ...wholeOrganization, recipientTypes };
    const { objects } = await read(source);
    const { selected } = selectContacts(objects, source);
    expect(new Set(selected.map(({ kind }) => kind))).toEqual(new Set(recipientTypes));
    const contacts = mapContacts({ selected }, testPolicy({ source }), {});
    for (const { properties, sourceObjectId: id } of contacts) {
      const group = recipients().find((one) => [one.id, one.exchangeObjectGuid].includes(id));
      expect([properties.displayName, properties.emailAddress1]).toEqual([
        group?.displayName,
        group?.primarySmtpAddress,
      ]);
      const more = Object.entries(properties).filter(([, value]) => value !== '');
      const names = more.map(([name]) => name).filter((name) => !/^(emailAddress[23]|notes)$/.test(name));
      expect(names.sort()).toEqual(['displayName', 'emailAddress1', 'fileAs']);
    }
    expect(contacts.length).toBeGreaterThan(3);
  });

  test('a mailbox that is named by an address is asked for alone, by any of its addresses', async () => {
    const [mailbox] = recipients().filter((one) => one.recipientTypeDetails === 'UserMailbox');
    if (mailbox === undefined) throw new Error('the seed makes mailboxes');
    const { directory } = tenant.connect();
    const readNamed = (...addresses: string[]) =>
      directory.readMailboxes(
        { groups: [], organizationalUnits: [], addresses, exclude: [], types: ['userMailbox'] },
        live,
      );
    // Whoever asks for everybody meets this fault; whoever names one does not.
    await tenant.control.addFault({
      bodyText: '"Get-Mailbox","Parameters":\\{"ResultSize"',
      count: 50,
      action: { kind: 'answer', status: 403 },
    });
    const other = mailbox.emailAddresses.findLast((one) => /^smtp:/i.test(one))?.slice('smtp:'.length) ?? '';
    for (const address of [mailbox.primarySmtpAddress.toUpperCase(), other]) {
      const { mailboxes, isComplete } = await readNamed(address);
      expect([mailboxes.map((one) => one.primarySmtpAddress), isComplete]).toEqual([
        [mailbox.primarySmtpAddress],
        true,
      ]);
    }
    const nobody = "o'nobody@contoso.example";
    expect(await readNamed(nobody)).toMatchObject({ mailboxes: [], notFound: [nobody], isComplete: true });
    await expect(readNamed()).rejects.toThrow();
    await tenant.control.clearFaults();
  });

  test('needs no call per person', async () => {
    await tenant.control.clearRequests();
    await read();
    const asked = (await tenant.control.requests()).filter((one) => one.path.includes('InvokeCommand'));
    expect(asked).toHaveLength(3);
  });

  test('disabled is told of users only: rooms and shared mailboxes always have blocked accounts', async () => {
    const { objects } = await read();
    const blocked = recipients().filter((one) => one.accountEnabled === false);
    expect(blocked.some((one) => one.recipientTypeDetails === 'SharedMailbox')).toBe(true);
    expect(blocked.some((one) => one.recipientTypeDetails === 'UserMailbox')).toBe(true);
    const kinds = new Set(['userMailbox', 'mailUser', 'guestMailUser']);
    const expected = blocked
      .filter((one) => kinds.has(recipientKind(one.recipientTypeDetails)))
      .map((one) => one.id);
    const found = objects.filter((object) => object.isDisabled === true).map((object) => object.id as string);
    expect(found.sort()).toEqual(expected.sort());
  });

  test('all rights read the same contacts: a consent given later must not change them', async () => {
    const small = await read();
    await tenant.control.setRoles(FULL_RIGHTS);
    const full = await read();
    await tenant.control.setRoles(MINIMUM_RIGHTS);
    expect(full.isComplete).toBe(true);
    const byId = (objects: readonly SourceObject[]) => new Map(objects.map((object) => [object.id, object]));
    expect(byId(full.objects)).toEqual(byId(small.objects));
  });
});

describe('groups', () => {
  beforeAll(() => tenant.reset(FULL_RIGHTS, size));
  beforeEach(() => tenant.control.clearFaults());

  test('are found by name, mail address and id', async () => {
    const group = recipients().find((one) => one.displayName === 'All Munich');
    const expected = [...membersOf('All Munich')].sort();
    expect(expected.length).toBeGreaterThan(2);
    for (const name of ['All Munich', 'all-munich@contoso.example', group?.id ?? '']) {
      const { objects, isComplete } = await read({ groups: [name] });
      expect(isComplete).toBe(true);
      expect(objects.map((object) => object.id as string).sort()).toEqual(expected);
    }
  });

  test('a person who bears the name of a group is not taken for it', async () => {
    await tenant.control.addPerson({
      displayName: 'Czech Team',
      alias: 'czechperson',
      recipientTypeDetails: 'MailContact',
    });
    const { objects, isComplete } = await read({ groups: ['czech-team@contoso.example'] });
    expect(isComplete).toBe(true);
    expect(objects.map((object) => object.id as string).sort()).toEqual([...membersOf('Czech Team')].sort());
  });

  test('nested groups and cycles', async () => {
    const { objects } = await read({ groups: ['Snake Head'] });
    const people = new Set([...membersOf('Snake Head'), ...membersOf('Snake Tail')]);
    expect(new Set(objects.map((object) => object.id as string))).toEqual(people);
  });

  test('dynamic distribution groups, also inside another group', async () => {
    const { objects, isComplete } = await read({ groups: ['Germany (dynamic)'] });
    const germans = recipients().filter((one) => one.person.country === 'DE');
    expect(isComplete).toBe(true);
    expect(germans.length).toBeGreaterThan(5);
    expect(new Set(objects.map((object) => object.id as string))).toEqual(
      new Set(germans.map((one) => one.id)),
    );

    const dynamic = recipients().find((one) => one.displayName === 'Germany (dynamic)');
    await tenant.control.changeMembers('Empty Group', { add: [dynamic?.id ?? ''] });
    const nested = await read({ groups: ['Empty Group'] });
    expect(nested.objects).toHaveLength(germans.length + 1);
    await tenant.control.changeMembers('Empty Group', { remove: [dynamic?.id ?? ''] });
  });

  test('Microsoft 365 groups through Graph; without the right they cannot be read, and that is said', async () => {
    const { objects, isComplete } = await read({ groups: ['Project Phoenix'] });
    expect(isComplete).toBe(true);
    expect(objects.map((object) => object.id as string).sort()).toEqual(
      [...membersOf('Project Phoenix')].sort(),
    );

    await tenant.control.setRoles(MINIMUM_RIGHTS);
    const poor = await read({ groups: ['Project Phoenix'] });
    await tenant.control.setRoles(FULL_RIGHTS);
    expect(poor.isComplete).toBe(false);
    expect(poor.gaps.map((gap) => [gap.code, gap.details.permission])).toEqual([
      ['groupUnreadable', 'GroupMember.Read.All'],
    ]);
  });

  test('members that stop half way are incomplete', async () => {
    const link = `${tenant.emulator.url}/adminapi/beta/contoso.onmicrosoft.com/InvokeCommand?$skiptoken=gone`;
    const [someone] = membersOf('All Munich');
    await tenant.control.addFault({
      path: 'skiptoken=gone',
      count: 9,
      action: { kind: 'answer', status: 500 },
    });
    await tenant.control.addFault({
      bodyText: 'Get-DistributionGroupMember',
      action: {
        kind: 'answer',
        status: 200,
        body: {
          value: [{ ExternalDirectoryObjectId: someone, RecipientTypeDetails: 'MailUser' }],
          '@odata.nextLink': link,
        },
      },
    });
    const { objects, isComplete, gaps } = await read({ groups: ['All Munich'] });
    expect(objects.map((object) => object.id)).toEqual([someone]);
    expect([isComplete, gaps.map((gap) => gap.code)]).toEqual([false, ['sourceIncomplete']]);
    // Nothing of what the short row leaves out may be taken for empty.
    expect(objects[0]?.isHidden).toBe('unknown');
    expect(objects[0]?.unknownAttributes).toContain('customAttribute1');
  });
});

describe('address lists', () => {
  beforeAll(() => tenant.reset(MINIMUM_RIGHTS, size));

  test.each(['All Rooms', '\\All Rooms', 'all rooms'])('"%s" by name or path', async (list) => {
    const { objects, isComplete } = await read({ addressLists: [list] });
    expect(isComplete).toBe(true);
    expect(objects.length).toBeGreaterThan(0);
    expect(new Set(objects.map((object) => object.kind))).toEqual(new Set(['roomMailbox']));
  });

  test('a list nobody is in may be misspelled, so the reading is incomplete', async () => {
    const { objects, isComplete, gaps } = await read({ addressLists: ['All Rooms', 'Al Users'] });
    expect(objects.length).toBeGreaterThan(0);
    expect(isComplete).toBe(false);
    expect(gaps.map((gap) => [gap.code, gap.details.addressList])).toEqual([['groupNotFound', 'Al Users']]);
  });

  test('together with groups and a filter: whoever is in any of them, once', async () => {
    const { objects } = await read({
      addressLists: ['All Rooms'],
      groups: ['Czech Team'],
      recipientFilter: "RecipientTypeDetails -eq 'EquipmentMailbox'",
    });
    const rooms = recipients().filter((one) =>
      ['RoomMailbox', 'EquipmentMailbox'].includes(one.recipientTypeDetails),
    );
    const expected = new Set([...rooms.map((one) => one.id), ...membersOf('Czech Team')]);
    expect(objects).toHaveLength(expected.size);
    expect(new Set(objects.map((object) => object.id as string))).toEqual(expected);
  });
});

describe('trouble half way', () => {
  beforeEach(() => tenant.reset(FULL_RIGHTS, size));

  test('recipients that stop after a page are incomplete, never a shorter complete list', async () => {
    await tenant.reset(MINIMUM_RIGHTS, { recipients: 1_500, mailboxes: 3 });
    await tenant.control.addFault({ path: 'skiptoken', count: 50, action: { kind: 'answer', status: 500 } });
    const { objects, isComplete, gaps } = await read();
    expect([objects.length, isComplete]).toEqual([1_000, false]);
    expect(gaps[0]).toMatchObject({
      code: 'sourceIncomplete',
      details: { step: 'Get-Recipient', read: 1_000 },
    });
  });

  test('without Get-Contact the person fields of mail contacts are unknown, not empty', async () => {
    await tenant.control.setRoles(MINIMUM_RIGHTS);
    await tenant.control.addFault({
      bodyText: 'Get-Contact',
      count: 50,
      action: { kind: 'answer', status: 403 },
    });
    const { objects, isComplete } = await read();
    expect(isComplete).toBe(false);
    const contact = objects.find((object) => object.kind === 'mailContact');
    expect(contact?.unknownAttributes).toEqual(
      expect.arrayContaining(['mobilePhones', 'street', 'pager', 'businessPhones']),
    );
    const user = objects.find((object) => object.kind === 'userMailbox');
    expect(user?.unknownAttributes).toEqual(['employeeId']);
  });

  test('without Get-User nobody is taken for enabled, unless Graph says so', async () => {
    await tenant.control.addFault({
      bodyText: 'Get-User',
      count: 50,
      action: { kind: 'answer', status: 403 },
    });
    const users = (objects: readonly SourceObject[]) =>
      objects.filter((object) => object.kind === 'userMailbox');
    const withGraph = await read();
    expect(withGraph.isComplete).toBe(false);
    expect(new Set(users(withGraph.objects).map((object) => object.isDisabled))).toEqual(
      new Set([true, false]),
    );
    await tenant.control.setRoles(MINIMUM_RIGHTS);
    const without = await read();
    expect(new Set(users(without.objects).map((object) => object.isDisabled))).toEqual(new Set(['unknown']));
  });

  test('a Graph that fails leaves unknown what it might have filled', async () => {
    await tenant.control.addFault({
      face: 'graph',
      path: '/users',
      count: 50,
      action: { kind: 'answer', status: 500 },
    });
    const { objects, isComplete, gaps } = await read();
    expect(isComplete).toBe(false);
    expect(gaps[0]?.details.step).toBe('Graph /users');
    const bare = objects.find(
      (object) => object.kind === 'userMailbox' && object.attributes.mobilePhones === undefined,
    );
    expect(bare?.unknownAttributes).toContain('mobilePhones');
  });
});

describe('without the admin REST', () => {
  beforeEach(() => tenant.reset(FULL_RIGHTS, size));
  const nowhere = { exchange: 'https://127.0.0.1:9' };

  test('Graph takes over when it is not reachable; the reading is incomplete and says why', async () => {
    const { objects, isComplete, gaps } = await read({}, nowhere);
    expect(objects.length).toBeGreaterThan(200);
    expect(isComplete).toBe(false);
    expect(gaps[0]).toMatchObject({ code: 'exchangeOnlineConnection', details: { host: '127.0.0.1:9' } });
    expect(gaps[1]?.details.reason).toBe('graphOnly');
    for (const object of objects) expect(object.isHidden).toBe('unknown');
    const contact = objects.find((object) => object.kind === 'mailContact');
    expect(contact?.unknownAttributes).toContain('customAttribute1');
    const user = objects.find((object) => object.kind === 'userMailbox');
    expect(user?.unknownAttributes).not.toContain('customAttribute1');
  });

  test('ids are the ones of the full reading', async () => {
    const full = new Set((await read()).objects.map((object) => object.id));
    const degraded = (await read({}, { useExchangeAdminApi: false })).objects;
    expect(degraded.filter((object) => !full.has(object.id))).toEqual([]);
  });

  test('without the rights for Graph the first failure is the one that is told', async () => {
    await tenant.control.setRoles(MINIMUM_RIGHTS);
    await expect(read({}, nowhere)).rejects.toMatchObject({ code: 'exchangeOnlineConnection' });
    await expect(read({}, { useExchangeAdminApi: false })).rejects.toMatchObject({
      code: 'consentMissing',
      details: { permission: 'User.Read.All' },
    });
  });

  test('a refusal is no reason to read less: a missing role is an error', async () => {
    await tenant.control.setRoles({ ...FULL_RIGHTS, directoryRoles: [] });
    await expect(read()).rejects.toMatchObject({ code: 'exchangeRoleMissing' });
  });

  test('a dynamic group is not in Graph, so the reading says that it is missing', async () => {
    const { objects, gaps } = await read({ groups: ['Germany (dynamic)'] }, { useExchangeAdminApi: false });
    expect(objects).toEqual([]);
    expect(gaps.map((gap) => gap.code)).toContain('groupNotFound');
  });

  test('mailboxes: only those an earlier reading named, otherwise refused', async () => {
    const { directory } = tenant.connect({ useExchangeAdminApi: false });
    const scope = {
      groups: [],
      organizationalUnits: [],
      addresses: [],
      exclude: [],
      types: ['userMailbox' as const],
    };
    await expect(directory.readMailboxes(scope, live)).rejects.toMatchObject({
      code: 'mailboxListIncomplete',
      details: { reason: 'mailboxIdsUnknown' },
    });
  });
});

describe('probe', () => {
  const probe = (options = {}) => tenant.connect(options).source.probe(live);
  const failed = (steps: Awaited<ReturnType<typeof probe>>) =>
    steps.filter((step) => !step.ok).map((step) => [step.name, step.failure?.number]);

  test('everything works, and says what is not granted', async () => {
    await tenant.reset(MINIMUM_RIGHTS);
    const steps = await probe();
    expect(failed(steps)).toEqual([]);
    expect(steps.map((step) => step.name)).toContain('Exchange Online: Get-Mailbox');
    const notes = steps.map((step) => step.note ?? '').join(' ');
    expect(notes).toContain('Not granted: User.Read.All');
    await tenant.control.setRoles({
      ...FULL_RIGHTS,
      graphRoles: [...FULL_RIGHTS.graphRoles, 'Sites.FullControl.All'],
    });
    const more = await probe();
    expect(more.map((step) => step.name)).toContain('Microsoft Graph: users');
    expect(more.map((step) => step.note ?? '').join(' ')).toContain(
      'Granted and not needed: Sites.FullControl.All.',
    );
  });

  const contactStep = 'Microsoft Graph: contact folders of a mailbox';
  const opened = async () =>
    (await tenant.control.requests()).filter((one) => one.path.includes('/contactFolders'));

  test.each([[true], [false]])(
    'consent for contacts that is missing is tried and named (admin REST: %s)',
    async (useExchangeAdminApi) => {
      await tenant.reset({ ...FULL_RIGHTS, graphRoles: ['Mail.Send', 'User.Read.All'] });
      const steps = await probe({ useExchangeAdminApi });
      expect(failed(steps)).toEqual([[contactStep, 12030]]);
      const failure = steps.find((step) => step.name === contactStep)?.failure;
      expect(failure?.details).toMatchObject({ permission: 'Contacts.ReadWrite' });
      expect(await opened()).not.toEqual([]);
    },
  );

  test('contacts scoped by RBAC are no failure: one mailbox of a few opens', async () => {
    await tenant.reset({ ...FULL_RIGHTS, graphRoles: ['User.Read.All'] }, { recipients: 6, mailboxes: 4 });
    const inScope = { kind: 'answer', status: 200, body: { value: [] } } as const;
    await tenant.control.addFault({ path: '/contactFolders', action: { kind: 'access-denied' } });
    await tenant.control.addFault({ path: '/contactFolders', action: inScope });
    const steps = await probe();
    expect(failed(steps)).toEqual([]);
    const notes = steps.map((step) => step.note ?? '').join(' ');
    expect(notes).toContain('RBAC for Applications grants it');
    expect(notes).toContain('Mail.Send is not granted tenant-wide');
    expect(await opened()).toHaveLength(2);
  });

  test('the mailbox of the environment is tried first', async () => {
    await tenant.reset({ ...FULL_RIGHTS, graphRoles: ['Mail.Send'] });
    await probe({ mailbox: 'reports@contoso.example' });
    expect(decodeURIComponent((await opened())[0]?.path ?? '')).toContain('/users/reports@contoso.example/');
  });

  test('a right to read contacts opens mailboxes and is still not enough', async () => {
    await tenant.reset({ ...FULL_RIGHTS, graphRoles: ['Mail.Send', 'Contacts.Read'] });
    expect(failed(await probe())).toEqual([[contactStep, 12030]]);
  });

  test('no mailbox is opened when the token names the right', async () => {
    await tenant.reset(FULL_RIGHTS);
    expect(failed(await probe())).toEqual([]);
    expect(await opened()).toEqual([]);
  });

  test.each([
    ['consent', { exchangeRoles: [] }, [['Exchange Online: permissions', 12030]]],
    ['role', { directoryRoles: [] }, [['Exchange Online: Get-OrganizationConfig', 12031]]],
  ])('names a missing %s', async (_name, roles, expected) => {
    await tenant.reset({ ...FULL_RIGHTS, ...roles });
    expect(failed(await probe())).toEqual(expected);
  });

  test('a sign-in that is refused is tried once and named for both services', async () => {
    await tenant.reset(FULL_RIGHTS);
    await tenant.control.removeCertificates();
    await tenant.control.clearRequests();
    expect(failed(await probe())).toEqual([
      ['Exchange Online: sign-in', 12022],
      ['Microsoft Graph: sign-in', 12022],
    ]);
    const tokens = (await tenant.control.requests()).filter((one) => one.path.includes('/oauth2/v2.0/token'));
    expect(tokens).toHaveLength(1);
  });
});
