// The generated company directory, read whole and compared with what its generator says is in it: every kind, and every
// special case by name.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sourceObjectId } from '../../src/model/ids.ts';
import type { ActiveDirectorySource } from '../../src/model/policy.ts';
import type { SourceObject, SourceObjectKind } from '../../src/model/source-object.ts';
import type { SourceReading } from '../../src/ports/contact-source.ts';
import type { MailboxReading } from '../../src/ports/mailbox-directory.ts';
import { needs, titleWith } from '../needs.ts';
import { connectTo, everyMailboxHere, wholeDirectory } from './connector.ts';
import { type DomainController, type SpecialCase, startDomainController } from './domain-controller.ts';
import { type StrictProxy, startStrictProxy } from './strict-proxy.ts';

const need = needs.samba();
const signal = new AbortController().signal;
const SIZES = process.env.REQUIRE_ALL === '1' ? [500, 10_000] : [500];

/** The generator's words for the kinds. */
const KINDS: Readonly<Record<string, SourceObjectKind>> = {
  mailGroup: 'distributionGroup',
  dynamicGroup: 'dynamicDistributionGroup',
  arbitrationMailbox: 'other',
  discoveryMailbox: 'other',
  healthMailbox: 'other',
};

describe.skipIf(!need.available).each(SIZES)(titleWith(need, 'a directory of %i recipients'), (objects) => {
  let controller: DomainController;
  let proxy: StrictProxy;
  let reading: SourceReading;
  let mailboxes: MailboxReading;
  const byId = new Map<string, SourceObject>();
  beforeAll(async () => {
    controller = await startDomainController({ objects });
    proxy = await startStrictProxy({
      upstream: { host: controller.address, port: 389 },
      tls: controller.tls,
    });
    const { source, directory, close } = connect();
    reading = await source.read(wholeDirectory, signal);
    mailboxes = await directory.readMailboxes(everyMailboxHere, signal);
    await close();
    for (const object of reading.objects) byId.set(object.id, object);
  }, 600_000);
  afterAll(async () => {
    await proxy?.close();
    await controller?.stop();
  });

  const connect = () => connectTo(controller, { servers: [`localhost:${proxy.port}`] });
  const caseOf = (name: string): SpecialCase => {
    const found = controller.manifest.cases[name];
    if (found === undefined) throw new Error(`the manifest has no ${name}`);
    return found;
  };
  const objectOf = (name: string): SourceObject => {
    const object = byId.get(caseOf(name).objectGUID);
    if (object === undefined) throw new Error(`${name} was not read`);
    return object;
  };
  const attributesOf = (name: string) => objectOf(name).attributes;
  async function readScope(named: Partial<ActiveDirectorySource>): Promise<SourceReading> {
    const { source, close } = connect();
    try {
      return await source.read({ ...wholeDirectory, ...named }, signal);
    } finally {
      await close();
    }
  }
  const idsOf = async (named: Partial<ActiveDirectorySource>) =>
    new Set((await readScope(named)).objects.map(({ id }) => String(id)));

  it('is read whole, each id once, every kind as often as it was made', () => {
    expect([reading.isComplete, reading.gaps]).toEqual([true, []]);
    expect(reading.objects).toHaveLength(controller.manifest.recipients);
    expect(byId.size).toBe(reading.objects.length);
    const expected: Record<string, number> = {};
    for (const [kind, count] of Object.entries(controller.manifest.byKind)) {
      const ours = KINDS[kind] ?? kind;
      expected[ours] = (expected[ours] ?? 0) + count;
    }
    expect(countBy(reading.objects.map(({ kind }) => kind))).toEqual(expected);
    expect(reading.objects.filter(({ isHidden }) => isHidden === true)).toHaveLength(
      controller.manifest.hidden,
    );
  });

  it('knows every special case by its objectGUID, and leaves out what is no recipient', () => {
    for (const [name, special] of Object.entries(controller.manifest.cases)) {
      const isRecipient = !['none', 'deleted'].includes(special.kind);
      const object = byId.get(special.objectGUID);
      expect([name, object?.kind]).toEqual([
        name,
        isRecipient ? (KINDS[special.kind] ?? special.kind) : undefined,
      ]);
      if (isRecipient) expect([name, object?.isHidden]).toEqual([name, special.hidden]);
    }
  });

  it('reads text as it stands there: umlauts, Japanese, emoji, Hebrew, decomposed letters, special characters', () => {
    expect(attributesOf('commaAndUmlaut')).toMatchObject({
      displayName: ['Müller, Jürgen'],
      street: ['Große Straße 1\r\nHinterhaus, 3. Stock'],
      jobTitle: ['Geschäftsführer'],
      organizationalUnit: ['corp.example.test/Company/People/Berlin'],
    });
    expect(attributesOf('cjkPhonetic')).toMatchObject({
      surname: ['山田'],
      phoneticGivenName: ['タロウ'],
      phoneticSurname: ['ヤマダ'],
    });
    expect(attributesOf('emoji')).toMatchObject({
      displayName: ['Emoji Person 🚀'],
      notes: ['line one\r\nline two 🎉'],
    });
    expect(attributesOf('rightToLeft').givenName).toEqual(['דוד']);
    expect(attributesOf('decomposedUnicode').givenName).toEqual(['Jose\u0301']);
    expect(attributesOf('escapedName').displayName).toEqual(['Quote "Q" + <x>; back\\slash = yes']);
    expect(attributesOf('leadingHash').displayName).toEqual(['#Leading Hash']);
    expect(attributesOf('longNames').displayName?.[0]).toHaveLength(256);
  });

  it('reads addresses with the primary one first, and every telephone with its further numbers', () => {
    const { emailAddresses, imAddresses } = attributesOf('manyProxyAddresses');
    expect(emailAddresses?.slice(0, 2)).toEqual([
      'manyaddr@example.test',
      expect.stringContaining('@example.test'),
    ]);
    expect(emailAddresses).toHaveLength(27);
    expect(imAddresses).toEqual(['manyaddr@example.test', 'many@example.test']);
    expect(attributesOf('manyPhones')).toMatchObject({
      homePhones: ['+49 30 555', '+49 30 556', '+49 30 557'],
      mobilePhones: ['+49 170 1', '+49 170 2', '+49 170 3'],
      businessFax: ['+49 30 99'],
      otherFax: ['+49 30 98'],
      pager: ['4711', '4712'],
      assistantPhone: ['+49 30 1234-9'],
      assistant: ['Anna Schmidt'],
    });
    expect(attributesOf('manyPhones').businessPhones?.[0]).toBe('+49 30 1234-0');
    expect(attributesOf('manyPhones').businessPhones).toHaveLength(6);
    expect(attributesOf('proxyAddressesWithoutMail').emailAddresses?.[0]).toBe('nomailattr@example.test');
    expect(attributesOf('contactWithoutSmtp').emailAddresses).toBeUndefined();
  });

  it('reads managers by their display names, in loops too', () => {
    expect(attributesOf('middleManager').manager).toEqual(['Chief Executive']);
    expect(attributesOf('topManager').manager).toBeUndefined();
    expect(attributesOf('managerLoopA').manager).toEqual(['Loop B']);
    expect(attributesOf('managerLoopB').manager).toEqual(['Loop A']);
  });

  it('reads what the internal marks stand in', () => {
    expect(attributesOf('noContactSync').customAttribute7).toEqual(['NoContactSync']);
    expect(attributesOf('bothTags').customAttribute1).toEqual(['x;NoContactSync;NoMailboxSync;y']);
    for (let number = 1; number <= 15; number += 1)
      expect(attributesOf('allExtensionAttributes')).toHaveProperty(`customAttribute${number}`, [
        `value ${number} äöü`,
      ]);
  });

  it('counts as disabled only whose account says something about the person', () => {
    expect(objectOf('disabledAccount').isDisabled).toBe(true);
    for (const name of ['linkedMailbox', 'sharedMailbox', 'room', 'equipment', 'remoteMailbox', 'contact'])
      expect([name, objectOf(name).isDisabled]).toEqual([name, false]);
  });

  it('reads nested groups to the innermost, cycles once, security groups, primary groups and empty ones', async () => {
    const nested = await idsOf({ groups: ['Nested 1'] });
    for (const name of ['topManager', 'managerLoopA', 'managerLoopB', 'nested2', 'nested5'])
      expect([name, nested.has(caseOf(name).objectGUID)]).toEqual([name, true]);
    expect(await idsOf({ groups: [caseOf('cycleA').objectGUID] })).toEqual(
      new Set(['cycleA', 'cycleB', 'managerLoopA', 'managerLoopB'].map((name) => caseOf(name).objectGUID)),
    );
    expect(await idsOf({ groups: ['secgroup@example.test'] })).toEqual(
      new Set([caseOf('topManager').objectGUID, caseOf('contact').objectGUID]),
    );
    expect(await idsOf({ groups: [caseOf('plainGroup').dn] })).toEqual(
      new Set([caseOf('topManager').objectGUID]),
    );
    expect((await readScope({ groups: [caseOf('emptyGroup').dn] })).objects).toEqual([]);
    // Everybody with an account, since it is the primary group of each.
    const domainUsers = await idsOf({ groups: ['Domain Users'] });
    const accounts = reading.objects.filter(({ attributes }) => attributes.userPrincipalName !== undefined);
    expect(domainUsers).toEqual(new Set(accounts.map(({ id }) => String(id))));
  });

  it('reads a large group whole', async () => {
    const everyone = await readScope({ groups: [caseOf('everyone').dn] });
    expect(everyone.objects).toHaveLength(caseOf('everyone').members ?? 0);
    expect(everyone.isComplete).toBe(true);
  });

  it('lets the domain controller evaluate a dynamic group and an address list', async () => {
    const berliners = reading.objects.filter(
      ({ attributes, kind }) =>
        attributes.city?.[0] === 'Berlin' && kind !== 'mailContact' && attributes.alias !== undefined,
    );
    expect(await idsOf({ groups: ['dyn-berlin'] })).toEqual(new Set(berliners.map(({ id }) => String(id))));
    const contacts = reading.objects.filter(
      ({ kind, isHidden }) => kind === 'mailContact' && isHidden === false,
    );
    for (const name of ['All Contacts', '\\All Contacts', 'all contacts'])
      expect(await idsOf({ addressLists: [name] })).toEqual(new Set(contacts.map(({ id }) => String(id))));
    const { gaps } = await readScope({ addressLists: ['No such list'] });
    expect(gaps.map(({ code, details }) => [code, details.addressList])).toEqual([
      ['groupNotFound', 'No such list'],
    ]);
  });

  it('reads units with and without children, single objects in every form, and a filter with escapes', async () => {
    const people = `OU=People,OU=Company,${controller.baseDn}`;
    const below = await idsOf({ organizationalUnits: [{ dn: people, includeChildren: true }] });
    expect(below.has(caseOf('topManager').objectGUID)).toBe(true);
    expect((await idsOf({ organizationalUnits: [{ dn: people, includeChildren: false }] })).size).toBe(0);
    const { dn, objectGUID } = caseOf('escapedName');
    expect(
      await idsOf({ objects: [dn, objectGUID, 'special@EXAMPLE.test', caseOf('leadingHash').dn] }),
    ).toEqual(new Set([objectGUID, caseOf('leadingHash').objectGUID]));
    const missing = await readScope({ objects: ['nobody@example.test', caseOf('plainUser').dn] });
    expect(missing.gaps.map(({ code }) => code)).toEqual([
      'directoryObjectNotFound',
      'directoryObjectNotFound',
    ]);
    const raw = await idsOf({ ldapFilter: '(&(sn=Müller)(!(l=Berlin)))' });
    expect(raw.has(caseOf('commaAndUmlaut').objectGUID)).toBe(true);
    expect(await idsOf({ ldapFilter: '(&(sn=M\\c3\\bcller)(!(l=Berlin)))' })).toEqual(raw);
  });

  it('tells photos that change from those that do not, and reads them whole', async () => {
    const { photos, close } = connect();
    const names = ['photo', 'bigPhoto', 'brokenPhoto', 'plainUser'];
    const owners = [
      ...names.map((name) => ({ id: sourceObjectId(caseOf(name).objectGUID), kind: 'userMailbox' as const })),
      // Somebody of the tenant alone.
      { id: sourceObjectId('00000000-0000-4000-8000-000000000001'), kind: 'userMailbox' as const },
    ];
    const { stamps, failures } = await photos.readStamps(owners, signal);
    expect(failures).toEqual([]);
    expect((await photos.readStamps(owners, signal)).stamps).toEqual(stamps);
    const [photo, big, broken, none, stranger] = owners.map(({ id }) => stamps.get(id));
    expect([none, stranger]).toEqual(['', undefined]);
    expect(new Set([photo, big, broken, '', undefined]).size).toBe(5);

    const originals = await photos.readPhotos(owners, signal);
    await close();
    expect(originals.slice(3)).toEqual([undefined, undefined]);
    expect(new TextDecoder().decode(originals[2] as Uint8Array)).toBe('this is no JPEG');
    const wholeOf = (place: number) => originals[place] as Uint8Array;
    for (const place of [0, 1]) expect([...wholeOf(place).slice(0, 2)]).toEqual([0xff, 0xd8]);
    expect(wholeOf(1).length).toBeGreaterThan(90_000);
  });

  it('tells of whom a server in the building may be asked for the photo, and by which address', async () => {
    const { photos, close } = connect();
    const here = mailboxes.mailboxes.flatMap(({ location, ownerId, ...mailbox }) =>
      location === 'onPremises' && ownerId !== undefined ? [{ ...mailbox, id: ownerId }] : [],
    );
    const others = [...byId.values()].filter(({ kind }) => kind === 'remoteMailbox' || kind === 'mailUser');
    const { addresses } = await photos.readPeople([...here, ...others], signal);
    await close();
    expect([here.length > 50, others.length > 10]).toEqual([true, true]);
    expect(addresses).toEqual(new Map(here.map(({ id, primarySmtpAddress }) => [id, primarySmtpAddress])));
  });

  it('lists mailboxes here and in the cloud, with the id Exchange gave them', () => {
    expect([mailboxes.isComplete, mailboxes.gaps, mailboxes.notFound]).toEqual([true, [], []]);
    const { byKind } = controller.manifest;
    const kinds = [
      'userMailbox',
      'linkedMailbox',
      'sharedMailbox',
      'roomMailbox',
      'equipmentMailbox',
    ] as const;
    const counts = countBy(mailboxes.mailboxes.map(({ kind }) => kind));
    for (const kind of kinds) expect([kind, counts[kind]]).toEqual([kind, byKind[kind]]);
    expect(mailboxes.mailboxes.every(({ location }) => location === 'onPremises')).toBe(true);
    const tagged = mailboxes.mailboxes.find(({ ownerId }) => ownerId === caseOf('noMailboxSync').objectGUID);
    expect(tagged?.customAttributes).toEqual(['NoMailboxSync']);
    expect(
      mailboxes.mailboxes.some(({ ownerId }) => ownerId === caseOf('arbitrationMailbox').objectGUID),
    ).toBe(false);
  });
});

function countBy(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
