// A hybrid company on the emulator: its mailboxes through EWS and Graph, its tenant through the admin REST, and beside that
// what a directory in the building would show of the same people. The product remembers in memory.

import { type Policy, Policy as PolicySchema } from '@contactsync/contract';
import { EmulatorControl, type RunningEmulator, startEmulator } from '@contactsync/emulator';
import { joinConnections } from '../../src/composition/connect-hybrid.ts';
import { connectIdentities } from '../../src/composition/connect-identities.ts';
import { identitiesOf } from '../../src/composition/hybrid-identities.ts';
import { createLocalPhotos } from '../../src/composition/mailbox-photos.ts';
import { folderMark, markCodec } from '../../src/composition/marks.ts';
import type { DirectoryPhotos } from '../../src/connectors/active-directory/active-directory.ts';
import type { SourceAnchors } from '../../src/connectors/active-directory/source-anchors.ts';
import { cloudEndpoints } from '../../src/connectors/entra/national-clouds.ts';
import { createMailboxPhotos } from '../../src/connectors/ews/index.ts';
import { createExchangeOnline } from '../../src/connectors/exchange-online/exchange-online.ts';
import { createSynchronizedPeople } from '../../src/connectors/exchange-online/synchronized-people.ts';
import { createUserPhotos } from '../../src/connectors/exchange-online/user-photos.ts';
import { createGraphTargets } from '../../src/connectors/graph/index.ts';
import { createGraphClient } from '../../src/connectors/graph-client/index.ts';
import { createHttpClient } from '../../src/connectors/http/http-client.ts';
import { guidBytes } from '../../src/connectors/ldap-client/object-guid.ts';
import { sequentialIds } from '../../src/connectors/memory/sequential-ids.ts';
import { createInMemoryDirectoryCache } from '../../src/connectors/memory/stores/in-memory-directory-cache.ts';
import { InMemoryJournal } from '../../src/connectors/memory/stores/in-memory-journal.ts';
import { InMemoryLeases } from '../../src/connectors/memory/stores/in-memory-leases.ts';
import { InMemoryLedger } from '../../src/connectors/memory/stores/in-memory-ledger.ts';
import { InMemoryPolicyMemory } from '../../src/connectors/memory/stores/in-memory-policy-memory.ts';
import { InMemoryRunStore } from '../../src/connectors/memory/stores/in-memory-run-store.ts';
import { InMemoryWithheldPeople } from '../../src/connectors/memory/stores/in-memory-withheld-people.ts';
import { rollbackRun } from '../../src/engine/rollback-run.ts';
import { runPolicy } from '../../src/engine/run-policy.ts';
import type { PhotoParts } from '../../src/engine/run-ports.ts';
import { Failure } from '../../src/model/failure.ts';
import { mailboxId, policyId, runId, type SourceObjectId, sourceObjectId } from '../../src/model/ids.ts';
import type { DirectoryMailbox } from '../../src/model/mailbox.ts';
import type { Run, RunEvent } from '../../src/model/run.ts';
import type { SourceObject } from '../../src/model/source-object.ts';
import type { Connection, CopyParts } from '../../src/operations/dependencies.ts';
import { silentLog } from '../../src/ports/log.ts';
import type { PhotoOwner, PhotoSource } from '../../src/ports/photos.ts';
import { preparePhoto } from '../../src/system/prepare-photo.ts';
import { connectEws, ewsEntryOf } from '../ews-targets.ts';
import { issuedTokens } from '../issued-tokens.ts';

export const PEOPLE = ['anna', 'bruno', 'carla', 'david'] as const;
export type Person = (typeof PEOPLE)[number];
export const addressOf = (person: Person) => `${person}@contoso.example`;
const FOLDER = 'Contacts/Company Contacts';

/** objectGUID. */
export const guidOf = (person: Person) => `a1b2c3d4-0000-4000-8000-00000000000${PEOPLE.indexOf(person)}`;

