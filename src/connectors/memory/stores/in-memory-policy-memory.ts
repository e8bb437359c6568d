// PolicyMemory in memory.

import type { MailboxId, PolicyId, SourceObjectId } from '../../../model/ids.ts';
import type { TargetMailbox } from '../../../model/mailbox.ts';
import { type Offer, withoutPerson } from '../../../model/offer.ts';
import type { LastSelection, PolicyMemory } from '../../../ports/policy-memory.ts';

interface Remembered {
  lastSelection: LastSelection | undefined;
  departures: ReadonlyMap<SourceObjectId, string>;
  offer: Offer | undefined;
  readonly written: Map<MailboxId, TargetMailbox>;
  readonly respected: Map<MailboxId, Set<SourceObjectId>>;
}

export class InMemoryPolicyMemory implements PolicyMemory {
  readonly #policies = new Map<PolicyId, Remembered>();

  async readLastSelection(policyId: PolicyId): Promise<LastSelection | undefined> {
    return structuredClone(this.#policies.get(policyId)?.lastSelection);
  }

  async saveLastSelection(policyId: PolicyId, selection: LastSelection): Promise<void> {
    this.#of(policyId).lastSelection = structuredClone(selection);
  }

  async readDepartures(policyId: PolicyId): Promise<ReadonlyMap<SourceObjectId, string>> {
    return new Map(this.#policies.get(policyId)?.departures);
  }

  async saveDepartures(policyId: PolicyId, departures: ReadonlyMap<SourceObjectId, string>): Promise<void> {
    this.#of(policyId).departures = new Map(departures);
  }

  async readWrittenMailboxes(policyId: PolicyId): Promise<readonly TargetMailbox[]> {
    return structuredClone([...(this.#policies.get(policyId)?.written.values() ?? [])]);
  }

  async writtenPolicies(): Promise<readonly PolicyId[]> {
    return [...this.#policies].flatMap(([id, { written }]) => (written.size === 0 ? [] : [id])).sort();
  }

  async addWrittenMailbox(policyId: PolicyId, mailbox: TargetMailbox): Promise<void> {
    this.#of(policyId).written.set(mailbox.id, structuredClone(mailbox));
  }

  async removeWrittenMailbox(policyId: PolicyId, mailboxId: MailboxId): Promise<void> {
    this.#policies.get(policyId)?.written.delete(mailboxId);
  }

  async readRespectedDeletions(
    policyId: PolicyId,
    mailboxId: MailboxId,
  ): Promise<ReadonlySet<SourceObjectId>> {
    return new Set(this.#policies.get(policyId)?.respected.get(mailboxId));
  }

  async addRespectedDeletions(
    policyId: PolicyId,
    mailboxId: MailboxId,
    ids: readonly SourceObjectId[],
  ): Promise<void> {
    const { respected } = this.#of(policyId);
    respected.set(mailboxId, new Set([...(respected.get(mailboxId) ?? []), ...ids]));
  }

  async readOffer(policyId: PolicyId): Promise<Offer | undefined> {
    return structuredClone(this.#policies.get(policyId)?.offer);
  }

  async saveOffer(policyId: PolicyId, offer: Offer): Promise<void> {
    this.#of(policyId).offer = structuredClone(offer);
  }

  async removeOffer(policyId: PolicyId): Promise<void> {
    const remembered = this.#policies.get(policyId);
    if (remembered !== undefined) remembered.offer = undefined;
  }

  async removeFromOffers(person: SourceObjectId): Promise<void> {
    for (const remembered of this.#policies.values())
      remembered.offer = remembered.offer && withoutPerson(remembered.offer, person);
  }

  async forget(policyId: PolicyId): Promise<void> {
    this.#policies.delete(policyId);
  }

  #of(policyId: PolicyId): Remembered {
    const remembered = this.#policies.get(policyId) ?? {
      lastSelection: undefined,
      departures: new Map(),
      offer: undefined,
      written: new Map(),
      respected: new Map(),
    };
    this.#policies.set(policyId, remembered);
    return remembered;
  }
}
