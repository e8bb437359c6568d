// Who is synchronized: what the tenant says now, or said last, and whom of Active Directory that is.

import { describe, expect, it } from 'vitest';
import type { SourceAnchors } from '../connectors/active-directory/source-anchors.ts';
import { FakeClock } from '../connectors/memory/fake-clock.ts';
import { createInMemoryDirectoryCache } from '../connectors/memory/stores/in-memory-directory-cache.ts';
import { Failure } from '../model/failure.ts';
import { type SourceObjectId, sourceObjectId } from '../model/ids.ts';
import { silentLog } from '../ports/log.ts';
import { createKnownPeople, type KnownPeople } from './hybrid-identities.ts';
import { RememberedIdentities } from './remembered-identities.ts';

const guid = (last: string) => sourceObjectId(`00000000-0000-4000-8000-0000000000${last}`);
const signal = new AbortController().signal;
const failure = new Failure('serviceUnavailable');

const ANNA_THERE = guid('f1');
const ANNA = guid('a1');
const ANCHOR = guid('c1');

type Pairs = readonly (readonly [SourceObjectId, SourceObjectId])[];

/** An environment whose cache outlives its connections. */
function environment() {
  const cache = createInMemoryDirectoryCache();
  let readings = 0;
  const connect = (
    tenant: Pairs | Failure,
    anchors: Pairs | Failure = [],
    { taken = [] as readonly SourceObjectId[], id = 'one' } = {},
  ) =>
    createKnownPeople({
      async read() {
        readings += 1;
        if (tenant instanceof Failure) throw tenant;
        return { anchors: new Map(tenant), otherwise: new Set() };
      },
      async readAnchors(): Promise<SourceAnchors> {
        if (anchors instanceof Failure) throw anchors;
        return { anchors: new Map(anchors), taken: new Set(taken) };
      },
      remembered: new RememberedIdentities(cache, id, new FakeClock(), silentLog),
      log: silentLog,
    });
  return { connect, readings: () => readings };
}

const asSeen = ({ identities: { own, inTenant }, gap }: KnownPeople, ids: readonly SourceObjectId[]) => [
  ids.map((id) => own(id)),
  ids.map((id) => inTenant(id)),
  gap?.code,
];

it('is read once; what was said last holds while the tenant does not answer, for this environment only', async () => {
  const { connect, readings } = environment();
  const first = connect([[ANNA_THERE, ANNA]]);
  await Promise.all([first(signal), first(signal)]);
  expect(readings()).toBe(1);

  const { identities } = await connect(failure)(signal);
  expect([identities.own(ANNA_THERE), identities.inTenant(ANNA), identities.own(guid('f2'))]).toEqual([
    ANNA,
    ANNA_THERE,
    guid('f2'),
  ]);
  await expect(connect(failure, [], { id: 'two' })(signal)).rejects.toBe(failure);
});

describe('people anchored by mS-DS-ConsistencyGuid', () => {
  const tenant: Pairs = [[ANNA_THERE, ANCHOR]];

  it('go by their objectGUID, also in contacts that were written under the anchor', async () => {
    const known = await environment().connect(tenant, [[ANNA, ANCHOR]])(signal);
    const { own, inTenant, others } = known.identities;
    expect([own(ANNA_THERE), own(ANCHOR), own(ANNA)]).toEqual([ANNA, ANNA, ANNA]);
    expect([inTenant(ANNA), inTenant(ANCHOR)]).toEqual([ANNA_THERE, ANNA_THERE]);
    expect([...others(ANNA)].sort()).toEqual([ANCHOR, ANNA_THERE].sort());
    // Twin: without the pair the two sides are two people.
    const { identities: strangers } = await environment().connect(tenant)(signal);
    expect([strangers.own(ANNA_THERE), strangers.own(ANNA)]).toEqual([ANCHOR, ANNA]);
  });

  it('an anchor that nobody in the tenant has joins nobody', async () => {
    const known = await environment().connect([[ANNA_THERE, ANNA]], [[ANNA, ANCHOR]])(signal);
    const { own } = known.identities;
    expect([own(ANNA_THERE), own(ANCHOR)]).toEqual([ANNA, ANCHOR]);
    expect(known.disputed.size).toBe(0);
  });

  it('an anchor that two bear, or that is the objectGUID of a third, joins nobody and is told', async () => {
    const two: Pairs = [
      [ANNA, ANCHOR],
      [guid('a2'), ANCHOR],
    ];
    const borneTwice = await environment().connect(tenant, two)(signal);
    const third = await environment().connect(tenant, [[ANNA, ANCHOR]], { taken: [ANCHOR] })(signal);
    for (const known of [borneTwice, third]) {
      expect([known.identities.own(ANNA_THERE), known.identities.own(ANNA)]).toEqual([ANCHOR, ANNA]);
      expect([...known.disputed]).toEqual([ANNA_THERE]);
    }
  });

  it('two who swapped anchors keep the ids of the directory apart', async () => {
    const [BEN, BEN_THERE] = [guid('a2'), guid('f2')];
    const known = await environment().connect(
      [
        [ANNA_THERE, BEN],
        [BEN_THERE, ANNA],
      ],
      [
        [ANNA, BEN],
        [BEN, ANNA],
      ],
      { taken: [ANNA, BEN] },
    )(signal);
    const { own, inTenant } = known.identities;
    expect([own(ANNA_THERE), own(BEN_THERE), own(ANNA), own(BEN)]).toEqual([ANNA, BEN, ANNA, BEN]);
    expect([inTenant(ANNA), inTenant(BEN)]).toEqual([ANNA_THERE, BEN_THERE]);
  });

  it('stay who they are while Active Directory is silent, hides the attribute, or knows them no longer', async () => {
    const { connect } = environment();
    await connect(tenant, [[ANNA, ANCHOR]])(signal);
    const expected = [[ANNA, ANNA], [ANNA_THERE, ANNA_THERE], undefined];
    expect(asSeen(await connect(tenant, failure)(signal), [ANNA, ANCHOR])).toEqual(expected);
    expect(asSeen(await connect(tenant, [])(signal), [ANNA, ANCHOR])).toEqual(expected);
    expect(asSeen(await connect(tenant, failure)(signal), [ANNA, ANCHOR])).toEqual(expected);
  });

  it('whoever has the anchor now counts, not who had it', async () => {
    const { connect } = environment();
    await connect(tenant, [[ANNA, ANCHOR]])(signal);
    const known = await connect(tenant, [[guid('a2'), ANCHOR]])(signal);
    expect([known.identities.own(ANNA_THERE), known.disputed.size]).toEqual([guid('a2'), 0]);
  });

  it('about whom a silent directory was never asked, nobody can tell who they are', async () => {
    const { connect } = environment();
    const never = await connect(tenant, failure)(signal);
    expect([...never.unsure]).toEqual([ANNA_THERE]);
    expect(never.gap?.toRecord()).toMatchObject({
      code: 'sourceIncomplete',
      details: { reason: String(failure.number) },
    });
    await connect([[guid('f2'), guid('a2')]])(signal);
    expect((await connect([[guid('f2'), guid('a2')]], failure)(signal)).gap).toBeUndefined();
    const further: Pairs = [...tenant, [guid('f2'), guid('a2')]];
    const { gap, unsure } = await connect(further, failure)(signal);
    expect([gap?.code, [...unsure]]).toEqual(['sourceIncomplete', [ANNA_THERE]]);
    // Nobody is synchronized: there is nothing to ask.
    expect((await connect([], failure)(signal)).gap).toBeUndefined();
  });
});
