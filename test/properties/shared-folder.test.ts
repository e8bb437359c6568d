// Laws of several policies that fill one folder together (docs/decisions/0015). Whatever happens: no policy touches what
// carries another one's mark, nobody is missing in between, and when each has run twice everybody stands there once,
// with the values of the policies in the order of their priority, and nothing is left to write.

import fc from 'fast-check';
import { describe } from 'vitest';
import type { InMemoryMailbox } from '../../src/connectors/memory/mailbox.ts';
import { InMemoryPolicyMemory } from '../../src/connectors/memory/stores/in-memory-policy-memory.ts';
import type { RunPorts } from '../../src/engine/run-ports.ts';
import { itemId, type PolicyId, policyId } from '../../src/model/ids.ts';
import type { FolderSnapshot, ManagedContact } from '../../src/model/mailbox.ts';
import type { Offer, OfferedPerson } from '../../src/model/offer.ts';
import type { MailboxTarget } from '../../src/ports/mailbox-target.ts';
import { samplePolicyId } from '../contract/sample.ts';
import { law, twin } from './check-law.ts';
import { type Alter, FACTS, type Fact, SharedFolder, type SharedSetup } from './shared-folder.ts';

const PEOPLE = 4;

type Step =
  | { readonly kind: 'run'; readonly policy: number }
  | { readonly kind: 'halfRead'; readonly policy: number; readonly after: number }
  | {
      readonly kind: 'put';
      readonly policy: number;
      readonly person: number;
      readonly facts: Readonly<Partial<Record<Fact, string>>>;
    }
  | { readonly kind: 'drop'; readonly policy: number; readonly person: number }
  | { readonly kind: 'fills'; readonly policy: number; readonly box: number; readonly fills: boolean }
  | { readonly kind: 'touch' | 'delete' | 'addOwn'; readonly box: number; readonly which: number }
  | { readonly kind: 'ledgerLost' | 'offersLost' };

