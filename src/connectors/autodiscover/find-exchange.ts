// Autodiscover: finds the address of Exchange Web Services from a mail address, in the order of MS-OXDISCO, and says what
// it tried. The places are asked one after the other; the first that names an address that answers ends the search.

import { Failure, type FailureDetails } from '../../model/failure.ts';
import type { FailureCode } from '../../model/failure-codes.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { ExchangeHttp } from '../exchange-http/index.ts';
import type { ServiceResolver } from '../ldap-client/servers.ts';
import { askPlace, type Place } from './ask-place.ts';
import type { ServiceConnectionPoints } from './connection-points.ts';
import type { Inquiry } from './inquiry.ts';
import { placesToAsk } from './places.ts';
import { type DiscoveryStep, stepText } from './steps.ts';
import { domainOf } from './trust.ts';

export interface FindExchangeOptions {
  /** SMTP address of the account's own mailbox. */
  readonly mailbox: string;
  readonly http: ExchangeHttp;
  /** The scheme with which `http` signs in, as in WWW-Authenticate: a server that does not offer it gets no password. */
  readonly signInScheme?: string;
  /** undefined: Active Directory is not asked. */
  readonly scp: ServiceConnectionPoints | undefined;
  readonly resolveSrv: ServiceResolver['resolveSrv'];
  /** Domains whose hosts may be asked besides those of the mail domain, such as that of Active Directory. */
  readonly trustedDomains?: readonly string[];
  readonly clock: Clock;
  readonly log: Log;
  /** Of the whole search; a request takes ten seconds at most. */
  readonly timeBudgetMs?: number;
  /** Told of each step when it is made. */
  readonly onStep?: (step: DiscoveryStep) => void;
}

export interface FoundExchange {
  readonly ewsUrl: string;
  /** Such as 15.2.1544; undefined where the server does not say. */
  readonly serverVersion?: string;
  readonly steps: readonly DiscoveryStep[];
}

const TIME_BUDGET_MS = 90_000;

/** Active Directory knows the account and does not let it in. */
const REFUSED_BY_DIRECTORY: readonly FailureCode[] = [
  'directoryPasswordRefused',
  'directoryPasswordExpired',
  'directoryAccountDisabled',
  'directoryAccountLocked',
  'directorySignInRefused',
];

/**
 * Throws Failures with all steps as lines in `details.steps`: exchangeNotFound, autodiscoverLeadsOnline,
 * autodiscoverLeadsOutside, exchangeSignInRefused (tried once), what Active Directory refuses the account with, cancelled.
 */
export async function findExchange(
  options: FindExchangeOptions,
  signal: AbortSignal,
): Promise<FoundExchange> {
  const inquiry = begin(options, signal);
  try {
    for (let address: string | undefined = options.mailbox; address !== undefined; ) {
      inquiry.addresses.add(address.toLowerCase());
      const result = await askEverywhere(inquiry, options, address);
      if (typeof result === 'object') return { ...result, steps: inquiry.steps };
      address = result;
    }
  } catch (thrown) {
    throw withSteps(thrown, inquiry);
  }
  throw nothingFound(inquiry, domainOf(options.mailbox));
}

function begin(options: FindExchangeOptions, signal: AbortSignal): Inquiry {
  const { http, signInScheme, clock, log, mailbox, trustedDomains = [], onStep = () => {} } = options;
  const budgetMs = options.timeBudgetMs ?? TIME_BUDGET_MS;
  const domains = new Set([mailbox, ...trustedDomains].map(domainOf).filter((domain) => domain !== ''));
  return {
    http,
    signInScheme,
    clock,
    log,
    signal,
    deadline: clock.now().getTime() + budgetMs,
    trusted: { domains, hosts: new Set() },
    addresses: new Set(),
    steps: [],
    onStep,
    outsideHosts: new Set(),
    leadsOnline: false,
  };
}

/** Text: begin again with this address. */
async function askEverywhere(
  inquiry: Inquiry,
  { scp, resolveSrv }: FindExchangeOptions,
  address: string,
): Promise<Omit<FoundExchange, 'steps'> | string | undefined> {
  const asked = new Set<string>();
  const directory = rememberingRefusal(scp);
  for await (const place of placesToAsk(inquiry, { scp: directory.scp, resolveSrv }, domainOf(address))) {
    if (directory.refusal !== undefined) throw directory.refusal;
    if (asked.has(keyOf(place))) continue;
    asked.add(keyOf(place));
    const result = await askPlace(inquiry, place, address);
    if (result.kind === 'restart') return result.address;
    if (result.kind === 'passedOver') continue;
    const { ewsUrl, serverVersion } = result;
    return { ewsUrl, ...(serverVersion === undefined ? {} : { serverVersion }) };
  }
  return undefined;
}

/** Exchange would get the same password next, and every wrong one counts towards locking the account. */
function rememberingRefusal(scp: ServiceConnectionPoints | undefined) {
  const directory: { readonly scp: ServiceConnectionPoints | undefined; refusal: Failure | undefined } = {
    scp:
      scp === undefined
        ? undefined
        : {
            ...scp,
            read: (signal) =>
              scp.read(signal).catch((thrown: unknown) => {
                if (thrown instanceof Failure && REFUSED_BY_DIRECTORY.includes(thrown.code))
                  directory.refusal = thrown;
                throw thrown;
              }),
          },
    refusal: undefined,
  };
  return directory;
}

const keyOf = ({ url }: Place): string => url.href.toLowerCase();

function nothingFound({ steps, outsideHosts, leadsOnline }: Inquiry, domain: string): Failure {
  const details: FailureDetails = { domain, steps: steps.map(stepText) };
  if (outsideHosts.size > 0) {
    return new Failure('autodiscoverLeadsOutside', { details: { ...details, hosts: [...outsideHosts] } });
  }
  return new Failure(leadsOnline ? 'autodiscoverLeadsOnline' : 'exchangeNotFound', { details });
}

function withSteps(thrown: unknown, { steps }: Inquiry): unknown {
  if (!(thrown instanceof Failure) || thrown.code === 'cancelled') return thrown;
  const { requestId } = thrown;
  return new Failure(thrown.code, {
    details: { ...thrown.details, steps: steps.map(stepText) },
    ...(requestId === undefined ? {} : { requestId }),
    cause: thrown,
  });
}