const policy = (
  type: 'activeDirectory' | 'exchangeOnline',
  photo = false,
  strategy: Policy['deletion']['strategy'] = 'remove',
  mailboxes: Partial<Policy['mailboxes']> = {},
): Policy =>
  PolicySchema.parse({
    kind: 'policy',
    version: 1,
    id: '0b5e0c11-7d1a-4c55-9a53-6f1d3f1f0f01',
    name: 'All staff',
    environment: 'company',
    source: { type, recipientTypes: ['userMailbox', 'mailUser', 'mailContact', 'distributionGroup'] },
    contact: { displayName: '{displayName}', photo },
    mailboxes,
    brake: { maxPeople: 1, maxPeoplePercent: 1 },
    deletion: { strategy, graceDays: GRACE_DAYS },
  });

export const GRACE_DAYS = 10;

export type Sides = 'hybrid' | 'onlineOnly' | 'strangers';

export class HybridCompany {
  readonly emulator: RunningEmulator;
  readonly control: EmulatorControl;
  readonly #nextRunId = sequentialIds(9);
  /** thumbnailPhoto. */
  readonly thumbnails = new Map<Person, Uint8Array>();
  readonly #cache = createInMemoryDirectoryCache();
  /** Mail contacts and groups of the directory in the building. */
  readonly withoutAccount = new Map<string, SourceObject>();
  /** mS-DS-ConsistencyGuid; a failure: it cannot be read. */
  consistencyGuids: ReadonlyMap<Person, string> | Failure = new Map();
  /** Active Directory has not heard yet that their mailboxes are back in the building. */
  readonly stillAway = new Set<Person>();
  /** What the policy says about mailboxes; nothing: all of both sides. */
  chosen: Partial<Policy['mailboxes']> = {};
  wantsPhotos = false;
  hasGrace = false;
  readonly stores: {
    readonly ledger: InMemoryLedger;
    readonly journal: InMemoryJournal;
    readonly runs: InMemoryRunStore;
    readonly memory: InMemoryPolicyMemory;
    readonly leases: InMemoryLeases;
    readonly withheld: InMemoryWithheldPeople;
  };

  private constructor(emulator: RunningEmulator) {
    this.emulator = emulator;
    this.control = new EmulatorControl(emulator.url, emulator.caPem);
    this.stores = {
      ledger: new InMemoryLedger(),
      journal: new InMemoryJournal(),
      runs: new InMemoryRunStore(),
      memory: new InMemoryPolicyMemory(),
      leases: new InMemoryLeases(emulator.clock),
      withheld: new InMemoryWithheldPeople(),
    };
  }

  /** Everybody is synchronized; those named have their mailbox in the building. */
  static async start(inside: readonly Person[]): Promise<HybridCompany> {
    const emulator = await startEmulator({ recipients: 0, mailboxes: 0, seed: 5 });
    const company = new HybridCompany(emulator);
    for (const person of PEOPLE) {
      await company.control.addPerson({
        alias: person,
        displayName: `${person[0]?.toUpperCase()}${person.slice(1)} Beispiel`,
        recipientTypeDetails: 'UserMailbox',
        onPremisesImmutableId: guidBytes(guidOf(person)).toString('base64'),
      });
      await company.control.moveMailbox(addressOf(person), inside.includes(person) ? 'onPremises' : 'online');
    }
    return company;
  }

  async close(): Promise<void> {
    await this.control.close();
    await this.emulator.close();
  }

