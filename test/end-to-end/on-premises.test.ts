// The way of an administrator with Active Directory and Exchange Server, through the command line: from nothing to
// filled mailboxes, changes and leavers in the directory, rollback, clean-up; then what can go wrong on that way.

import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type {
  CountView,
  EnvironmentView,
  ExchangeSearchView,
  ExplainView,
  MailboxPlanView,
  PolicyView,
  RunView,
} from '@contactsync/contract';
import { seededApp } from '@contactsync/emulator';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { needs, titleWith } from '../needs.ts';
import type { RunAnswer } from './installation.ts';
import { EXCHANGE_ACCOUNT, FOLDER, OnPremisesInstallation, type Person } from './on-premises-installation.ts';

const samba = needs.samba();
const PEOPLE = 'OU=People,OU=Company,DC=corp,DC=example,DC=test';
const BERLIN = `OU=Berlin,${PEOPLE}`;
const GROUPS = 'OU=Groups,OU=Company,DC=corp,DC=example,DC=test';
/** Members of members count. */
const memberOf = (group: string) => `(memberOf:1.2.840.113556.1.4.1941:=CN=${group},${GROUPS})`;
const TO_COPY = 'Verteiler 10';
const TO_FILL = 'Verteiler 2';

describe.runIf(samba.available)(titleWith(samba, 'on-premises, from the command line'), () => {
  let company: OnPremisesInstallation;
  beforeAll(async () => {
    company = await OnPremisesInstallation.start();
  });
  afterAll(() => company.close());

  const run = (...more: string[]) => company.json<RunAnswer>(['run', 'All staff', ...more]);

  /** Who ought to be in a mailbox, as the directory has it now. */
  async function expected(owner: string): Promise<ReadonlyMap<string, Person>> {
    const both = [
      ...(await company.copied(BERLIN)),
      ...(await company.copied(company.controller.baseDn, memberOf(TO_COPY))),
    ];
    return new Map(both.filter(({ address }) => address !== owner).map((one) => [one.address, one]));
  }

  async function expectMailbox(owner: string): Promise<void> {
    const wanted = [...(await expected(owner)).values()].map((person) => ({ ...person, dn: '' }));
    const found = [...(await company.contacts(owner)).values()];
    const byAddress = (a: Person, b: Person) => (a.address < b.address ? -1 : 1);
    expect(found.sort(byAddress)).toEqual(wanted.sort(byAddress));
  }

  /** Whether commands work as processes is proved by then. */
  const callCommands = () => {
    company.box.commands = 'called';
  };

  /** Of the mailboxes that the policy fills. */
  let owners: readonly string[] = [];
  let first = '';

  describe('from nothing to filled mailboxes', () => {
    it('writes an environment file that is valid as it is, and says that the password is missing', async () => {
      const file = company.box.path('head-office-template.yaml');
      const made = await company.run([
        ...['environment', 'new', 'head-office', '--domain', 'corp.example.test'],
        ...['--account', company.controller.reader.name, '--mailbox', company.controller.reader.name],
        ...['--output', file],
      ]);
      expect(made).toMatchObject({ exitCode: 0, errors: '' });
      await company.json(['environment', 'apply', file]);
      const { name, failure } = await company.failedStep(2);
      expect(name).toBe('Password');
      expect(failure).toMatchObject({ number: 10045, details: { for: 'activeDirectory' } });
      expect(failure.remedy).toContain('environment set-password');
    });

    it('takes the password from a file, and finds everything in reach', async () => {
      const file = company.box.write(
        'head-office.yaml',
        company.edited(readFileSync(company.box.path('head-office-template.yaml'), 'utf8'), company.usual),
      );
      await company.json(['environment', 'apply', file]);
      await company.json([
        ...['environment', 'set-password', 'head-office', '--password-file'],
        company.box.path('password.txt'),
      ]);
      const { exitCode, output } = await company.run([
        ...['environment', 'test', 'head-office', '--send-test-mail', company.controller.reader.name],
      ]);
      expect(exitCode, output).toBe(0);
      expect(output.match(/^✓/gm)).toHaveLength(10);
      expect(output).toContain('by impersonation');
      expect(await company.box.control.receivedMessages(company.controller.reader.name)).toMatchObject([
        { from: company.controller.reader.name, subject: expect.stringContaining('"head-office"') },
      ]);
      // The mail is the last thing written before the first run.
      await company.box.control.clearRequests();
      expect((await company.run(['environment', 'list'])).output).toContain('password (activeDirectory)');
    });

    it('counts what a policy with units and groups would fill', async () => {
      const { output } = await company.run([
        ...['policy', 'new', 'All staff', '--environment', 'head-office'],
      ]);
      const text = output
        .replace('organizationalUnits: []\n  #   - dn:', `organizationalUnits:\n    - dn: '${BERLIN}'\n  #`)
        .replace('groups: []', 'groups: [g00010@example.test]')
        .replace(/(mailboxes:[\s\S]*?)groups: \[\]/, '$1groups: [g00002@example.test]');
      await company.json(['policy', 'apply', company.box.write('all-staff.yaml', text)]);
      const { policy } = await company.json<PolicyView>(['policy', 'show', 'All staff']);
      expect(policy.source).toMatchObject({
        type: 'activeDirectory',
        organizationalUnits: [{ dn: BERLIN, includeChildren: true }],
        groups: ['g00010@example.test'],
      });

      const counted = await company.json<CountView>(['count', 'All staff']);
      owners = counted.targets.map(({ primarySmtpAddress }) => primarySmtpAddress).sort();
      const members = await company.people(
        company.controller.baseDn,
        `(&(msExchRecipientTypeDetails=1)${memberOf(TO_FILL)})`,
      );
      const skipped = counted.skipped.map(({ primarySmtpAddress }) => primarySmtpAddress);
      expect([...owners, ...skipped].sort()).toEqual(members.map(({ address }) => address).sort());
      first = owners[0] ?? '';
      expect(owners.length).toBeGreaterThan(5);
    });

    it('shows a plan and writes nothing', async () => {
      const answer = await company.json<RunAnswer & { plans: MailboxPlanView[] }>([
        ...['run', 'All staff', '--test'],
      ]);
      const size = (await expected(first)).size;
      const plan = answer.plans.find(({ primarySmtpAddress }) => primarySmtpAddress === first);
      expect(plan?.changes).toHaveLength(size);
      expect(await company.writes()).toBe(0);
    });

    it('fills every mailbox with what stands in the directory, and touches nothing else', async () => {
      await company.box.control.createContact(first, { properties: { displayName: 'Dentist' } });
      const { report } = await run();
      expect(report.run.state).toBe('finished');
      expect(report.failures).toEqual([]);
      for (const owner of owners) await expectMailbox(owner);
      const { items } = await company.box.control.mailbox(first);
      expect(items.filter(({ madeByHand }) => madeByHand)).toHaveLength(1);
      const all = await company.box.control.people('UserMailbox');
      const outside = all.find(({ primarySmtpAddress }) => !owners.includes(primarySmtpAddress));
      expect((await company.contacts(outside?.primarySmtpAddress ?? '')).size).toBe(0);
    });

    it('writes nothing when nothing changed, however it signs in', async () => {
      for (const extendedProtection of ['none', 'require'] as const) {
        await company.box.control.setSignIn({ extendedProtection });
        await company.box.control.clearRequests();
        const { report } = await run();
        expect(report.planned).toMatchObject({ create: 0, update: 0, delete: 0 });
        expect(await company.writes()).toBe(0);
      }
      await company.box.control.setSignIn({});
    });
  });

  describe('life in the directory', () => {
    beforeAll(callCommands);
    let changing: RunView | undefined;
    let before: ReadonlyMap<string, Person>;
    let leaver: Person | undefined;

    it('carries changes, a leaver and a newcomer over', async () => {
      before = await company.contacts(first);
      const people = [...(await expected(first)).values()].filter(({ dn }) => dn.endsWith(BERLIN));
      const promoted = people.find(({ address }) => address.startsWith('u0') && !owners.includes(address));
      leaver = people.findLast(({ address }) => address.startsWith('u0') && !owners.includes(address));
      const { administrator } = company;
      await administrator.change(promoted?.dn ?? '', { title: 'Chief Süß', department: 'Board' });
      await administrator.remove(leaver?.dn ?? '');
      const newcomer = await administrator.addRecipient({
        kind: 'mailContact',
        displayName: 'Nora Neu',
        address: 'nora.neu@partner.example.net',
      });
      const dn = await administrator.nameOf(newcomer);
      await administrator.move(dn, `CN=Nora Neu,${BERLIN}`);

      const { report } = await run();
      expect(report.run.state).toBe('finished');
      expect(report.applied).toMatchObject({
        created: owners.length,
        updated: owners.length,
        deleted: owners.length,
      });
      changing = report.run;
      for (const owner of owners) await expectMailbox(owner);
      expect((await company.contacts(first)).get(promoted?.address ?? '')?.jobTitle).toBe('Chief Süß');
    });

    it('says why somebody is there, and why not', async () => {
      const ask = (contact: string) =>
        company.json<ExplainView>(['explain', 'All staff', '--mailbox', first, '--contact', contact]);
      expect((await ask('Nora Neu')).answer).toBe(`Nora Neu is in ${first} and up to date.`);
      expect((await ask(leaver?.address ?? '')).answer).toContain('is not in');
    });

    it('takes the last run back, and does it again', async () => {
      const undone = await company.json<RunAnswer>(['rollback', changing?.id ?? '']);
      expect(undone.run).toMatchObject({ kind: 'rollback', state: 'finished' });
      const sorted = (of: ReadonlyMap<string, Person>) =>
        [...of.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
      expect(sorted(await company.contacts(first))).toEqual(sorted(before));
      await run();
      for (const owner of owners) await expectMailbox(owner);
    });
  });

  it('copies the contacts of a shared mailbox', async () => {
    const { control } = company.box;
    const [shared] = await company.people(company.controller.baseDn, '(msExchRecipientTypeDetails=4)');
    const source = shared?.address ?? '';
    await control.addPerson({
      recipientTypeDetails: 'SharedMailbox',
      displayName: 'Customers',
      alias: 'customers',
      primarySmtpAddress: source,
    });
    const { id: folder } = await control.createFolder(source, 'North/South');
    const customer = (displayName: string, itemClass = 'IPM.Contact') =>
      control.createContact(source, { folder, properties: { displayName }, itemClass });
    const anna = await customer('Anna Kern');
    const bruno = await customer('Bruno Maß');
    await customer('All customers', 'IPM.DistList');
    const { output } = await company.run([
      ...['policy', 'new', 'Customers', '--environment', 'head-office', '--source', 'sharedMailbox'],
      ...['--mailbox', source],
    ]);
    const text = output
      .replace('folders: []', 'folders: [{ path: [North/South] }]')
      .replace('addresses: []', `addresses: [${first}]`)
      .replace('name: Company Contacts', 'name: Customers');
    await company.json(['policy', 'apply', company.box.write('customers.yaml', text)]);
    const copy = () => company.json<RunAnswer>(['run', 'Customers']);
    const filled = await copy();
    expect(filled.report).toMatchObject({
      run: { state: 'finished' },
      source: { excluded: { contactList: 1 } },
      applied: { created: 2 },
      failures: [],
    });

    await control.clearRequests();
    expect((await copy()).report.planned).toMatchObject({ create: 0, update: 0, delete: 0 });
    const asked = (await control.requests(200_000)).flatMap(({ operation = '' }) => operation);
    expect(asked.filter((operation) => operation === 'GetItem')).toEqual([]);

    await control.editContact(source, anna.id, { jobTitle: 'Owner' });
    await control.deleteContact(source, bruno.id);
    expect((await copy()).report.applied).toMatchObject({ updated: 1, deleted: 1 });
    const { items } = await control.mailbox(first);
    const copies = items.filter(({ folderPath }) => folderPath === 'Contacts/Customers');
    expect(copies.map(({ properties }) => [properties['displayName'], properties['jobTitle']])).toEqual([
      ['Anna Kern', 'Owner'],
    ]);
    await company.removePolicy('Customers');
  });

  /** The photo line of a run, and how often the server was asked for one. */
  async function copyPhotos() {
    await company.box.control.clearRequests();
    const { report } = await company.json<RunAnswer>(['run', 'Faces']);
    const asked = (await company.box.control.requests(200_000)).filter(
      ({ operation }) => operation === 'GetUserPhoto',
    );
    return { state: report.run.state, photos: report.photos, requests: asked.length };
  }

  it('copies the photo in a mailbox, which is larger than that in the directory', async () => {
    const [person = '', target = ''] = owners;
    const picture = sharp({ create: { width: 360, height: 360, channels: 3, background: '#103090' } });
    await company.box.control.setMailboxPhoto(person, await picture.jpeg().toBuffer());
    const text = `kind: policy
version: 1
id: 0b5e0c11-7d1a-4c55-9a53-6f1d3f1f0f77
name: Faces
environment: head-office
source: { type: activeDirectory, ldapFilter: '(mail=${person})' }
mailboxes: { addresses: ['${target}'] }
folder: { name: Faces }
contact: { photo: true }
`;
    await company.json(['policy', 'apply', company.box.write('faces.yaml', text)]);
    expect(await copyPhotos()).toMatchObject({
      state: 'finished',
      photos: { people: 1, written: 1, failures: [] },
      requests: 2,
    });
    const { items } = await company.box.control.mailbox(target);
    const contact = items.find(({ folderPath }) => folderPath === 'Contacts/Faces');
    const shown = await company.box.control.contactPhoto(target, contact?.id ?? '');
    expect((await sharp(shown ?? Buffer.alloc(0)).metadata()).width).toBe(240);
    expect(await copyPhotos()).toMatchObject({ photos: { people: 1, written: 0 }, requests: 1 });
  });

  describe('ways to the servers', () => {
    afterAll(() => company.environmentWith({}));

    it('finds Exchange through the connection point in Active Directory', async () => {
      const point = await company.administrator.client.search(
        `CN=Configuration,${company.controller.baseDn}`,
        {
          filter: '(&(objectClass=serviceConnectionPoint)(cn=EX1))',
          attributes: ['cn'],
        },
      );
      await company.administrator.change(point.searchEntries[0]?.dn ?? '', {
        serviceBindingInformation: `${company.box.emulator.url}/Autodiscover/Autodiscover.xml`,
      });
      await company.environmentWith({ url: '' });
      const { ewsUrl } = company.box.emulator;
      const { exitCode, output } = await company.run(['environment', 'test', 'head-office']);
      expect(exitCode, output).toBe(0);
      expect(output).toContain(ewsUrl);
      expect(output).toContain('connection points found');
      expect((await run()).report.planned).toMatchObject({ create: 0, update: 0, delete: 0 });

      const search = await company.json<ExchangeSearchView>([
        ...['environment', 'search', 'head-office', '--save'],
      ]);
      expect(search).toMatchObject({ ewsUrl, saved: { keepsPasswords: true } });
      expect(search.serverVersion).toMatch(/^15\./);
      expect(search.steps.map(({ kind }) => kind)).toContain('leadsOn');
      const { environment } = await company.json<EnvironmentView>(['environment', 'show', 'head-office']);
      expect(environment).toMatchObject({ onPremises: { exchangeWebServices: { url: ewsUrl } } });
      expect((await run()).report.planned).toMatchObject({ create: 0, update: 0, delete: 0 });
    });

    it('signs in at Exchange as an application with a certificate, and sends it no password', async () => {
      const { control, emulator } = company.box;
      const { initialDomain } = await control.organization();
      const issuer = `tenant: ${initialDomain}, login: '${emulator.url}', applicationId: ${seededApp.clientId}`;
      const oauth = (more = '') => ({ authentication: `oauth\n    oauth: { ${issuer}${more} }` });
      await company.environmentWith(oauth());
      expect((await company.failedStep(2)).failure).toMatchObject({ number: 10042 });

      const { thumbprint, file } = await company.json<{ thumbprint: string; file: string }>([
        ...['certificate', 'create', '--environment', 'head-office'],
      ]);
      await control.registerCertificate(String(new X509Certificate(readFileSync(file))));
      expect((await company.failedStep(2)).failure).toMatchObject({
        number: 12030,
        details: { permission: ['full_access_as_app'] },
      });

      await control.setRoles({ exchangeRoles: ['full_access_as_app'] });
      const { reader } = company.controller;
      const { signIns } = await control.account(reader.name);
      const { exitCode, output } = await company.run(['environment', 'test', 'head-office']);
      expect(exitCode, output).toBe(0);
      expect(output.match(/^✓/gm)).toHaveLength(9);
      expect((await run()).report.planned).toMatchObject({ create: 0, update: 0, delete: 0 });
      expect(await copyPhotos()).toMatchObject({ photos: { people: 1, failures: [] }, requests: 1 });
      await company.removePolicy('Faces');
      expect((await control.account(reader.name)).signIns).toBe(signIns);
      expect((await company.run(['environment', 'list'])).output).toContain(
        `password (activeDirectory); certificate ${thumbprint.slice(0, 12)}`,
      );

      // Whoever may edit the environment does not get a token for something else with the certificate.
      await company.environmentWith(oauth(", resource: 'https://mail.contoso.example/'"));
      expect((await company.failedStep(2)).failure).toMatchObject({ number: 10042 });
      await company.json(['environment', 'set-certificate', 'head-office', thumbprint]);
      expect((await company.failedStep(2)).failure).toMatchObject({
        number: 13024,
        details: { audience: 'https://mail.contoso.example/' },
      });
    });

    it('signs in at Exchange with another account, and by Basic', async () => {
      await company.environmentWith({
        authentication: `basic\n    account: 'CONTOSO\\svc-contactsync'`,
      });
      const { failure } = await company.failedStep(2);
      expect(failure).toMatchObject({ number: 10045, details: { for: 'exchange' } });
      const { exitCode, errors } = await company.run(
        ['environment', 'set-password', 'head-office', '--for', 'exchange'],
        { CONTACTSYNC_PASSWORD: company.box.emulator.serviceAccount.password },
      );
      expect(exitCode, errors).toBe(0);
      // This account has no mailbox of its own.
      const probe = await company.run(['environment', 'test', 'head-office']);
      expect(probe.exitCode, probe.output).toBe(0);
      expect(probe.output).toContain('own mailbox  not opened (15011)');
      expect((await run()).report.planned).toMatchObject({ create: 0, update: 0, delete: 0 });
      expect((await company.box.control.account(EXCHANGE_ACCOUNT)).signIns).toBeGreaterThan(0);
    });

    it('speaks StartTLS, and LDAP without encryption only with a warning', async () => {
      await company.environmentWith({ encryption: 'startTls' });
      expect((await run()).report.run.state).toBe('finished');
      await company.environmentWith({ encryption: 'none' });
      expect(await company.failedStep(2)).toMatchObject({ failure: { number: 11015 } });
      const text = readFileSync(company.box.path('head-office.yaml'), 'utf8');
      const file = company.box.write(
        'plain.yaml',
        text.replace('encryption: none', 'encryption: none\n    allowPlainLdap: true'),
      );
      const { output } = await company.run(['environment', 'apply', file]);
      expect(output).toContain('crosses the network readable');
      expect((await run('--test')).report.run.state).toBe('finished');
    });
  });

  describe('what can go wrong', () => {
    beforeAll(() => company.environmentWith({}));
    afterEach(async () => {
      await company.box.control.clearEwsFaults();
      await company.box.control.changeAccount(company.controller.reader.name, { impersonates: 'everybody' });
    });

    it('a wrong password is tried once at the domain controller, and never at Exchange', async () => {
      await company.environmentWith({}, 'wrong');
      const before = {
        directory: await company.wrongPasswordsAtDirectory(),
        exchange: await company.wrongPasswordsAtExchange(),
      };
      await company.box.control.clearRequests();
      const { report } = await company.json<RunAnswer>(['run', 'All staff'], 2);
      expect(report.failures[0]?.failure).toMatchObject({ number: 11020, details: { data: '52e' } });
      expect(await company.wrongPasswordsAtDirectory()).toBe(before.directory + 1);
      expect((await company.failedStep(2)).failure.number).toBe(11020);
      expect(await company.wrongPasswordsAtDirectory()).toBe(before.directory + 2);
      const { failure } = await company.json<ExchangeSearchView>(['environment', 'search', 'head-office'], 2);
      expect(failure?.number).toBe(11020);
      expect(await company.wrongPasswordsAtDirectory()).toBe(before.directory + 3);
      expect(await company.wrongPasswordsAtExchange()).toBe(before.exchange);
      expect((await company.box.control.requests()).filter(({ face }) => face === 'ews')).toEqual([]);
    });

    it('a wrong password of the account at Exchange is tried once, also where Autodiscover asks', async () => {
      for (const url of [company.box.emulator.ewsUrl, '']) {
        await company.environmentWith({
          url,
          authentication: `ntlm\n    account: '${EXCHANGE_ACCOUNT}'`,
        });
        await company.run(['environment', 'set-password', 'head-office', '--for', 'exchange'], {
          CONTACTSYNC_PASSWORD: 'wrong',
        });
        const before = await company.wrongPasswordsAtExchange(EXCHANGE_ACCOUNT);
        const { report } = await company.json<RunAnswer>(['run', 'All staff'], 2);
        expect(report.failures[0]?.failure).toMatchObject({ number: 13020 });
        expect(await company.wrongPasswordsAtExchange(EXCHANGE_ACCOUNT)).toBe(before + 1);
      }
    });

    it.each([
      ['the certificate of the domain controller', 'exchange-ca.pem', 11013],
      ['the certificate of Exchange', 'directory-ca.pem', 13013],
    ])('%s is not trusted', async (_, caFile, number) => {
      await company.environmentWith({ additionalCaFile: company.box.path(caFile) });
      const { failure } = await company.failedStep(4);
      expect(failure).toMatchObject({ number, details: { reason: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' } });
      expect(failure.remedy).toContain('additional CA');
      expect(failure.remedy).toContain('The password was not sent.');
    });

    it('LDAPS is refused where the port speaks LDAP', async () => {
      await company.environmentWith({ servers: `['${company.controller.address}:389']` });
      const { failure } = await company.failedStep(4);
      expect(failure.number).toBe(11011);
      expect(failure.remedy).toContain('StartTLS');
    });

    it('the host of the URL does not exist', async () => {
      await company.environmentWith({ url: 'https://mail.contoso.invalid/EWS/Exchange.asmx' });
      expect((await company.failedStep(4)).failure).toMatchObject({
        number: 13010,
        details: { host: 'mail.contoso.invalid', reason: 'ENOTFOUND' },
      });
    });

    it('the URL leads elsewhere, and to a sign-in page', async () => {
      await company.environmentWith({ url: `${company.box.emulator.url}/owa/` });
      expect((await company.failedStep(2)).failure.number).toBe(13011);
      await company.environmentWith({});
      await company.box.control.addEwsFault({ count: 'unlimited', action: { kind: 'sign-in-page' } });
      const { failure } = await company.failedStep(2);
      expect(failure.number).toBe(13011);
      expect(failure.causes.join()).toContain('reverse proxy');
    });

    it('the role ApplicationImpersonation is missing', async () => {
      const { reader } = company.controller;
      await company.box.control.changeAccount(reader.name, { impersonates: 'nobody' });
      const { name, failure } = await company.failedStep(2);
      expect(name).toContain('impersonation');
      expect(failure.number).toBe(13030);
      expect(failure.remedy).toContain('New-ManagementRoleAssignment');
      expect(failure.remedy).toContain('ApplicationImpersonation');
      expect(failure.details).toMatchObject({ right: 'ApplicationImpersonation', account: reader.name });
      expect(failure.details['cmdlet']).toContain(`-User '${reader.name}'`);
      const { report } = await company.json<RunAnswer>(['run', 'All staff'], 2);
      expect(report.failures[0]?.failure.number).toBe(15016);
    });

    it('a mailbox outside of the scope of the role fails alone', async () => {
      const { reader } = company.controller;
      const outside = owners.at(-1) ?? '';
      await company.box.control.addPerson({
        alias: 'scope',
        displayName: 'Scope',
        recipientTypeDetails: 'MailUniversalSecurityGroup',
        members: owners.filter((owner) => owner !== outside),
      });
      await company.box.control.changeAccount(reader.name, { impersonates: { membersOf: 'scope' } });
      const { report } = await company.json<RunAnswer>(['run', 'All staff'], 1);
      expect(report.perMailbox.filter(({ state }) => state === 'failed')).toMatchObject([
        { primarySmtpAddress: outside, failures: [{ number: 13030 }] },
      ]);
    });

    it('an LDAP filter with a mistake is refused with its position, when it is saved', async () => {
      const text = readFileSync(company.box.path('all-staff.yaml'), 'utf8');
      const filter = "  ldapFilter: '(&(department=Sales)(l=Berlin'\n";
      const inSource = company.box.write('bad.yaml', text.replace('source:\n', `source:\n${filter}`));
      expect(await company.box.failure(['policy', 'apply', inSource])).toMatchObject({
        number: 10031,
        exitCode: 2,
        details: { place: 'source.ldapFilter', position: 30, expected: '")"' },
      });
      const inMailboxes = company.box.write(
        'bad.yaml',
        text.replace('mailboxes:\n', `mailboxes:\n${filter}`),
      );
      expect(await company.box.failure(['policy', 'validate', inMailboxes])).toMatchObject({
        details: { place: 'mailboxes.ldapFilter' },
      });
    });

    it('a policy of the other scenario is refused', async () => {
      const { output } = await company.run([
        ...['policy', 'new', 'Other', '--environment', 'head-office', '--source', 'exchangeOnline'],
      ]);
      const file = company.box.write('other.yaml', output);
      expect(await company.box.failure(['policy', 'apply', file])).toMatchObject({
        number: 10044,
        exitCode: 2,
        details: { scenario: 'onPremises', source: 'exchangeOnline' },
      });
      expect(
        await company.box.failure(['environment', 'set-certificate', 'head-office', 'ABCDEF']),
      ).toMatchObject({ number: 10044, exitCode: 2 });
    });

    it('another server does not get the password, not even after going back', async () => {
      const text = readFileSync(company.box.path('head-office.yaml'), 'utf8');
      const moved = text.replace(company.controller.address, 'dc9.corp.example.test');
      const { output } = await company.run(['environment', 'apply', company.box.write('moved.yaml', moved)]);
      expect(output).toContain('the stored passwords are discarded');
      expect((await company.failedStep(2)).failure.number).toBe(10045);
      await company.json(['environment', 'apply', company.box.path('head-office.yaml')]);
      expect(await company.box.failure(['run', 'All staff'])).toMatchObject({ number: 10045, exitCode: 2 });
    });
  });

  describe('the end', () => {
    beforeAll(() => {
      company.box.commands = 'spawned';
    });
    it('takes every contact away with the policy, and leaves what users made', async () => {
      await company.environmentWith({});
      await company.removePolicy('All staff');
      for (const owner of owners) {
        expect((await company.contacts(owner)).size).toBe(0);
        const { folders } = await company.box.control.mailbox(owner);
        expect(folders.filter(({ path, isDeleted }) => path === FOLDER && !isDeleted)).toEqual([]);
      }
      const { items } = await company.box.control.mailbox(first);
      expect(items.map(({ properties }) => properties['displayName'])).toEqual(['Dentist']);
    });

    it('no password stands in a file, a log or an answer', () => {
      const { reader } = company.controller;
      const { password } = company.box.emulator.serviceAccount;
      for (const secret of [reader.password, password]) {
        expect(company.filesWith(secret)).toEqual([]);
        expect(company.said).not.toContain(secret);
      }
      // Twin: the search finds what is there.
      company.leak(Buffer.from(reader.password).toString('base64'));
      expect(company.filesWith(reader.password)).toHaveLength(1);
    });
  });
});
