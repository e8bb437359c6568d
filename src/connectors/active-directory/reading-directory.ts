// One reading of the directory for a policy: on the first server that lasts to the end, as much from memory as is
// certain, and honest about what is missing.

import { createHash } from 'node:crypto';
import { asFailure, Failure } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DirectoryCache } from '../../ports/directory-cache.ts';
import type { Log } from '../../ports/log.ts';
import { formatFilter } from '../ldap-client/filter.ts';
import type { LdapReader } from '../ldap-client/reader.ts';
import type { LdapSession } from '../ldap-client/session.ts';
import type { NamesInDirectory } from './decode-recipient.ts';
import { type DirectoryEntry, valuesOf } from './directory-entry.ts';
import { idOfName } from './directory-reading.ts';
import { DirectorySchema } from './directory-schema.ts';
import type { GapCode } from './doubts.ts';
import { NamedObjects, recallNamedObjects, rememberNamedObjects } from './named-objects.ts';
import { ScopeReading, type ScopeReadingOptions } from './read-scope.ts';
import { type Remembered, readRemembered, saveRemembered } from './remembered.ts';

export interface DirectoryParts {
  readonly session: LdapSession;
  readonly cache: DirectoryCache;
  readonly clock: Clock;
  readonly log: Log;
  readonly baseDns: readonly string[];
  readonly globalCatalog: boolean;
  /** Who reads: another account sees another directory. */
  readonly account: string;
}

export interface WantedPart extends Pick<ScopeReadingOptions, 'scope' | 'attributes' | 'everybody'> {
  /** Tells what is remembered apart. */
  readonly name: 'source' | 'mailboxes';
  readonly gapCode: GapCode;
}

export interface DirectoryResult {
  readonly entries: readonly DirectoryEntry[];
  readonly names: NamesInDirectory;
  /** Single objects that nobody is, and that nobody was or that are gone: no reason to call the reading incomplete. */
  readonly notFound: readonly string[];
  readonly gaps: readonly Failure[];
}

/** Throws a Failure when nothing could be read at all, or when aborted. */
export async function readDirectory(
  parts: DirectoryParts,
  part: WantedPart,
  signal: AbortSignal,
): Promise<DirectoryResult> {
  let best: ScopeReading | undefined;
  try {
    return await parts.session.read(async (reader) => {
      const started = parts.clock.now();
      const key = cacheKey(parts, part, reader);
      // Before the first search, so that what changes meanwhile counts as changed next time.
      const highestUsn = await reader.highestUsn(signal);
      const remembered =
        key === undefined || highestUsn === undefined
          ? undefined
          : await recall(parts, key, started, highestUsn);
      if (remembered !== undefined && BigInt(remembered.highestUsn) === highestUsn)
        return fromMemory(remembered);
      const schema = new DirectorySchema(reader, parts.globalCatalog, signal);
      await schema.learn(part.attributes);
      const namedKey = `active-directory/named/${part.name}/${digestOf(scopeOf(parts, part, reader))}`;
      const seen =
        part.scope.objects.length === 0 ? [] : await recallNamedObjects(parts.cache, namedKey, parts.log);
      const named = new NamedObjects(seen, reader.facts.invocationId, started);
      const reading = new ScopeReading(reader, { ...part, ...parts, remembered, schema, named }, signal);
      try {
        await reading.run();
      } finally {
        if (best === undefined || reading.wanted.size >= best.wanted.size) best = reading;
      }
      const displayNames = await reading.met.displayNames(namedIds(reading.wanted.values()));
      const result = resultOf(reading, displayNames, []);
      await rememberNamedObjects(parts.cache, namedKey, named, parts.log);
      if (key !== undefined && highestUsn !== undefined && result.gaps.length === 0)
        await remember(parts, key, {
          // Of the last full reading: what is read bit by bit must not put off the next whole one.
          readAt: remembered?.readAt ?? started.toISOString(),
          highestUsn: highestUsn.toString(),
          entries: reading.met.entries,
          members: reading.met.members,
          wanted: [...reading.wanted.keys()],
          displayNames,
          addressLists: new Map(reading.addressLists.map(({ guid, path }) => [guid, path])),
          notFound: reading.notFound,
        });
      return result;
    }, signal);
  } catch (thrown) {
    if (signal.aborted) throw new Failure('cancelled', { cause: signal.reason });
    const failure = asFailure(thrown);
    if (best === undefined || best.wanted.size === 0 || failure.code === 'internalError') throw failure;
    return resultOf(best, undefined, [interrupted(failure, part, best.wanted.size)]);
  }
}

