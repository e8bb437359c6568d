// A job: the straightforward way to the same end, as the measure to compare with. For every mailbox it reads all
// contacts with all properties, compares, and sends one request per contact; no batches, no memory between runs, four
// requests at once per mailbox. Not part of the product and shares nothing with it but the sign-in.

import { readFileSync } from 'node:fs';
import { Agent, request } from 'undici';
import { cloudEndpoints } from '../../src/connectors/entra/national-clouds.ts';
import { createTokenProvider } from '../../src/connectors/entra/token-provider.ts';
import { createHttpClient } from '../../src/connectors/http/http-client.ts';
import { silentLog } from '../../src/ports/log.ts';
import { systemClock } from '../../src/system/system-clock.ts';
import { answerJob } from './job.ts';
import { addressOf, type BenchPerson } from './people.ts';
import type { TenantEntry } from './tenant.ts';

export interface NaiveJob {
  readonly entry: TenantEntry;
  readonly mailboxIds: readonly string[];
  readonly people: readonly BenchPerson[];
}

export interface NaiveResult {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
}

interface Contact {
  readonly emailAddresses: readonly { readonly address: string; readonly name: string }[];
  readonly [property: string]: unknown;
}

const FOLDER = 'Company Contacts';
const PAGE = 999;
const MAILBOXES_AT_ONCE = 16;
const REQUESTS_PER_MAILBOX = 4;

await answerJob(async ({ entry, mailboxIds, people }: NaiveJob): Promise<NaiveResult> => {
  const counts = { created: 0, updated: 0, unchanged: 0 };
  const agent = new Agent({ connect: { ca: readFileSync(entry.caFile, 'utf8') } });
  const token = await signIn(entry);
  const wanted = people.map(contactOf);

  async function call(method: 'GET' | 'POST' | 'PATCH', url: string, body?: object): Promise<unknown> {
    for (;;) {
      const answer = await request(url, {
        method,
        dispatcher: agent,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const json: unknown = await answer.body.json();
      if (answer.statusCode < 300) return json;
      if (answer.statusCode !== 429) throw new Error(`${method} ${url}: ${answer.statusCode}`);
      await systemClock.sleep(1000 * Number(answer.headers['retry-after'] ?? 1));
    }
  }

  async function all(url: string): Promise<(Contact & { id: string; displayName: string })[]> {
    const rows: (Contact & { id: string; displayName: string })[] = [];
    for (let next: string | undefined = url; next !== undefined; ) {
      const page = (await call('GET', next)) as { value: typeof rows; '@odata.nextLink'?: string };
      rows.push(...page.value);
      next = page['@odata.nextLink'];
    }
    return rows;
  }

  async function fill(mailboxId: string): Promise<void> {
    const mailbox = `${entry.url}/v1.0/users/${mailboxId}`;
    const folders = await all(`${mailbox}/contactFolders`);
    const folder =
      folders.find(({ displayName }) => displayName === FOLDER) ??
      ((await call('POST', `${mailbox}/contactFolders`, { displayName: FOLDER })) as { id: string });
    const stored = await all(`${mailbox}/contactFolders/${folder.id}/contacts?$top=${PAGE}`);
    const byAddress = new Map(stored.map((contact) => [contact.emailAddresses[0]?.address, contact]));
    await inParallel(wanted, REQUESTS_PER_MAILBOX, async (contact) => {
      const found = byAddress.get(contact.emailAddresses[0]?.address);
      if (found === undefined) {
        await call('POST', `${mailbox}/contactFolders/${folder.id}/contacts`, contact);
        counts.created += 1;
      } else if (isEqual(contact, found)) counts.unchanged += 1;
      else {
        await call('PATCH', `${mailbox}/contacts/${found.id}`, contact);
        counts.updated += 1;
      }
    });
  }

  await inParallel(mailboxIds, MAILBOXES_AT_ONCE, fill);
  await agent.close();
  return counts;
});

async function inParallel<T>(
  items: readonly T[],
  most: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  await Promise.all(
    Array.from({ length: most }, async () => {
      for (const item of waiting) await work(item);
    }),
  );
}

async function signIn(entry: TenantEntry): Promise<string> {
  const { url, organization: tenant, applicationId, certificatePem, privateKeyPem } = entry;
  const endpoints = cloudEndpoints({ cloud: 'global', endpoints: { login: url, graph: url, exchange: url } });
  const [clock, log] = [systemClock, silentLog];
  const additionalCa = readFileSync(entry.caFile, 'utf8');
  const http = createHttpClient({ allowedHosts: endpoints.allowedHosts, additionalCa, log, clock });
  const tokens = createTokenProvider({
    ...{ endpoints, tenant, applicationId, certificatePem, privateKeyPem, http, clock },
  });
  try {
    return (await tokens.token('graph', new AbortController().signal)).value;
  } finally {
    await http.close();
  }
}

function contactOf(person: BenchPerson): Contact {
  return {
    displayName: person.displayName,
    givenName: person.firstName,
    surname: person.lastName,
    fileAs: `${person.lastName}, ${person.firstName}`,
    jobTitle: person.title,
    department: person.department,
    companyName: person.company,
    officeLocation: person.office,
    emailAddresses: [{ address: addressOf(person), name: person.displayName }],
    businessPhones: [person.phone],
    mobilePhone: person.mobilePhone,
    businessAddress: {
      street: person.streetAddress,
      city: person.city,
      postalCode: person.postalCode,
      countryOrRegion: person.country,
    },
  };
}

function isEqual(wanted: unknown, stored: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null) return wanted === stored;
  if (typeof stored !== 'object' || stored === null) return false;
  const found = new Map(Object.entries(stored));
  return Object.entries(wanted).every(([name, value]) => isEqual(value, found.get(name)));
}
