// A month on an emulated tenant with the real connectors and random faults on the wire, judged by what stands in the
// mailboxes. Of the year's life it has: join, leave, rename, new title, hide, show, mark; users edit, enrich, touch,
// copy, delete, purge, drag out, add own contacts, rename and delete the folder; the ledger deleted.

import { isDeepStrictEqual } from 'node:util';
import { randomEwsKinds, randomKinds } from '@contactsync/emulator';
import { foreignUntouched, personOf, toldTheTruth } from '../faults/compare.ts';
import { addressOf, MAILBOXES, type Mailboxes, policy, Tenant, type Wire } from '../faults/tenant.ts';
import { Chance } from './chance.ts';
import { Diary, MINE } from './diary.ts';
import { markedFolders, notInPlace, ours, standsTwice, WANTED_TYPES, wantedOf } from './in-place.ts';
import { type AlterPorts, type Done, TenantProduct } from './tenant-product.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

export interface MonthOptions {
  readonly wire?: Wire;
  readonly seed: number;
  readonly days: number;
  readonly alter?: AlterPorts;
}

/** The figures of the month; throws where a law is broken. */
export async function simulateMonth(options: MonthOptions): Promise<ReadonlyMap<string, number>> {
  const tenant = await Tenant.start(options.wire);
  const diary = new Diary();
  try {
    const month = new Month(options, tenant, diary);
    for (diary.day = 1; diary.day <= options.days; diary.day += 1) {
      await month.liveDay(diary.day % 8 === 0 || diary.day === options.days);
    }
    return diary.counts;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`seed ${options.seed}, day ${diary.day}: ${message}\n${diary.lastEvents}`, {
      cause: error,
    });
  } finally {
    await tenant.close();
  }
}

class Month {
  readonly #tenant: Tenant;
  readonly #diary: Diary;
  readonly #chance: Chance;
  readonly #product: TenantProduct;
  #joined = 0;
  #texts = 0;

  constructor({ seed, alter }: MonthOptions, tenant: Tenant, diary: Diary) {
    this.#tenant = tenant;
    this.#diary = diary;
    this.#chance = new Chance(seed);
    const deletion = { ...policy.deletion, strategy: 'remove', deletedByUser: 'restore' } as const;
    this.#product = new TenantProduct(tenant, { ...policy, deletion }, alter);
  }

