// RunStore in memory.

import type { MappedContact } from '../../../model/contact.ts';
import { Failure } from '../../../model/failure.ts';
import type { MailboxId, RunId, SourceObjectId } from '../../../model/ids.ts';
import type { PolicyRevision } from '../../../model/policy.ts';
import type { RecordedEvent, Run, RunEvent, RunState } from '../../../model/run.ts';
import type {
  MailboxProgress,
  PendingApproval,
  RunFilter,
  RunStore,
  StoredPlan,
} from '../../../ports/run-store.ts';

interface StoredRun {
  run: Run;
  readonly revision: PolicyRevision;
  readonly events: RecordedEvent[];
  readonly contacts: Map<SourceObjectId, MappedContact>;
  readonly plans: Map<MailboxId, StoredPlan>;
  approval: PendingApproval | undefined;
}

export class InMemoryRunStore implements RunStore {
  readonly #runs = new Map<RunId, StoredRun>();

  async create(run: Run, revision: PolicyRevision): Promise<void> {
    this.#runs.set(run.id, {
      run: structuredClone(run),
      revision: structuredClone(revision),
      events: [],
      contacts: new Map(),
      plans: new Map(),
      approval: undefined,
    });
  }

  async setState(id: RunId, state: RunState, endedAt?: string): Promise<void> {
    const stored = this.#require(id);
    stored.run = { ...stored.run, state, endedAt: endedAt ?? stored.run.endedAt };
  }

  async read(id: RunId): Promise<Run | undefined> {
    return structuredClone(this.#runs.get(id)?.run);
  }

  async readRevision(id: RunId): Promise<PolicyRevision | undefined> {
    return structuredClone(this.#runs.get(id)?.revision);
  }

  async list(filter: RunFilter): Promise<readonly Run[]> {
    const runs = [...this.#runs.values()]
      .map(({ run }) => run)
      .filter(
        (run) =>
          (filter.policyId === undefined || run.policyId === filter.policyId) &&
          (filter.states === undefined || filter.states.includes(run.state)) &&
          (filter.kinds === undefined || filter.kinds.includes(run.kind)),
      )
      .reverse()
      .sort((a, b) => (a.startedAt < b.startedAt ? 1 : a.startedAt > b.startedAt ? -1 : 0));
    return structuredClone(runs.slice(0, filter.limit));
  }

  async findByPrefix(prefix: string): Promise<readonly Run[]> {
    const runs = [...this.#runs.values()].map(({ run }) => run);
    return structuredClone(runs.filter((run) => run.id.startsWith(prefix.toLowerCase())));
  }

  async append(id: RunId, events: readonly RunEvent[], at: string): Promise<void> {
    this.#require(id).events.push(...structuredClone(events).map((event) => ({ ...event, at })));
  }

  async readEvents(id: RunId, types?: readonly RunEvent['type'][]): Promise<readonly RecordedEvent[]> {
    const events = this.#runs.get(id)?.events ?? [];
    return structuredClone(types === undefined ? events : events.filter(({ type }) => types.includes(type)));
  }

  async saveContacts(id: RunId, contacts: readonly MappedContact[]): Promise<void> {
    const stored = this.#require(id);
    for (const contact of contacts) stored.contacts.set(contact.sourceObjectId, structuredClone(contact));
  }

  async readContacts(id: RunId): Promise<ReadonlyMap<SourceObjectId, MappedContact>> {
    return structuredClone(this.#runs.get(id)?.contacts ?? new Map());
  }

  async savePlan(id: RunId, plan: StoredPlan): Promise<void> {
    this.#require(id).plans.set(plan.mailbox.id, structuredClone(plan));
  }

  async setProgress(id: RunId, mailboxId: MailboxId, progress: MailboxProgress): Promise<void> {
    const { plans } = this.#require(id);
    const plan = plans.get(mailboxId);
    if (plan === undefined) throw new Failure('notFound', { details: { run: id, mailbox: mailboxId } });
    plans.set(mailboxId, { ...plan, progress });
  }

  async readPlan(id: RunId, mailboxId: MailboxId): Promise<StoredPlan | undefined> {
    return structuredClone(this.#runs.get(id)?.plans.get(mailboxId));
  }

  async *readPlans(id: RunId): AsyncIterable<StoredPlan> {
    const plans = this.#runs.get(id)?.plans ?? new Map<MailboxId, StoredPlan>();
    for (const mailboxId of [...plans.keys()]) {
      const plan = plans.get(mailboxId);
      if (plan !== undefined) yield structuredClone(plan);
    }
  }

  async saveApproval(id: RunId, pending: PendingApproval): Promise<void> {
    this.#require(id).approval = structuredClone(pending);
  }

  async readApproval(id: RunId): Promise<PendingApproval | undefined> {
    return structuredClone(this.#runs.get(id)?.approval);
  }

  #require(id: RunId): StoredRun {
    const stored = this.#runs.get(id);
    if (stored === undefined) throw new Failure('notFound', { details: { run: id } });
    return stored;
  }
}
