// The way of an administrator with a hybrid organization, through the command line: a real Active Directory, Exchange Server
// and the tenant by the emulator, two runs with a mailbox that moves to the cloud between them, one more after its return.

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guidBytes } from '../../src/connectors/ldap-client/object-guid.ts';
import { Administrator } from '../active-directory/administrator.ts';
import { type DomainController, startDomainController } from '../active-directory/domain-controller.ts';
import { needs, titleWith } from '../needs.ts';
import { Installation, type RunAnswer } from './installation.ts';

const samba = needs.samba();
const FOLDER = 'Contacts/Company Contacts';

interface Someone {
  readonly name: string;
  readonly address: string;
  readonly mailboxGuid: string;
  readonly isOnline: boolean;
}

const guid = (number: number) => `b0b0b0b0-0000-4000-8000-00000000000${number}`;
const someone = (name: string, number: number, isOnline: boolean): Someone => ({
  name: `${name} Beispiel`,
  address: `${name.toLowerCase()}@contoso.example`,
  mailboxGuid: guid(number),
  isOnline,
});
const ANNA = someone('Anna', 1, false);
const PEOPLE = [ANNA, someone('Bruno', 2, false), someone('Carla', 3, true)];

const REMOTE = { msExchRecipientTypeDetails: '2147483648', msExchRemoteRecipientType: '4' };
const LOCAL = { msExchRecipientTypeDetails: '1', msExchRemoteRecipientType: [] };

describe.runIf(samba.available)(titleWith(samba, 'a hybrid organization, from the command line'), () => {
  let box: Installation;
  let controller: DomainController;
  let administrator: Administrator;

  beforeAll(async () => {
    controller = await startDomainController({ objects: 500 });
    box = await Installation.start({ recipients: 0, mailboxes: 0 });
    administrator = await Administrator.signIn(controller);
    for (const [index, { name, address, mailboxGuid, isOnline }] of PEOPLE.entries()) {
      const id = await administrator.addRecipient({
        kind: isOnline ? 'remoteMailbox' : 'userMailbox',
        displayName: name,
        address,
        mailboxGuid: guidBytes(mailboxGuid),
        ...(isOnline ? { more: { ...REMOTE, msExchMailboxGuid: guidBytes(mailboxGuid) } } : {}),
      });
      await box.control.addPerson({
        displayName: name,
        alias: `person-${index}`,
        primarySmtpAddress: address,
        recipientTypeDetails: 'UserMailbox',
        exchangeGuid: mailboxGuid,
        onPremisesImmutableId: guidBytes(id).toString('base64'),
      });
      await box.control.moveMailbox(address, isOnline ? 'online' : 'onPremises');
    }
    const { name, password } = controller.reader;
    await box.control.addPerson({
      displayName: 'contactSync',
      alias: 'service',
      primarySmtpAddress: name,
      recipientTypeDetails: 'UserMailbox',
    });
    await box.control.moveMailbox(name, 'onPremises');
    await box.control.changeAccount(name, { password, impersonates: 'everybody' });
    box.write('company-ca.pem', `${controller.caPem}\n${box.emulator.caPem}`);
    box.write('password.txt', `${password}\n`);
    // As processes they are tried elsewhere.
    box.commands = 'called';
  });
  afterAll(async () => {
    await administrator.signOut();
    await box.close();
    await controller.stop();
  });

  async function contactsOf(address: string): Promise<readonly string[]> {
    const { items } = await box.control.mailbox(address);
    return items
      .filter(({ folderPath }) => folderPath === FOLDER)
      .map(({ properties }) => String(properties['displayName']))
      .sort();
  }

  async function expectEverybodyEverywhere(): Promise<void> {
    for (const { name, address } of PEOPLE)
      expect(await contactsOf(address)).toEqual(PEOPLE.map((one) => one.name).filter((one) => one !== name));
  }

  const run = () => box.json<RunAnswer>(['run', 'All staff']);

  it('one environment reaches both sides', async () => {
    const file = box.path('company.yaml');
    const { organization, ewsUrl, url } = box.emulator;
    const [applicationId = ''] = organization.apps.keys();
    const made = await box.run([
      ...['environment', 'new', 'contoso', '--scenario', 'hybrid', '--domain', 'corp.example.test'],
      ...['--organization', organization.initialDomain, '--application-id', applicationId],
      ...['--account', controller.reader.name, '--mailbox', controller.reader.name],
      ...['--url', ewsUrl, '--output', file],
    ]);
    expect(made).toMatchObject({ exitCode: 0, errors: '' });
    const text = readFileSync(file, 'utf8')
      .replace(/# additionalCaFile: .*/, `additionalCaFile: ${box.path('company-ca.pem')}`)
      .replace(/# servers: .*/, `servers: ['${controller.address}']`)
      // The others of this directory have no mailbox anywhere.
      .replace(/# baseDns: .*/, `baseDns: ['${administrator.unit}']`)
      .replace(
        '  cloud: global',
        `  endpoints: { login: "${url}", graph: "${url}", exchange: "${url}" }\n  cloud: global`,
      );
    await box.json(['environment', 'apply', box.write('company.yaml', text)]);
    await box.json(['environment', 'set-password', 'contoso', '--password-file', box.path('password.txt')]);
    await box.useNewCertificate();
    const { exitCode, output } = await box.run(['environment', 'test', 'contoso']);
    expect(exitCode, output).toBe(0);
    for (const step of ['by impersonation', 'Exchange Online: Get-Mailbox', 'synchronized users'])
      expect(output).toContain(step);
    expect((await box.run(['environment', 'list'])).output).toMatch(/hybrid +corp\.example\.test, contoso\./);
  });

  it('fills each mailbox where it lives', async () => {
    const { output } = await box.run(['policy', 'new', 'All staff', '--environment', 'contoso']);
    const unit = `organizationalUnits:\n    - dn: '${administrator.unit}'`;
    const text = output.replaceAll('organizationalUnits: []', unit).replace(/^ {2}# {3}- dn: .*\n/m, '');
    await box.json(['policy', 'apply', box.write('all-staff.yaml', text)]);
    const { run: ended } = await run();
    expect(ended.state).toBe('finished');
    await expectEverybodyEverywhere();
  });

  it('a mailbox that moves to the cloud, and back, keeps its contacts without a write', async () => {
    const entry = await administrator.find(`(mail=${ANNA.address})`, ['mail']);
    for (const [to, values] of [
      ['online', REMOTE],
      ['onPremises', LOCAL],
    ] as const) {
      await box.control.moveMailbox(ANNA.address, to);
      await administrator.change(entry?.dn ?? '', values);
      const before = await Promise.all(PEOPLE.map(({ address }) => box.control.mailbox(address)));
      expect((await run()).run.state).toBe('finished');
      expect(await Promise.all(PEOPLE.map(({ address }) => box.control.mailbox(address)))).toEqual(before);
      await expectEverybodyEverywhere();
    }
  });
});
