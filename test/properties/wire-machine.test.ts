// The stateful test over the real connectors, Graph and EWS, on the emulated tenant: a few histories, always the same,
// of what administrators, users, networks and a killed process do, with runs in between. The laws are checked after
// every run, as in sync-machine.test.ts, which has many more histories.

import fc from 'fast-check';
import { afterAll, beforeAll, describe } from 'vitest';
import { Failure } from '../../src/model/failure.ts';
import type { MailboxTarget } from '../../src/ports/mailbox-target.ts';
import { addressOf, MAILBOXES, type Moment, Tenant, type Wire } from '../faults/tenant.ts';
import type { AlterPorts } from '../year/tenant-product.ts';
import { law, twin } from './check-law.ts';
import { Death } from './mortal.ts';
import {
  COMPANY_ACTS,
  type CompanyAct,
  contactsOf,
  expectSame,
  smallMoment,
  USER_ACTS,
  type UserAct,
  WireWorld,
} from './wire-world.ts';

const WIRES: readonly Wire[] = ['graph', 'ews'];
const TROUBLE = [
  'answer-lost',
  'drop',
  'throttled',
  'throttled-after-success',
  'unavailable',
  'gateway-timeout-after-success',
  'quota-full',
] as const;

interface Model {
  /** A run with trouble was not followed by an undisturbed one yet. */
  isDisturbed: boolean;
}

/** One step, by what it prints. */
class Step implements fc.AsyncCommand<Model, WireWorld> {
  readonly #name: string;
  readonly #act: (world: WireWorld, model: Model) => Promise<void>;
  readonly #needsCalm: boolean;

  constructor(
    name: string,
    act: (world: WireWorld, model: Model) => Promise<void>,
    { needsCalm = false }: { readonly needsCalm?: boolean } = {},
  ) {
    this.#name = name;
    this.#act = act;
    this.#needsCalm = needsCalm;
  }

