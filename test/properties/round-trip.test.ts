// Law 9, round trip: decode(encode(contact)) equals the contact, except properties listed as lossy. Here for the memory
// target, alone and normalizing; the contract suite holds every connector to it with a full contact.

import fc from 'fast-check';
import { describe } from 'vitest';
import { comparable } from '../../src/core/comparable.ts';
import { contactFingerprint, fieldFingerprints, fieldMatches } from '../../src/core/fingerprint.ts';
import {
  CONTACT_PROPERTIES,
  CONTACT_PROPERTY_NAMES,
  type ContactProperties,
  type ContactProperty,
} from '../../src/model/contact.ts';
import { sampleMark, samplePolicyId } from '../contract/sample.ts';
import { losesAField } from './broken.ts';
import { law, twin } from './check-law.ts';
import { type Alteration, boxId, World } from './world.ts';

const VALUE_OF: Record<(typeof CONTACT_PROPERTIES)[ContactProperty]['kind'], fc.Arbitrary<string>> = {
  text: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
  lines: fc.array(fc.string({ maxLength: 80 }), { maxLength: 8 }).map((lines) => lines.join('\n')),
  email: fc.emailAddress(),
  phone: fc.constantFrom('+49 30 1234567', '+1 425 5550100', '4711'),
  date: fc
    .date({ min: new Date('1900-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10)),
  flag: fc.constant('true'),
  categories: fc
    .uniqueArray(fc.constantFrom('Blue', 'Company', 'Red'), { minLength: 1 })
    .map((names) => names.sort().join(';')),
  url: fc.webUrl(),
};

const contact: fc.Arbitrary<ContactProperties> = fc
  .record(
    Object.fromEntries(CONTACT_PROPERTY_NAMES.map((name) => [name, VALUE_OF[CONTACT_PROPERTIES[name].kind]])),
    { requiredKeys: [] },
  )
  .map((values) =>
    Object.fromEntries(Object.entries(values).filter(([, value]) => (value ?? '').trim() !== '')),
  );

const setupOf = (normalizes: boolean) => ({
  people: [],
  mailboxes: 1,
  normalizes,
  subfolderPerDomain: false,
  useDefaultContacts: true,
});

/** The values are the same to us, the rest is what a server makes up by itself. */
function expectSame(sent: ContactProperties, stored: ContactProperties): void {
  for (const property of CONTACT_PROPERTY_NAMES) {
    const [was, is] = [sent[property] ?? '', stored[property] ?? ''];
    if (was === '' && 'generated' in CONTACT_PROPERTIES[property]) continue;
    if (comparable(property, was) !== comparable(property, is))
      throw new Error(`${property}: ${was} became ${is}`);
  }
}

const roundTrip = (alter?: Alteration) =>
  fc.asyncProperty(contact, contact, fc.boolean(), async (first, second, normalizes) => {
    const world = new World(setupOf(normalizes), alter);
    const mailbox = world.organization.directory.find((one) => one.id === boxId(1));
    if (mailbox === undefined) throw new Error('the world has a mailbox');
    const target = world.ports.targets.open(mailbox, samplePolicyId(), world.policy.folder);
    const signal = new AbortController().signal;
    const read = async () => {
      const [found] = (await target.readFolder({ known: undefined, includeForeign: false }, signal)).contacts;
      if (found?.properties === undefined) throw new Error('the contact is there');
      return { ...found, properties: found.properties };
    };
    const mark = { ...sampleMark(samplePolicyId(), 1), fieldFingerprints: fieldFingerprints(first) };
    const folderId = world.box(1).contactsId;
    await target.applyChanges([{ kind: 'create', folderId, properties: first, mark }], signal);
    const created = await read();
    expectSame(first, created.properties);
    if (created.mark.fieldFingerprints !== mark.fieldFingerprints) throw new Error('the mark changed');

    const set = Object.fromEntries(CONTACT_PROPERTY_NAMES.map((name) => [name, second[name] ?? '']));
    const { itemId, version } = created;
    await target.applyChanges([{ kind: 'update', itemId, version, set, whole: second, mark }], signal);
    expectSame(second, (await read()).properties);
  });

const fingerprintsHold = fc.property(contact, contact, (sent, other) => {
  const fields = fieldFingerprints(sent);
  if (fields.length > 250) throw new Error(`${fields.length} characters do not fit into a list's 255`);
  for (const property of CONTACT_PROPERTY_NAMES) {
    const value = sent[property] ?? '';
    const expected = comparable(property, value) === '' ? 'notSent' : 'same';
    // A server's line ends, and blanks around, make no difference.
    const stored = ` ${value.replaceAll('\n', '\r\n')} `;
    for (const seen of [value, stored]) {
      if (fieldMatches(fields, property, seen) !== expected) throw new Error(`${property} is not recognized`);
    }
  }
  const differs = CONTACT_PROPERTY_NAMES.some(
    (property) => comparable(property, sent[property] ?? '') !== comparable(property, other[property] ?? ''),
  );
  if ((contactFingerprint(sent) !== contactFingerprint(other)) !== differs) {
    throw new Error('the fingerprint tells another story than the values');
  }
});

describe('law 9: round trip', () => {
  law('what was written is read back, cleared fields cleared', roundTrip());
  twin('a target that stores something else than it was given', /surname: .* became/, roundTrip(losesAField));
  law('fingerprints recognize what was sent, however a server stores it', fingerprintsHold, {
    fixedRuns: 120,
  });
});