  async liveDay(isQuiet: boolean): Promise<void> {
    const { control } = this.#tenant;
    for (let n = this.#chance.times(1.5); n > 0; n -= 1) await this.#companyActs();
    for (let n = this.#chance.times(3); n > 0; n -= 1) await this.#userActs();
    if (isQuiet) await this.#quietStretch();
    else if (this.#chance.happens(0.9))
      await this.#runOnce(this.#chance.happens(this.#tenant.wire === 'ews' ? 0.9 : 0.35));
    await control.advanceClock(DAY_MS);
  }

  async #companyActs(): Promise<void> {
    const { control } = this.#tenant;
    const chance = this.#chance;
    const people = (await control.people()).filter(
      ({ recipientTypeDetails, alias }) =>
        WANTED_TYPES.includes(recipientTypeDetails) && !MAILBOXES.some((one) => one === alias),
    );
    const one = chance.pick(people);
    const kind = chance.weighted({
      join: 2,
      leave: people.length > 15 ? 1.5 : 0,
      rename: 2,
      newTitle: 2,
      newDepartment: 2,
      hide: 0.7,
      show: 1,
      mark: 0.7,
      unmark: 1,
    });
    this.#diary.count('company');
    this.#diary.tell(`company: ${kind} ${one.displayName}`);
    switch (kind) {
      case 'join':
        return this.#join();
      case 'leave':
        await control.removePerson(one.id);
        return;
      case 'rename': {
        const lastName = `Married ${this.#chance.between(1, 999)}`;
        await control.changePerson(one.id, { displayName: `${lastName}, Zoë`, person: { lastName } });
        return;
      }
      case 'newTitle':
        await control.changePerson(one.id, { person: { title: chance.pick(['Clerk', 'Lead', null]) } });
        return;
      case 'newDepartment':
        await control.changePerson(one.id, { person: { department: chance.pick(['Sales', 'Legal', null]) } });
        return;
      case 'hide':
      case 'show':
        await control.changePerson(one.id, { hiddenFromAddressLists: kind === 'hide' });
        return;
      case 'mark':
      case 'unmark':
        await control.changePerson(one.id, {
          customAttributes: { 5: kind === 'mark' ? 'NoContactSync' : '' },
        });
        return;
    }
  }

  async #join(): Promise<void> {
    this.#joined += 1;
    await this.#tenant.control.addPerson({
      alias: `joiner${this.#joined}`,
      displayName: `Joiner ${this.#joined}, Max`,
      recipientTypeDetails: 'MailContact',
      person: { firstName: 'Max', lastName: `Joiner ${this.#joined}`, phone: '+49 89 6600001' },
    });
  }

  async #userActs(): Promise<void> {
    const { control } = this.#tenant;
    const chance = this.#chance;
    const alias = chance.pick(MAILBOXES);
    const mailbox = addressOf(alias);
    const view = await control.mailbox(mailbox);
    const item = chance.maybe(ours(view));
    const folder = chance.maybe(markedFolders(view));
    if (item === undefined || folder === undefined) return;
    const kind = chance.weighted({
      edit: 4,
      enrich: 2,
      touch: 2,
      touchAll: 0.4,
      copy: 1,
      delete: 2,
      purge: 1,
      dragOut: 1,
      addOwn: 1,
      addOwnToOurs: 1,
      renameFolder: 0.3,
      deleteFolder: 0.2,
    });
    this.#diary.count('user');
    this.#diary.tell(`${alias}: ${kind} ${String(item.properties.displayName)}`);
    switch (kind) {
      case 'edit':
        // The second edit of a value is the user's (hard part 4).
        this.#diary.takeOut(alias, personOf(item));
        await control.editContact(mailbox, item.id, {
          [chance.pick(['jobTitle', 'department', 'surname'])]: this.#text(),
        });
        return;
      case 'enrich':
        await control.editContact(mailbox, item.id, { spouseName: this.#text() });
        return;
      case 'touch':
        await control.touchContact(mailbox, item.id);
        return;
      case 'touchAll':
        for (const one of ours(view)) await control.touchContact(mailbox, one.id);
        return;
      case 'copy': {
        const { immutableId } = await control.copyContact(mailbox, item.id, item.folderId);
        this.#diary.userMade.add(alias, immutableId);
        return;
      }
      case 'delete':
        return control.deleteContact(mailbox, item.id);
      case 'purge':
        return control.purgeContact(mailbox, item.id);
      case 'dragOut':
        await control.moveContact(mailbox, item.id, 'Contacts/Family');
        return;
      case 'addOwn':
      case 'addOwnToOurs':
        await control.createContact(mailbox, {
          ...(kind === 'addOwn' ? {} : { folder: folder.id }),
          properties: { displayName: this.#text() },
        });
        return;
      case 'renameFolder':
        await control.renameFolder(mailbox, folder.id, `My folder ${chance.between(1, 99_999)}`);
        return;
      case 'deleteFolder':
        return control.deleteFolder(mailbox, folder.id);
    }
  }

  #text(): string {
    this.#texts += 1;
    return `${MINE}${this.#texts}`;
  }

  async #runOnce(hasFaults: boolean): Promise<Done> {
    const { control } = this.#tenant;
    if (hasFaults) {
      const rate = this.#chance.pick([0.05, 0.1, 0.2]);
      const seed = this.#chance.between(1, 1_000_000);
      const isOverEws = this.#tenant.wire === 'ews';
      // What strikes the reading of people has its own month.
      const less = isOverEws ? { faces: ['ews' as const], rate: rate / 4 } : { rate };
      await control.setRandomFaults({ seed, kinds: [...randomKinds], ...less });
      if (isOverEws) await control.setRandomEwsFaults({ rate, seed, kinds: [...randomEwsKinds] });
    }
    if (this.#chance.happens(0.05)) await this.#product.forgetLedger();
    const before = await this.#tenant.mailboxes();
    const done = await this.#product.run();
    await control.setRandomFaults({ rate: 0 });
    await control.setRandomEwsFaults({ rate: 0 });
    const after = await this.#tenant.mailboxes();
    const met = Object.entries({ ...(await control.faultsMet()), ...(await control.ewsFaultsMet()) });
    for (const [kind, times] of met) this.#diary.count(`fault: ${kind}`, times);
    await control.clearFaults();
    await control.clearEwsFaults();
    const { failures } = done.report;
    const codes = failures.map(({ failure }) => failure.code).join(', ');
    const faults = met.map(([kind, times]) => `${times} ${kind}`).join(', ');
    this.#diary.tell(
      `run ${done.run.id.slice(-4)} with ${faults || 'no faults'}: ${done.run.state} ${codes}`,
    );
    this.#diary.count('runs');
    this.#diary.count('writes', done.journal.filter(({ outcome }) => outcome === 'applied').length);
    await this.#judge(before, after, done);
    return done;
  }

  async #quietStretch(): Promise<void> {
    const { control } = this.#tenant;
    const first = await this.#runOnce(false);
    if (first.run.state !== 'finished') throw new Error(`an undisturbed run ended ${first.run.state}`);
    const [problem] = notInPlace(await this.#tenant.mailboxes(), await control.people(), this.#diary);
    if (problem !== undefined) throw new Error(problem);
    const before = await this.#tenant.mailboxes();
    await this.#runOnce(false);
    if (!isDeepStrictEqual(await this.#tenant.mailboxes(), before))
      throw new Error('a second run still wrote');
    this.#diary.count('quiet stretches');
  }

  async #judge(before: Mailboxes, after: Mailboxes, done: Done): Promise<void> {
    const problems = [
      ...foreignUntouched(before, after),
      ...toldTheTruth(before, after, done),
      ...(await this.#losses(before, after, done)),
      ...standsTwice(after, this.#diary),
    ];
    if (problems.length > 0) throw new Error(problems.join('\n'));
  }

  async #losses(before: Mailboxes, after: Mailboxes, { report }: Done): Promise<readonly string[]> {
    const isHalfRead = report.source?.isComplete !== true || report.mailboxes?.isComplete !== true;
    const wanted = new Set(wantedOf(await this.#tenant.control.people()).map(({ id }) => id));
    return [...before].flatMap(([alias, was]) => {
      const is = after.get(alias);
      const left = new Set(ours(is).map(personOf));
      const items = new Set(is?.items.map(({ immutableId }) => immutableId));
      const lost = ours(was).flatMap((item) => personOf(item) ?? []);
      return [
        ...lost
          .filter((person) => !left.has(person) && (isHalfRead || wanted.has(person)))
          .map((person) => `${alias} lost ${person}`),
        ...was.items
          .filter((item) => JSON.stringify(item.properties).includes(MINE) && !items.has(item.immutableId))
          .map((item) => `${alias}: ${item.immutableId} held data of the user and is gone`),
      ];
    });
  }
}
