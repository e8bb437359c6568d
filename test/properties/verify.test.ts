// Laws of a verify run: it writes nothing, neither into a mailbox nor into the ledger; it finds nothing right after a run;
// it misses exactly who is not there; and a repair leaves nothing to repair. In memory with any history, and over the
// wire, where the emulator's log tells what was asked.

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MailboxId, SourceObjectId } from '../../src/model/ids.ts';
import { addressOf, FOLDER, type Moment, policy, Tenant, type Wire } from '../faults/tenant.ts';
import { ours } from '../year/in-place.ts';
import { TenantProduct } from '../year/tenant-product.ts';
import { losesAField, writesWhileReading } from './broken.ts';
import { law, twin } from './check-law.ts';
import { life, live, setup, userAct } from './life.ts';
import { smallMoment } from './wire-world.ts';
import { type Alteration, ownPolicyId, World } from './world.ts';

const users = fc.array(userAct, { maxLength: 6 });

const peopleIn = (world: World): ReadonlyMap<MailboxId, ReadonlySet<SourceObjectId>> =>
  new Map(
    world.boxes.map((box) => [
      box.id,
      new Set(world.managed(box).flatMap(({ mark }) => mark?.sourceObjectId ?? [])),
    ]),
  );

/** Whose contact stands in Contacts or in another folder below it. */
function contactsAway({ organization, policy: own }: World, id: MailboxId): ReadonlySet<SourceObjectId> {
  const box = organization.mailboxOf(id);
  const marks = (box?.items ?? []).flatMap(({ folderId, mark }) =>
    box === undefined || box.isDeletedFolder(folderId) ? [] : (mark ?? []),
  );
  return new Set(
    marks.flatMap(({ policyId, sourceObjectId }) =>
      policyId === ownPolicyId(own) ? (sourceObjectId ?? []) : [],
    ),
  );
}

const ledgerOf = async (world: World): Promise<string> =>
  JSON.stringify(
    await Promise.all(world.boxes.map(({ id }) => world.ledger.read(ownPolicyId(world.policy), id))),
  );

const honest = (alter?: Alteration) =>
  fc.asyncProperty(setup, life, users, async (start, earlier, later) => {
    const world = new World(start, alter);
    live(world, earlier);
    await world.run();
    await world.run();
    const written = peopleIn(world);
    for (const [id, drift] of await world.verify())
      if (drift.differs)
        throw new Error(`something differs in ${id} right after a run: ${JSON.stringify(drift)}`);

    live(world, later);
    const [mailboxes, ledger] = [world.dump(), await ledgerOf(world)];
    const found = await world.verify();
    if (world.dump() !== mailboxes) throw new Error('the verify run wrote');
    if ((await ledgerOf(world)) !== ledger) throw new Error('the verify run changed the ledger');

    const there = peopleIn(world);
    for (const [id, drift] of found) {
      const gone = [...(written.get(id) ?? [])].filter((person) => there.get(id)?.has(person) !== true);
      const toldAs = (wanted: string) =>
        drift.findings.flatMap(({ kind, sourceObjectId }) => (kind === wanted ? (sourceObjectId ?? []) : []));
      const away = contactsAway(world, id);
      if (
        toldAs('movedAway').some((person) => !away.has(person)) ||
        toldAs('missing').some((person) => away.has(person))
      )
        throw new Error(
          `told in ${id} as moved: ${toldAs('movedAway').join()} instead of ${[...away].join()}`,
        );
      const missing = [...toldAs('missing'), ...toldAs('movedAway')];
      if (JSON.stringify([...missing].sort()) !== JSON.stringify(gone.sort()))
        throw new Error(`missing in ${id}: ${missing.join()} instead of ${gone.join()}`);
    }

    const repaired = new Set([...found].flatMap(([id, { differs }]) => (differs ? [id] : [])));
    await world.run({ repaired });
    for (const [id, drift] of await world.verify())
      if (drift.differs)
        throw new Error(`something differs in ${id} after the repair: ${JSON.stringify(drift)}`);
  });

describe('a verify run', () => {
  law('tells the truth, touches nothing, and is followed by a repair', honest(), {
    fixedRuns: 60,
    randomRuns: 30,
  });
  twin('a target that writes while it reads', /the verify run wrote/, honest(writesWhileReading));
  twin('a target that stores something else', /differs in .* right after a run/, honest(losesAField));
});

/** What may be asked of a mailbox by whoever only looks. */
const READING: Readonly<Record<Wire, (request: { method: string; operation?: string }) => boolean>> = {
  graph: ({ method }) => method === 'GET',
  ews: ({ operation = '' }) => /^(Get|Find|Sync|Resolve)/.test(operation),
};

