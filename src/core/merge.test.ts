import { describe, expect, it } from 'vitest';
import type { MappedContact } from '../model/contact.ts';
import { mailboxId, policyId, type SourceObjectId, sourceObjectId } from '../model/ids.ts';
import type { Companion, Offer } from '../model/offer.ts';
import type { Policy } from '../model/policy.ts';
import { contactFingerprint, fieldFingerprints, rulesDigest } from './fingerprint.ts';
import { createMerger, type OwnPart } from './merge.ts';
import { testPolicy } from './test-policy.ts';

const hex = (n: number): string => n.toString(16).padStart(12, '0');
const person = (n: number): SourceObjectId => sourceObjectId(`00000000-0000-4000-a000-${hex(n)}`);
const box = (n: number) => mailboxId(`00000000-0000-4000-b000-${hex(n)}`);
const BOX = { id: box(1), ownerId: undefined };

function policyOf(priority: number, change: { meetBy?: 'id' | 'emailAddress'; own?: boolean } = {}): Policy {
  const { meetBy = 'id', own = false } = change;
  const policy = testPolicy({ folder: { merge: { meetBy, priority } }, contact: { includeOwn: own } });
  return { ...policy, id: `00000000-0000-4000-8000-${hex(priority)}`, name: `Nr ${priority}` };
}

function contact(n: number, address?: string): MappedContact {
  const properties = { displayName: `Person ${n}` };
  return {
    sourceObjectId: person(n),
    kind: 'userMailbox',
    label: `Person ${n}`,
    properties,
    folderKey: '',
    fingerprint: contactFingerprint(properties),
    fieldFingerprints: fieldFingerprints(properties),
    losses: [],
    ...(address === undefined ? {} : { address }),
  };
}

const ownPart = (
  policy: Policy,
  contacts: readonly MappedContact[],
  rest: Partial<OwnPart> = {},
): OwnPart => ({
  policy,
  wanted: new Map(contacts.map((one) => [one.sourceObjectId, one])),
  undecided: new Set(),
  offer: undefined,
  ...rest,
});

const companion = (policy: Policy, people: Offer['people'], mailboxes = [1]): Companion => ({
  policy,
  offer: { people, former: [], mailboxIds: mailboxes.map(box) },
});

const offeredTo = (n: number, address?: string): Offer['people'][number] => ({
  sourceObjectId: person(n),
  properties: { displayName: `P. ${n}`, notes: 'known' },
  ...(address === undefined ? {} : { address }),
});

describe('who writes a person', () => {
  it('the policy that comes first, with what the others add', () => {
    const { forMailbox } = createMerger(ownPart(policyOf(1), [contact(1), contact(2)]), [
      companion(policyOf(2), [offeredTo(1), offeredTo(3)]),
    ]);
    const { wanted, standIns } = forMailbox(BOX, 'fill');
    expect(wanted.get(person(1))?.properties).toEqual({ displayName: 'Person 1', notes: 'known' });
    expect(wanted.get(person(2))).toEqual(contact(2));
    // Not of this policy; should a contact of it still stand, the other one takes its place.
    expect([...standIns.keys()]).toEqual([person(3)]);
  });

  it('the others leave the person to it, whoever runs first', () => {
    const { forMailbox } = createMerger(ownPart(policyOf(2), [contact(1), contact(2)]), [
      companion(policyOf(1), [offeredTo(1)]),
    ]);
    const { wanted, standIns } = forMailbox(BOX, 'fill');
    expect([...wanted.keys()]).toEqual([person(2)]);
    expect(standIns.get(person(1))).toMatchObject({ policyName: 'Nr 1', sourceObjectId: person(1) });
  });

  it('only where it fills the mailbox; there the rules are those of one policy', () => {
    const policy = policyOf(2);
    const { forMailbox } = createMerger(ownPart(policy, [contact(1)]), [
      companion(policyOf(1), [offeredTo(1)], [7]),
    ]);
    const alone = forMailbox(BOX, 'fill');
    expect([...alone.wanted.values()]).toEqual([contact(1)]);
    expect(alone.rulesDigest).toBe(rulesDigest(policy));
    expect(forMailbox({ ...BOX, id: box(7) }, 'fill').rulesDigest).not.toBe(rulesDigest(policy));
  });

  it('in a mailbox that leaves, the others, who take the place of what is emptied', () => {
    const { forMailbox } = createMerger(ownPart(policyOf(1), [contact(1), contact(2)]), [
      companion(policyOf(2), [offeredTo(1)]),
    ]);
    expect([...forMailbox(BOX, 'empty').standIns.keys()]).toEqual([person(1)]);
  });

  it('is the same map for all mailboxes that the same policies fill', () => {
    const { forMailbox } = createMerger(ownPart(policyOf(1), [contact(1)]), [
      companion(policyOf(2), [offeredTo(1)], [1, 2]),
    ]);
    expect(forMailbox(BOX, 'fill')).toBe(forMailbox({ ...BOX, id: box(2) }, 'fill'));
  });

  it('somebody whom the reading cannot place is claimed only where an earlier run did', () => {
    const undecided = new Set([person(1), person(2)]);
    const offer = { people: [offeredTo(2)], former: [], mailboxIds: [] };
    const own = ownPart(policyOf(1), [contact(1), contact(2)], { undecided, offer });
    const { wanted } = createMerger(own, [companion(policyOf(2), [offeredTo(1), offeredTo(2)])]).forMailbox(
      BOX,
      'fill',
    );
    expect([...wanted.keys()]).toEqual([person(2)]);
  });

  it('names the policies before it of which nobody knows what they want', () => {
    const untold = { policy: policyOf(1), offer: undefined };
    const { forMailbox } = createMerger(ownPart(policyOf(2), [contact(1)]), [untold]);
    const { wanted, untold: named } = forMailbox(BOX, 'fill');
    expect([...named]).toEqual([policyId(untold.policy.id)]);
    expect(wanted.get(person(1))).toEqual(contact(1));
    const first = createMerger(ownPart(policyOf(1), [contact(1)]), [
      { policy: policyOf(2), offer: undefined },
    ]);
    expect(first.forMailbox(BOX, 'fill').untold.size).toBe(0);
  });
});

