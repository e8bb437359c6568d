// A whole small world for the laws: an organization, everything the product remembers, one or two policies, and the
// ways to run them. `alter` puts something broken in the place of a port (for twins).

import { InMemorySource } from '../../src/connectors/memory/contact-source.ts';
import { FakeClock } from '../../src/connectors/memory/fake-clock.ts';
import type { InMemoryMailbox, MemoryItem } from '../../src/connectors/memory/mailbox.ts';
import { InMemoryDirectory } from '../../src/connectors/memory/mailbox-directory.ts';
import { InMemoryTargets } from '../../src/connectors/memory/mailbox-target.ts';
import { InMemoryOrganization } from '../../src/connectors/memory/organization.ts';
import { sequentialIds } from '../../src/connectors/memory/sequential-ids.ts';
import { KEEPS_EVERY_BYTE, LIKE_EXCHANGE } from '../../src/connectors/memory/server-normalization.ts';
import { InMemoryJournal } from '../../src/connectors/memory/stores/in-memory-journal.ts';
import { InMemoryLeases } from '../../src/connectors/memory/stores/in-memory-leases.ts';
import { InMemoryLedger } from '../../src/connectors/memory/stores/in-memory-ledger.ts';
import { InMemoryPolicyMemory } from '../../src/connectors/memory/stores/in-memory-policy-memory.ts';
import { InMemoryRunStore } from '../../src/connectors/memory/stores/in-memory-run-store.ts';
import { InMemoryWithheldPeople } from '../../src/connectors/memory/stores/in-memory-withheld-people.ts';
import { folderMark, folderNameFingerprint } from '../../src/core/fingerprint.ts';
import { approveRun } from '../../src/engine/approve-run.ts';
import { cleanUp } from '../../src/engine/clean-up.ts';
import { rollbackRun } from '../../src/engine/rollback-run.ts';
import { runPolicy } from '../../src/engine/run-policy.ts';
import type { RunPorts } from '../../src/engine/run-ports.ts';
import { verifyPolicy } from '../../src/engine/verify-policy.ts';
import type { MailboxDrift } from '../../src/model/drift.ts';
import {
  type FolderId,
  type MailboxId,
  mailboxId,
  policyId,
  runId,
  type SourceObjectId,
  sourceObjectId,
} from '../../src/model/ids.ts';
import type { TargetMailbox } from '../../src/model/mailbox.ts';
import type { ContactPlan } from '../../src/model/plan.ts';
import type { Policy } from '../../src/model/policy.ts';
import type { Run, RunEvent } from '../../src/model/run.ts';
import type { SourceObject } from '../../src/model/source-object.ts';
import { silentLog } from '../../src/ports/log.ts';
import { collect } from '../contract/fixture.ts';
import { samplePolicy } from '../contract/run-store.ts';
import { samplePolicyId } from '../contract/sample.ts';

const hex = (n: number): string => n.toString(16).padStart(12, '0');
export const personId = (n: number): SourceObjectId => sourceObjectId(`00000000-0000-4000-a000-${hex(n)}`);
export const boxId = (n: number): MailboxId => mailboxId(`00000000-0000-4000-b000-${hex(n)}`);

export interface PersonSeed {
  readonly givenName: string;
  readonly surname: string;
  readonly jobTitle: string;
  readonly department: string;
  readonly notes: string;
  readonly domain: 'contoso.example' | 'fabrikam.example';
  readonly phones: readonly string[];
}

export interface Setup {
  readonly people: readonly PersonSeed[];
  readonly mailboxes: number;
  readonly normalizes: boolean;
  readonly subfolderPerDomain: boolean;
  readonly useDefaultContacts: boolean;
}

export const LOOSE_BRAKE: Policy['brake'] = {
  maxPeople: 1_000,
  maxPeoplePercent: 100,
  percentFromPeople: 1_000,
  maxMailboxes: 1_000,
  maxMailboxesPercent: 100,
  maxUnexplainedPercentPerMailbox: 100,
};

export type Alteration = (ports: RunPorts, world: World) => RunPorts;

export class World {
  readonly clock = new FakeClock();
  readonly organization: InMemoryOrganization;
  readonly ledger = new InMemoryLedger();
  readonly journal = new InMemoryJournal();
  readonly runs = new InMemoryRunStore();
  readonly memory = new InMemoryPolicyMemory();
  readonly leases = new InMemoryLeases(this.clock);
  readonly ports: RunPorts;
  /** The policy under test, and a second one into the same folder. */
  readonly policies: [Policy, Policy];
  revision = 1;
  /** Of the last run. */
  events: RunEvent[] = [];
  people = 0;
  mailboxes = 0;
  /** Managed contacts (mailbox and person) that users edited, and how often. */
  readonly edits = new Map<string, number>();
  readonly #nextRunId = sequentialIds(7);

