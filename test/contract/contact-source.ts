// Every promise of ports/contact-source.ts as a test.

import { describe, expect } from 'vitest';
import { Failure } from '../../src/model/failure.ts';
import type { SourceObjectId } from '../../src/model/ids.ts';
import type { ExchangeOnlineSource, RecipientSource, SourcePart } from '../../src/model/policy.ts';
import {
  SOURCE_ATTRIBUTES,
  SOURCE_OBJECT_KINDS,
  type SourceObjectKind,
} from '../../src/model/source-object.ts';
import type { ContactSource, SourceReading } from '../../src/ports/contact-source.ts';
import { fixtures } from './fixture.ts';
import { expectFailure } from './mailbox-target/bench.ts';
import { promisesExcept } from './promise.ts';

export interface RecipientSeed {
  readonly kind: SourceObjectKind;
  readonly displayName: string;
  readonly givenName?: string;
  readonly surname?: string;
  readonly department?: string;
  readonly primarySmtpAddress?: string;
  /** Other addresses. */
  readonly proxyAddresses?: readonly string[];
  readonly businessPhones?: readonly string[];
  readonly customAttribute3?: string;
  readonly isHidden?: boolean;
  readonly isDisabled?: boolean;
}

/** The administrator of the organization that is read. */
export interface SourceHands {
  addRecipient(seed: RecipientSeed): Promise<SourceObjectId>;
  renameRecipient(id: SourceObjectId, displayName: string, primarySmtpAddress: string): Promise<void>;
  removeRecipient(id: SourceObjectId): Promise<void>;
  addGroup(name: string, members: readonly SourceObjectId[]): Promise<void>;
  /** The group becomes a member of the other. */
  nestGroup(name: string, into: string): Promise<void>;
  addToAddressList(list: string, members: readonly SourceObjectId[]): Promise<void>;
  /** A filter in the source's own language (OPATH, LDAP) that fits exactly these. */
  filterFor(members: readonly SourceObjectId[]): Promise<string>;
}

export interface SourceTroubleHands {
  /** Reading breaks off after some of the objects. */
  stopHalfWay(): Promise<void>;
  denyGroup(name: string): Promise<void>;
  refuseSignIn(): Promise<void>;
  /** A right is missing, so that something about the objects cannot be told. */
  removeRight(): Promise<void>;
}

export interface ContactSourceFixture {
  readonly source: ContactSource;
  readonly admin: SourceHands;
  readonly trouble: SourceTroubleHands;
  dispose(): Promise<void>;
}

export type SourceBehavior =
  | 'groups'
  | 'addressLists'
  | 'filter'
  | 'hiddenFlag'
  | 'customAttributes'
  | 'completeReading'
  | 'stopHalfWay'
  | 'denyGroup'
  | 'refuseSignIn'
  | 'removeRight';

export interface SourceContractOptions {
  readonly notSupported?: readonly SourceBehavior[];
  /** Nothing named; of the type that this source reads. Default: the whole tenant. */
  readonly scope?: SourcePart;
  /** What every object is read as, where a source holds only one kind. */
  readonly onlyKind?: SourceObjectKind;
  /** More objects than one page of the protocol holds. */
  readonly largeOrganization?: number;
}

export const wholeOrganization: ExchangeOnlineSource = {
  type: 'exchangeOnline',
  groups: [],
  addressLists: [],
  recipientTypes: ['userMailbox'],
  excludeHidden: true,
  excludeDisabled: true,
  excludeGuests: true,
  excludeWithoutPhone: false,
  excludeWithoutEmail: false,
  include: [],
  exclude: [],
};

function filteredBy(everything: SourcePart, filter: string): SourcePart {
  switch (everything.type) {
    case 'exchangeOnline':
      return { ...everything, recipientFilter: filter };
    case 'activeDirectory':
      return { ...everything, ldapFilter: filter };
    case 'sharedMailbox':
    case 'publicFolder':
      throw new TypeError('folders of contacts have no filter of their own');
  }
}