function resultOf(
  { wanted, gaps, notFound, addressLists }: ScopeReading,
  displayNames: ReadonlyMap<string, string> | undefined,
  more: readonly Failure[],
): DirectoryResult {
  const paths = new Map(addressLists.map(({ guid, path }) => [guid, path]));
  return {
    entries: [...wanted.values()],
    names: namesFrom(displayNames, paths),
    notFound,
    gaps: [...gaps, ...more],
  };
}

function fromMemory(remembered: Remembered): DirectoryResult {
  return {
    entries: remembered.wanted.flatMap((guid) => remembered.entries.get(guid) ?? []),
    names: namesFrom(remembered.displayNames, remembered.addressLists),
    notFound: remembered.notFound,
    gaps: [],
  };
}

function namesFrom(
  displayNames: ReadonlyMap<string, string> | undefined,
  addressLists: ReadonlyMap<string, string>,
): NamesInDirectory {
  return {
    displayName: (guid) => displayNames?.get(guid),
    addressList: (guid) => addressLists.get(guid),
    isWhole: displayNames !== undefined,
  };
}

/** Ids of the objects that entries show by name. */
function* namedIds(entries: Iterable<DirectoryEntry>): Generator<string> {
  for (const entry of entries) {
    for (const name of valuesOf(entry, 'manager', 'assistant')) {
      const guid = idOfName(name);
      if (guid !== undefined) yield guid;
    }
  }
}

function interrupted(failure: Failure, { gapCode }: WantedPart, read: number): Failure {
  return new Failure(gapCode, {
    details: {
      read,
      reason: String(failure.number),
      sentence: failure.facts.en.sentence,
      ...failure.details,
    },
    cause: failure,
  });
}

/** Of another shape, what an earlier version remembered of an object says too little. */
const ENTRY_SHAPE = 2;

/** undefined where the server does not say who it is: its sequence numbers could be anybody's. */
export function cacheKey(
  parts: Pick<DirectoryParts, 'baseDns' | 'globalCatalog' | 'account'>,
  part: WantedPart,
  reader: Pick<LdapReader, 'facts'>,
): string | undefined {
  const { invocationId } = reader.facts;
  if (invocationId === undefined) return undefined;
  // What is asked for belongs to it: a version that reads more attributes must not find them missing everywhere.
  const digest = digestOf([
    ENTRY_SHAPE,
    scopeOf(parts, part, reader),
    part.attributes,
    formatFilter(part.everybody),
  ]);
  return `active-directory/${invocationId}/${part.name}/${digest}`;
}

function scopeOf(
  parts: Pick<DirectoryParts, 'baseDns' | 'globalCatalog' | 'account'>,
  { scope }: WantedPart,
  { facts }: Pick<LdapReader, 'facts'>,
): unknown {
  return [
    parts.baseDns,
    parts.globalCatalog,
    parts.account.toLowerCase(),
    facts.defaultNamingContext,
    scope.organizationalUnits.map(({ dn, includeChildren }) => [dn, includeChildren]),
    scope.groups,
    scope.addressLists,
    scope.objects,
    scope.ldapFilter ?? null,
  ];
}

function digestOf(what: unknown): string {
  return createHash('sha256').update(JSON.stringify(what)).digest('base64url');
}

async function recall(
  { cache, log }: DirectoryParts,
  key: string,
  now: Date,
  highestUsn: bigint,
): Promise<Remembered | undefined> {
  try {
    return await readRemembered(cache, key, now, highestUsn);
  } catch (thrown) {
    log.warn('what was remembered of the directory cannot be read', { ...asFailure(thrown).toRecord() });
    return undefined;
  }
}

async function remember({ cache, log }: DirectoryParts, key: string, remembered: Remembered): Promise<void> {
  try {
    await saveRemembered(cache, key, remembered);
  } catch (thrown) {
    log.warn('the reading of the directory cannot be remembered', { ...asFailure(thrown).toRecord() });
  }
}
