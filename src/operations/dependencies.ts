// What the operations are given by the composition root: ports, and how to reach an environment.

import type {
  CertificateFile,
  CertificateRequest,
  DocumentChange,
  DocumentText,
} from '@contactsync/contract';
import type { PhotoParts } from '../engine/run-ports.ts';
import type { Environment, ExchangeOnline } from '../model/environment.ts';
import type { Failure } from '../model/failure.ts';
import type { Policy } from '../model/policy.ts';
import type { Announcements, Listener, ListenerKind } from '../ports/announcements.ts';
import type { Audit } from '../ports/audit.ts';
import type { Clock } from '../ports/clock.ts';
import type { ContactSource, ProbeStep } from '../ports/contact-source.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { SearchExchange } from '../ports/exchange-search.ts';
import type { Journal } from '../ports/journal.ts';
import type { Leases } from '../ports/leases.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { License } from '../ports/license.ts';
import type { Log } from '../ports/log.ts';
import type { LogFiles } from '../ports/log-files.ts';
import type { MailSender } from '../ports/mail-sender.ts';
import type { MailboxDirectory } from '../ports/mailbox-directory.ts';
import type { MailboxTargets } from '../ports/mailbox-target.ts';
import type { StartMonitoring } from '../ports/monitoring.ts';
import type { OriginalContacts } from '../ports/original-contacts.ts';
import type { PolicyMemory } from '../ports/policy-memory.ts';
import type { ReportOutbox } from '../ports/report-outbox.ts';
import type { Retention } from '../ports/retention.ts';
import type { RunQueue } from '../ports/run-queue.ts';
import type { RunStore } from '../ports/run-store.ts';
import type { SecretStore, StoredCertificate } from '../ports/secret-store.ts';
import type { Settings } from '../ports/settings.ts';
import type { Traffic } from '../ports/traffic.ts';
import type { WithheldPeople } from '../ports/withheld-people.ts';

export interface CopyParts {
  readonly originals: OriginalContacts;
  /** Write marks of copies, and see those of policies. */
  readonly targets: MailboxTargets;
}

/** An environment within reach, for one run or one question. */
export interface Connection {
  readonly source: ContactSource;
  readonly directory: MailboxDirectory;
  readonly targets: MailboxTargets;
  /** Absent where the way to the services cannot say what it is doing. */
  readonly traffic?: Traffic;
  /** Contacts of public folders, and the mailboxes into which they may be copied. Absent where there are none. */
  readonly copying?: CopyParts;
  /** Absent where nobody's photo can be read. */
  readonly photos?: PhotoParts;
  /** Steps of the connection test beyond those of the source. */
  readonly probeMailboxes?: (signal: AbortSignal) => Promise<readonly ProbeStep[]>;
  /** Absent where nothing can send mail. */
  readonly mail?: MailSender;
  /** Absent where Exchange need not be searched for. */
  readonly searchExchange?: SearchExchange;
  close(): Promise<void>;
}

/** A way to send mail, for a while. */
export interface MailConnection {
  readonly mail: MailSender;
  close(): Promise<void>;
}

export interface KeyPair {
  readonly certificate: StoredCertificate;
  readonly privateKeyPem: string;
}

export interface CertificateTools {
  create(request: CertificateRequest, now: Date): Promise<KeyPair>;
  /** Throws `invalidCertificate`. */
  read(file: CertificateFile, friendlyName: string | undefined, now: Date): Promise<KeyPair>;
  /** Writes the public part for upload to Entra ID and returns the path. */
  writePublicPart(certificate: StoredCertificate): Promise<string>;
}

/** Documents as people write and compare them. */
export interface DocumentFormat {
  /** Throws `unreadableFile`, `environmentNeeded`, or `invalidDocument` with the places. */
  parsePolicy(text: DocumentText): Policy;
  parseEnvironment(text: DocumentText): Environment;
  write(document: Policy | Environment): string;
  differences(from: unknown, to: unknown): readonly DocumentChange[];
}

export interface OperationsDependencies {
  readonly policies: DocumentStore<Policy>;
  readonly environments: DocumentStore<Environment>;
  readonly secrets: SecretStore;
  readonly runs: RunStore;
  readonly outbox: ReportOutbox;
  readonly announcements: Announcements;
  readonly journal: Journal;
  readonly retention: Retention;
  readonly ledger: Ledger;
  readonly memory: PolicyMemory;
  readonly withheld: WithheldPeople;
  readonly queue: RunQueue;
  readonly leases: Leases;
  readonly license: License;
  readonly audit: Audit;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Log;
  readonly format: DocumentFormat;
  readonly certificateTools: CertificateTools;
  /** What is wrong with the name of the tenant. */
  checkTenantName(organization: string, cloud: ExchangeOnline['cloud']): Failure | undefined;
  /** Throws `invalidFilter` with the position. */
  checkLdapFilter(text: string): void;
  /**
   * No request is made before the first question. Throws when certificate or key are missing. `alsoTo` hears what the
   * connection logs, at every level.
   */
  connect(environment: Environment, alsoTo?: Log): Promise<Connection>;
  /** For an environment that sends through a mail server. Throws `mailPasswordMissing`, `secretDamaged` or `wrongKey`. */
  connectMailServer(environment: Environment): Promise<MailConnection>;
  /**
   * undefined: the environment names no such listener. Throws `webhookSecretMissing`, `secretDamaged`, `wrongKey`, or what
   * is wrong with the additional CA file.
   */
  connectListener(environment: Environment, kind: ListenerKind): Promise<Listener | undefined>;
  /** Absent where nobody can watch. */
  readonly startMonitoring?: StartMonitoring;
  newId(): string;
  /** Account that asks, for histories and approvals. */
  readonly user: string;
  /** Process and host, shown to whoever is told "already running". */
  readonly holder: string;
  readonly version: string;
  readonly dataDirectory: string;
  readonly logFile: string;
  /** Files of the log that are full. Absent where the log goes elsewhere. */
  readonly logFiles?: LogFiles;
}
