// What one search carries along: whom it may ask, until when, and what was tried so far.

import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { ExchangeHttp } from '../exchange-http/index.ts';
import { type DiscoveryStep, type Question, type StepOutcome, stepText } from './steps.ts';
import { checkTarget, type TrustedHosts } from './trust.ts';

export interface Inquiry {
  readonly http: ExchangeHttp;
  /** As in WWW-Authenticate; undefined: whatever the server offers. */
  readonly signInScheme: string | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  readonly deadline: number;
  readonly trusted: TrustedHosts;
  /** In lower case: all that were asked about, the first one included. */
  readonly addresses: Set<string>;
  readonly steps: DiscoveryStep[];
  /** Told of each step when it is made. */
  readonly onStep: (step: DiscoveryStep) => void;
  /** Where it led and was not followed. */
  readonly outsideHosts: Set<string>;
  leadsOnline: boolean;
}

export interface StepMade {
  readonly question: Question;
  readonly target: URL | string;
  readonly isSignedIn?: boolean;
  readonly status?: number | undefined;
  readonly detail?: string | undefined;
}

export function note(inquiry: Inquiry, made: StepMade, outcome: StepOutcome): void {
  const { clock, log, steps, onStep } = inquiry;
  const { question, target, isSignedIn, status, detail } = made;
  const step: DiscoveryStep = {
    at: clock.now().toISOString(),
    question,
    target: typeof target === 'string' ? target : readableUrl(target),
    isSignedIn: isSignedIn ?? false,
    ...(status === undefined ? {} : { status }),
    outcome,
    ...(detail === undefined ? {} : { detail }),
  };
  steps.push(step);
  onStep(step);
  log.debug('autodiscover', { step: stepText(step) });
}

/** The target, or undefined after noting why it is not followed. */
export function follow(inquiry: Inquiry, made: StepMade, location: string, from?: URL): URL | undefined {
  const target = checkTarget(inquiry.trusted, location, from);
  if ('url' in target) {
    note(inquiry, { ...made, detail: readableUrl(target.url) }, 'leadsOn');
    return target.url;
  }
  if (target.refused === 'exchangeOnline') inquiry.leadsOnline = true;
  if (target.refused === 'outside' && target.host !== undefined) inquiry.outsideHosts.add(target.host);
  note(inquiry, { ...made, detail: target.host }, target.refused);
  return undefined;
}

/** Without the query, and without the address that the JSON form has in its path. */
export function readableUrl(url: URL): string {
  const path = url.pathname
    .split('/')
    .map((part) => (/@|%40/i.test(part) ? '{mailbox}' : part))
    .join('/');
  return `${url.protocol}//${url.host}${path}`;
}
