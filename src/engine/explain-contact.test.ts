import { describe, expect, it } from 'vitest';
import { explainContact } from './explain-contact.ts';
import type { RunPorts } from './run-ports.ts';
import { boxId, person, World } from './testing/world.ts';

async function explained(world: World, contact: string, mailboxAddress = 'box1@contoso.example') {
  const { explanation } = await explainContact(
    {
      revision: { policy: world.policy, revision: 1 },
      limit: { kind: 'trial', maxMailboxes: 100, mayWrite: true, endsAt: undefined },
      defaultCountry: 'DE',
      mailboxAddress,
      contact,
    },
    world.ports,
    new AbortController().signal,
  );
  return explanation;
}

async function ask(world: World, contact: string) {
  return (await explained(world, contact)).answer.code;
}

describe('why is this contact in this mailbox', () => {
  it('answers from the plan, by name, address or id', async () => {
    const world = new World(3, 1);
    expect(await ask(world, 'person 1')).toBe('willBeCreated');
    await world.run();
    expect(await ask(world, 'PERSON1@contoso.example')).toBe('isThere');
    world.organization.putObject(person(1, { surname: ['Adler'] }));
    expect(await ask(world, person(1).id)).toBe('isThereAndChanges');
    world.organization.putObject({ ...person(2), isHidden: true });
    expect(await ask(world, 'Person 2')).toBe('willBeDeleted');
  });

  it('leaves the ledger to a run that may be writing the mailbox', async () => {
    const world = new World(3, 1);
    await world.run();
    await world.ledger.markDirty(policy(world), boxId(1));
    await ask(world, 'Person 1');
    expect((await world.ledger.read(policy(world), boxId(1)))?.isDirty).toBe(true);
  });

  it('does not deny what lies in the source and bears our mark', async () => {
    const world = new World(1, 1);
    const read = world.ports.source.read.bind(world.ports.source);
    const dragged = person(7, { displayName: ['Dragged in'] });
    const source = {
      ...world.ports.source,
      read: async (...asked: Parameters<typeof read>) => ({ ...(await read(...asked)), ours: [dragged] }),
    };
    (world.ports as { -readonly [Name in keyof RunPorts]: RunPorts[Name] }).source = source;
    const missing = async (name: string) => {
      const { answer, steps } = await explained(world, name);
      return [answer.code, steps.find(({ ok }) => !ok)?.sentence.code];
    };
    expect(await missing('dragged in')).toEqual(['isNotThere', 'oursInSource']);
    expect(await missing('Nobody')).toEqual(['isNotThere', 'notInSource']);
  });

  it('asks back when several people fit', async () => {
    const world = new World(0, 1);
    for (const n of [1, 2]) world.organization.putObject(person(n, { displayName: ['Same'] }));
    await expect(ask(world, 'Same')).rejects.toMatchObject({ code: 'ambiguousName' });
  });
});

function policy(world: World) {
  return world.policy.id as Parameters<World['ledger']['read']>[0];
}