export function contactSourceContract(
  name: string,
  make: () => Promise<ContactSourceFixture>,
  options: SourceContractOptions = {},
): void {
  const promises = promisesExcept(options.notSupported ?? []);
  const withFixture = fixtures(make);
  const isComplete = !(options.notSupported ?? []).includes('completeReading');
  const everything = options.scope ?? wholeOrganization;
  const read = (
    { source }: ContactSourceFixture,
    named: Partial<Pick<RecipientSource, 'groups' | 'addressLists'>> = {},
    signal = new AbortController().signal,
  ) =>
    source.read(
      everything.type === 'sharedMailbox' || everything.type === 'publicFolder'
        ? everything
        : { ...everything, ...named },
      signal,
    );
  const readFiltered = ({ source }: ContactSourceFixture, filter: string) =>
    source.read(filteredBy(everything, filter), new AbortController().signal);
  const ids = (reading: SourceReading) => reading.objects.map((object) => object.id);
  const person = (number: number): RecipientSeed => ({
    kind: 'userMailbox',
    displayName: `Person ${number}`,
    givenName: 'Person',
    surname: `Number ${number}`,
    primarySmtpAddress: `person${number}@contoso.example`,
  });

  describe(`contact source: ${name}`, () => {
    promises(
      'reads the whole organization when nothing is named, each id once, and calls it complete',
      withFixture(async (fixture) => {
        const added: SourceObjectId[] = [];
        for (const number of [1, 2, 3]) added.push(await fixture.admin.addRecipient(person(number)));
        const reading = await read(fixture);
        expect(ids(reading)).toEqual(expect.arrayContaining(added));
        expect(new Set(ids(reading)).size).toBe(reading.objects.length);
        if (isComplete) expect([reading.isComplete, reading.gaps]).toEqual([true, []]);
        // A degraded source may know less, but then it must not call that complete.
        else expect([reading.isComplete, reading.gaps.length > 0]).toEqual([false, true]);
      }),
    );

    promises(
      'gives attributes under neutral names, only those with a value, primary address first and without prefix',
      withFixture(async (fixture) => {
        const id = await fixture.admin.addRecipient({
          ...person(1),
          displayName: 'Ünal Żółć 渡辺',
          department: 'Sales',
          primarySmtpAddress: 'primary@contoso.example',
          proxyAddresses: ['another@contoso.example'],
          businessPhones: ['+49 30 1234567'],
        });
        const object = (await read(fixture)).objects.find((one) => one.id === id);
        expect(object?.kind).toBe(options.onlyKind ?? 'userMailbox');
        expect(object?.attributes).toMatchObject({
          displayName: ['Ünal Żółć 渡辺'],
          givenName: ['Person'],
          surname: ['Number 1'],
          department: ['Sales'],
          businessPhones: ['+49 30 1234567'],
        });
        expect(object?.attributes.emailAddresses?.[0]).toBe('primary@contoso.example');
        expect(object?.attributes.emailAddresses).toContain('another@contoso.example');
        expect(object?.attributes.jobTitle).toBeUndefined();
      }),
    );

    promises(
      'every object is well formed: known kind, known attributes, no empty value, no address prefix',
      withFixture(async (fixture) => {
        for (const [number, kind] of (['userMailbox', 'sharedMailbox', 'mailContact'] as const).entries()) {
          await fixture.admin.addRecipient({ ...person(number), kind });
        }
        const { objects } = await read(fixture);
        expect(objects.length).toBeGreaterThanOrEqual(3);
        for (const object of objects) {
          expect(SOURCE_OBJECT_KINDS).toContain(object.kind);
          for (const [attribute, values] of Object.entries(object.attributes)) {
            expect(SOURCE_ATTRIBUTES).toContain(attribute);
            expect(values.length).toBeGreaterThan(0);
            for (const value of values) expect(value).not.toBe('');
          }
          for (const address of object.attributes.emailAddresses ?? []) expect(address).not.toMatch(/^\w+:/);
        }
      }),
    );

    promises(
      'types, hidden and disabled are not applied here: they are read and told',
      withFixture(async (fixture) => {
        const { admin } = fixture;
        const shared = await admin.addRecipient({ ...person(1), kind: 'sharedMailbox' });
        const contact = await admin.addRecipient({ ...person(2), kind: 'mailContact' });
        const hidden = await admin.addRecipient({ ...person(3), isHidden: true });
        const disabled = await admin.addRecipient({ ...person(4), isDisabled: true });
        const { objects } = await read(fixture);
        const byId = new Map(objects.map((object) => [object.id, object]));
        expect(byId.get(shared)?.kind).toBe('sharedMailbox');
        expect(byId.get(contact)?.kind).toBe('mailContact');
        expect(byId.get(hidden)?.isHidden).toBe(true);
        expect(byId.get(contact)?.isHidden).toBe(false);
        expect(byId.get(disabled)?.isDisabled).toBe(true);
        expect(byId.get(contact)?.isDisabled).toBe(false);
      }),
      { needs: 'hiddenFlag' },
    );

    promises(
      'custom attributes are read, since the internal marks stand in them',
      withFixture(async (fixture) => {
        for (const kind of ['userMailbox', 'mailContact'] as const) {
          const id = await fixture.admin.addRecipient({
            ...person(1),
            kind,
            customAttribute3: 'NoContactSync',
          });
          const object = (await read(fixture)).objects.find((one) => one.id === id);
          expect(object?.attributes.customAttribute3).toEqual(['NoContactSync']);
        }
      }),
      { needs: 'customAttributes' },
    );

    promises(
      'the id stays when name and address change, and is never one of them',
      withFixture(async (fixture) => {
        const id = await fixture.admin.addRecipient(person(1));
        await fixture.admin.renameRecipient(id, 'Married Name', 'married@contoso.example');
        const object = (await read(fixture)).objects.find((one) => one.id === id);
        expect(object?.attributes.displayName).toEqual(['Married Name']);
        expect(object?.attributes.emailAddresses?.[0]).toBe('married@contoso.example');
        expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      }),
    );

    promises(
      'who left is no longer read',
      withFixture(async (fixture) => {
        const id = await fixture.admin.addRecipient(person(1));
        await fixture.admin.addRecipient(person(2));
        await fixture.admin.removeRecipient(id);
        expect(ids(await read(fixture))).not.toContain(id);
      }),
    );

    promises(
      'reads exactly the members of a group, members of members too, each once, cycles allowed',
      withFixture(async (fixture) => {
        const { admin } = fixture;
        const [first, second, third, outside] = await Promise.all(
          [1, 2, 3, 4].map((number) => admin.addRecipient(person(number))),
        );
        if (first === undefined || second === undefined || third === undefined) throw new Error('added');
        await admin.addGroup('Inner', [second, third]);
        await admin.addGroup('Outer', [first, second]);
        await admin.nestGroup('Inner', 'Outer');
        await admin.nestGroup('Outer', 'Inner');
        const reading = await read(fixture, { groups: ['Outer'] });
        expect(ids(reading)).toEqual(expect.arrayContaining([first, second, third]));
        expect(ids(reading)).not.toContain(outside);
        expect(new Set(ids(reading)).size).toBe(reading.objects.length);
        const people = reading.objects.filter((object) => object.kind === 'userMailbox');
        expect(people).toHaveLength(3);
      }),
      { needs: 'groups' },
    );

    promises(
      'whoever is in any of several groups is read, each once',
      withFixture(async (fixture) => {
        const first = await fixture.admin.addRecipient(person(1));
        const second = await fixture.admin.addRecipient(person(2));
        await fixture.admin.addGroup('One', [first, second]);
        await fixture.admin.addGroup('Two', [second]);
        const reading = await read(fixture, { groups: ['One', 'Two'] });
        expect([...ids(reading)].sort()).toEqual([first, second].sort());
      }),
      { needs: 'groups' },
    );

    promises(
      'an empty group is an empty, complete reading',
      withFixture(async (fixture) => {
        await fixture.admin.addRecipient(person(1));
        await fixture.admin.addGroup('Empty', []);
        const reading = await read(fixture, { groups: ['Empty'] });
        expect(reading.objects).toEqual([]);
        if (isComplete) expect(reading.isComplete).toBe(true);
      }),
      { needs: 'groups' },
    );

    promises(
      'a group that does not exist makes the reading incomplete; the others are read',
      withFixture(async (fixture) => {
        const id = await fixture.admin.addRecipient(person(1));
        await fixture.admin.addGroup('Known', [id]);
        const reading = await read(fixture, { groups: ['Known', 'Unknown'] });
        expect(ids(reading)).toEqual([id]);
        expect(reading.isComplete).toBe(false);
        expect(reading.gaps.map((gap) => gap.code)).toContain('groupNotFound');
      }),
      { needs: 'groups' },
    );

    promises(
      'a group whose members may not be read makes the reading incomplete',
      withFixture(async (fixture) => {
        const id = await fixture.admin.addRecipient(person(1));
        await fixture.admin.addGroup('Open', [id]);
        await fixture.admin.addGroup('Denied', [id]);
        await fixture.trouble.denyGroup('Denied');
        const reading = await read(fixture, { groups: ['Open', 'Denied'] });
        expect(ids(reading)).toEqual([id]);
        expect(reading.isComplete).toBe(false);
        expect(reading.gaps.map((gap) => gap.code)).toContain('groupUnreadable');
      }),
      { needs: 'denyGroup' },
    );

    promises(
      'reads the members of an address list',
      withFixture(async (fixture) => {
        const first = await fixture.admin.addRecipient(person(1));
        await fixture.admin.addRecipient(person(2));
        await fixture.admin.addToAddressList('Sales List', [first]);
        const reading = await read(fixture, { addressLists: ['Sales List'] });
        expect(ids(reading)).toEqual([first]);
      }),
      { needs: 'addressLists' },
    );

    promises(
      'reads what a filter of the source fits',
      withFixture(async (fixture) => {
        const first = await fixture.admin.addRecipient(person(1));
        await fixture.admin.addRecipient(person(2));
        const filter = await fixture.admin.filterFor([first]);
        expect(ids(await readFiltered(fixture, filter))).toEqual([first]);
      }),
      { needs: 'filter' },
    );

    promises(
      'an invalid filter throws invalidFilter',
      withFixture(async (fixture) => {
        await expectFailure(readFiltered(fixture, 'no such -operator'), 'invalidFilter');
      }),
      { needs: 'filter' },
    );

    promises(
      'half-read is not empty: a reading that stopped half way is incomplete with a reason',
      withFixture(async (fixture) => {
        for (let number = 1; number <= 6; number += 1) await fixture.admin.addRecipient(person(number));
        await fixture.trouble.stopHalfWay();
        const reading = await read(fixture);
        expect(reading.isComplete).toBe(false);
        expect(reading.gaps.length).toBeGreaterThan(0);
        for (const gap of reading.gaps) expect(gap).toBeInstanceOf(Failure);
      }),
      { needs: 'stopHalfWay' },
    );

    promises(
      'what a missing right hides is unknown, and the reading incomplete',
      withFixture(async (fixture) => {
        const id = await fixture.admin.addRecipient(person(1));
        await fixture.trouble.removeRight();
        const reading = await read(fixture);
        const object = reading.objects.find((one) => one.id === id);
        const isUnknown =
          object === undefined ||
          object.isHidden === 'unknown' ||
          object.isDisabled === 'unknown' ||
          (object.unknownAttributes ?? []).length > 0;
        expect(isUnknown).toBe(true);
        expect(reading.isComplete).toBe(false);
      }),
      { needs: 'removeRight' },
    );

    promises(
      'throws when nothing can be read at all, while probe says which step failed without throwing',
      withFixture(async (fixture) => {
        const signal = new AbortController().signal;
        const before = await fixture.source.probe(signal);
        expect(before.length).toBeGreaterThan(0);
        await fixture.trouble.refuseSignIn();
        await expect(read(fixture)).rejects.toBeInstanceOf(Failure);
        const steps = await fixture.source.probe(signal);
        const failed = steps.filter((step) => !step.ok);
        expect(failed.length).toBeGreaterThan(0);
        expect(failed.every((step) => step.failure !== undefined || step.note !== undefined)).toBe(true);
      }),
      { needs: 'refuseSignIn' },
    );

    promises(
      'throws `cancelled` when aborted, never a short list',
      withFixture(async (fixture) => {
        await fixture.admin.addRecipient(person(1));
        await expectFailure(read(fixture, {}, AbortSignal.abort()), 'cancelled');
      }),
    );

    promises(
      'reads more than one page completely',
      withFixture(async (fixture) => {
        const added: SourceObjectId[] = [];
        for (let number = 0; number < (options.largeOrganization ?? 30); number += 1) {
          added.push(await fixture.admin.addRecipient(person(number)));
        }
        expect(ids(await read(fixture))).toEqual(expect.arrayContaining(added));
      }),
    );
  });
}
