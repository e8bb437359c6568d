// Puts both sides of a hybrid organization together: the source of a policy by its type, every mailbox through the
// protocol of the side that holds it.

import { createHash } from 'node:crypto';
import type { Environment } from '../model/environment.ts';
import { asFailure, type Failure } from '../model/failure.ts';
import type { MailboxId } from '../model/ids.ts';
import type { TargetMailbox } from '../model/mailbox.ts';
import type { RecipientSource } from '../model/policy.ts';
import type { SourceObject, SourceObjectKind } from '../model/source-object.ts';
import type { Connection } from '../operations/dependencies.ts';
import { destinationOf } from '../operations/destination.ts';
import type { ContactSource, FolderSource } from '../ports/contact-source.ts';
import type { Log } from '../ports/log.ts';
import type { MailboxDirectory } from '../ports/mailbox-directory.ts';
import type { OriginalContacts } from '../ports/original-contacts.ts';
import type { Traffic } from '../ports/traffic.ts';
import type { Stores } from '../store/open-stores.ts';
import { systemClock } from '../system/system-clock.ts';
import { EVERYBODY, joinDirectories } from './both-directories.ts';
import { connectExchangeOnline } from './connect-exchange-online.ts';
import { connectIdentities } from './connect-identities.ts';
import { connectOnPremises } from './connect-on-premises.ts';
import type { Identities, LoadIdentities } from './hybrid-identities.ts';
import { createHybridPhotos } from './hybrid-photos.ts';
import type { Recognize } from './hybrid-recognition.ts';
import { type LocateMailbox, routeTargets } from './hybrid-targets.ts';

export type HybridEnvironment = Extract<Environment, { scenario: 'hybrid' }>;

/** Throws what connecting either side throws. */
export async function connectHybrid(
  environment: HybridEnvironment,
  stores: Stores,
  log: Log,
  random: () => number,
): Promise<Connection> {
  const { exchangeOnline, onPremises, proxy, ...common } = environment;
  const destination = destinationOf(environment);
  const local = await connectOnPremises(
    { ...common, scenario: 'onPremises', onPremises },
    stores,
    log,
    random,
    destination,
  );
  try {
    const online = await connectExchangeOnline(
      { ...common, scenario: 'exchangeOnline', proxy, exchangeOnline },
      stores,
      log,
      random,
      destination,
    );
    const ids = connectIdentities({
      read: online.synchronizedPeople,
      readAnchors: local.sourceAnchors,
      readTenant: online.addresses,
      source: local.source,
      cache: stores.directoryCache,
      // Another tenant's people are others.
      environmentId: `${environment.id} ${createHash('sha256').update(destination).digest('hex')}`,
      clock: systemClock,
      log,
    });
    return joinConnections({ local, online, ...ids, log, mailThrough: environment.mail?.through });
  } catch (thrown) {
    await local.close();
    throw thrown;
  }
}

export interface HybridParts {
  readonly local: Connection;
  readonly online: Connection;
  readonly identities: LoadIdentities;
  /** Nothing given: people alone are recognized. */
  readonly recognize?: Recognize;
  readonly log: Log;
  /** Nothing given: through Exchange Online where that names a mailbox. */
  readonly mailThrough?: 'graph' | 'ews' | 'smtp' | undefined;
}

export function joinConnections(parts: HybridParts): Connection {
  const { local, online, identities, log, mailThrough } = parts;
  const places = rememberPlaces(
    joinDirectories({ onPremises: local.directory, online: online.directory, identities }),
    log,
  );
  const { searchExchange } = local;
  const photos = photosOf({ local, online, identities, log });
  const isLocal = mailThrough === 'ews' || (mailThrough !== 'graph' && online.mail?.sender === undefined);
  const mail = isLocal ? local.mail : online.mail;
  return {
    source: sourceOf(parts, places.directory),
    directory: places.directory,
    targets: routeTargets({
      onPremises: local.targets,
      online: online.targets,
      locate: places.locate,
      identities,
    }),
    ...(photos === undefined ? {} : { photos }),
    ...(local.copying === undefined || online.copying === undefined
      ? {}
      : {
          copying: {
            originals: originalsOf(local.copying.originals, online.copying.originals),
            targets: routeTargets({
              onPremises: local.copying.targets,
              online: online.copying.targets,
              locate: places.locate,
              identities,
            }),
          },
        }),
    traffic: bothTraffics([local.traffic, online.traffic].filter((one) => one !== undefined)),
    ...(mail === undefined ? {} : { mail }),
    ...(searchExchange === undefined ? {} : { searchExchange }),
    async close() {
      await Promise.all([local.close(), online.close()]);
    },
  };
}

