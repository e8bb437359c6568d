// One person's data: where it lies, and how it goes everywhere and stays away until somebody releases the person.

import type {
  MergedPersonView,
  PeopleOperations,
  PersonPlaceView,
  PersonView,
  WithheldView,
} from '@contactsync/contract';
import { companionsOf } from '../core/companions-check.ts';
import { metPeople } from '../core/met-people.ts';
import { cleanUp } from '../engine/clean-up.ts';
import { type PersonPlace, placesByLedger, placesByReading } from '../engine/find-person.ts';
import type { ContactProperties } from '../model/contact.ts';
import { Failure } from '../model/failure.ts';
import { isUuid, policyId, type SourceObjectId, sourceObjectId } from '../model/ids.ts';
import type { Policy } from '../model/policy.ts';
import type { WithheldPerson } from '../ports/withheld-people.ts';
import type { OperationsDependencies } from './dependencies.ts';
import type { LiveRuns } from './live-runs.ts';
import { presentRun, presentThrown } from './present.ts';
import { environmentOf, withPorts } from './run-context.ts';

/** How far back people are looked up who are no longer selected, or had another name. */
const RUNS_BACK = 5;
const MOST_CANDIDATES = 20;

interface Writer {
  readonly policy: Policy;
  readonly revision: number;
  /** Removed without its contacts; only its history knows it. */
  readonly isRemoved: boolean;
}

type KnownPeople = Map<SourceObjectId, { readonly view: PersonView; readonly names: Set<string> }>;