  constructor(setup: Setup, alter: Alteration = (ports) => ports) {
    const normalization = setup.normalizes ? LIKE_EXCHANGE : KEEPS_EVERY_BYTE;
    this.organization = new InMemoryOrganization({ clock: this.clock, normalization });
    const { subfolderPerDomain, useDefaultContacts } = setup;
    const policy = samplePolicy({ brake: LOOSE_BRAKE });
    // The two exclude each other.
    const folder = {
      ...policy.folder,
      subfolderPerDomain: subfolderPerDomain && !useDefaultContacts,
      useDefaultContacts,
    };
    this.policies = [
      { ...policy, folder },
      { ...policy, id: samplePolicyId(2), name: 'Second', folder },
    ];
    for (const seed of setup.people) this.addPerson(seed);
    for (let n = 0; n < setup.mailboxes; n += 1) this.addMailbox();
    const ports: RunPorts = {
      source: new InMemorySource(this.organization),
      directory: new InMemoryDirectory(this.organization),
      targets: new InMemoryTargets(this.organization, {
        capabilities: { batchSize: 3 },
        folderMark,
      }),
      ledger: this.ledger,
      journal: this.journal,
      runs: this.runs,
      memory: this.memory,
      withheld: new InMemoryWithheldPeople(),
      leases: this.leases,
      clock: this.clock,
      log: silentLog,
    };
    this.ports = alter(ports, this);
  }

  addPerson(seed: PersonSeed): void {
    this.people += 1;
    const number = this.people;
    const attributes: Record<string, readonly string[]> = {
      displayName: [`${seed.givenName} ${seed.surname} ${number}`],
      givenName: [seed.givenName],
      surname: [seed.surname],
      jobTitle: [seed.jobTitle],
      department: [seed.department],
      notes: [seed.notes],
      emailAddresses: [`person${number}@${seed.domain}`],
      businessPhones: seed.phones,
    };
    this.organization.putObject({
      id: personId(number),
      kind: 'userMailbox',
      attributes: Object.fromEntries(
        Object.entries(attributes)
          .map(([name, values]) => [name, values.filter((value) => value.trim() !== '')] as const)
          .filter(([, values]) => values.length > 0),
      ),
      isHidden: false,
      isDisabled: false,
      isGuest: false,
    });
  }

  /** Mailbox n belongs to person n. */
  addMailbox(): void {
    this.mailboxes += 1;
    const number = this.mailboxes;
    this.organization.putMailbox({
      id: boxId(number),
      kind: 'userMailbox',
      displayName: `Box ${number}`,
      primarySmtpAddress: `box${number}@contoso.example`,
      location: 'exchangeOnline',
      ownerId: personId(number),
      customAttributes: [],
    });
  }

  changePerson(number: number, change: (object: SourceObject) => SourceObject): void {
    const object = this.organization.object(personId(number));
    if (object !== undefined) this.organization.putObject(change(object));
  }

  get policy(): Policy {
    return this.policies[0];
  }

  editPolicy(change: (policy: Policy) => Policy): void {
    this.policies[0] = change(this.policies[0]);
    this.revision += 1;
  }

  box(number: number): InMemoryMailbox {
    const mailbox = this.organization.mailboxOf(boxId(number));
    if (mailbox === undefined) throw new Error(`no mailbox ${number}`);
    return mailbox;
  }

  get boxes(): readonly InMemoryMailbox[] {
    return this.organization.mailboxes;
  }