function photosOf({ local, online, identities }: HybridParts): Connection['photos'] {
  if (local.photos === undefined || online.photos === undefined) return local.photos ?? online.photos;
  const sides = { onPremises: local.photos.source, online: online.photos.source, identities };
  return { ...local.photos, source: createHybridPhotos(sides) };
}

function originalsOf(local: OriginalContacts, online: OriginalContacts): OriginalContacts {
  // Parts of what was read are asked for of the same side.
  let side = local;
  const readFrom = (one: OriginalContacts, ...request: Parameters<OriginalContacts['read']>) => {
    side = one;
    return one.read(...request);
  };
  return {
    read: (...request) =>
      firstLocal(
        () => readFrom(local, ...request),
        () => readFrom(online, ...request),
      ),
    readPictures: (itemIds, signal) => side.readPictures(itemIds, signal),
    readFormattedNotes: (itemIds, signal) => side.readFormattedNotes(itemIds, signal),
    readFile: (itemId, fileId, signal) => side.readFile(itemId, fileId, signal),
  };
}

/** Public folders live on one side only, and the servers in the building know whether they have any. */
async function firstLocal<T>(local: () => Promise<T>, online: () => Promise<T>): Promise<T> {
  try {
    return await local();
  } catch (thrown) {
    if (!hasNone(asFailure(thrown))) throw thrown;
    return online();
  }
}

function hasNone({ code, details }: Failure): boolean {
  return code === 'publicFoldersNotFound' && details['reason'] === 'noPublicFolderMailbox';
}

function sourceOf(parts: HybridParts, directory: MailboxDirectory): ContactSource {
  const { local, online, identities } = parts;
  const { recognize = byIdAlone(identities) } = parts;
  const holderOf = async (address: string, signal: AbortSignal): Promise<Connection> => {
    const { mailboxes, gaps } = await directory.readMailboxes({ ...EVERYBODY, addresses: [address] }, signal);
    // Not seen in half a list is not the same as not there.
    if (mailboxes.length === 0 && gaps[0] !== undefined) throw gaps[0];
    return mailboxes.some(({ location }) => location === 'exchangeOnline') ? online : local;
  };
  const probeFolders = async ({ source }: Connection, scope: FolderSource, signal: AbortSignal) =>
    (await source.probeFolders?.(scope, signal)) ?? [];
  return {
    async read(scope, signal) {
      if (scope.type === 'sharedMailbox')
        return (await holderOf(scope.mailbox, signal)).source.read(scope, signal);
      if (scope.type === 'publicFolder') {
        return firstLocal(
          () => local.source.read(scope, signal),
          () => online.source.read(scope, signal),
        );
      }
      const [side, name] =
        scope.type === 'exchangeOnline' ? ([online, 'tenant'] as const) : ([local, 'directory'] as const);
      const reading = await side.source.read(scope, signal);
      const { identities: known, doubts, unsure, notices } = await recognize(name, reading.objects, signal);
      const unreadable = [...(reading.unreadable ?? []), ...[...unsure].map((id) => known.own(id))];
      return {
        ...reading,
        objects: reading.objects.map((object) => asOne(object, scope, known)),
        ...(unreadable.length === 0 ? {} : { unreadable: new Set(unreadable) }),
        isComplete: reading.isComplete && doubts.length === 0,
        gaps: [...reading.gaps, ...doubts, ...notices],
      };
    },
    async probeFolders(scope, signal) {
      if (scope.type === 'sharedMailbox')
        return probeFolders(await holderOf(scope.mailbox, signal), scope, signal);
      const steps = await probeFolders(local, scope, signal);
      const isLocal = steps.every(({ failure }) => failure === undefined || !hasNone(failure));
      return isLocal ? steps : probeFolders(online, scope, signal);
    },
    async probe(signal) {
      const steps = [...(await local.source.probe(signal))];
      if (steps.every(({ ok }) => ok)) steps.push(...((await local.probeMailboxes?.(signal)) ?? []));
      steps.push(...(await online.source.probe(signal)));
      if (steps.every(({ ok }) => ok)) steps.push(await probeIdentities(identities, signal));
      return steps;
    },
  };
}

