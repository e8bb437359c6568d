// The world of the sync machine with the real connectors: an emulated tenant, what the product remembers (in memory),
// two policies into one folder, and what administrators and users do. Numbers are selectors, as in life.ts.

import { isDeepStrictEqual } from 'node:util';
import type { Policy } from '@contactsync/contract';
import type { FolderView, ItemView, MailboxView } from '@contactsync/emulator';
import { decodeIdentity } from '../../src/core/fingerprint.ts';
import { foreignUntouched, living, personOf, toldTheTruth } from '../faults/compare.ts';
import { addressOf, MAILBOXES, type Mailboxes, type Moment, policy, type Tenant } from '../faults/tenant.ts';
import { Diary, MINE } from '../year/diary.ts';
import { markedFolders, notInPlace, ours, standsTwice } from '../year/in-place.ts';
import { type AlterPorts, type Done, type RunChoice, TenantProduct } from '../year/tenant-product.ts';

/** So many of the tenant's people stay, so that a history of several runs costs little. */
export const PEOPLE = 6;

export const COMPANY_ACTS = [
  'join',
  'leave',
  'rename',
  'newTitle',
  'newDomain',
  'hide',
  'show',
  'markPerson',
  'unmarkPerson',
  'markMailbox',
  'unmarkMailbox',
] as const;
export const USER_ACTS = [
  'edit',
  'enrich',
  'touch',
  'copy',
  'delete',
  'purge',
  'dragOut',
  'addOwn',
  'addOwnToOurs',
  'renameFolder',
  'moveFolder',
  'deleteFolder',
  'emptyDeletedItems',
] as const;
export type CompanyAct = (typeof COMPANY_ACTS)[number];
export type UserAct = (typeof USER_ACTS)[number];

const strategy = { strategy: 'remove', deletedByUser: 'restore' } as const;
const pick = <T>(list: readonly T[], selector: number): T | undefined =>
  list[selector % Math.max(1, list.length)];

/** Without those who would only be more of the same. */
export async function smallMoment(tenant: Tenant): Promise<Moment> {
  const contacts = await tenant.control.people('MailContact');
  for (const { id } of contacts.slice(PEOPLE)) await tenant.control.removePerson(id);
  return tenant.moment();
}

export class WireWorld {
  readonly tenant: Tenant;
  readonly product: TenantProduct;
  readonly #diary = new Diary();
  readonly #alter: AlterPorts;
  readonly #second: Policy;
  #policy: Policy;
  #revision = 1;
  #texts = 0;

