// Puts the connectors of Active Directory and Exchange Web Services together for one environment.

import { resolveSrv } from 'node:dns/promises';
import {
  type ActiveDirectoryConnector,
  type ActiveDirectoryOptions,
  createActiveDirectory,
} from '../connectors/active-directory/active-directory.ts';
import { createDirectoryConnectionPoints, findExchange } from '../connectors/autodiscover/index.ts';
import { createEwsTargets, type EwsTargetsOptions } from '../connectors/ews/index.ts';
import {
  basicSignIn,
  createExchangeHttp,
  createTlsAgent,
  ntlmSignIn,
  type SignIn,
} from '../connectors/exchange-http/index.ts';
import type { Environment } from '../model/environment.ts';
import { asFailure, Failure } from '../model/failure.ts';
import { environmentId, mailboxId } from '../model/ids.ts';
import type { TargetMailbox } from '../model/mailbox.ts';
import type { MailboxesPart } from '../model/policy.ts';
import type { Connection } from '../operations/dependencies.ts';
import { destinationOf } from '../operations/destination.ts';
import type { ProbeStep } from '../ports/contact-source.ts';
import type { Log } from '../ports/log.ts';
import type { MailboxDirectory } from '../ports/mailbox-directory.ts';
import type { MailboxTargets } from '../ports/mailbox-target.ts';
import type { Stores } from '../store/open-stores.ts';
import { systemClock } from '../system/system-clock.ts';
import { readAdditionalCa } from './additional-ca.ts';
import { folderMark, markCodec } from './marks.ts';

export type OnPremisesEnvironment = Extract<Environment, { scenario: 'onPremises' }>;

/** Exchange advises against more open requests of one account (EWSMaxConcurrency). */
const CONNECTIONS = 10;

/** Throws `passwordMissing`, `secretDamaged`, `wrongKey` or `unreadableFile`. */
export async function connectOnPremises(
  environment: OnPremisesEnvironment,
  stores: Stores,
  log: Log,
  random: () => number,
): Promise<Connection> {
  const { activeDirectory: settings, exchangeWebServices: exchange } = environment.onPremises;
  const passwords = await readPasswords(environment, stores);
  const additionalCa = readAdditionalCa(environment.additionalCaFile);
  const clock = systemClock;
  const ldap: Omit<ActiveDirectoryOptions, 'cache'> = {
    settings,
    password: passwords.activeDirectory,
    additionalCa,
    // Always the same order: of controllers that replicate slowly, changing ones would make people come and go.
    resolver: { resolveSrv: async (name) => (await resolveSrv(name)).sort(byName) },
    clock,
    log,
    random: () => 0,
  };
  const connected = createActiveDirectory({ ...ldap, cache: stores.directoryCache });
  const directory = settings.globalCatalog ? withoutDeletions(connected) : connected;
  const signIn = signInFor(environment, passwords.exchange, additionalCa);
  const http = createExchangeHttp({ signIn, additionalCa, log, clock, random });
  const findUrl = async (signal: AbortSignal): Promise<string> => {
    const found = await findExchange(
      {
        mailbox: exchange.mailbox,
        http,
        signInScheme: signIn.scheme,
        scp: createDirectoryConnectionPoints(ldap),
        resolveSrv,
        trustedDomains: settings.domain === undefined ? [] : [settings.domain],
        clock,
        log,
      },
      signal,
    );
    return found.ewsUrl;
  };
  const common = {
    url: exchange.url === undefined ? once(findUrl) : async () => exchange.url ?? '',
    http,
    markCodec,
    folderMark,
    clock,
    log,
    random,
  };
  const targets = createEwsTargets({ ...common, impersonate: true });
  return {
    source: directory.source,
    directory: directory.directory,
    targets,
    traffic: targets.traffic,
    probeMailboxes: (signal) =>
      probeMailboxes(exchange.mailbox, common, targets, directory.directory, signal),
    async close() {
      const { requests } = targets.counts;
      log.info('connection closed', { environment: environment.name, requests });
      await Promise.all([directory.close(), http.close()]);
    },
  };
}

const byName = (one: { readonly name: string }, other: { readonly name: string }): number =>
  one.name < other.name ? -1 : one.name > other.name ? 1 : 0;

/**
 * A global catalog tells members of universal groups only, and not every attribute, without saying what it leaves out:
 * nothing may be deleted because of it.
 */
function withoutDeletions(connector: ActiveDirectoryConnector): ActiveDirectoryConnector {
  const gap = (code: 'sourceIncomplete' | 'mailboxListIncomplete') =>
    new Failure(code, { details: { reason: 'globalCatalog' } });
  return {
    ...connector,
    source: {
      ...connector.source,
      async read(scope, signal) {
        const reading = await connector.source.read(scope, signal);
        return { ...reading, isComplete: false, gaps: [...reading.gaps, gap('sourceIncomplete')] };
      },
    },
    directory: {
      async readMailboxes(scope, signal) {
        const reading = await connector.directory.readMailboxes(scope, signal);
        return { ...reading, isComplete: false, gaps: [...reading.gaps, gap('mailboxListIncomplete')] };
      },
    },
  };
}

