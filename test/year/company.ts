// The company of a simulated year, as its personnel office and its directory administrators change it: people join,
// leave, marry, move; marks and groups come and go; mailboxes open and close. None of it goes through the product.

import { mailboxId, type SourceObjectId, sourceObjectId } from '../../src/model/ids.ts';
import type { DirectoryMailbox } from '../../src/model/mailbox.ts';
import type { SourceAttribute, SourceObject } from '../../src/model/source-object.ts';
import type { World } from '../properties/world.ts';
import type { Chance } from './chance.ts';

const GIVEN = ['Ada', 'Björn', 'Chloé', 'Dmitri', 'Eva-Maria', 'François', 'Ümit', '陽子', "D'Arcy", 'Zoë'];
const SURNAMES = [
  'Bäcker',
  'de la Cruz',
  'Ødegård',
  '渡辺',
  "O'Neil",
  'Müller-Lüdenscheidt',
  'Svobodová',
  'Smith',
  'Łukasiewicz',
  'Nguyễn',
];
export const DEPARTMENTS = ['Sales', 'Engineering', 'Legal', 'Research & Development', 'Works council'];
const TITLES = ['Clerk', 'Lead', 'Head of everything', 'Trainee'];
const DOMAINS = ['contoso.example', 'fabrikam.example', 'northwind.example'];

/** How people of a country write a phone number, and the same as the world dials it. */
const COUNTRIES = {
  DE: { written: (n: number) => `089 ${n}`, dialed: (n: number) => `+4989${n}` },
  AT: { written: (n: number) => `01 ${n}`, dialed: (n: number) => `+431${n}` },
  CZ: { written: (n: number) => `22 ${n}`, dialed: (n: number) => `+42022${n}` },
} as const;
type Country = keyof typeof COUNTRIES;

export const STAFF = 'Staff';
export const PHONES = 'Mailboxes with phones';

type Change = (object: SourceObject) => SourceObject;

export class Company {
  readonly world: World;
  readonly #chance: Chance;
  readonly #dialed = new Map<string, string>();
  /** People who left, with everything that was known of them. */
  readonly #former = new Map<SourceObjectId, SourceObject>();
  /** Mailboxes that the directory no longer shows. */
  readonly #closed: DirectoryMailbox[] = [];
  readonly #staff = new Set<string>();
  readonly #withPhones = new Set<string>();
  #hired = 0;
  #opened = 0;

  constructor(world: World, chance: Chance) {
    this.world = world;
    this.#chance = chance;
    const people = chance.between(30, 50);
    for (let n = 0; n < people; n += 1) this.hire();
    const mailboxes = chance.between(5, 8);
    for (let n = 0; n < mailboxes; n += 1) this.openMailbox();
    this.#publishGroups();
  }

  get people(): readonly SourceObject[] {
    return this.world.organization.objects;
  }

  /** The number as it must stand in a contact. */
  dialed(written: string): string {
    return this.#dialed.get(written) ?? written;
  }

