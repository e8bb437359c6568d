// The emulated tenant of the bench, a process of its own: exactly so many mailboxes, exactly so many mail contacts to be
// copied, limits on. Counts requests as the service sees them.

import { createSelfSigned } from '../../src/certificates/create-self-signed.ts';
import type { EwsEntry } from '../../test/ews-targets.ts';
import { Emulator, type LoggedRequest, type Recipient } from '../demo/emulator.ts';
import { addressOf, type BenchPerson, benchPerson, mailboxAlias } from './people.ts';

export interface TenantSize {
  readonly mailboxes: number;
  readonly contacts: number;
}

/** How a job reaches the tenant. */
export interface TenantEntry {
  /** Contacts are written through it instead of Graph. */
  readonly ews?: EwsEntry;
  readonly url: string;
  readonly caFile: string;
  readonly organization: string;
  readonly applicationId: string;
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

/** A `$batch` is one HTTP call; each of its parts is a request. */
export interface RequestCounts {
  readonly sourceCalls: number;
  readonly mailboxCalls: number;
  readonly mailboxRequests: number;
  readonly writes: number;
  /** Answers 429. */
  readonly throttled: number;
}

/** Milliseconds for every request of Graph; the parts of a batch run four at a time. */
export const LATENCY = 20;
const KEPT_REQUESTS = 200_000;

export class Tenant {
  readonly entry: TenantEntry;
  readonly #emulator: Emulator;

  private constructor(emulator: Emulator, entry: TenantEntry) {
    this.#emulator = emulator;
    this.entry = entry;
  }

  static async start(directory: string, size: TenantSize): Promise<Tenant> {
    const emulator = await Emulator.start(directory, { recipients: 0, mailboxes: 0 });
    const { url, caFile, initialDomain, clientId } = emulator.tenant;
    const { certificate, privateKeyPem } = await createSelfSigned({
      subject: 'contactSync bench',
      friendlyName: '',
      keyBits: 2048,
      lifetimeDays: 2,
      now: new Date(),
    });
    const { certificatePem } = certificate;
    await emulator.control('apps/register-certificate', { certificatePem });
    for (let number = 1; number <= size.mailboxes; number += 1)
      await emulator.control('people/add', {
        alias: mailboxAlias(number),
        displayName: `Mailbox ${number}`,
        recipientTypeDetails: 'UserMailbox',
      });
    for (let number = 1; number <= size.contacts; number += 1) {
      const person = benchPerson(number);
      await emulator.control('people/add', {
        alias: person.alias,
        displayName: person.displayName,
        recipientTypeDetails: 'MailContact',
        primarySmtpAddress: addressOf(person),
        person: fieldsOf(person),
      });
    }
    await emulator.control('traffic/set-settings', {
      limits: true,
      latency: { milliseconds: LATENCY },
      batchDispatch: 'four-at-a-time',
    });
    return new Tenant(emulator, {
      ...{ url, caFile, organization: initialDomain, applicationId: clientId },
      ...{ certificatePem, privateKeyPem },
    });
  }

  async change(people: readonly BenchPerson[]): Promise<void> {
    for (const person of people)
      await this.#emulator.control('people/change', { who: addressOf(person), person: fieldsOf(person) });
  }

  async mailboxIds(): Promise<readonly string[]> {
    const people = await this.#emulator.control<Recipient[]>('people/list');
    return people.filter(({ hasMailbox }) => hasMailbox).map(({ id }) => id);
  }

  /** Items in the mailbox, whoever made them. */
  async itemsIn(number: number): Promise<number> {
    const mailbox = `${mailboxAlias(number)}@contoso.example`;
    return (await this.#emulator.control<{ items: readonly unknown[] }>('mailbox/show', { mailbox })).items
      .length;
  }

  async counting<Value>(work: () => Promise<Value>): Promise<{ value: Value; requests: RequestCounts }> {
    await this.#emulator.control('requests/clear');
    const value = await work();
    const log = await this.#emulator.control<(LoggedRequest & { readonly status: number })[]>(
      'requests/list',
      { last: KEPT_REQUESTS },
    );
    if (log.length > KEPT_REQUESTS * 0.89) throw new Error('the emulator no longer keeps every request');
    return { value, requests: countRequests(log) };
  }

  control<Value>(operation: string, input: object = {}): Promise<Value> {
    return this.#emulator.control(operation, input);
  }

  stop(): Promise<void> {
    return this.#emulator.stop();
  }
}

export function countRequests(log: readonly (LoggedRequest & { readonly status: number })[]): RequestCounts {
  const counts = { sourceCalls: 0, mailboxCalls: 0, mailboxRequests: 0, writes: 0, throttled: 0 };
  for (const { face, method, path, isBatchPart, status } of log) {
    if (face === 'control') continue;
    if (status === 429) counts.throttled += 1;
    const isBatch = path.endsWith('/$batch');
    const isOfMailbox = face === 'graph' && /\/users\/[^/]+\/contact/i.test(path);
    if (isBatch || (isOfMailbox && !isBatchPart)) counts.mailboxCalls += 1;
    else if (!isBatchPart) counts.sourceCalls += 1;
    if (!isOfMailbox) continue;
    counts.mailboxRequests += 1;
    if (method !== 'GET') counts.writes += 1;
  }
  return counts;
}

function fieldsOf(person: BenchPerson): object {
  const { number: _, alias: __, displayName: ___, ...fields } = person;
  return fields;
}
