// What an administrator does in the directory, over LDAP with a client we did not write.

import { randomUUID } from 'node:crypto';
import { Attribute, Change, Client, Control, type Entry } from 'ldapts';
import { type SourceObjectId, sourceObjectId } from '../../src/model/ids.ts';
import type { SourceObjectKind } from '../../src/model/source-object.ts';
import { ATTRIBUTE_IDS, denyRead } from './access-rights.ts';
import type { DomainController } from './domain-controller.ts';

type Values = Readonly<Record<string, string | Buffer | readonly (string | Buffer)[] | undefined>>;

/** msExchRecipientTypeDetails, and what else Exchange writes at each kind. */
const TYPES: Readonly<
  Partial<Record<SourceObjectKind, { readonly details: number; readonly isUser: boolean }>>
> = {
  userMailbox: { details: 1, isUser: true },
  linkedMailbox: { details: 2, isUser: true },
  sharedMailbox: { details: 4, isUser: true },
  roomMailbox: { details: 16, isUser: true },
  equipmentMailbox: { details: 32, isUser: true },
  mailContact: { details: 64, isUser: false },
  mailUser: { details: 128, isUser: true },
  remoteMailbox: { details: 2_147_483_648, isUser: true },
};

const HAS_MAILBOX: readonly SourceObjectKind[] = [
  'userMailbox',
  'linkedMailbox',
  'sharedMailbox',
  'roomMailbox',
  'equipmentMailbox',
];

export interface NewRecipient {
  readonly kind: SourceObjectKind;
  readonly displayName: string;
  readonly address?: string;
  readonly isDisabled?: boolean;
  readonly mailboxGuid?: Buffer;
  readonly more?: Values;
}

export class Administrator {
  readonly client: Client;
  /** An organizational unit of its own: what is made lies in it and goes with it. */
  readonly unit: string;
  readonly #controller: DomainController;
  #made = 0;

  private constructor(controller: DomainController, client: Client, unit: string) {
    this.#controller = controller;
    this.client = client;
    this.unit = unit;
  }

  static async signIn(controller: DomainController): Promise<Administrator> {
    const client = new Client({
      url: `ldaps://${controller.address}`,
      tlsOptions: { ca: [controller.caPem] },
    });
    await client.bind(controller.administrator.name, controller.administrator.password);
    const unit = `OU=Test ${randomUUID().slice(0, 8)},${controller.baseDn}`;
    await client.add(unit, { objectClass: 'organizationalUnit' });
    return new Administrator(controller, client, unit);
  }

  /** Takes everything away that was made. */
  async signOut(): Promise<void> {
    await this.client.del(this.unit, [new Control('1.2.840.113556.1.4.805', { critical: true })]);
    await this.client.unbind();
  }

  async addRecipient(seed: NewRecipient): Promise<SourceObjectId> {
    const type = TYPES[seed.kind];
    if (type === undefined) throw new Error(`no ${seed.kind} is made here`);
    const alias = this.#nextAlias();
    const address = seed.address ?? `${alias}@contoso.example`;
    const dn = `CN=${alias},${this.unit}`;
    await this.add(dn, {
      objectClass: type.isUser ? 'user' : 'contact',
      mailNickname: alias,
      displayName: seed.displayName,
      mail: address,
      proxyAddresses: [`SMTP:${address}`],
      msExchRecipientTypeDetails: String(type.details),
      ...(type.isUser
        ? { sAMAccountName: alias, userAccountControl: seed.isDisabled === true ? '514' : '544' }
        : { targetAddress: `SMTP:${address}` }),
      ...(HAS_MAILBOX.includes(seed.kind) ? { msExchMailboxGuid: seed.mailboxGuid ?? randomBytes() } : {}),
      ...seed.more,
    });
    return this.idOf(dn);
  }

  async addGroup(name: string, members: readonly string[], more: Values = {}): Promise<string> {
    const alias = this.#nextAlias();
    const dn = `CN=${name},${this.unit}`;
    await this.add(dn, {
      objectClass: 'group',
      sAMAccountName: alias,
      mailNickname: alias,
      displayName: name,
      mail: `${alias}@contoso.example`,
      proxyAddresses: [`SMTP:${alias}@contoso.example`],
      groupType: '8',
      member: members.length === 0 ? undefined : members,
      ...more,
    });
    return dn;
  }

  async add(dn: string, values: Values): Promise<void> {
    const attributes = Object.entries(values)
      .filter(([, value]) => value !== undefined)
      .map(([type, value]) => new Attribute({ type, values: listOf(value) }));
    await this.client.add(dn, attributes);
  }

  async change(
    dn: string,
    values: Values,
    operation: 'add' | 'delete' | 'replace' = 'replace',
  ): Promise<void> {
    for (const [type, value] of Object.entries(values)) {
      const modification = new Attribute({ type, values: listOf(value) });
      await this.client.modify(dn, new Change({ operation, modification }));
    }
  }

  async move(dn: string, newDn: string): Promise<void> {
    await this.client.modifyDN(dn, newDn);
  }

  async remove(dn: string): Promise<void> {
    await this.client.del(dn);
  }

  async find(filter: string, attributes: readonly string[] = ['objectGUID']): Promise<Entry | undefined> {
    const { searchEntries } = await this.client.search(this.#controller.baseDn, {
      filter,
      attributes: [...attributes],
      explicitBufferAttributes: ['objectGUID', 'objectSid'],
    });
    return searchEntries[0];
  }

  async idOf(dn: string): Promise<SourceObjectId> {
    const { searchEntries } = await this.client.search(dn, {
      scope: 'base',
      attributes: ['objectGUID'],
      explicitBufferAttributes: ['objectGUID'],
    });
    const bytes = searchEntries[0]?.objectGUID;
    if (!Buffer.isBuffer(bytes)) throw new Error(`no object ${dn}`);
    return sourceObjectId(guidOf(bytes));
  }

  async nameOf(id: SourceObjectId): Promise<string> {
    const { searchEntries } = await this.client.search(`<GUID=${id}>`, { scope: 'base', attributes: ['cn'] });
    return searchEntries[0]?.dn ?? '';
  }

  async denyReader(dn: string, ...attributeIds: readonly string[]): Promise<void> {
    const account = await this.find(`(distinguishedName=${this.#controller.reader.dn})`, ['objectSid']);
    const sid = account?.objectSid;
    if (!Buffer.isBuffer(sid)) throw new Error('no reader');
    for (const id of attributeIds) await denyRead(this.client, dn, id, sid);
  }

  /** As Exchange does it: a mark at the group, and the right to read the members taken away. */
  async hideMembers(groupDn: string): Promise<void> {
    await this.change(groupDn, { hideDLMembership: 'TRUE' });
    await this.denyReader(groupDn, ATTRIBUTE_IDS.member);
  }

  #nextAlias(): string {
    this.#made += 1;
    return `${/Test ([0-9a-f]+)/.exec(this.unit)?.[1] ?? ''}-${this.#made}`;
  }
}

function listOf(value: Values[string]): string[] | Buffer[] {
  if (value === undefined) return [];
  // One attribute holds either texts or bytes.
  return (Array.isArray(value) ? [...value] : [value]) as string[] | Buffer[];
}

function randomBytes(): Buffer {
  return Buffer.from(randomUUID().replaceAll('-', ''), 'hex');
}

/** Written out once more, so that a mistake in the product's own reading would show. */
export function guidOf(bytes: Buffer): string {
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0'));
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
  const text = order.map((index) => hex[index]).join('');
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join(
    '-',
  );
}