  /** One thing that happens in the company; says what. */
  happen(): string {
    const kind = this.#chance.weighted({
      hire: this.people.length < 55 ? 3 : 0,
      leave: this.people.length > 28 ? 2 : 0,
      return: 0.5,
      marry: 2,
      changeDepartment: 3,
      changeDomain: 1,
      changeCountry: 1,
      hide: 0.8,
      show: 1.2,
      mark: 0.6,
      unmark: 0.9,
      disable: 0.4,
      enable: 0.8,
      changeType: 0.4,
      newManager: 1.5,
      promote: 2,
      newPhone: 2,
      losePhone: 0.7,
      joinGroup: 1.2,
      leaveGroup: 0.8,
      openMailbox: this.world.organization.directory.length < 10 ? 0.4 : 0,
      closeMailbox: this.world.organization.directory.length > 4 ? 0.2 : 0,
      reopenMailbox: 0.3,
      renameMailbox: 0.3,
      markMailbox: 0.2,
      unmarkMailbox: 0.4,
      givePhone: 0.4,
      takePhone: 0.2,
    });
    const said = this.#does(kind);
    this.#publishGroups();
    return `${kind} ${said}`;
  }

  hire(): SourceObjectId {
    this.#hired += 1;
    const number = this.#hired;
    const id = sourceObjectId(`00000000-0000-4000-a000-${number.toString(16).padStart(12, '0')}`);
    const chance = this.#chance;
    const givenName = chance.pick(GIVEN);
    const surname = chance.pick(SURNAMES);
    const country = this.#somewhere();
    this.#put({
      id,
      kind: chance.happens(0.85) ? 'userMailbox' : 'mailContact',
      attributes: {
        displayName: [`${givenName} ${surname}`],
        givenName: [givenName],
        surname: [surname],
        jobTitle: [chance.pick(TITLES)],
        department: [chance.pick(DEPARTMENTS)],
        company: ['Contoso'],
        emailAddresses: [`person${number}@${chance.pick(DOMAINS)}`],
        country: [country],
        businessPhones: [this.#number(country)],
        mobilePhones: chance.happens(0.7) ? [this.#number(country)] : [],
        notes: chance.happens(0.2) ? ['two\nlines of notes'] : [],
      },
      isHidden: false,
      isDisabled: false,
      isGuest: false,
    });
    if (chance.happens(0.9)) this.#staff.add(id);
    return id;
  }

  /** Of somebody who has none yet. */
  openMailbox(): string {
    const owners = new Set(
      [...this.world.organization.directory, ...this.#closed].map(({ ownerId }) => ownerId),
    );
    const owner = this.#chance.maybe(
      this.people.filter(({ id, kind }) => kind === 'userMailbox' && !owners.has(id)),
    );
    if (owner === undefined) return 'of nobody';
    this.#opened += 1;
    const id = mailboxId(`00000000-0000-4000-b000-${this.#opened.toString(16).padStart(12, '0')}`);
    this.world.organization.putMailbox({
      id,
      kind: 'userMailbox',
      displayName: owner.attributes.displayName?.[0] ?? '',
      primarySmtpAddress: `mailbox${this.#opened}@contoso.example`,
      location: 'exchangeOnline',
      ownerId: owner.id,
      customAttributes: [],
    });
    if (this.#chance.happens(0.8)) this.#withPhones.add(id);
    return id;
  }

  #does(kind: string): string {
    const chance = this.#chance;
    const { organization } = this.world;
    const one = chance.pick(this.people);
    const box = chance.pick(organization.directory);
    const set = (name: SourceAttribute, values: readonly string[]) =>
      this.#change(one.id, (object) => ({
        ...object,
        attributes: { ...object.attributes, [name]: values },
      }));
    const first = (name: SourceAttribute) => one.attributes[name]?.[0] ?? '';
    switch (kind) {
      case 'hire':
        return this.hire();
      case 'leave':
        this.#former.set(one.id, one);
        organization.removeObject(one.id);
        return one.id;
      case 'return': {
        const id = chance.maybe([...this.#former.keys()]);
        const object = id === undefined ? undefined : this.#former.get(id);
        if (object === undefined) return 'of nobody';
        this.#former.delete(object.id);
        this.#put(object);
        return object.id;
      }
      case 'marry': {
        const surname = chance.pick(SURNAMES);
        const local = `${surname.normalize('NFD').replace(/[^a-z]/gi, '')}${one.id.slice(-4)}`.toLowerCase();
        const address = `${local}@${first('emailAddresses').split('@')[1]}`;
        this.#change(one.id, (object) => ({
          ...object,
          attributes: {
            ...object.attributes,
            surname: [surname],
            displayName: [`${first('givenName')} ${surname}`],
            emailAddresses: [address, ...(object.attributes.emailAddresses ?? []).slice(0, 1)],
          },
        }));
        return `${one.id} to ${surname}`;
      }
      case 'changeDepartment':
        return set('department', chance.happens(0.15) ? [] : [chance.pick(DEPARTMENTS)]);
      case 'changeDomain':
        return set('emailAddresses', [`${first('emailAddresses').split('@')[0]}@${chance.pick(DOMAINS)}`]);
      case 'changeCountry': {
        const country = this.#somewhere();
        this.#change(one.id, (object) => ({
          ...object,
          attributes: {
            ...object.attributes,
            country: [country],
            businessPhones: [this.#number(country)],
            mobilePhones: [],
          },
        }));
        return `${one.id} to ${country}`;
      }
      case 'newManager':
        return set('manager', [`${chance.pick(GIVEN)} ${chance.pick(SURNAMES)}`]);
      case 'promote':
        return set('jobTitle', chance.happens(0.1) ? [] : [chance.pick(TITLES)]);
      case 'newPhone':
        return set('mobilePhones', [this.#number(first('country'))]);
      case 'losePhone':
        return set('mobilePhones', []);
      case 'hide':
        return this.#change(one.id, (object) => ({ ...object, isHidden: true }));
      case 'show':
        return this.#changeOne(
          ({ isHidden }) => isHidden === true,
          (object) => ({ ...object, isHidden: false }),
        );
      case 'disable':
        return this.#change(one.id, (object) => ({
          ...object,
          isDisabled: object.kind === 'userMailbox',
        }));
      case 'enable':
        return this.#changeOne(
          ({ isDisabled }) => isDisabled === true,
          (object) => ({ ...object, isDisabled: false }),
        );
      case 'changeType':
        return this.#change(one.id, (object) => ({
          ...object,
          isDisabled: false,
          kind: object.kind === 'mailContact' ? 'userMailbox' : 'mailContact',
        }));
      case 'mark':
        return set(`customAttribute${chance.between(1, 15)}` as SourceAttribute, [
          chance.pick(['NoContactSync', 'no contactsync', 'VIP; NoContactSync']),
        ]);
      case 'unmark':
        return this.#changeOne(isMarked, (object) => ({
          ...object,
          attributes: Object.fromEntries(
            Object.entries(object.attributes).filter(([name]) => !name.startsWith('customAttribute')),
          ),
        }));
      case 'joinGroup':
        return this.#staff.add(one.id) && one.id;
      case 'leaveGroup':
        return this.#staff.delete(one.id) ? one.id : 'of nobody';
      case 'openMailbox':
        return this.openMailbox();
      case 'closeMailbox':
        this.#closed.push(box);
        organization.hideMailbox(box.id);
        return box.id;
      case 'reopenMailbox': {
        const entry = this.#closed.shift();
        if (entry === undefined) return 'of nobody';
        organization.putMailbox(entry);
        return entry.id;
      }
      case 'renameMailbox': {
        const { primarySmtpAddress, otherAddresses = [] } = box;
        organization.putMailbox({
          ...box,
          primarySmtpAddress: `renamed${chance.between(1, 9_999)}@contoso.example`,
          otherAddresses: [primarySmtpAddress, ...otherAddresses],
        });
        return box.id;
      }
      case 'markMailbox':
        organization.putMailbox({ ...box, customAttributes: ['NoMailboxSync'] });
        return box.id;
      case 'unmarkMailbox': {
        const marked = chance.maybe(
          organization.directory.filter(({ customAttributes }) => customAttributes.length > 0),
        );
        if (marked === undefined) return 'of nobody';
        organization.putMailbox({ ...marked, customAttributes: [] });
        return marked.id;
      }
      case 'givePhone':
        return this.#withPhones.add(box.id) && box.id;
      case 'takePhone':
        return this.#withPhones.delete(box.id) ? box.id : 'of nobody';
      default:
        throw new Error(`nobody knows what ${kind} is`);
    }
  }

  #change(id: SourceObjectId, change: Change): string {
    const object = this.world.organization.object(id);
    if (object === undefined) throw new Error(`no person ${id}`);
    this.#put(change(object));
    return id;
  }

  #put(object: SourceObject): void {
    const attributes = Object.fromEntries(
      Object.entries(object.attributes).filter(([, values]) => values.length > 0),
    );
    this.world.organization.putObject({ ...object, attributes });
  }

  #changeOne(which: (object: SourceObject) => boolean, change: Change): string {
    const one = this.#chance.maybe(this.people.filter(which));
    return one === undefined ? 'of nobody' : this.#change(one.id, change);
  }

  #publishGroups(): void {
    const there = new Set<string>(this.people.map(({ id }) => id));
    const half = [...this.#staff].filter((id) => there.has(id));
    // One group in the other, so that members of members count.
    this.world.organization.putGroup('Seniors', half.slice(0, 10));
    this.world.organization.putGroup(STAFF, ['Seniors', ...half.slice(10)]);
    this.world.organization.putGroup(PHONES, this.#withPhones);
  }

  #somewhere(): Country {
    return this.#chance.pick(['DE', 'DE', 'DE', 'AT', 'CZ']);
  }

  #number(country: string): string {
    const { written, dialed } = COUNTRIES[country as Country];
    const number = this.#chance.between(1_000_000, 9_999_999);
    this.#dialed.set(written(number), dialed(number));
    return written(number);
  }
}

function isMarked({ attributes }: SourceObject): boolean {
  return Object.keys(attributes).some((name) => name.startsWith('customAttribute'));
}
