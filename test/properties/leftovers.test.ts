// The law of leftovers: whatever lies in a mailbox, and whatever rules are given, a clean-up touches only what carries no mark
// and fits a rule, and its rollback brings the mailbox back to what it was.

import fc from 'fast-check';
import { expect } from 'vitest';
import { approveRun } from '../../src/engine/approve-run.ts';
import { cleanUpLeftovers } from '../../src/engine/clean-up-leftovers.ts';
import type { RunPorts } from '../../src/engine/run-ports.ts';
import { boxId, World } from '../../src/engine/testing/world.ts';
import type { ContactProperties } from '../../src/model/contact.ts';
import { runId } from '../../src/model/ids.ts';
import type { JournalIntent } from '../../src/model/ledger-record.ts';
import type { LeftoverRules } from '../../src/model/leftovers.ts';
import type { Run } from '../../src/model/run.ts';
import { law, twin } from './check-law.ts';

const CATEGORIES = ['Imported', 'Friends', 'Customers'] as const;
const FOLDERS = ['GAL', 'Shelf'] as const;
const GUID = '0f8fad5b-d9cb-469f-a165-70867728950e';

interface Item {
  readonly category: (typeof CATEGORIES)[number] | undefined;
  readonly hasGuid: boolean;
  /** undefined: Contacts itself; `ours`: the folder of the policy. */
  readonly folder: (typeof FOLDERS)[number] | 'ours' | undefined;
  readonly trouble: 'loseAnswer' | 'loseRequest' | undefined;
}

const item: fc.Arbitrary<Item> = fc.record({
  category: fc.option(fc.constantFrom(...CATEGORIES), { nil: undefined }),
  hasGuid: fc.boolean(),
  folder: fc.option(fc.constantFrom(...FOLDERS, 'ours' as const), { nil: undefined }),
  trouble: fc.option(fc.constantFrom('loseAnswer' as const, 'loseRequest' as const), {
    nil: undefined,
    freq: 4,
  }),
});

const rules: fc.Arbitrary<LeftoverRules> = fc.record({
  categories: fc.subarray([...CATEGORIES]),
  fileAs: fc.subarray(['*{guid}']),
  folders: fc.subarray([...FOLDERS]),
});

/** Which of ours get a category of the user, and are dragged to Contacts. */
const ours = fc.array(fc.record({ category: fc.constantFrom(...CATEGORIES), isDragged: fc.boolean() }), {
  maxLength: 3,
});

const properties = ({ category, hasGuid }: Item, index: number): ContactProperties => ({
  displayName: `Left ${index}`,
  fileAs: hasGuid ? `Left ${GUID}` : `Left ${index}`,
  ...(category === undefined ? {} : { categories: category }),
});

async function lives(items: readonly Item[], marked: readonly { category: string; isDragged: boolean }[]) {
  const world = new World(3, 1);
  await world.run();
  const user = world.organization.userOf(boxId(1));
  const box = world.box(1);
  const folders = new Map(FOLDERS.map((name) => [name, user.createFolder(name)]));
  const own = world.item(1, 1).folderId;
  for (const [index, { category, isDragged }] of marked.entries()) {
    const { id } = world.item(1, index + 1);
    user.editContact(id, { categories: category, fileAs: GUID });
    if (isDragged) user.moveContact(id, folders.get('GAL') ?? box.contactsId);
  }
  for (const [index, one] of items.entries()) {
    const place = one.folder === undefined || one.folder === 'ours' ? undefined : folders.get(one.folder);
    user.addContact(properties(one, index), one.folder === 'ours' ? own : (place ?? box.contactsId));
    if (one.trouble !== undefined) box.trouble.atWrite(index + 1, { kind: one.trouble });
  }
  return world;
}

const inPlace = (world: World) => {
  const box = world.box(1);
  return box.items.filter(({ folderId }) => !box.isDeletedFolder(folderId));
};

/** Told by the inputs alone, not by the product. */
function fits(world: World, given: LeftoverRules, one: ReturnType<typeof inPlace>[number]): boolean {
  if (one.mark !== undefined) return false;
  const folder = world.box(1).folder(one.folderId)?.name ?? '';
  return (
    given.folders.includes(folder) ||
    given.categories.includes(one.properties.categories ?? '') ||
    (given.fileAs.length > 0 && one.properties.fileAs?.endsWith(GUID) === true)
  );
}