describe.each(['graph', 'ews'] as const)('a verify run over %s', (wire) => {
  let tenant: Tenant;
  let moment: Moment;

  beforeAll(async () => {
    tenant = await Tenant.start(wire);
    moment = await smallMoment(tenant);
  });
  afterAll(() => tenant.close());

  /** With the requests to mailboxes, those in batches one by one. */
  const watched = async <T>(work: () => Promise<T>) => {
    await tenant.control.clearRequests();
    const answer = await work();
    const requests = (await tenant.control.requests()).filter(
      ({ face, mailbox, isBatchPart, path }) =>
        face === wire && (mailbox !== undefined || isBatchPart) && !path.endsWith('/$batch'),
    );
    return { answer, requests };
  };

  it('finds what users did with reading requests alone, and a repair sets it right', async () => {
    tenant.returnTo(moment);
    const { control } = tenant;
    const deletion = { ...policy.deletion, strategy: 'remove', deletedByUser: 'restore' } as const;
    const product = new TenantProduct(tenant, { ...policy, deletion });
    expect((await product.run()).run.state).toBe('finished');
    await control.advanceClock(60_000);
    expect((await product.verify()).drift).toMatchObject({ mailboxesDiffering: 0, left: 0 });

    const [first, second, third] = ours(await control.mailbox(addressOf('anna'))).filter(
      ({ properties }) => properties.jobTitle === 'Specialist',
    );
    const [fourth] = ours(await control.mailbox(addressOf('bruno')));
    if (first === undefined || second === undefined || third === undefined || fourth === undefined)
      throw new Error('too few contacts');
    await control.editContact(addressOf('anna'), first.id, { jobTitle: 'Boss' });
    await control.editContact(addressOf('anna'), first.id, { spouseName: 'Sam' });
    await control.purgeContact(addressOf('anna'), second.id);
    await control.copyContact(addressOf('anna'), third.id, third.folderId);
    await control.moveContact(addressOf('bruno'), fourth.id, 'Contacts/Family');
    await control.createContact(addressOf('carla'), { folder: FOLDER, properties: { displayName: 'Mine' } });
    await control.advanceClock(60_000);

    const before = await tenant.mailboxes();
    const { answer: report, requests: asked } = await watched(() => product.verify());
    expect(await tenant.mailboxes()).toEqual(before);
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter((request) => !READING[wire](request))).toEqual([]);
    // The way to the folder, and its pages; Contacts itself, the folders below it, and a page of those that hold something.
    expect(asked.length).toBeLessThanOrEqual(before.size * 8);

    expect(report.drift).toEqual({
      ...{ mailboxes: 4, mailboxesDiffering: 2, contacts: report.drift?.contacts, differing: 3, left: 2 },
      ...{ counts: { missing: 1, movedAway: 1, edited: 1 }, leftCounts: { userValue: 1, copied: 1 } },
    });
    const anna = report.perMailbox.find(({ primarySmtpAddress }) => primarySmtpAddress === addressOf('anna'));
    expect(anna?.drift?.findings).toContainEqual(
      expect.objectContaining({ kind: 'edited', properties: ['jobTitle'] }),
    );

    const repaired = new Set(
      report.perMailbox.flatMap(({ mailboxId, state }) => (state === 'differs' ? [mailboxId] : [])),
    );
    const { requests: written } = await watched(() => product.run({ repaired }));
    // The same look at a run sees its writes.
    expect(written.filter((request) => !READING[wire](request)).length).toBeGreaterThan(0);
    await control.advanceClock(60_000);
    expect((await product.verify()).drift).toMatchObject({
      mailboxesDiffering: 0,
      leftCounts: { userValue: 1, copied: 1, copiedAway: 1 },
    });
  });

  it('a contact that a program wrote back without its mark gets it again, one that was edited is left', async () => {
    tenant.returnTo(moment);
    const { control } = tenant;
    const deletion = { ...policy.deletion, deletedByUser: 'restore' } as const;
    const product = new TenantProduct(tenant, { ...policy, deletion });
    expect((await product.run()).run.state).toBe('finished');
    await control.advanceClock(60_000);
    const mailbox = addressOf('anna');
    const [lost, edited] = ours(await control.mailbox(mailbox));
    if (lost === undefined || edited === undefined) throw new Error('too few contacts');
    const count = (await control.mailbox(mailbox)).items.length;
    const withoutMark = Object.fromEntries(
      Object.keys(lost.extendedProperties)
        .filter((id) => /Name ContactSync/i.test(id))
        .map((id) => [id, '']),
    );
    expect(Object.keys(withoutMark)).toHaveLength(2);
    await control.editContact(mailbox, lost.id, {}, withoutMark);
    await control.editContact(mailbox, edited.id, { jobTitle: 'Boss' }, withoutMark);
    await control.advanceClock(60_000);
    expect((await product.verify()).drift?.counts).toEqual({ lostMark: 2 });

    const before = (await control.mailbox(mailbox)).items.find(({ id }) => id === edited.id);
    const { report } = await product.run();
    expect(report.applied).toMatchObject({ created: 1, adopted: 1, updated: 0, deleted: 0 });
    const after = await control.mailbox(mailbox);
    expect(after.items).toHaveLength(count + 1);
    expect(after.items.find(({ id }) => id === edited.id)).toEqual(before);
    expect(after.items.find(({ id }) => id === lost.id)).toMatchObject({
      properties: lost.properties,
      extendedProperties: lost.extendedProperties,
    });
    await control.advanceClock(60_000);
    expect((await product.verify()).drift?.mailboxesDiffering).toBe(0);
    expect((await product.run()).report.applied).toMatchObject({ created: 0, adopted: 0, updated: 0 });
  });
});
