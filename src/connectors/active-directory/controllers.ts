// Which domain controller is asked, and whether its word is enough to delete. Domain controllers copy from each other, at
// worst after hours: somebody whom one of them does not know may only not have reached it. So the one that answered last
// is asked first, and another one takes nothing away at first (docs/decisions/0011). Several that take turns behind one
// name nobody can tell apart beforehand: there those that have been known for a while are all believed.

import { asFailure, Failure } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DirectoryCache } from '../../ports/directory-cache.ts';
import type { Log } from '../../ports/log.ts';
import type { ServerAddress } from '../ldap-client/connection.ts';
import type { ServerFacts } from '../ldap-client/reader.ts';
import { findServers, type ServerSettings, type ServiceResolver } from '../ldap-client/servers.ts';

export interface ControllersOptions {
  readonly settings: ServerSettings;
  /** What is remembered belongs to it. */
  readonly environmentId: string;
  readonly resolver: ServiceResolver;
  /** Throws only when aborted. */
  readonly askSite: (servers: readonly ServerAddress[], signal: AbortSignal) => Promise<string | undefined>;
  readonly cache: DirectoryCache;
  readonly clock: Clock;
  readonly log: Log;
  readonly chance: (name: string) => number;
}

interface Known {
  readonly format: number;
  /** Of the last one that was believed. */
  readonly identity?: string;
  readonly host?: string;
  readonly port?: number;
  /** Since when others answer in its place. */
  readonly doubtedSince?: string | undefined;
  /** Who answered where, the newest last. */
  readonly met?: readonly Met[];
  /** Of this computer. */
  readonly site?: string;
  readonly siteAskedAt?: string;
}

interface Met {
  readonly identity: string;
  readonly host: string;
  readonly port: number;
  readonly since: string;
}

const FORMAT = 1;

/** More than stand behind one name. One that is forgotten is doubted for some hours once more. */
const MOST_MET = 100;

/** Longer than sites wait for each other unless told otherwise (180 minutes). */
const SETTLED_MS = 4 * 60 * 60 * 1_000;
const SITE_KEPT_MS = 24 * 60 * 60 * 1_000;

interface Answered {
  readonly facts: ServerFacts;
  readonly server: ServerAddress;
}

export class Controllers {
  readonly #options: ControllersOptions;
  readonly #key: string;
  /** Of one run: a reading is as doubtful as the most doubtful server that had a part in the run so far. */
  readonly #answered = new Map<string, Answered>();
  #site: Promise<string | undefined> | undefined;

  constructor(options: ControllersOptions) {
    this.#options = options;
    this.#key = `active-directory/controllers/${options.environmentId}`;
  }