  async run(
    options: {
      readonly mode?: 'run' | 'test';
      readonly policy?: Policy;
      readonly signal?: AbortSignal;
      readonly ports?: RunPorts;
      readonly repaired?: ReadonlySet<MailboxId>;
    } = {},
  ): Promise<Run> {
    this.events = [];
    // No two runs at the same moment.
    this.clock.advance(60_000);
    return runPolicy(
      {
        runId: runId(this.#nextRunId()),
        revision: { policy: options.policy ?? this.policy, revision: this.revision },
        mode: options.mode ?? 'run',
        holder: 'test',
        limit: { kind: 'trial', maxMailboxes: 1_000, mayWrite: true, endsAt: undefined },
        defaultCountry: 'DE',
        concurrency: 4,
        onEvent: (event) => this.events.push(event),
        ...(options.repaired === undefined ? {} : { repaired: options.repaired }),
      },
      options.ports ?? this.ports,
      options.signal ?? new AbortController().signal,
    );
  }

  /** What differs, by mailbox. */
  async verify(): Promise<ReadonlyMap<MailboxId, MailboxDrift>> {
    this.events = [];
    this.clock.advance(60_000);
    await verifyPolicy(
      {
        runId: runId(this.#nextRunId()),
        revision: { policy: this.policy, revision: this.revision },
        mailboxes: [],
        holder: 'test',
        limit: { kind: 'trial', maxMailboxes: 1_000, mayWrite: true, endsAt: undefined },
        concurrency: 4,
        onEvent: (event) => this.events.push(event),
      },
      this.ports,
      new AbortController().signal,
    );
    return new Map(this.eventsOf('mailbox.verified').map(({ mailboxId, drift }) => [mailboxId, drift]));
  }

  async approve(run: Run): Promise<Run> {
    const digest = (await this.runs.readApproval(run.id))?.digest ?? '';
    return approveRun(
      {
        runId: run.id,
        digest,
        approvedBy: 'admin',
        holder: 'test',
        limit: { kind: 'trial', maxMailboxes: 1_000, mayWrite: true, endsAt: undefined },
        onEvent: (event) => this.events.push(event),
      },
      this.ports,
      new AbortController().signal,
    );
  }

  async rollBack(undoes: Run, options: { readonly signal?: AbortSignal } = {}): Promise<Run> {
    this.events = [];
    this.clock.advance(60_000);
    return rollbackRun(
      {
        runId: runId(this.#nextRunId()),
        undoes: undoes.id,
        mode: 'run',
        holder: 'test',
        onEvent: (event) => this.events.push(event),
      },
      this.ports,
      options.signal ?? new AbortController().signal,
    );
  }

  /** Removes the policy's contacts from these mailboxes. */
  async cleanUp(mailboxes: readonly TargetMailbox[]): Promise<Run> {
    this.events = [];
    this.clock.advance(60_000);
    return cleanUp(
      {
        runId: runId(this.#nextRunId()),
        revision: { policy: this.policy, revision: this.revision },
        mailboxes,
        mode: 'run',
        holder: 'test',
        onEvent: (event) => this.events.push(event),
      },
      this.ports,
      new AbortController().signal,
    );
  }

  async plansOf(run: Run): Promise<readonly ContactPlan[]> {
    return (await collect(this.runs.readPlans(run.id))).map(({ plan }) => plan);
  }

  /** Items with the mark of the policy that lie in the contact folder or one of its sub-folders. */
  managed(box: InMemoryMailbox, policy: Policy = this.policy): readonly MemoryItem[] {
    const root = this.contactFolder(box, policy);
    if (root === undefined) return [];
    // Below Contacts itself lie folders of the user and of other policies.
    const subfolders = box
      .foldersIn(root)
      .filter((folder) => root !== box.contactsId || folder.mark?.policyId === policy.id);
    const folders = new Set([root, ...subfolders.map((folder) => folder.id)]);
    return box.items.filter((item) => item.mark?.policyId === policy.id && folders.has(item.folderId));
  }

  /** Where a person would look for it: the folder that we marked, however deep below Contacts, or one of its name. */
  contactFolder(box: InMemoryMailbox, policy: Policy): FolderId | undefined {
    if (policy.folder.useDefaultContacts) return box.contactsId;
    const direct = box.foldersIn(box.contactsId);
    const named = direct.filter(({ name }) => name.toLowerCase() === policy.folder.name.toLowerCase());
    // What lies in a marked folder, or in the one of our name, is a sub-folder.
    const below = (level: typeof direct) =>
      level
        .filter((folder) => folder.mark === undefined && folder !== named[0])
        .flatMap((folder) => box.foldersIn(folder.id));
    // Made by the other policy under our name, and renamed or moved by the user.
    let renamed: (typeof direct)[number] | undefined;
    for (let level = direct; level.length > 0; level = below(level)) {
      renamed ??= level.find(({ mark }) => mark?.fingerprint === folderNameFingerprint(policy.folder.name));
      const marked = level.filter((folder) => folder.mark?.policyId === policy.id);
      const best = marked.find((folder) => named.includes(folder)) ?? marked[0];
      if (best !== undefined) return best.id;
    }
    return named[0]?.id ?? renamed?.id;
  }

  /** Everything in every mailbox, as one text. */
  dump(): string {
    return this.boxes
      .map((box) =>
        JSON.stringify([box.id, box.folders, [...box.items].sort((a, b) => (a.id < b.id ? -1 : 1))]),
      )
      .join('\n');
  }

  /** What stands in the contact folders, without ids, versions and times. */
  contents(policy: Policy = this.policy): string {
    return this.boxes
      .map((box) => {
        const lines = this.managed(box, policy).map((item) => {
          const folder = box.folder(item.folderId)?.name;
          return JSON.stringify([folder, item.mark?.sourceObjectId, item.properties, item.mark?.fingerprint]);
        });
        return [box.id, ...lines.sort()].join('\n');
      })
      .join('\n');
  }

  /** What carries no mark, without ids, versions and times. */
  foreignContents(): string {
    return this.boxes
      .map((box) => {
        const foreign = box.items.filter((item) => item.mark === undefined);
        return [box.id, ...foreign.map((item) => JSON.stringify(item.properties)).sort()].join('\n');
      })
      .join('\n');
  }

  eventsOf<Type extends RunEvent['type']>(type: Type): Extract<RunEvent, { type: Type }>[] {
    return this.events.filter((event): event is Extract<RunEvent, { type: Type }> => event.type === type);
  }
}

export const ownPolicyId = (policy: Policy) => policyId(policy.id);
