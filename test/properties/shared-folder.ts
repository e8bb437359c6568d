// Two or three policies with sources of their own that fill one folder together, and the ways to run them. What must be
// true of them is in shared-folder.test.ts.

import { InMemorySource } from '../../src/connectors/memory/contact-source.ts';
import { FakeClock } from '../../src/connectors/memory/fake-clock.ts';
import type { InMemoryMailbox, MemoryItem } from '../../src/connectors/memory/mailbox.ts';
import { InMemoryDirectory } from '../../src/connectors/memory/mailbox-directory.ts';
import { InMemoryTargets } from '../../src/connectors/memory/mailbox-target.ts';
import { InMemoryOrganization } from '../../src/connectors/memory/organization.ts';
import { sequentialIds } from '../../src/connectors/memory/sequential-ids.ts';
import { InMemoryJournal } from '../../src/connectors/memory/stores/in-memory-journal.ts';
import { InMemoryLeases } from '../../src/connectors/memory/stores/in-memory-leases.ts';
import { InMemoryLedger } from '../../src/connectors/memory/stores/in-memory-ledger.ts';
import { InMemoryPolicyMemory } from '../../src/connectors/memory/stores/in-memory-policy-memory.ts';
import { InMemoryRunStore } from '../../src/connectors/memory/stores/in-memory-run-store.ts';
import { InMemoryWithheldPeople } from '../../src/connectors/memory/stores/in-memory-withheld-people.ts';
import { companionsOf } from '../../src/core/companions-check.ts';
import { folderMark } from '../../src/core/fingerprint.ts';
import { runPolicy } from '../../src/engine/run-policy.ts';
import type { RunPorts } from '../../src/engine/run-ports.ts';
import { policyId, runId, type SourceObjectId, sourceObjectId } from '../../src/model/ids.ts';
import type { Policy } from '../../src/model/policy.ts';
import type { Run } from '../../src/model/run.ts';
import type { SourceAttribute, SourceObject } from '../../src/model/source-object.ts';
import { silentLog } from '../../src/ports/log.ts';
import { samplePolicy } from '../contract/run-store.ts';
import { samplePolicyId } from '../contract/sample.ts';
import { boxId, LOOSE_BRAKE } from './world.ts';

export interface SharedSetup {
  /** One for each policy, all different. */
  readonly priorities: readonly number[];
  readonly meetBy: 'emailAddress' | 'id';
  readonly subfolderPerDomain: boolean;
  readonly useDefaultContacts: boolean;
  readonly mailboxes: number;
}

export type Alter = (ports: RunPorts) => RunPorts;

/** What policies can know of somebody, and the property in which it is seen. */
export const FACTS = { jobTitle: 'jobTitle', department: 'department', office: 'officeLocation' } as const;
export type Fact = keyof typeof FACTS;

export class SharedFolder {
  readonly clock = new FakeClock();
  readonly organization: InMemoryOrganization;
  readonly sources: readonly InMemoryOrganization[];
  readonly ledger = new InMemoryLedger();
  readonly memory: InMemoryPolicyMemory;
  readonly policies: Policy[];
  /** What each policy wanted when it ran last. */
  readonly told = new Map<number, { readonly people: Set<number>; readonly boxes: Set<string> }>();
  readonly #setup: SharedSetup;
  readonly #alter: Alter;
  readonly #stores: Pick<RunPorts, 'journal' | 'runs' | 'leases' | 'withheld'>;
  readonly #nextRunId = sequentialIds(9);