describe('people who meet by their address', () => {
  const first = policyOf(1, { meetBy: 'emailAddress' });
  const second = policyOf(2, { meetBy: 'emailAddress' });

  it('are one person under two ids', () => {
    const { forMailbox } = createMerger(ownPart(second, [contact(1, 'erika@contoso.example')]), [
      companion(first, [offeredTo(9, 'erika@contoso.example')]),
    ]);
    const { wanted, standIns } = forMailbox(BOX, 'fill');
    expect(wanted.size).toBe(0);
    expect(standIns.get(person(1))?.sourceObjectId).toBe(person(9));
  });

  it('meet nobody where several of a policy share it, or without one', () => {
    const shared = [contact(1, 'info@contoso.example'), contact(2, 'info@contoso.example'), contact(3)];
    const { forMailbox } = createMerger(ownPart(second, shared), [
      companion(first, [offeredTo(9, 'info@contoso.example'), offeredTo(8)]),
    ]);
    const { wanted, standIns, ambiguous } = forMailbox(BOX, 'fill');
    expect([...wanted.values()]).toEqual(shared);
    expect(standIns.size).toBe(0);
    expect(ambiguous).toEqual([person(1), person(2)]);
  });

  it('are still known by it after they left this policy', () => {
    const former = [{ sourceObjectId: person(1), address: 'erika@contoso.example' }];
    const own = ownPart(first, [], { offer: { people: [], former, mailboxIds: [] } });
    const { forMailbox } = createMerger(own, [companion(second, [offeredTo(9, 'erika@contoso.example')])]);
    expect(forMailbox(BOX, 'fill').standIns.get(person(1))?.sourceObjectId).toBe(person(9));
  });

  it('the contact of the owner is written by whoever wants it in the own mailbox', () => {
    const own = ownPart(second, [contact(1, 'erika@contoso.example')]);
    const { forMailbox } = createMerger(own, [companion(first, [offeredTo(9, 'erika@contoso.example')])]);
    const { wanted, standIns } = forMailbox({ ...BOX, ownerId: person(9) }, 'fill');
    expect([...wanted.values()]).toEqual([contact(1, 'erika@contoso.example')]);
    expect(standIns.size).toBe(0);
    // Elsewhere nothing changed by that.
    expect(forMailbox(BOX, 'fill').wanted.size).toBe(0);
  });
});

it('the digest of the offers changes with any value, and with nothing else', () => {
  const own = ownPart(policyOf(1), [contact(1)]);
  const digest = (people: Offer['people']) =>
    createMerger(own, [companion(policyOf(2), people)]).offersDigest;
  expect(digest([offeredTo(1)])).toBe(digest([offeredTo(1)]));
  expect(digest([{ ...offeredTo(1), properties: { notes: 'new' } }])).not.toBe(digest([offeredTo(1)]));
});