const policy = fc.nat({ max: 2 });
const person = fc.integer({ min: 1, max: PEOPLE });
const box = fc.integer({ min: 1, max: 2 });
const value = fc.constantFrom('', 'a', 'b');
const facts = fc.record({ jobTitle: value, department: value, office: value });

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: policy.map((one) => ({ kind: 'run' as const, policy: one })) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('put' as const), policy, person, facts }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('drop' as const), policy, person }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('fills' as const), policy, box, fills: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('halfRead' as const), policy, after: fc.nat({ max: 2 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('touch' as const, 'delete' as const, 'addOwn' as const),
      box,
      which: fc.nat({ max: 8 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom({ kind: 'ledgerLost' as const }, { kind: 'offersLost' as const }),
  },
);

const setup: fc.Arbitrary<SharedSetup> = fc.record({
  priorities: fc.constantFrom([1, 2], [2, 1], [1, 2, 3], [2, 3, 1], [3, 1, 2]),
  meetBy: fc.constantFrom('emailAddress' as const, 'id' as const),
  subfolderPerDomain: fc.boolean(),
  useDefaultContacts: fc.boolean(),
  mailboxes: fc.constant(2),
});

async function take(shared: SharedFolder, one: Step): Promise<void> {
  const index = 'policy' in one ? one.policy % shared.policies.length : 0;
  switch (one.kind) {
    case 'run':
      return runChecked(shared, index);
    case 'halfRead': {
      const source = shared.sources[index];
      if (source === undefined) return;
      source.trouble = { stopsAfter: one.after };
      await runChecked(shared, index, one.after < source.objects.length);
      source.heal();
      return;
    }
    case 'put':
      return shared.putPerson(index, one.person, one.facts);
    case 'drop':
      return shared.dropPerson(index, one.person);
    case 'fills':
      return shared.setFills(index, one.box, one.fills);
    case 'ledgerLost':
      await shared.ledger.forget();
      return;
    case 'offersLost':
      for (const { id } of shared.policies) await shared.memory.removeOffer(policyId(id));
      shared.told.clear();
      return;
    default:
      userActs(shared, one.kind, one.box, one.which);
  }
}

function userActs(
  shared: SharedFolder,
  kind: 'touch' | 'delete' | 'addOwn',
  boxNumber: number,
  which: number,
): void {
  const mailbox = shared.boxes[boxNumber - 1];
  if (mailbox === undefined) return;
  const user = shared.organization.userOf(mailbox.id);
  const items = shared.standing(mailbox);
  const item = items[which % Math.max(1, items.length)];
  if (kind === 'addOwn') user.addContact({ displayName: 'mine' }, item?.folderId);
  else if (item === undefined) return;
  else if (kind === 'touch') user.touchContact(item.id);
  else user.deleteContact(item.id);
}

/** One run, and what must be true of it whatever came before. */
async function runChecked(shared: SharedFolder, index: number, isHalf = false): Promise<void> {
  const before = shared.notOf(index);
  const present = shared.boxes.map((mailbox) => peopleIn(shared, mailbox));
  const run = await shared.run(index);
  if (run.state !== (isHalf ? 'finishedWithErrors' : 'finished'))
    throw new Error(`policy ${index} ended ${run.state}`);
  if (shared.notOf(index) !== before) throw new Error(`policy ${index} touched what is not its own`);
  for (const [place, mailbox] of shared.boxes.entries()) {
    const after = peopleIn(shared, mailbox);
    for (const one of present[place] ?? []) {
      if (after.has(one) || !isKnownToBeWanted(shared, index, mailbox, one)) continue;
      throw new Error(`person ${one} is missing in ${mailbox.id} after policy ${index}`);
    }
  }
  shared.remember(index, isHalf);
}

/** The policy itself wants the person, or another one did when it ran last. */
function isKnownToBeWanted(
  shared: SharedFolder,
  ran: number,
  mailbox: InMemoryMailbox,
  one: number,
): boolean {
  if (shared.fills(ran, mailbox) && shared.selects(ran, one) !== undefined) return true;
  // Whom the policy does not want any more it can only name where it remembers its own people.
  if (!shared.told.has(ran)) return false;
  return [...shared.told].some(
    ([index, { people, boxes }]) => index !== ran && people.has(one) && boxes.has(mailbox.id),
  );
}

function peopleIn(shared: SharedFolder, mailbox: InMemoryMailbox): ReadonlySet<number> {
  return new Set(shared.standing(mailbox).flatMap((item) => shared.whoIs(item)?.person ?? []));
}

/** Each policy runs twice; then everybody stands there once, as the priorities say, and no run writes any more. */
async function settle(shared: SharedFolder, order: readonly number[]): Promise<void> {
  const round = async (): Promise<void> => {
    for (const index of order) await runChecked(shared, index);
  };
  await round();
  await round();
  expectMerged(shared);
  const settled = shared.dump();
  await round();
  if (shared.dump() !== settled) throw new Error('a third run still wrote');
}

function expectMerged(shared: SharedFolder): void {
  for (const mailbox of shared.boxes) {
    const items = shared.standing(mailbox).map((item) => ({ item, ...shared.whoIs(item) }));
    for (let one = 1; one <= PEOPLE; one += 1) {
      const where = `person ${one} in ${mailbox.id}`;
      const claimants = shared.ranking.filter(
        (index) => shared.fills(index, mailbox) && shared.selects(index, one) !== undefined,
      );
      const found = items.filter((item) => item.person === one);
      const [first] = claimants;
      if (first === undefined && found.length > 0) throw new Error(`${where} is left over`);
      if (first === undefined) continue;
      const [only] = found;
      if (only === undefined) throw new Error(`${where} is missing`);
      if (found.length > 1) throw new Error(`${where} stands there twice`);
      if (only.index !== first) throw new Error(`${where} is written by policy ${only.index}`);
      for (const [fact, property] of Object.entries(FACTS)) {
        const values = claimants.map((index) => shared.selects(index, one)?.attributes[fact as Fact]?.[0]);
        const expected = values.find((text) => text !== undefined) ?? '';
        const actual = only.item.properties[property] ?? '';
        if (actual !== expected) throw new Error(`${property} of ${where} is ${actual}, not ${expected}`);
      }
    }
  }
}

const steps = fc.array(step, { minLength: 3, maxLength: 14 });
const isReversed = fc.boolean();

interface Broken {
  readonly alter?: Alter;
  readonly memory?: () => InMemoryPolicyMemory;
}

const history = ({ alter, memory }: Broken = {}) =>
  fc.asyncProperty(setup, steps, isReversed, async (start, taken, backwards) => {
    const shared = new SharedFolder(start, alter, memory?.());
    for (const one of taken) await take(shared, one);
    const order = shared.policies.map((_, index) => index);
    await settle(shared, backwards ? order.reverse() : order);
  });

/** Each policy believes that it is alone. */
const knowsNobody: Alter = (ports) => ({ ...ports, companionsOf: async () => [] });

/** Sees the contacts of the others before they are written. */
const seesWhatIsNotThere: Alter = (ports) => {
  const withGhosts = async (snapshot: FolderSnapshot, own: PolicyId): Promise<FolderSnapshot> => {
    const ghosts: ManagedContact[] = [];
    for (const number of [1, 2, 3]) {
      const other = samplePolicyId(number);
      if (other === own) continue;
      for (const { sourceObjectId } of (await ports.memory.readOffer(other))?.people ?? []) {
        ghosts.push({
          itemId: itemId(`ghost ${other} ${sourceObjectId}`),
          version: '',
          folderKey: '',
          createdAt: '',
          mark: { version: 1, policyId: other, sourceObjectId, fingerprint: '', fieldFingerprints: '' },
        });
      }
    }
    return { ...snapshot, contacts: [...snapshot.contacts, ...ghosts] };
  };
  return withTarget(ports, (target, own) => ({
    readFolder: async (...args) => withGhosts(await target.readFolder(...args), own),
  }));
};

/** Takes the contacts of the others for its own. */
const takesOver: Alter = (ports) =>
  withTarget(ports, (target, own, openAs) => ({
    applyChanges: async (changes, signal) => {
      const { contacts } = await target.readFolder({ known: undefined, includeForeign: false }, signal);
      const theirs = contacts.find(({ mark }) => mark.policyId !== own);
      if (theirs !== undefined) {
        const { itemId: id, version, mark } = theirs;
        await openAs(mark.policyId).applyChanges(
          [{ kind: 'delete', itemId: id, version, mode: 'hard' }],
          signal,
        );
      }
      return target.applyChanges(changes, signal);
    },
  }));

function withTarget(
  ports: RunPorts,
  change: (
    target: MailboxTarget,
    own: PolicyId,
    openAs: (policy: PolicyId) => MailboxTarget,
  ) => Partial<MailboxTarget>,
): RunPorts {
  const { targets } = ports;
  return {
    ...ports,
    targets: {
      capabilities: targets.capabilities,
      scan: (...args) => targets.scan(...args),
      open: (mailbox, own, folder) => {
        const target = targets.open(mailbox, own, folder);
        return {
          readFolder: (...args) => target.readFolder(...args),
          readContacts: (...args) => target.readContacts(...args),
          readUnmarked: (...args) => target.readUnmarked(...args),
          readElsewhere: (...args) => target.readElsewhere(...args),
          applyFolder: (...args) => target.applyFolder(...args),
          applyChanges: (...args) => target.applyChanges(...args),
          ...change(target, own, (policy) => targets.open(mailbox, policy, folder)),
        };
      },
    },
  };
}

class AlteredOffers extends InMemoryPolicyMemory {
  readonly #change: (person: OfferedPerson) => OfferedPerson;

  constructor(change: (person: OfferedPerson) => OfferedPerson) {
    super();
    this.#change = change;
  }

  override saveOffer(id: PolicyId, offer: Offer): Promise<void> {
    return super.saveOffer(id, { ...offer, people: offer.people.map(this.#change) });
  }
}

describe('several policies, one folder', () => {
  law('nobody is missing, there twice, or touched by another policy', history(), {
    fixedRuns: 60,
    randomRuns: 30,
  });
  twin('policies that know nothing of each other', /twice/, history({ alter: knowsNobody }));
  twin(
    'a policy that does not wait for the other',
    /is missing/,
    history({ alter: seesWhatIsNotThere }),
    300,
  );
  twin('a policy that takes the contacts of others', /touched what is not/, history({ alter: takesOver }));
  twin(
    'offers without their values',
    /, not [ab]$/,
    history({ memory: () => new AlteredOffers((one) => ({ ...one, properties: {} })) }),
  );
  twin(
    'offers that change with every run',
    /third run still wrote/,
    history({
      memory: () => {
        let changes = 0;
        return new AlteredOffers((one) => {
          changes += 1;
          return { ...one, properties: { ...one.properties, nickName: `${changes}` } };
        });
      },
    }),
  );
});