  constructor(
    setup: SharedSetup,
    alter: Alter = (ports) => ports,
    memory: InMemoryPolicyMemory = new InMemoryPolicyMemory(),
  ) {
    this.memory = memory;
    this.#setup = setup;
    this.#alter = alter;
    this.organization = new InMemoryOrganization({ clock: this.clock });
    this.sources = setup.priorities.map(() => new InMemoryOrganization({ clock: this.clock }));
    this.#stores = {
      journal: new InMemoryJournal(),
      runs: new InMemoryRunStore(),
      leases: new InMemoryLeases(this.clock),
      withheld: new InMemoryWithheldPeople(),
    };
    const sample = samplePolicy({ brake: LOOSE_BRAKE });
    const { meetBy, useDefaultContacts } = setup;
    this.policies = setup.priorities.map((priority, index) => ({
      ...sample,
      id: samplePolicyId(index + 1),
      name: `Policy ${index + 1}`,
      folder: {
        ...sample.folder,
        useDefaultContacts,
        subfolderPerDomain: setup.subfolderPerDomain && !useDefaultContacts,
        merge: { meetBy, priority },
      },
    }));
    for (let n = 1; n <= setup.mailboxes; n += 1) {
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

  get boxes(): readonly InMemoryMailbox[] {
    return this.organization.mailboxes;
  }

  /** In the order of priority. */
  get ranking(): readonly number[] {
    const { priorities } = this.#setup;
    return priorities.map((_, index) => index).sort((a, b) => (priorities[a] ?? 0) - (priorities[b] ?? 0));
  }

  policy(index: number): Policy {
    const found = this.policies[index];
    if (found === undefined) throw new Error(`no policy ${index}`);
    return found;
  }

  /** Where policies meet by address each source has its own ids. */
  personId(index: number, person: number): SourceObjectId {
    const source = this.#setup.meetBy === 'id' ? 0 : index + 1;
    return sourceObjectId(`00000000-0000-4000-a00${source}-${person.toString(16).padStart(12, '0')}`);
  }

  /** The policy that wrote the item and the person, whatever the id there. */
  whoIs({ mark }: MemoryItem): { readonly index: number; readonly person: number } | undefined {
    if (mark?.sourceObjectId === undefined) return undefined;
    const index = this.policies.findIndex(({ id }) => id === mark.policyId);
    return { index, person: Number.parseInt(mark.sourceObjectId.slice(-12), 16) };
  }

  selects(index: number, person: number): SourceObject | undefined {
    return this.sources[index]?.object(this.personId(index, person));
  }

  putPerson(index: number, person: number, facts: Readonly<Partial<Record<Fact, string>>>): void {
    const attributes: Partial<Record<SourceAttribute, readonly string[]>> = {
      displayName: [`Person ${person}`],
      surname: [`Person ${person}`],
      emailAddresses: [`person${person}@${person % 2 === 0 ? 'contoso' : 'fabrikam'}.example`],
    };
    for (const [fact, value] of Object.entries(facts)) {
      if (value !== '') attributes[fact as Fact] = [value];
    }
    this.sources[index]?.putObject({
      id: this.personId(index, person),
      kind: 'userMailbox',
      attributes,
      isHidden: false,
      isDisabled: false,
      isGuest: false,
    });
  }

  dropPerson(index: number, person: number): void {
    this.sources[index]?.removeObject(this.personId(index, person));
  }

  fills(index: number, box: InMemoryMailbox): boolean {
    const address = this.organization.directory.find(({ id }) => id === box.id)?.primarySmtpAddress ?? '';
    return !this.policy(index).mailboxes.exclude.includes(address);
  }

  setFills(index: number, boxNumber: number, fills: boolean): void {
    const policy = this.policy(index);
    const address = `box${boxNumber}@contoso.example`;
    const exclude = policy.mailboxes.exclude.filter((one) => one !== address);
    this.policies[index] = {
      ...policy,
      mailboxes: { ...policy.mailboxes, exclude: fills ? exclude : [...exclude, address] },
    };
  }

  async run(index: number): Promise<Run> {
    this.clock.advance(60_000);
    const source = this.sources[index];
    if (source === undefined) throw new Error(`no policy ${index}`);
    const ports: RunPorts = {
      ...this.#stores,
      source: new InMemorySource(source),
      directory: new InMemoryDirectory(this.organization),
      targets: new InMemoryTargets(this.organization, {
        folderMark,
      }),
      ledger: this.ledger,
      memory: this.memory,
      companionsOf: async (policy) => companionsOf(policy, this.policies),
      clock: this.clock,
      log: silentLog,
    };
    return runPolicy(
      {
        runId: runId(this.#nextRunId()),
        revision: { policy: this.policy(index), revision: 1 },
        mode: 'run',
        holder: 'test',
        limit: { kind: 'trial', maxMailboxes: 1_000, mayWrite: true, endsAt: undefined },
        defaultCountry: 'DE',
        concurrency: 2,
      },
      this.#alter(ports),
      new AbortController().signal,
    );
  }

  /** A half-read source takes nobody away. */
  remember(index: number, isHalf: boolean): void {
    if (isHalf) return;
    const people = (this.sources[index]?.objects ?? []).map(({ id }) => Number.parseInt(id.slice(-12), 16));
    const boxes = this.boxes.filter((box) => this.fills(index, box)).map(({ id }) => id);
    this.told.set(index, { people: new Set(people), boxes: new Set(boxes) });
  }

  /** Everything that the product wrote and that has not been thrown away. */
  standing(box: InMemoryMailbox): readonly MemoryItem[] {
    return box.items.filter(
      ({ mark, folderId, copyOf }) =>
        mark !== undefined && copyOf === undefined && !box.isDeletedFolder(folderId),
    );
  }

  /** All that carries another policy's mark or none, byte by byte. */
  notOf(index: number): string {
    const own = policyId(this.policy(index).id);
    return this.boxes
      .map((box) =>
        JSON.stringify(
          [box.id, ...box.items.filter(({ mark }) => mark?.policyId !== own)].sort((a, b) =>
            JSON.stringify(a) < JSON.stringify(b) ? -1 : 1,
          ),
        ),
      )
      .join('\n');
  }

  dump(): string {
    return JSON.stringify(this.boxes.map((box) => [box.id, box.folders, box.items]));
  }
}