  /** Those that are named, in their order; otherwise those that DNS names, the one that answered last before all others. */
  async find(signal: AbortSignal): Promise<readonly ServerAddress[]> {
    const { settings, resolver, chance, log } = this.#options;
    if (settings.servers.length > 0) return findServers(settings, resolver, chance, log);
    this.#site ??= this.#findSite(signal).catch((thrown: unknown) => {
      this.#site = undefined;
      throw thrown;
    });
    const site = await this.#site;
    const servers = await findServers({ ...settings, site }, resolver, chance, log);
    const { host, port } = await this.#recall();
    const isLast = (server: ServerAddress) => server.host === host && server.port === port;
    return [...servers.filter(isLast), ...servers.filter((server) => !isLast(server))];
  }

  answered(facts: ServerFacts, server: ServerAddress): void {
    const identity = facts.invocationId ?? facts.dnsHostName.toLowerCase();
    // One that does not say who it is cannot be told from others.
    if (identity !== '') this.#answered.set(identity, { facts, server });
  }

  /** undefined: what was read may take away. To be asked after each reading. */
  async doubt(): Promise<Failure | undefined> {
    let found: Failure | undefined;
    for (const [identity, answered] of this.#answered) {
      const doubt = await this.#judge(identity, answered);
      found ??= doubt;
    }
    return found;
  }

  async #judge(identity: string, { facts, server }: Answered): Promise<Failure | undefined> {
    const recalled = await this.#recall();
    const now = this.#options.clock.now();
    const { met, isKnown } = meet(recalled.met ?? [], { identity, ...server }, now);
    const known = { ...recalled, met };
    if (met !== recalled.met) await this.#remember(known);
    const believed = { identity, host: server.host, port: server.port };
    if (known.identity === undefined || known.identity === identity) {
      const isSame = known.host === server.host && known.port === server.port;
      if (known.identity === undefined || known.doubtedSince !== undefined || !isSame)
        await this.#remember({ ...known, ...believed, doubtedSince: undefined });
      return undefined;
    }
    const since = known.doubtedSince ?? now.toISOString();
    const age = now.getTime() - Date.parse(since);
    const isSettled = known.doubtedSince !== undefined && age >= SETTLED_MS;
    // Not at another address: there it stands in for one that fails, and may lag behind it as on the first day.
    const takesTurns = met.some((one) => one.identity === known.identity && isAt(one, server));
    if (isSettled || (isKnown && takesTurns)) {
      await this.#remember({ ...known, ...believed, doubtedSince: undefined });
      return undefined;
    }
    // A clock that was set back must not make the doubt last.
    if (known.doubtedSince === undefined || !(age >= 0))
      await this.#remember({ ...known, doubtedSince: now.toISOString() });
    const details = { server: facts.dnsHostName || server.host, before: known.host ?? '', since };
    return new Failure('anotherDomainController', { details });
  }

  async #findSite(signal: AbortSignal): Promise<string | undefined> {
    const { settings, resolver, chance, log, clock } = this.#options;
    const known = await this.#recall();
    const age = clock.now().getTime() - Date.parse(known.siteAskedAt ?? '');
    if (known.site !== undefined && age >= 0 && age < SITE_KEPT_MS) return known.site;
    const servers = await findServers(settings, resolver, chance, log);
    const site = await this.#options.askSite(servers, signal);
    // One that was known stays: that nobody answers now says nothing about where this computer is.
    if (site === undefined) return known.site;
    await this.#remember({ ...known, site, siteAskedAt: clock.now().toISOString() });
    return site;
  }

  async #recall(): Promise<Known> {
    const { cache, log } = this.#options;
    try {
      const blob = await cache.read(this.#key);
      const known: Known =
        blob === undefined ? { format: FORMAT } : JSON.parse(Buffer.from(blob).toString('utf8'));
      return known.format === FORMAT ? known : { format: FORMAT };
    } catch (thrown) {
      log.warn('what was remembered of domain controllers cannot be read', {
        ...asFailure(thrown).toRecord(),
      });
      return { format: FORMAT };
    }
  }

  async #remember(known: Known): Promise<void> {
    const { cache, log } = this.#options;
    try {
      await cache.save(this.#key, Buffer.from(JSON.stringify(known)));
    } catch (thrown) {
      log.warn('the domain controller cannot be remembered', { ...asFailure(thrown).toRecord() });
    }
  }
}

const isAt = (one: ServerAddress, server: ServerAddress): boolean =>
  one.host === server.host && one.port === server.port;

/** `isKnown`: it has answered here for longer than domain controllers wait for each other. */
function meet(
  before: readonly Met[],
  one: Omit<Met, 'since'>,
  now: Date,
): { readonly met: readonly Met[]; readonly isKnown: boolean } {
  const isOne = (other: Met) => other.identity === one.identity && isAt(other, one);
  const age = now.getTime() - Date.parse(before.find(isOne)?.since ?? '');
  if (age >= 0) return { met: before, isKnown: age >= SETTLED_MS };
  const { identity, host, port } = one;
  const others = before.filter((other) => !isOne(other));
  const met = [...others, { identity, host, port, since: now.toISOString() }].slice(-MOST_MET);
  return { met, isKnown: false };
}
