// A small organization in memory with all ports, for tests of the engine.

import { InMemorySource } from '../../connectors/memory/contact-source.ts';
import type { FakeClock } from '../../connectors/memory/fake-clock.ts';
import type { InMemoryMailbox, MemoryItem } from '../../connectors/memory/mailbox.ts';
import { InMemoryDirectory } from '../../connectors/memory/mailbox-directory.ts';
import { InMemoryTargets } from '../../connectors/memory/mailbox-target.ts';
import { InMemoryOrganization } from '../../connectors/memory/organization.ts';
import { sequentialIds } from '../../connectors/memory/sequential-ids.ts';
import { InMemoryJournal } from '../../connectors/memory/stores/in-memory-journal.ts';
import { InMemoryLeases } from '../../connectors/memory/stores/in-memory-leases.ts';
import { InMemoryLedger } from '../../connectors/memory/stores/in-memory-ledger.ts';
import { InMemoryPolicyMemory } from '../../connectors/memory/stores/in-memory-policy-memory.ts';
import { InMemoryRunStore } from '../../connectors/memory/stores/in-memory-run-store.ts';
import { InMemoryWithheldPeople } from '../../connectors/memory/stores/in-memory-withheld-people.ts';
import { folderMark } from '../../core/fingerprint.ts';
import { testPolicy } from '../../core/test-policy.ts';
import {
  type MailboxId,
  mailboxId,
  type RunId,
  runId,
  type SourceObjectId,
  sourceObjectId,
} from '../../model/ids.ts';
import type { Policy } from '../../model/policy.ts';
import type { Run, RunEvent } from '../../model/run.ts';
import type { SourceObject } from '../../model/source-object.ts';
import { silentLog } from '../../ports/log.ts';
import { approveRun } from '../approve-run.ts';
import { rollbackRun } from '../rollback-run.ts';
import { runPolicy } from '../run-policy.ts';
import type { RunPorts } from '../run-ports.ts';
import { verifyPolicy } from '../verify-policy.ts';

const hex = (n: number): string => n.toString(16).padStart(12, '0');
export const personId = (n: number): SourceObjectId => sourceObjectId(`00000000-0000-4000-a000-${hex(n)}`);
export const boxId = (n: number): MailboxId => mailboxId(`00000000-0000-4000-b000-${hex(n)}`);

export function person(n: number, attributes: SourceObject['attributes'] = {}): SourceObject {
  return {
    id: personId(n),
    kind: 'userMailbox',
    attributes: {
      displayName: [`Person ${n}`],
      givenName: ['Person'],
      surname: [`Nr${n}`],
      emailAddresses: [`person${n}@contoso.example`],
      businessPhones: [`+49 89 1234${String(n).padStart(3, '0')}`],
      ...attributes,
    },
    isHidden: false,
    isDisabled: false,
    isGuest: false,
  };
}

export class World {
  readonly organization = new InMemoryOrganization();
  readonly ledger = new InMemoryLedger();
  readonly journal = new InMemoryJournal();
  readonly runs = new InMemoryRunStore();
  readonly memory = new InMemoryPolicyMemory();
  readonly withheld = new InMemoryWithheldPeople();
  readonly leases = new InMemoryLeases(this.organization.clock);
  readonly ports: RunPorts = {
    source: new InMemorySource(this.organization),
    directory: new InMemoryDirectory(this.organization),
    targets: new InMemoryTargets(this.organization, {
      folderMark,
    }),
    ledger: this.ledger,
    journal: this.journal,
    runs: this.runs,
    memory: this.memory,
    withheld: this.withheld,
    leases: this.leases,
    clock: this.organization.clock,
    log: silentLog,
  };
  policy: Policy = testPolicy();
  revision = 1;
  /** Of the last run. */
  events: RunEvent[] = [];
  readonly #nextRunId = sequentialIds(7);