export function makePeopleOperations(dependencies: OperationsDependencies, live: LiveRuns): PeopleOperations {
  const { policies, runs, memory, ledger, journal, withheld, clock, user, holder, audit } = dependencies;

  /** Policies that may have written contacts: the stored ones, and removed ones whose contacts stayed. */
  async function writers(): Promise<readonly Writer[]> {
    const stored = (await policies.list()).map(({ document, revision }) => ({
      policy: document,
      revision,
      isRemoved: false,
    }));
    const ids = new Set<string>(stored.map(({ policy }) => policy.id));
    const removed: Writer[] = [];
    for (const id of await memory.writtenPolicies()) {
      const [last] = ids.has(id) ? [] : await policies.history(id);
      if (last !== undefined)
        removed.push({ policy: last.document, revision: last.revision, isRemoved: true });
    }
    return [...stored, ...removed];
  }

  async function writerOf(id: string): Promise<Writer> {
    const found = (await writers()).find(({ policy }) => policy.id === id);
    if (found === undefined) throw new Failure('notFound', { details: { policy: id } });
    return found;
  }

  /** Everybody whom the last run but `back` of every policy knew, added to those of later runs. */
  async function addKnown(people: KnownPeople, of: readonly Writer[], back: number): Promise<void> {
    for (const { policy } of of) {
      const run = (await runs.list({ policyId: policyId(policy.id), limit: back + 1 }))[back];
      if (run === undefined) continue;
      for (const { sourceObjectId: id, label, properties } of (await runs.readContacts(run.id)).values()) {
        const addresses = addressesOf(properties);
        const person = people.get(id) ?? { view: { id, label, addresses }, names: new Set() };
        for (const name of [label, ...addresses]) person.names.add(name.toLowerCase());
        people.set(id, person);
      }
    }
  }

  /** By id, address or name. Throws `notFound`, and `ambiguousName` when several people fit. */
  async function find(asked: string): Promise<PersonView> {
    const text = asked.trim().toLowerCase();
    if (text === '') throw new Failure('usage', { details: { reason: 'say whom: an id, address or name' } });
    const released = (await withheld.list()).filter(
      ({ id, label }) => id === text || label.toLowerCase() === text,
    );
    const people: KnownPeople = new Map();
    const found = new Map<string, PersonView>();
    const known = await writers();
    // Whom the latest runs know need not be looked up in those before.
    for (let back = 0; back < RUNS_BACK && found.size === 0; back += 1) {
      await addKnown(people, known, back);
      for (const [id, { view, names }] of people) if (id === text || names.has(text)) found.set(id, view);
    }
    for (const { id, label } of released) {
      if (!found.has(id)) found.set(id, people.get(id)?.view ?? { id, label, addresses: [] });
    }
    const [only] = found.values();
    if (found.size > 1)
      throw new Failure('ambiguousName', {
        details: { person: asked, fits: [...found.values()].map(describe).slice(0, MOST_CANDIDATES) },
      });
    if (only !== undefined) return only;
    if (isUuid(text)) return { id: sourceObjectId(text), label: text, addresses: [] };
    const similar = [...people.values()].filter(({ names }) =>
      [...names].some((name) => name.includes(text)),
    );
    const suggestions = similar.map(({ view }) => describe(view)).slice(0, MOST_CANDIDATES);
    throw new Failure('notFound', {
      details: { person: asked, ...(suggestions.length === 0 ? {} : { known: suggestions }) },
    });
  }

  async function placesOf(
    { policy }: Writer,
    person: SourceObjectId,
    isReading: boolean,
    signal: AbortSignal,
  ): Promise<readonly PersonPlace[]> {
    if (!isReading) return placesByLedger(policy, person, { memory, ledger });
    const mailboxes = await memory.readWrittenMailboxes(policyId(policy.id));
    if (mailboxes.length === 0) return [];
    const environment = await environmentOf(dependencies, policy);
    return withPorts(dependencies, environment, ({ targets }) =>
      placesByReading({ policy, person, mailboxes }, targets, signal),
    );
  }

  /** Where the contact of another policy stands for the person, or takes values from it. */
  async function mergedWith(
    person: SourceObjectId,
    isReading: boolean,
    signal: AbortSignal,
  ): Promise<readonly MergedPersonView[]> {
    const all = await writers();
    const merged = all.filter(
      ({ policy, isRemoved }) => !isRemoved && policy.folder.merge?.meetBy === 'emailAddress',
    );
    interface Met {
      readonly id: SourceObjectId;
      readonly writer: Writer;
      readonly mergedWith: readonly string[];
    }
    const met = new Map<string, Met>();
    for (const { policy } of merged) {
      const own = await memory.readOffer(policyId(policy.id));
      if (own === undefined) continue;
      const others = companionsOf(
        policy,
        merged.map((one) => one.policy),
      );
      for (const writer of merged.filter((one) => others.includes(one.policy))) {
        const other = await memory.readOffer(policyId(writer.policy.id));
        for (const id of other === undefined ? [] : metPeople(person, own, other)) {
          const key = `${writer.policy.id} ${id}`;
          const found = met.get(key) ?? { id, writer, mergedWith: [] };
          met.set(key, { ...found, mergedWith: [...found.mergedWith, policy.name] });
        }
      }
    }
    const people: KnownPeople = new Map();
    if (met.size > 0) await addKnown(people, all, 0);
    const views: MergedPersonView[] = [];
    for (const { id, writer, mergedWith: names } of met.values()) {
      const places = await placesOf(writer, id, isReading, signal);
      if (places.length === 0) continue;
      views.push({
        person: people.get(id)?.view ?? { id, label: id, addresses: [] },
        mergedWith: names,
        places: places.map((place) => presentPlace(writer, place)),
      });
    }
    return views;
  }

  return {
    async where({ person: asked, isReading = false }, signal = new AbortController().signal) {
      const person = await find(asked);
      const id = sourceObjectId(person.id);
      const places: PersonPlaceView[] = [];
      for (const writer of await writers()) {
        const found = await placesOf(writer, id, isReading, signal);
        places.push(...found.map((place) => presentPlace(writer, place)));
      }
      const since = (await withheld.list()).find((one) => one.id === id);
      return {
        person,
        places,
        merged: await mergedWith(id, isReading, signal),
        handedOver: await journal.handedOver(id),
        ...(since === undefined ? {} : { withheld: presentWithheld(since) }),
      };
    },

    async withhold(asked) {
      const person = await find(asked);
      const id = sourceObjectId(person.id);
      await withheld.withhold({ id, label: person.label, since: clock.now().toISOString(), by: user });
      await memory.removeFromOffers(id);
      await audit.append({ who: user, action: 'person.withhold', subject: id, details: {} });
      return person;
    },

    async remove({ person: asked, policyId: writerId, mode }) {
      const person = isUuid(asked) ? sourceObjectId(asked) : sourceObjectId((await find(asked)).id);
      const { policy, revision } = await writerOf(writerId);
      const environment = await environmentOf(dependencies, policy);
      const places = await placesByLedger(policy, person, { memory, ledger });
      const mailboxes = places.map(({ mailbox }) => mailbox);
      const id = await live.start((runId, onEvent, signal) =>
        withPorts(dependencies, environment, (ports) =>
          cleanUp(
            {
              ...{ runId, revision: { policy, revision }, mailboxes, mode, holder, onEvent },
              people: new Set([person]),
            },
            ports,
            signal,
          ),
        ),
      );
      const run = await runs.read(id);
      if (run === undefined) throw new Failure('notFound', { details: { run: id } });
      return presentRun(run);
    },

    async withheld() {
      return (await withheld.list()).map(presentWithheld);
    },

    async release(asked) {
      const person = await find(asked);
      const id = sourceObjectId(person.id);
      if (!(await withheld.release(id))) {
        const names = (await withheld.list()).map(({ label }) => label).slice(0, MOST_CANDIDATES);
        throw new Failure('notFound', {
          details: { withheld: asked, ...(names.length === 0 ? {} : { known: names }) },
        });
      }
      await audit.append({ who: user, action: 'person.release', subject: id, details: {} });
      return person;
    },
  };
}

function addressesOf({ emailAddress1, emailAddress2, emailAddress3 }: ContactProperties): readonly string[] {
  return [emailAddress1, emailAddress2, emailAddress3].filter((address) => address !== undefined);
}

const describe = ({ id, label, addresses: [address = id] }: PersonView): string => `${label} <${address}>`;

function presentPlace(
  { policy, isRemoved }: Writer,
  { mailbox, state, items, failure }: PersonPlace,
): PersonPlaceView {
  return {
    policy: policy.name,
    policyId: policy.id,
    isPolicyRemoved: isRemoved,
    primarySmtpAddress: mailbox.primarySmtpAddress,
    state,
    ...(items === undefined ? {} : { items }),
    ...(failure === undefined ? {} : { failure: presentThrown(failure) }),
  };
}

const presentWithheld = ({ id, label, since, by }: WithheldPerson): WithheldView => ({
  id,
  label,
  since,
  by,
});