  constructor(tenant: Tenant, moment: Moment, alter: (tenant: Tenant) => AlterPorts) {
    tenant.returnTo(moment);
    this.tenant = tenant;
    this.#policy = { ...policy, deletion: { ...policy.deletion, ...strategy } };
    this.#second = { ...this.#policy, id: '0b5e0c11-7d1a-4c55-9a53-6f1d3f1f0f02', name: 'Second' };
    this.#alter = alter(tenant);
    this.product = new TenantProduct(tenant, this.#policy, this.#alter);
  }

  mailboxes(): Promise<Mailboxes> {
    return this.tenant.mailboxes();
  }

  editPolicy(change: (policy: Policy, revision: number) => Policy): void {
    this.#revision += 1;
    this.#policy = change(this.#policy, this.#revision);
  }

  /** No two runs at the same moment. */
  async run(choice: Pick<RunChoice, 'mode' | 'alter' | 'concurrency'> = {}): Promise<Done> {
    await this.tenant.control.advanceClock(60_000);
    return this.product.run({
      ...{ alter: this.#alter, policy: this.#policy, revision: this.#revision },
      ...choice,
    });
  }

  /** Into the same folder. Where it is the first to make one of a new name, the first policy's keeps its old name. */
  async runSecond(): Promise<Done> {
    await this.tenant.control.advanceClock(60_000);
    return this.product.run({ policy: { ...this.#second, folder: this.#policy.folder } });
  }

  expectHandsOff(before: Mailboxes, after: Mailboxes): void {
    expectNone(foreignUntouched(before, after));
  }

  /** What must be true after any run whatever. */
  expectHonest(before: Mailboxes, after: Mailboxes, done: Done): void {
    expectNone([...foreignUntouched(before, after), ...toldTheTruth(before, after, done)]);
  }

  /** What must be true after an ordinary run. */
  async expectInPlace(after: Mailboxes): Promise<void> {
    const people = await this.tenant.control.people();
    expectNone([...standsTwice(after, this.#diary), ...notInPlace(after, people, this.#diary)]);
  }

  async company(act: CompanyAct, selector: number): Promise<void> {
    const { control } = this.tenant;
    if (act === 'join') {
      const name = `Joiner ${++this.#texts}`;
      await control.addPerson({
        ...{ alias: `joiner${this.#texts}`, displayName: name, recipientTypeDetails: 'MailContact' },
        person: { firstName: 'Max', lastName: name, phone: '+49 89 6600001' },
      });
      return;
    }
    if (act === 'markMailbox' || act === 'unmarkMailbox') {
      const mark = act === 'markMailbox' ? 'NoMailboxSync' : '';
      await control.changePerson(pick(MAILBOXES, selector) ?? '', { customAttributes: { 7: mark } });
      return;
    }
    const one = pick(await control.people('MailContact'), selector);
    if (one === undefined) return;
    const number = ++this.#texts;
    const change = {
      rename: { displayName: `Married ${number}, Zoë`, person: { lastName: `Married ${number}` } },
      newTitle: { person: { title: number % 3 === 0 ? null : `Title ${number}`, department: 'Łódź & <Co>' } },
      newDomain: {
        primarySmtpAddress: `moved${number}@${number % 2 === 0 ? 'contoso' : 'fabrikam'}.example`,
      },
      hide: { hiddenFromAddressLists: true },
      show: { hiddenFromAddressLists: false },
      markPerson: { customAttributes: { 5: 'NoContactSync' } },
      unmarkPerson: { customAttributes: { 5: '' } },
    };
    if (act === 'leave') await control.removePerson(one.id);
    else await control.changePerson(one.id, change[act]);
  }

  async user(act: UserAct, box: number, selector: number): Promise<void> {
    const { control } = this.tenant;
    const alias = pick(MAILBOXES, box) ?? 'anna';
    const mailbox = addressOf(alias);
    const view = await control.mailbox(mailbox);
    const item = pick(ours(view), selector);
    const folder = pick(markedFolders(view), selector);
    const text = `${MINE}${++this.#texts}`;
    switch (act) {
      case 'addOwn':
        await control.createContact(mailbox, { properties: { displayName: text } });
        return;
      case 'emptyDeletedItems':
        return control.emptyDeletedItems(mailbox);
      case 'renameFolder':
      case 'moveFolder':
      case 'deleteFolder':
      case 'addOwnToOurs':
        return folder === undefined ? undefined : this.#withFolder(act, mailbox, view, folder.id, text);
      default:
        return item === undefined ? undefined : this.#withItem(act, alias, item, text);
    }
  }

  async #withFolder(
    act: 'renameFolder' | 'moveFolder' | 'deleteFolder' | 'addOwnToOurs',
    mailbox: string,
    view: MailboxView,
    folder: string,
    text: string,
  ): Promise<void> {
    const { control } = this.tenant;
    const root = view.folders.find(({ id }) => id === folder);
    // A sub-folder that was moved away is the user's from then on, and so are contacts in a folder of another policy.
    const isDirect = root?.path.split('/').length === 2;
    const isOfFirst = policyOf(root) === policy.id;
    if (act === 'addOwnToOurs')
      await control.createContact(mailbox, { folder, properties: { displayName: text } });
    else if (act === 'deleteFolder') await control.deleteFolder(mailbox, folder);
    else if (!isOfFirst) return;
    else if (act === 'renameFolder')
      await control.renameFolder(mailbox, folder, `My folder ${text.slice(5)}`);
    else if (isDirect) await control.moveFolder(mailbox, folder, 'Contacts/Family');
  }

  async #withItem(
    act: 'edit' | 'enrich' | 'touch' | 'copy' | 'delete' | 'purge' | 'dragOut',
    alias: string,
    item: ItemView,
    text: string,
  ): Promise<void> {
    const { control } = this.tenant;
    const { id, folderId } = item;
    const mailbox = addressOf(alias);
    switch (act) {
      case 'edit':
        // The second edit of a value is the user's (hard part 4).
        this.#diary.takeOut(alias, personOf(item));
        await control.editContact(mailbox, id, { jobTitle: text });
        return;
      case 'enrich':
        await control.editContact(mailbox, id, { spouseName: text });
        return;
      case 'touch':
        await control.touchContact(mailbox, id);
        return;
      case 'copy': {
        const { immutableId } = await control.copyContact(mailbox, id, folderId);
        this.#diary.userMade.add(alias, immutableId);
        return;
      }
      case 'delete':
        return control.deleteContact(mailbox, id);
      case 'purge':
        return control.purgeContact(mailbox, id);
      case 'dragOut':
        await control.moveContact(mailbox, id, 'Contacts/Family');
    }
  }
}

function policyOf(folder: FolderView | undefined): string | undefined {
  const marks = Object.entries(folder?.extendedProperties ?? {});
  const [, identity = ''] = marks.find(([id]) => id.endsWith('ContactSyncIdentity')) ?? [];
  const mark = decodeIdentity(identity, '');
  return mark === undefined || 'newer' in mark ? undefined : mark.policyId;
}

function expectNone(problems: readonly string[]): void {
  if (problems.length > 0) throw new Error(problems.slice(0, 5).join('\n'));
}

/** Contacts of the first policy, by mailbox and item. */
export function contactsOf(
  mailboxes: Mailboxes,
): ReadonlyMap<string, { readonly person: string; readonly item: ItemView }> {
  return new Map(
    [...mailboxes].flatMap(([alias, view]) =>
      living(view).flatMap((item) => {
        const person = personOf(item);
        return person === undefined
          ? []
          : [[`${alias} ${item.immutableId}`, { person: `${alias} ${person}`, item }] as const];
      }),
    ),
  );
}

export function expectSame(before: unknown, after: unknown, otherwise: string): void {
  if (!isDeepStrictEqual(before, after)) throw new Error(otherwise);
}
