// An organization on-premises for end-to-end tests: a real Active Directory, the emulator as its Exchange server with a
// mailbox for each mailbox user of the directory, and the command line. What ought to be in a mailbox is worked out here
// from the directory with another LDAP client, not from what the product read.

import { appendFileSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { FailureView, ProbeView, ReportView, RunView } from '@contactsync/contract';
import type { Entry } from 'ldapts';
import { Administrator } from '../active-directory/administrator.ts';
import { type DomainController, startDomainController } from '../active-directory/domain-controller.ts';
import type { Answer } from './called-command.ts';
import { Installation } from './installation.ts';

export const FOLDER = 'Contacts/Company Contacts';
/** Beside the account of Active Directory, for environments with two. */
export const EXCHANGE_ACCOUNT = 'CONTOSO\\svc-contactsync';

type Changes = Readonly<Record<string, string>>;

export interface Person {
  readonly dn: string;
  readonly displayName: string;
  readonly address: string;
  readonly department: string;
  readonly company: string;
  readonly jobTitle: string;
}

export class OnPremisesInstallation {
  readonly box: Installation;
  readonly controller: DomainController;
  readonly administrator: Administrator;
  /** Everything that the command line said. */
  said = '';

  private constructor(box: Installation, controller: DomainController, administrator: Administrator) {
    this.box = box;
    this.controller = controller;
    this.administrator = administrator;
    box.write('company-ca.pem', `${controller.caPem}\n${box.emulator.caPem}`);
    box.write('directory-ca.pem', controller.caPem);
    box.write('exchange-ca.pem', box.emulator.caPem);
    box.write('password.txt', `${controller.reader.password}\n`);
  }

  static async start(): Promise<OnPremisesInstallation> {
    const controller = await startDomainController({ objects: 500 });
    const box = await Installation.start({ recipients: 0, mailboxes: 0 });
    const administrator = await Administrator.signIn(controller);
    // Samba counts wrong passwords only where a domain locks accounts.
    await administrator.change(controller.baseDn, { lockoutThreshold: '20' });
    const installation = new OnPremisesInstallation(box, controller, administrator);
    try {
      await installation.#makeMailboxes();
      return installation;
    } catch (thrown) {
      // Nobody else could stop what is running already.
      await installation.close();
      throw thrown;
    }
  }

  async close(): Promise<void> {
    await this.administrator.signOut();
    await this.box.close();
    await this.controller.stop();
  }

  /** One account for both, as most organizations have it. */
  async #makeMailboxes(): Promise<void> {
    const { box, controller } = this;
    const owners = await this.people(controller.baseDn, '(msExchRecipientTypeDetails=1)');
    const account = { displayName: 'contactSync', address: controller.reader.name };
    for (const [number, { displayName, address }] of [...owners, account].entries())
      await box.control.addPerson({
        displayName,
        alias: `mailbox-${number}`,
        primarySmtpAddress: address,
        recipientTypeDetails: 'UserMailbox',
      });
    await box.control.changeAccount(controller.reader.name, {
      password: controller.reader.password,
      impersonates: 'everybody',
    });
  }

  async run(args: readonly string[], env: Record<string, string> = {}): Promise<Answer> {
    const answer = await this.box.run(args, { env });
    this.said += answer.output + answer.errors;
    return answer;
  }

  async json<Value>(args: readonly string[], exitCode = 0): Promise<Value> {
    const answer = await this.run([...args, '--json']);
    if (answer.exitCode !== exitCode || answer.errors !== '')
      throw new Error(`${args.join(' ')} ended with ${answer.exitCode}: ${answer.errors}${answer.output}`);
    return JSON.parse(answer.output) as Value;
  }

  /** With its contacts: the plan waits, is approved, and then the policy goes. */
  async removePolicy(name: string): Promise<void> {
    const remove = ['policy', 'remove', name, '--remove-contacts'];
    const { run, report } = await this.json<{ run: RunView; report: ReportView }>(remove, 3);
    await this.json(['approve', run.id, '--digest', report.brake?.digest ?? '']);
    await this.json(remove);
  }

  /** The template, edited as a person edits it: names of settings to their new lines, '' takes one away. */
  edited(text: string, changes: Changes): string {
    let result = text;
    for (const [setting, value] of Object.entries(changes)) {
      const line = new RegExp(`^( *)(?:# )?${setting}:.*$`, 'm');
      if (!line.test(result)) throw new Error(`the file has no line for ${setting}`);
      result = result.replace(line, value === '' ? '' : `$1${setting}: ${value}`);
    }
    return result;
  }

  /** Everything an environment on-premises needs; no Autodiscover. */
  get usual(): Changes {
    return {
      defaultCountry: 'DE',
      additionalCaFile: this.box.path('company-ca.pem'),
      servers: `['${this.controller.address}']`,
      url: this.box.emulator.ewsUrl,
    };
  }

  /** Applies head-office with these settings, and stores the password, which every change of servers discards. */
  async environmentWith(changes: Changes, password = this.controller.reader.password): Promise<void> {
    const text = readFileSync(this.box.path('head-office-template.yaml'), 'utf8');
    const file = this.box.write('head-office.yaml', this.edited(text, { ...this.usual, ...changes }));
    await this.json(['environment', 'apply', file]);
    const stored = await this.run(['environment', 'set-password', 'head-office'], {
      CONTACTSYNC_PASSWORD: password,
    });
    if (stored.exitCode !== 0) throw new Error(stored.errors);
  }

  /** The step of the connection test that fails, as JSON and as a person reads it. */
  async failedStep(exitCode: number): Promise<{ readonly name: string; readonly failure: FailureView }> {
    const probe = await this.json<ProbeView>(['environment', 'test', 'head-office'], exitCode);
    const step = probe.steps.find(({ ok }) => !ok);
    if (step?.failure === undefined) throw new Error(`every step succeeded: ${JSON.stringify(probe)}`);
    return { name: step.name, failure: step.failure };
  }

  async people(base: string, filter: string): Promise<readonly Person[]> {
    return (await this.#entries(base, filter)).map(personOf);
  }

  /** Mailbox users, mail users and mail contacts that a policy with the usual settings copies. */
  async copied(base: string, more = ''): Promise<readonly Person[]> {
    const types = [1, 128, 64].map((type) => `(msExchRecipientTypeDetails=${type})`);
    const isShown = '(!(msExchHideFromAddressLists=TRUE))(!(userAccountControl:1.2.840.113556.1.4.803:=2))';
    const entries = await this.#entries(base, `(&(|${types.join('')})${isShown}${more})`);
    return entries.filter((entry) => !isMarked(entry)).map(personOf);
  }

  async #entries(base: string, filter: string): Promise<readonly Entry[]> {
    const attributes = ['displayName', 'mail', 'proxyAddresses', 'department', 'company', 'title', ...MARKED];
    const found = await this.administrator.client.search(base, { scope: 'sub', filter, attributes });
    return found.searchEntries;
  }

  /** What contactSync wrote into a mailbox, by mail address. */
  async contacts(address: string): Promise<ReadonlyMap<string, Person>> {
    const { items, folders } = await this.box.control.mailbox(address);
    const deleted = new Set(folders.filter(({ isDeleted }) => isDeleted).map(({ id }) => id));
    return new Map(
      items
        .filter((item) => item.folderPath === FOLDER && !deleted.has(item.folderId))
        .map(({ properties }) => {
          const [mail] = properties['emailAddresses'] as readonly { readonly address: string }[];
          const text = (name: string) => {
            const value = properties[name];
            return typeof value === 'string' ? value : '';
          };
          const person: Person = {
            dn: '',
            displayName: text('displayName'),
            address: mail?.address ?? '',
            department: text('department'),
            company: text('companyName'),
            jobTitle: text('jobTitle'),
          };
          return [person.address, person];
        }),
    );
  }

  /** Requests of EWS that change something, since the log was cleared. */
  async writes(): Promise<number> {
    const requests = await this.box.control.requests(200_000);
    return requests.filter(({ operation }) => /^(Create|Update|Delete|Move|Copy|Empty)/.test(operation ?? ''))
      .length;
  }

  async wrongPasswordsAtDirectory(): Promise<number> {
    const entry = await this.administrator.find('(sAMAccountName=svc-gal-read)', ['badPwdCount']);
    return Number(entry?.['badPwdCount'] ?? 0);
  }

  async wrongPasswordsAtExchange(account = this.controller.reader.name): Promise<number> {
    return (await this.box.control.account(account)).failedSignIns;
  }

  /** Every file of the data directory that holds the text, in any of the usual encodings. */
  filesWith(text: string): readonly string[] {
    const forms = [
      Buffer.from(text),
      Buffer.from(text, 'utf16le'),
      Buffer.from(Buffer.from(text).toString('base64')),
      Buffer.from(Buffer.from(text).toString('hex')),
    ];
    return readdirSync(this.box.dataDirectory, { recursive: true, encoding: 'utf8' })
      .map((name) => join(this.box.dataDirectory, name))
      .filter((path) => statSync(path).isFile())
      .filter((path) => {
        const bytes = readFileSync(path);
        return forms.some((form) => bytes.includes(form));
      });
  }

  /** For the twin of the search for passwords. */
  leak(text: string): void {
    appendFileSync(join(this.box.dataDirectory, 'logs', 'contactsync.log'), text);
  }
}

const MARKED = Array.from({ length: 15 }, (_, index) => `extensionAttribute${index + 1}`);

const textOf = (entry: Entry, name: string) => {
  const value = entry[name];
  return typeof value === 'string' ? value : '';
};

function isMarked(entry: Entry): boolean {
  const marks = MARKED.flatMap((name) => textOf(entry, name).split(/[;,]/));
  return marks.some((mark) => mark.trim().toLowerCase() === 'nocontactsync');
}

function personOf(entry: Entry): Person {
  const proxies = [entry['proxyAddresses']].flat().map(String);
  const primary = proxies.find((one) => one.startsWith('SMTP:'))?.slice(5) ?? '';
  return {
    dn: entry.dn,
    displayName: textOf(entry, 'displayName'),
    address: textOf(entry, 'mail') || primary,
    department: textOf(entry, 'department'),
    company: textOf(entry, 'company'),
    jobTitle: textOf(entry, 'title'),
  };
}