  check(model: Readonly<Model>): boolean {
    return !(this.#needsCalm && model.isDisturbed);
  }

  run(model: Model, world: WireWorld): Promise<void> {
    return this.#act(world, model);
  }

  toString(): string {
    return this.#name;
  }
}

/** An ordinary run; afterwards everybody is where they belong and nothing is left to do. */
async function runs(world: WireWorld, model: Model): Promise<void> {
  const before = await world.mailboxes();
  const done = await world.run();
  // A name that the second policy took first.
  const { failures } = done.report;
  const namesKept =
    failures.length > 0 && failures.every(({ failure }) => failure.code === 'folderNameTaken');
  if (done.run.state !== 'finished' && !(done.run.state === 'finishedWithErrors' && namesKept))
    throw new Error(`the run ended ${done.run.state}`);
  model.isDisturbed = false;
  const settled = await world.mailboxes();
  world.expectHonest(before, settled, done);
  await world.expectInPlace(settled);
  await world.run();
  expectSame(settled, await world.mailboxes(), 'a second run still wrote');
}

async function runsWithoutLedger(world: WireWorld, model: Model): Promise<void> {
  await world.product.forgetLedger();
  await runs(world, model);
}

const runsWithTrouble = (box: number, kind: (typeof TROUBLE)[number], after: number) =>
  new Step(`run with ${kind} in mailbox ${box} after ${after} requests`, async (world, model) => {
    const { control, wire } = world.tenant;
    const mailbox = addressOf(MAILBOXES[box] ?? 'anna');
    await control.addFault({ face: wire, mailbox, after, count: 2, action: { kind } });
    const before = await world.mailboxes();
    const done = await world.run();
    await control.clearFaults();
    model.isDisturbed = true;
    world.expectHonest(before, await world.mailboxes(), done);
  });

/** With one mailbox at a time, so that nothing of the dead process is on its way any more. */
const dies = (writes: number) =>
  new Step(`run that dies after ${writes} batches`, async (world, model) => {
    const death = new Death();
    let left = writes;
    const counted = targetsWith((target) => ({
      applyChanges: async (...args) => {
        const outcomes = await target.applyChanges(...args);
        left -= 1;
        if (left === 0) death.happen();
        return outcomes;
      },
    }));
    const before = await world.mailboxes();
    await world
      .run({ concurrency: 1, alter: (ports) => death.mortal(counted(ports)) })
      .catch((thrown: unknown) => {
        if (!death.isDead) throw thrown;
      });
    if (death.isDead) model.isDisturbed = true;
    world.product.die();
    await world.tenant.control.advanceClock(61_000);
    world.expectHandsOff(before, await world.mailboxes());
  });

const readsHalf = (people: number) =>
  new Step(`run that reads only ${people} people`, async (world) => {
    const before = await world.mailboxes();
    const done = await world.run({
      alter: (ports) => ({
        ...ports,
        source: {
          probe: (signal) => ports.source.probe(signal),
          read: async (...args) => {
            const { objects } = await ports.source.read(...args);
            const gaps = [new Failure('sourceIncomplete')];
            return { objects: objects.slice(0, people), isComplete: false, gaps };
          },
        },
      }),
    });
    const after = await world.mailboxes();
    world.expectHonest(before, after, done);
    const left = contactsOf(after);
    for (const [key, { person }] of contactsOf(before))
      if (![...left.values()].some((one) => one.person === person))
        throw new Error(`${key} was deleted although the list was not complete`);
  });

async function testRuns(world: WireWorld): Promise<void> {
  const before = await world.mailboxes();
  await world.run({ mode: 'test' });
  expectSame(before, await world.mailboxes(), 'a test run wrote');
}

async function secondPolicyRuns(world: WireWorld): Promise<void> {
  const before = await world.mailboxes();
  await world.runSecond();
  const after = await world.mailboxes();
  world.expectHandsOff(before, after);
  expectSame(contactsOf(before), contactsOf(after), 'the second policy touched contacts of the first');
}

const policyEdited = (edit: number) =>
  new Step(`policy edited (${edit})`, async (world) => {
    world.editPolicy((policy, revision) => {
      const { folder, contact } = policy;
      switch (edit) {
        case 0:
          return { ...policy, folder: { ...folder, subfolderPerDomain: !folder.subfolderPerDomain } };
        case 1:
          return { ...policy, contact: { ...contact, categories: [`Company ${revision % 2}`] } };
        default:
          return { ...policy, folder: { ...folder, name: `Colleagues ${revision % 2}` } };
      }
    });
  });

const box = fc.nat({ max: MAILBOXES.length - 1 });
const selector = fc.nat({ max: 11 });
const few = fc.integer({ min: 1, max: 6 });
const happens = (act: CompanyAct, one: number) =>
  new Step(`${act} ${one}`, (world) => world.company(act, one));
const userActs = (act: UserAct, mailbox: number, one: number) =>
  new Step(`${act} ${one} in mailbox ${mailbox}`, (world) => world.user(act, mailbox, one));

const commands = fc.commands(
  [
    fc.tuple(fc.constantFrom(...COMPANY_ACTS), selector).map((args) => happens(...args)),
    fc.tuple(fc.constantFrom(...USER_ACTS), box, selector).map((args) => userActs(...args)),
    fc.tuple(fc.constantFrom(...USER_ACTS), box, selector).map((args) => userActs(...args)),
    fc.constant(new Step('run', runs)),
    // A known limit, see sync-machine.test.ts.
    fc.constant(new Step('run with the ledger lost', runsWithoutLedger, { needsCalm: true })),
    fc.constant(new Step('test run', testRuns)),
    fc.constant(new Step('run of the second policy on the same folder', secondPolicyRuns)),
    fc.tuple(box, fc.constantFrom(...TROUBLE), few).map((args) => runsWithTrouble(...args)),
    few.map(dies),
    selector.map(readsHalf),
    fc.nat({ max: 2 }).map(policyEdited),
  ],
  { maxCommands: 25, size: 'max' },
);

/** Every target with some methods in another way. */
function targetsWith(change: (target: MailboxTarget, address: string) => Partial<MailboxTarget>): AlterPorts {
  return (ports) => ({
    ...ports,
    targets: {
      capabilities: ports.targets.capabilities,
      scan: (...args) => ports.targets.scan(...args),
      open: (...args) => {
        const target = ports.targets.open(...args);
        return {
          readFolder: (...rest) => target.readFolder(...rest),
          readContacts: (...rest) => target.readContacts(...rest),
          readUnmarked: (...rest) => target.readUnmarked(...rest),
          readElsewhere: (...rest) => target.readElsewhere(...rest),
          applyFolder: (...rest) => target.applyFolder(...rest),
          applyChanges: (...rest) => target.applyChanges(...rest),
          ...change(target, args[0].primarySmtpAddress),
        };
      },
    },
  });
}

const tidiesUp = ({ control }: Tenant): AlterPorts =>
  targetsWith((target, address) => ({
    applyChanges: async (...args) => {
      const { items } = await control.mailbox(address);
      const friend = items.find(({ properties }) => properties.displayName === 'Private Friend');
      if (friend !== undefined) await control.touchContact(address, friend.id);
      return target.applyChanges(...args);
    },
  }));

/** Finds its contacts only while the ledger names them. */
const ledgerIsTheTruth = (): AlterPorts =>
  targetsWith((target) => ({
    readFolder: async (options, signal) => {
      const snapshot = await target.readFolder(options, signal);
      return options.known === undefined ? { ...snapshot, contacts: [] } : snapshot;
    },
  }));

describe.each(WIRES)('sync machine over %s', (wire) => {
  let tenant: Tenant;
  let moment: Moment;

  beforeAll(async () => {
    tenant = await Tenant.start(wire);
    moment = await smallMoment(tenant);
  });
  afterAll(() => tenant.close());

  const machine = (alter: (tenant: Tenant) => AlterPorts = () => (ports) => ports) =>
    fc.asyncProperty(commands, async (steps) => {
      const world = new WireWorld(tenant, moment, alter);
      const model: Model = { isDisturbed: false };
      await fc.asyncModelRun(() => ({ model, real: world }), steps);
      // Whatever happened before, an undisturbed run puts everything right.
      await runs(world, model);
    });

  law('the laws hold after every run of any history', machine(), { fixedRuns: 8, randomRuns: 4 });
  twin('a target that tidies up', /of the user was touched/, machine(tidiesUp), 10);
  twin('a target that asks only the ledger', /stands twice|are claimed/, machine(ledgerIsTheTruth), 20);
});