function byIdAlone(identities: LoadIdentities): Recognize {
  return async (_side, _objects, signal) => ({
    identities: await identities(signal),
    doubts: [],
    unsure: new Set(),
    notices: [],
  });
}

/** The person under the id that counts, and of the same type wherever the mailbox is just now. */
function asOne(object: SourceObject, scope: RecipientSource, identities: Identities): SourceObject {
  const id = identities.own(object.id);
  const others = identities.others(id);
  const types: readonly SourceObjectKind[] = scope.recipientTypes;
  // Who moves to the cloud stays a mailbox user of the organization, unless the policy tells the two apart.
  const isUser = object.kind === 'remoteMailbox' && !types.includes('remoteMailbox');
  return {
    ...object,
    id,
    ...(others.length === 0 ? {} : { alsoKnownAs: others }),
    kind: isUser ? 'userMailbox' : object.kind,
  };
}

async function probeIdentities(identities: LoadIdentities, signal: AbortSignal) {
  const name = 'Microsoft Graph: synchronized users';
  try {
    await identities(signal);
    return { name, ok: true };
  } catch (thrown) {
    const failure = asFailure(thrown);
    if (signal.aborted || failure.facts.whoActs === 'us') throw failure;
    return { name, ok: false, failure };
  }
}

/** Where the directory last showed each mailbox; who asks for one that it did not show has all of them read. */
function rememberPlaces(
  directory: MailboxDirectory,
  log: Log,
): { readonly directory: MailboxDirectory; readonly locate: LocateMailbox } {
  const places = new Map<MailboxId, TargetMailbox['location']>();
  const { readPerhapsMoved } = directory;
  const remembering: MailboxDirectory = {
    async readMailboxes(scope, signal) {
      const reading = await directory.readMailboxes(scope, signal);
      for (const { id, location } of reading.mailboxes) places.set(id, location);
      return reading;
    },
    ...(readPerhapsMoved === undefined ? {} : { readPerhapsMoved }),
  };
  let everybody: Promise<unknown> | undefined;
  return {
    directory: remembering,
    async locate(mailbox, signal) {
      if (!places.has(mailbox.id)) {
        everybody ??= remembering.readMailboxes(EVERYBODY, signal);
        try {
          await everybody;
        } catch (thrown) {
          const failure = asFailure(thrown);
          if (signal.aborted) throw failure;
          log.warn('where a mailbox is now could not be read', { ...failure.toRecord() });
        }
      }
      return places.get(mailbox.id) ?? mailbox.location;
    },
  };
}

export function bothTraffics(traffics: readonly Traffic[]): Traffic {
  return {
    requests: () => traffics.reduce((total, traffic) => total + (traffic.requests?.() ?? 0), 0),
    state() {
      const states = traffics.map((traffic) => traffic.state());
      const sum = (of: (state: (typeof states)[number]) => number) =>
        states.reduce((total, state) => total + of(state), 0);
      return {
        underWay: sum(({ underWay }) => underWay),
        limit: sum(({ limit }) => limit),
        waitingUntil: states
          .flatMap(({ waitingUntil }) => waitingUntil ?? [])
          .sort()
          .at(-1),
        mailboxesWaiting: sum(({ mailboxesWaiting }) => mailboxesWaiting),
        refusals: sum(({ refusals }) => refusals),
        waitedMs: sum(({ waitedMs }) => waitedMs),
      };
    },
  };
}