  constructor(people: number, mailboxes: number) {
    for (let n = 1; n <= people; n += 1) this.organization.putObject(person(n));
    for (let n = 1; n <= mailboxes; n += 1) {
      this.organization.putMailbox({
        id: boxId(n),
        kind: 'userMailbox',
        displayName: `Box ${n}`,
        primarySmtpAddress: `box${n}@contoso.example`,
        location: 'exchangeOnline',
        ownerId: undefined,
        customAttributes: [],
      });
    }
  }

  get clock(): FakeClock {
    return this.organization.clock as FakeClock;
  }

  async run(
    mode: 'run' | 'test' = 'run',
    signal = new AbortController().signal,
    repaired?: ReadonlySet<MailboxId>,
  ): Promise<Run> {
    this.events = [];
    return runPolicy(
      {
        runId: runId(this.#nextRunId()),
        revision: { policy: this.policy, revision: this.revision },
        mode,
        holder: 'test',
        limit: { kind: 'trial', maxMailboxes: 1000, mayWrite: true, endsAt: undefined },
        defaultCountry: 'DE',
        concurrency: 4,
        onEvent: (event) => this.events.push(event),
        ...(repaired === undefined ? {} : { repaired }),
      },
      this.ports,
      signal,
    );
  }

  async verify(mailboxes: readonly string[] = []): Promise<Run> {
    this.events = [];
    return verifyPolicy(
      {
        runId: runId(this.#nextRunId()),
        revision: { policy: this.policy, revision: this.revision },
        mailboxes,
        holder: 'test',
        limit: { kind: 'trial', maxMailboxes: 1000, mayWrite: true, endsAt: undefined },
        concurrency: 4,
        onEvent: (event) => this.events.push(event),
      },
      this.ports,
      new AbortController().signal,
    );
  }

  async approve(run: RunId, digest: string): Promise<Run> {
    this.events = [];
    return approveRun(
      {
        runId: run,
        digest,
        approvedBy: 'admin',
        holder: 'test',
        limit: { kind: 'trial', maxMailboxes: 1000, mayWrite: true, endsAt: undefined },
        onEvent: (event) => this.events.push(event),
      },
      this.ports,
      new AbortController().signal,
    );
  }

  async rollback(undoes: RunId, mode: 'run' | 'test' = 'run'): Promise<Run> {
    this.events = [];
    return rollbackRun(
      {
        runId: runId(this.#nextRunId()),
        undoes,
        mode,
        holder: 'test',
        onEvent: (event) => this.events.push(event),
      },
      this.ports,
      new AbortController().signal,
    );
  }

  box(n: number): InMemoryMailbox {
    const mailbox = this.organization.mailboxOf(boxId(n));
    if (mailbox === undefined) throw new Error(`no mailbox ${n}`);
    return mailbox;
  }

  /** Items with our mark in all folders but Deleted Items, by person. */
  managed(n: number): ReadonlyMap<SourceObjectId, MemoryItem> {
    const box = this.box(n);
    return new Map(
      box.items.flatMap((item) =>
        item.mark?.sourceObjectId === undefined || box.isDeletedFolder(item.folderId)
          ? []
          : [[item.mark.sourceObjectId, item]],
      ),
    );
  }

  item(box: number, personNumber: number): MemoryItem {
    const item = this.managed(box).get(personId(personNumber));
    if (item === undefined) throw new Error(`person ${personNumber} is not in mailbox ${box}`);
    return item;
  }

  eventsOf<Type extends RunEvent['type']>(type: Type): Extract<RunEvent, { type: Type }>[] {
    return this.events.filter((event): event is Extract<RunEvent, { type: Type }> => event.type === type);
  }

  /** Every write that reached a mailbox while `work` ran. */
  async writesDuring(work: () => Promise<unknown>): Promise<string[]> {
    const writes: string[] = [];
    const stop = this.organization.onWrite(({ change, outcome }) => {
      writes.push(`${change.kind} ${outcome.status}`);
    });
    await work();
    stop();
    return writes;
  }
}