  async run(
    type: 'activeDirectory' | 'exchangeOnline',
    sides: Sides = 'hybrid',
  ): Promise<{ readonly run: Run; readonly events: readonly RunEvent[] }> {
    const { clock } = this.emulator;
    const connection = this.connect(sides);
    const events: RunEvent[] = [];
    try {
      const run = await runPolicy(
        {
          runId: runId(this.#nextRunId()),
          revision: {
            policy: policy(type, this.wantsPhotos, this.hasGrace ? 'grace' : 'remove', this.chosen),
            revision: 1,
          },
          mode: 'run',
          holder: 'test',
          limit: { kind: 'trial', maxMailboxes: 1_000, mayWrite: true, endsAt: undefined },
          defaultCountry: 'DE',
          onEvent: (event) => events.push(event),
        },
        { ...this.stores, ...connection, clock, log: silentLog },
        new AbortController().signal,
      );
      return { run, events };
    } finally {
      await connection.close();
    }
  }

  async rollBack(run: Pick<Run, 'id'>): Promise<{ readonly run: Run; readonly events: readonly RunEvent[] }> {
    const connection = this.connect('hybrid');
    const events: RunEvent[] = [];
    try {
      const ended = await rollbackRun(
        {
          runId: runId(this.#nextRunId()),
          undoes: run.id,
          mode: 'run',
          holder: 'test',
          onEvent: (event) => events.push(event),
        },
        { ...this.stores, ...connection, clock: this.emulator.clock, log: silentLog },
        new AbortController().signal,
      );
      return { run: ended, events };
    } finally {
      await connection.close();
    }
  }

  /** What contactSync wrote into the mailbox: display names, each as often as it stands there, with its version. */
  async contacts(person: Person): Promise<readonly { readonly name: string; readonly version: string }[]> {
    const { items } = await this.control.mailbox(addressOf(person));
    return items
      .filter(({ folderPath }) => folderPath === FOLDER)
      .map(({ properties, changeKey }) => ({ name: String(properties['displayName']), version: changeKey }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  connect(sides: Sides, copying: Readonly<Partial<Record<'local' | 'online', CopyParts>>> = {}): Connection {
    const { url, clock, organization, caPem } = this.emulator;
    const [applicationId = ''] = organization.apps.keys();
    const exchangeOnline = {
      organization: organization.initialDomain,
      applicationId,
      cloud: 'global' as const,
      useExchangeAdminApi: true,
      endpoints: { login: url, graph: url, exchange: url },
      mailbox: undefined,
    };
    const endpoints = cloudEndpoints(exchangeOnline);
    const log = silentLog;
    const random = () => 0.5;
    const http = createHttpClient({
      allowedHosts: endpoints.allowedHosts,
      additionalCa: caPem,
      ...{ log, clock, random },
    });
    const tokens = issuedTokens(this.emulator, applicationId);
    const graphClient = createGraphClient({ baseUrl: endpoints.graph, tokens, http, log, clock });
    const knownMailboxes = () =>
      this.stores.memory.readWrittenMailboxes(policyId(policy('exchangeOnline').id));
    const { addresses, ...directory } = createExchangeOnline({
      ...{ exchangeOnline, endpoints, tokens, http, graphClient, clock, log, random, knownMailboxes },
    });
    const online: Connection = {
      ...directory,
      targets: createGraphTargets({ client: graphClient, markCodec, folderMark, log, clock }),
      photos: this.#photos(createUserPhotos({ client: graphClient, tokens })),
      ...(copying.online === undefined ? {} : { copying: copying.online }),
      close: () => http.close(),
    };
    if (sides === 'onlineOnly') return online;
    const ews = connectEws(ewsEntryOf(this.emulator), log, clock);
    const local: Connection = {
      ...this.#directory(),
      targets: ews.targets,
      photos: this.#photos(
        createLocalPhotos({
          directory: this.#directoryPhotos(),
          mailboxes: createMailboxPhotos({ client: ews.clientInOwnName, reader: 'reader@contoso.example' }),
          clock,
        }),
      ),
      ...(copying.local === undefined ? {} : { copying: copying.local }),
      close: () => ews.close(),
    };
    if (sides === 'strangers')
      return joinConnections({ local, online, identities: async () => identitiesOf(new Map()), log });
    const ids = connectIdentities({
      read: createSynchronizedPeople(graphClient),
      readAnchors: async () => this.#anchors(),
      readTenant: addresses,
      source: local.source,
      cache: this.#cache,
      environmentId: 'company',
      clock: this.emulator.clock,
      log,
    });
    return joinConnections({ local, online, ...ids, log });
  }

  #anchors(): SourceAnchors {
    if (this.consistencyGuids instanceof Failure) throw this.consistencyGuids;
    const anchors = [...this.consistencyGuids].map(
      ([person, anchor]) => [sourceObjectId(guidOf(person)), sourceObjectId(anchor)] as const,
    );
    return { anchors: new Map(anchors), taken: new Set() };
  }

  #photos(source: PhotoSource): PhotoParts {
    return { source, prepare: preparePhoto, cache: this.#cache, owner: 'company' };
  }

  /** A photo is its own stamp; whom the directory does not know it does not tell. */
  #directoryPhotos(): DirectoryPhotos {
    const people = (owners: readonly PhotoOwner[]) =>
      owners.map(({ id }) => ({ id, person: PEOPLE.find((person) => guidOf(person) === id) }));
    const readPeople: DirectoryPhotos['readPeople'] = async (owners) => {
      const stamps = new Map<SourceObjectId, string>();
      const addresses = new Map<SourceObjectId, string>();
      for (const { id, person } of people(owners)) {
        if (person === undefined) continue;
        stamps.set(id, Buffer.from(this.thumbnails.get(person) ?? []).toString('hex'));
        const found = [...this.emulator.organization.recipients.values()].find(
          ({ alias }) => alias === person,
        );
        if (found?.mailbox?.hosting === 'onPremises') addresses.set(id, addressOf(person));
      }
      return { stamps, addresses };
    };
    return {
      readPeople,
      readStamps: async (owners, signal) => ({
        stamps: (await readPeople(owners, signal)).stamps,
        failures: [],
      }),
      readPhotos: async (owners) => people(owners).map(({ person }) => person && this.thumbnails.get(person)),
    };
  }

  /** The same people as Active Directory shows them. */
  #directory(): Pick<Connection, 'source' | 'directory'> {
    const recipients = () =>
      PEOPLE.flatMap((person) => {
        const found = [...this.emulator.organization.recipients.values()].find(
          ({ alias }) => alias === person,
        );
        return found?.mailbox === undefined ? [] : [{ ...found, mailbox: found.mailbox, person }];
      });
    return {
      source: {
        read: async () => ({
          objects: [
            ...this.withoutAccount.values(),
            ...recipients().map(
              ({ person, displayName, primarySmtpAddress, mailbox, alias }): SourceObject => ({
                id: sourceObjectId(guidOf(person)),
                kind: mailbox.hosting === 'onPremises' ? 'userMailbox' : 'remoteMailbox',
                attributes: {
                  displayName: [displayName],
                  emailAddresses: [primarySmtpAddress],
                  alias: [alias],
                },
                isHidden: false,
                isDisabled: false,
                isGuest: false,
              }),
            ),
          ],
          isComplete: true,
          gaps: [],
        }),
        probe: async () => [{ name: 'Active Directory', ok: true }],
      },
      directory: {
        readMailboxes: async (scope) => {
          const mailboxes = recipients().map(
            ({ person, displayName, primarySmtpAddress, mailbox }): DirectoryMailbox => {
              const isHere = mailbox.hosting === 'onPremises' && !this.stillAway.has(person);
              return {
                id: mailboxId(mailbox.exchangeGuid),
                kind: isHere ? 'userMailbox' : 'remoteMailbox',
                displayName,
                primarySmtpAddress,
                location: isHere ? 'onPremises' : 'exchangeOnline',
                ownerId: sourceObjectId(guidOf(person)),
                customAttributes: [],
              };
            },
          );
          const named = new Set(scope.addresses);
          return {
            mailboxes: mailboxes.filter((one) => named.size === 0 || named.has(one.primarySmtpAddress)),
            notFound: [],
            isComplete: true,
            gaps: [],
          };
        },
      },
    };
  }
}