async function cleaned(world: World, given: LeftoverRules, ports: RunPorts = world.ports): Promise<Run> {
  world.events = [];
  const common = {
    holder: 'test',
    onEvent: (event: (typeof world.events)[number]) => world.events.push(event),
  };
  const id = runId('00000000-0000-4000-9000-000000000001');
  const policy = { ...world.policy, id: '99999999-2222-4333-8444-555555555555' };
  const { signal } = new AbortController();
  const mailbox = {
    ...{ id: boxId(1), displayName: 'Box 1', primarySmtpAddress: 'box1@contoso.example' },
    ...{ location: 'exchangeOnline' as const, ownerId: undefined },
  };
  const request = { runId: id, revision: { policy, revision: 1 }, rules: given, mailboxes: [mailbox] };
  const run = await cleanUpLeftovers({ ...request, mode: 'run', ...common }, ports, signal);
  if (run.state !== 'awaitingApproval') return run;
  const digest = world.eventsOf('brake.engaged')[0]?.digest ?? '';
  const limit = { kind: 'trial', maxMailboxes: 1, mayWrite: false, endsAt: undefined } as const;
  return approveRun({ runId: id, digest, approvedBy: 'admin', limit, ...common }, ports, signal);
}

const sorted = (texts: readonly string[]) => texts.toSorted((a, b) => (a < b ? -1 : 1));

/** But for ids, versions and ages. */
const shown = (world: World) =>
  sorted(
    inPlace(world).map(({ folderId, properties: values, mark }) =>
      JSON.stringify([
        world.box(1).folder(folderId)?.name,
        sorted(Object.entries(values).map((pair) => pair.join('='))),
        mark,
      ]),
    ),
  );

const touchesOnlyWhatFits = (given: (rules: LeftoverRules) => LeftoverRules) =>
  fc.asyncProperty(fc.array(item, { maxLength: 6 }), ours, rules, async (items, marked, told) => {
    const world = await lives(items, marked);
    const stays = inPlace(world).filter((one) => !fits(world, told, one));
    expect((await cleaned(world, given(told))).state).toBe('finished');
    expect(sorted(inPlace(world).map((one) => JSON.stringify(one)))).toEqual(
      sorted(stays.map((one) => JSON.stringify(one))),
    );
  });

const comesBack = (portsOf: (world: World) => RunPorts) =>
  fc.asyncProperty(fc.array(item, { maxLength: 6 }), ours, rules, async (items, marked, told) => {
    const world = await lives(items, marked);
    const before = shown(world);
    const run = await cleaned(world, told, portsOf(world));
    if (!(await world.journal.hasWrites(run.id))) return;
    expect((await world.rollback(run.id)).state).toBe('finished');
    expect(shown(world)).toEqual(before);
  });

law(
  'only what carries no mark and fits a rule goes, and everything else is byte-equal',
  touchesOnlyWhatFits((told) => told),
);

twin(
  'with one more rule than was told, something else goes',
  /toEqual|deeply equal/,
  touchesOnlyWhatFits((told) => ({ ...told, categories: [...CATEGORIES] })),
);

law(
  'the rollback of a clean-up of leftovers restores the mailbox',
  comesBack((world) => world.ports),
);

twin(
  'with before-images that lack a value it does not',
  /toEqual|deeply equal/,
  comesBack((world) => {
    const { journal } = world;
    const withoutFileAs = (intent: JournalIntent): JournalIntent => {
      if (intent.before === undefined) return intent;
      const { fileAs: _, ...values } = intent.before.properties;
      return { ...intent, before: { ...intent.before, properties: values } };
    };
    return {
      ...world.ports,
      journal: {
        intend: (id, mailbox, intents) => journal.intend(id, mailbox, intents.map(withoutFileAs)),
        record: (ids, outcomes) => journal.record(ids, outcomes),
        readRun: (id, mailbox) => journal.readRun(id, mailbox),
        hasWrites: (id) => journal.hasWrites(id),
        handedOver: (one) => journal.handedOver(one),
      },
    };
  }),
);
