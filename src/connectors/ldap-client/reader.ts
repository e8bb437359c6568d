// Searches of one signed-in connection: pages, ranges of long attributes, and a patient second try when the server is
// busy. What the server says about itself is read once.

import { asFailure, Failure } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import type { LdapConnection, SearchPage } from './connection.ts';
import { readExtendedName } from './distinguished-name.ts';
import { EVERYTHING, type LdapFilter } from './filter.ts';
import {
  extendedNamesControl,
  pageCookie,
  pagedControl,
  type RawEntry,
  type SearchRequest,
} from './messages.ts';
import { guidText } from './object-guid.ts';
import { watchPages } from './page-progress.ts';
import { readAllValues } from './value-ranges.ts';
import { textOf } from './values.ts';

/** MaxPageSize of Windows; larger pages are cut to it. */
export const PAGE_SIZE = 1_000;

/** Waits before a busy server is asked again. */
const BUSY_WAITS_MS = [1_000, 3_000, 9_000];

export interface LdapSearch {
  readonly base: string;
  readonly scope: 'base' | 'one' | 'sub';
  readonly filter: LdapFilter;
  readonly attributes: readonly string[];
}

export interface ServerFacts {
  readonly defaultNamingContext: string;
  readonly configurationNamingContext: string;
  readonly rootDomainNamingContext: string;
  /** Changes when the server was restored from a backup: then its sequence numbers mean nothing any more. */
  readonly invocationId: string | undefined;
  readonly dnsHostName: string;
}

export interface LdapReader {
  readonly facts: ServerFacts;
  /** Highest update sequence number the server has given away. */
  highestUsn(signal: AbortSignal): Promise<bigint | undefined>;
  /**
   * Calls `take` for every page and returns the references to other servers. Names come with ids. Returns only after
   * the last page; throws a Failure for everything else.
   */
  search(
    search: LdapSearch,
    take: (entries: readonly RawEntry[]) => void,
    signal: AbortSignal,
  ): Promise<readonly string[]>;
  /** Whether a search fits anything. */
  hasAny(search: Omit<LdapSearch, 'attributes'>, signal: AbortSignal): Promise<boolean>;
  /**
   * All values of an attribute of one object, however many; undefined: the object is not there; `'changing'`: it
   * changed under every reading, so that a value may have slipped through between two ranges.
   */
  readAll(
    name: string,
    attribute: string,
    signal: AbortSignal,
  ): Promise<readonly string[] | 'changing' | undefined>;
}

export async function openReader(
  connection: Pick<LdapConnection, 'search'>,
  clock: Clock,
  signal: AbortSignal,
): Promise<LdapReader> {
  const ask = (request: SearchRequest, signal: AbortSignal) =>
    askPatiently(connection, clock, request, signal);
  const rootAttribute = async (names: readonly string[], signal: AbortSignal) => {
    const { entries } = await ask(baseSearch('', names), signal);
    return entries[0];
  };
  const facts = await readFacts(ask, rootAttribute, signal);

  return {
    facts,
    async highestUsn(signal) {
      const text = textOf(await rootAttribute(['highestCommittedUSN'], signal), 'highestCommittedUSN');
      return /^\d+$/.test(text) ? BigInt(text) : undefined;
    },

    async search(search, take, signal) {
      const references: string[] = [];
      const progress = watchPages();
      const askFor = (cookie: Buffer) =>
        ask({ ...search, controls: [pagedControl(PAGE_SIZE, cookie), extendedNamesControl()] }, signal);
      let page = await askFor(Buffer.alloc(0));
      for (;;) {
        const cookie = pageCookie(page.controls);
        // A server that does not page would end every list early without saying so.
        if (cookie === undefined)
          throw new Failure('unexpectedDirectoryAnswer', { details: { paging: false } });
        if (cookie.length > 0) progress.see(page);
        // An empty page with a cookie is not the end: Windows sends such when it looked at many objects for nothing.
        const next = cookie.length > 0 ? askFor(cookie) : undefined;
        // The server works on the next page while this one is taken; its failure is met below, or not at all.
        next?.catch(() => {});
        references.push(...page.references);
        take(page.entries);
        if (next === undefined) return references;
        page = await next;
      }
    },

    async hasAny(search, signal) {
      const progress = watchPages();
      let cookie: Buffer = Buffer.alloc(0);
      do {
        // A page of one; empty ones with a cookie mean that the server goes on looking.
        const controls = [pagedControl(1, cookie)];
        const page = await ask({ ...search, attributes: ['1.1'], controls }, signal);
        if (page.entries.length > 0) return true;
        progress.see(page);
        cookie = pageCookie(page.controls) ?? Buffer.alloc(0);
      } while (cookie.length > 0);
      return false;
    },

    readAll(name, attribute, signal) {
      const askFor = async (attributes: readonly string[]) => {
        const request = { ...baseSearch(name, attributes), controls: [extendedNamesControl()] };
        return (await ask(request, signal)).entries[0];
      };
      return readAllValues(askFor, attribute);
    },
  };
}

type Ask = (request: SearchRequest, signal: AbortSignal) => Promise<SearchPage>;

async function askPatiently(
  connection: Pick<LdapConnection, 'search'>,
  clock: Clock,
  request: SearchRequest,
  signal: AbortSignal,
): Promise<SearchPage> {
  for (const wait of BUSY_WAITS_MS) {
    try {
      return await connection.search(request, signal);
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (failure.code !== 'domainControllerBusy') throw failure;
      await clock.sleep(wait, signal);
    }
  }
  return connection.search(request, signal);
}

function baseSearch(base: string, attributes: readonly string[]): SearchRequest {
  return { base, scope: 'base', filter: EVERYTHING, attributes, controls: [] };
}

const FACTS = [
  'defaultNamingContext',
  'configurationNamingContext',
  'rootDomainNamingContext',
  'dsServiceName',
  'dnsHostName',
] as const;

async function readFacts(
  ask: Ask,
  rootAttribute: (names: readonly string[], signal: AbortSignal) => Promise<RawEntry | undefined>,
  signal: AbortSignal,
): Promise<ServerFacts> {
  const root = await rootAttribute(FACTS, signal);
  const fact = (name: (typeof FACTS)[number]) => readExtendedName(textOf(root, name)).dn;
  const service = fact('dsServiceName');
  if (fact('defaultNamingContext') === '')
    throw new Failure('unexpectedDirectoryAnswer', { details: { missing: 'defaultNamingContext' } });
  return {
    defaultNamingContext: fact('defaultNamingContext'),
    configurationNamingContext: fact('configurationNamingContext'),
    rootDomainNamingContext: fact('rootDomainNamingContext'),
    dnsHostName: fact('dnsHostName'),
    invocationId: service === '' ? undefined : await readInvocationId(ask, service, signal),
  };
}

/** undefined where the account may not see it: then every reading is a full one. */
async function readInvocationId(ask: Ask, service: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const { entries } = await ask(baseSearch(service, ['invocationId']), signal);
    const bytes = entries[0]?.attributes.get('invocationId')?.[0];
    return bytes === undefined ? undefined : guidText(bytes);
  } catch (thrown) {
    const failure = asFailure(thrown);
    if (['directoryAccessDenied', 'directoryBaseNotFound'].includes(failure.code)) return undefined;
    throw failure;
  }
}
