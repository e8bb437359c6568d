// One person's data: where it lies, and how it goes everywhere and stays away until somebody releases the person.

import type {
  PeopleOperations,
  PersonPlaceView,
  PersonView,
  WhereView,
  WithheldView,
} from '@contactsync/contract';
import { cleanUp } from '../engine/clean-up.ts';
import { type PersonPlace, placesByLedger, placesByReading } from '../engine/find-person.ts';
import type { ContactProperties } from '../model/contact.ts';
import { Failure } from '../model/failure.ts';
import { isUuid, policyId, type SourceObjectId, sourceObjectId } from '../model/ids.ts';
import type { Policy } from '../model/policy.ts';
import type { WithheldPerson } from '../ports/withheld-people.ts';
import type { OperationsDependencies } from './dependencies.ts';
import type { LiveRuns } from './live-runs.ts';
import { findDocument } from './lookup.ts';
import { presentRun, presentThrown } from './present.ts';
import { environmentOf, withPorts } from './run-context.ts';

/** How far back people are looked up who are no longer selected, or had another name. */
const RUNS_BACK = 5;
const MOST_CANDIDATES = 20;

export function makePeopleOperations(dependencies: OperationsDependencies, live: LiveRuns): PeopleOperations {
  const { policies, runs, memory, ledger, journal, withheld, clock, user, holder, audit } = dependencies;

  /** Everybody whom the latest runs of all policies knew, under every name and address they had in them. */
  async function known(): Promise<ReadonlyMap<SourceObjectId, { view: PersonView; names: Set<string> }>> {
    const people = new Map<SourceObjectId, { view: PersonView; names: Set<string> }>();
    for (const { document } of await policies.list()) {
      const latest = await runs.list({ policyId: policyId(document.id), limit: RUNS_BACK });
      for (const run of latest) {
        for (const { sourceObjectId: id, label, properties } of (await runs.readContacts(run.id)).values()) {
          const addresses = addressesOf(properties);
          const person = people.get(id) ?? { view: { id, label, addresses }, names: new Set() };
          for (const name of [label, ...addresses]) person.names.add(name.toLowerCase());
          people.set(id, person);
        }
      }
    }
    return people;
  }

  /** By id, address or name. Throws `notFound`, and `ambiguousName` when several people fit. */
  async function find(asked: string): Promise<PersonView> {
    const text = asked.trim().toLowerCase();
    const released = (await withheld.list()).filter(
      ({ id, label }) => id === text || label.toLowerCase() === text,
    );
    const people = await known();
    const found = new Map(
      [...people]
        .filter(([id, { names }]) => id === text || names.has(text))
        .map(([id, { view }]) => [id, view]),
    );
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
    policy: Policy,
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

  async function leftBehind(): Promise<WhereView['leftBehind']> {
    const stored = new Set((await policies.list()).map(({ document }) => document.id));
    const removed = (await memory.writtenPolicies()).filter((id) => !stored.has(id));
    return Promise.all(
      removed.map(async (id) => ({
        policyId: id,
        mailboxes: (await memory.readWrittenMailboxes(id)).length,
      })),
    );
  }

  return {
    async where({ person: asked, isReading = false }, signal = new AbortController().signal) {
      const person = await find(asked);
      const id = sourceObjectId(person.id);
      const places: PersonPlaceView[] = [];
      for (const { document } of await policies.list()) {
        const found = await placesOf(document, id, isReading, signal);
        places.push(...found.map((place) => presentPlace(document, place)));
      }
      const since = (await withheld.list()).find((one) => one.id === id);
      return {
        person,
        places,
        handedOver: await journal.handedOver(id),
        leftBehind: await leftBehind(),
        ...(since === undefined ? {} : { withheld: presentWithheld(since) }),
      };
    },

    async withhold(asked) {
      const person = await find(asked);
      const id = sourceObjectId(person.id);
      await withheld.withhold({ id, label: person.label, since: clock.now().toISOString(), by: user });
      await audit.append({ who: user, action: 'person.withhold', subject: id, details: {} });
      return person;
    },

    async remove({ person: asked, policy: name, mode }) {
      const person = isUuid(asked) ? sourceObjectId(asked) : sourceObjectId((await find(asked)).id);
      const { document: policy, revision } = await findDocument(policies, 'policy', name);
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

function presentPlace(policy: Policy, { mailbox, state, items, failure }: PersonPlace): PersonPlaceView {
  return {
    policy: policy.name,
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