interface Passwords {
  readonly activeDirectory: string;
  readonly exchange: string;
}

async function readPasswords(environment: OnPremisesEnvironment, { secrets }: Stores): Promise<Passwords> {
  const id = environmentId(environment.id);
  const destination = destinationOf(environment);
  const activeDirectory = await secrets.readPassword(id, 'activeDirectory', destination);
  const own = await secrets.readPassword(id, 'exchange', destination);
  const hasOwnAccount = environment.onPremises.exchangeWebServices.account !== undefined;
  const exchange = hasOwnAccount ? own : (own ?? activeDirectory);
  if (activeDirectory !== undefined && exchange !== undefined) return { activeDirectory, exchange };
  const missing = activeDirectory === undefined ? 'activeDirectory' : 'exchange';
  throw new Failure('passwordMissing', { details: { environment: environment.name, for: missing } });
}

function signInFor(
  { onPremises }: OnPremisesEnvironment,
  password: string,
  additionalCa: string | undefined,
): SignIn {
  const { exchangeWebServices: exchange, activeDirectory } = onPremises;
  const credentials = { account: exchange.account ?? activeDirectory.account, password };
  if (exchange.authentication === 'basic') return basicSignIn(credentials);
  return ntlmSignIn({
    credentials,
    channelBinding: exchange.channelBinding,
    createAgent: () => createTlsAgent({ additionalCa, connections: 1 }),
    connections: CONNECTIONS,
    clock: systemClock,
  });
}

/** The first answer is kept, a failure is not. */
function once(find: (signal: AbortSignal) => Promise<string>): EwsTargetsOptions['url'] {
  let found: Promise<string> | undefined;
  return (signal) => {
    found ??= find(signal).catch((thrown: unknown) => {
      found = undefined;
      throw thrown;
    });
    return found;
  };
}

const EVERY_MAILBOX: MailboxesPart = {
  groups: [],
  organizationalUnits: [],
  addresses: [],
  exclude: [],
  types: ['userMailbox'],
};

const MOST_TRIED = 10;

/** Opens the account's own mailbox, then another one through impersonation. */
async function probeMailboxes(
  ownAddress: string,
  common: Omit<EwsTargetsOptions, 'impersonate'>,
  targets: MailboxTargets,
  directory: MailboxDirectory,
  signal: AbortSignal,
): Promise<readonly ProbeStep[]> {
  const steps: ProbeStep[] = [];
  const attempt = async (name: string, work: () => Promise<string | undefined>): Promise<boolean> => {
    try {
      const note = await work();
      steps.push({ name, ok: true, ...(note === undefined ? {} : { note }) });
      return true;
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (signal.aborted || failure.facts.whoActs === 'us') throw thrown;
      steps.push({ name, ok: false, failure });
      return false;
    }
  };
  const isFound = await attempt('Exchange Web Services: address', () => common.url(signal));
  if (!isFound) return steps;
  const isOpened = await attempt('Exchange Web Services: own mailbox', async () => {
    try {
      await createEwsTargets({ ...common, impersonate: false }).scan(mailboxAt(ownAddress), signal);
      return ownAddress;
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (failure.facts.scope !== 'mailbox') throw failure;
      // Signed in, but there is no such mailbox here.
      return `not opened (${failure.number}); only reports by mail need it`;
    }
  });
  if (!isOpened) return steps;
  await attempt('Exchange Web Services: another mailbox by impersonation', async () => {
    const { mailboxes } = await directory.readMailboxes(EVERY_MAILBOX, signal);
    const others = mailboxes.filter(
      ({ location, primarySmtpAddress }) =>
        location === 'onPremises' && primarySmtpAddress.toLowerCase() !== ownAddress.toLowerCase(),
    );
    return openAny(others.slice(0, MOST_TRIED), targets, signal);
  });
  return steps;
}

/** A management scope may leave some out, and a new mailbox may not be there yet: one that opens is enough. */
async function openAny(
  mailboxes: readonly TargetMailbox[],
  targets: MailboxTargets,
  signal: AbortSignal,
): Promise<string> {
  const refusals: Failure[] = [];
  for (const mailbox of mailboxes) {
    try {
      await targets.scan(mailbox, signal);
      const { primarySmtpAddress } = mailbox;
      return refusals.length === 0
        ? primarySmtpAddress
        : `${primarySmtpAddress}; refused before it: ${refusals.length}`;
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (failure.facts.scope !== 'mailbox') throw failure;
      refusals.push(failure);
    }
  }
  const denied = refusals.find(({ code }) => code === 'impersonationDenied') ?? refusals[0];
  if (denied !== undefined) throw denied;
  return 'there is no other mailbox to try';
}

function mailboxAt(primarySmtpAddress: string): TargetMailbox {
  return {
    // It need not stand in Active Directory; the id only keeps its connection apart from those of others.
    id: mailboxId('00000000-0000-0000-0000-000000000000'),
    displayName: primarySmtpAddress,
    primarySmtpAddress,
    location: 'onPremises',
    ownerId: undefined,
  };
}
