// Mail contacts and groups of both directories: when an address makes two of them one, and each way in which it must not.

import { describe, expect, it } from 'vitest';
import type { AddressedRecipient } from '../connectors/exchange-online/tenant-addresses.ts';
import { sourceObjectId } from '../model/ids.ts';
import type { SourceObjectKind } from '../model/source-object.ts';
import { acquaint } from './hybrid-addresses.ts';

const guid = (last: string) => sourceObjectId(`00000000-0000-4000-8000-0000000000${last}`);
const THERE = guid('f1');
const HERE = guid('a1');

function one(
  id: AddressedRecipient['id'],
  addresses: string | readonly string[],
  kind: SourceObjectKind = 'mailContact',
  displayName = 'Ines Meier',
): AddressedRecipient {
  return { id, kind, displayName, addresses: typeof addresses === 'string' ? [addresses] : addresses };
}

const ADDRESS = 'ines@partner.example';
const there = one(THERE, ADDRESS);
const here = one(HERE, ADDRESS);

function joined(
  tenant: readonly AddressedRecipient[],
  directory: readonly AddressedRecipient[],
  known: readonly AddressedRecipient['id'][] = [],
) {
  const { pairs, obstacles } = acquaint(tenant, directory, (id) => known.includes(id));
  return {
    pairs: pairs.map(({ inTenant, inDirectory }) => [inTenant, inDirectory]),
    obstacles: Object.fromEntries(obstacles),
  };
}

const ONE = { pairs: [[THERE, HERE]], obstacles: {} };

describe('mail contacts and groups', () => {
  it('are one by a primary address that nobody else bears, however it is written', () => {
    expect(joined([there], [here])).toEqual(ONE);
    expect(joined([one(THERE, 'Ines@Partner.Example')], [here])).toEqual(ONE);
    const group = 'distributionGroup';
    expect(joined([one(THERE, ADDRESS, group)], [one(HERE, ADDRESS, group)])).toEqual(ONE);
    // Further addresses may differ: each side has some of its own.
    expect(
      joined(
        [one(THERE, [ADDRESS, 'ines@contoso.onmicrosoft.com'])],
        [one(HERE, [ADDRESS, 'i@old.example'])],
      ),
    ).toEqual(ONE);
  });

  it('whom only one side knows is nobody on the other, and no obstacle', () => {
    const nobody = { pairs: [], obstacles: {} };
    expect(joined([], [here])).toEqual(nobody);
    expect(joined([there], [])).toEqual(nobody);
    expect(joined([one(THERE, [])], [one(HERE, [])])).toEqual(nobody);
  });

  it('an address that went to somebody else joins nobody with whoever left', () => {
    // Ines left the directory; her address is borne in the tenant by somebody new.
    expect(joined([there], [one(guid('a2'), 'otto@partner.example')])).toEqual({ pairs: [], obstacles: {} });
    // It was paired with Ines while she was there: whoever bears the address now is not her.
    const reborn = one(guid('a2'), ADDRESS);
    expect(joined([there], [reborn], [THERE, HERE])).toEqual({
      pairs: [],
      obstacles: { [guid('a2')]: 'otherwiseKnown' },
    });
    // Twin: had nobody been paired before, the two would be one.
    expect(joined([there], [reborn]).pairs).toEqual([[THERE, guid('a2')]]);
    // Unless the name tells that the tenant still shows Ines.
    const otto = one(guid('a2'), ADDRESS, 'mailContact', 'Otto Meier');
    expect(joined([there], [otto])).toEqual({
      pairs: [],
      obstacles: { [guid('a2')]: 'otherName', [THERE]: 'otherName' },
    });
    const spelled = one(guid('a2'), ADDRESS, 'mailContact', 'INES  Meier');
    expect(joined([there], [spelled]).pairs).toHaveLength(1);
  });

  it.each([
    ['userMailbox', 'mailContact'],
    ['mailUser', 'mailContact'],
    ['distributionGroup', 'mailContact'],
    ['groupMailbox', 'distributionGroup'],
    ['dynamicDistributionGroup', 'distributionGroup'],
  ] as const)('a %s is no %s of the same address', (kind, other) => {
    const { pairs, obstacles } = joined([one(THERE, ADDRESS, kind)], [one(HERE, ADDRESS, other)]);
    expect([pairs, obstacles[HERE]]).toEqual([[], 'otherType']);
    const turned = joined([one(THERE, ADDRESS, other)], [one(HERE, ADDRESS, kind)]);
    expect([turned.pairs, turned.obstacles[THERE]]).toEqual([[], 'otherType']);
    // Users are joined by their immutable id or not at all.
    const same = joined([one(THERE, ADDRESS, kind)], [one(HERE, ADDRESS, kind)]);
    expect(same.pairs.length).toBe(['userMailbox', 'mailUser'].includes(kind) ? 0 : 1);
  });

  it.each([
    ['a contact beside a user', one(guid('b1'), ['u@contoso.example', ADDRESS], 'userMailbox')],
    ['two contacts', one(guid('b1'), ADDRESS)],
    [
      'a group that has it as a further address',
      one(guid('b1'), ['g@a.example', ADDRESS], 'distributionGroup'),
    ],
  ])('an address that two bear on either side joins nobody: %s', (_name, second) => {
    for (const { pairs, obstacles } of [joined([there, second], [here]), joined([there], [here, second])]) {
      expect(pairs).toEqual([]);
      expect([obstacles[HERE], obstacles[THERE]]).toEqual(['sameAddress', 'sameAddress']);
    }
    // Twin: with another address the second one stands in nobody's way.
    const elsewhere = { ...second, addresses: ['somebody@else.example'] };
    expect(joined([there, elsewhere], [here])).toEqual(ONE);
  });

  it('a further address is no primary one', () => {
    const further = ['new@partner.example', ADDRESS];
    const byTenant = joined([one(THERE, further)], [here]);
    expect(byTenant).toEqual({ pairs: [], obstacles: { [HERE]: 'notPrimary' } });
    const byDirectory = joined([there], [one(HERE, further)]);
    expect(byDirectory).toEqual({ pairs: [], obstacles: { [THERE]: 'notPrimary' } });
    expect(joined([one(THERE, further)], [one(HERE, further)])).toEqual(ONE);
  });

  it('never against an immutable id, whichever of the two has one', () => {
    expect(joined([there], [here], [THERE])).toEqual({
      pairs: [],
      obstacles: { [HERE]: 'otherwiseKnown' },
    });
    expect(joined([there], [here], [HERE])).toEqual({
      pairs: [],
      obstacles: { [THERE]: 'otherwiseKnown' },
    });
  });
});
