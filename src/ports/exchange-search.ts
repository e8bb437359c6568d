// The search for Exchange on-premises (Autodiscover) as an administrator sees it: every place that was asked, what came of
// it, and what was found.

import type { Failure } from '../model/failure.ts';

export interface SearchStep {
  /** ISO 8601. */
  readonly at: string;
  /** URL, or the name that was looked up; the mail address stands in it as {mailbox}. */
  readonly target: string;
  readonly isSignedIn: boolean;
  /** `found`: it brought the search forward; `leadsOn`: the next step follows from it; `passedOver`: it went on elsewhere. */
  readonly kind: 'found' | 'leadsOn' | 'passedOver';
  readonly result: string;
}

export interface ExchangeSearch {
  /** SMTP address that was searched for. */
  readonly mailbox: string;
  readonly steps: readonly SearchStep[];
  readonly found: FoundAddress | Failure;
}

export interface FoundAddress {
  readonly ewsUrl: string;
  /** Such as 15.2.1544; undefined where the server does not say. */
  readonly serverVersion?: string;
}

/**
 * Searches whether or not the environment names an address already. What is found in the end, or why nothing is, stands
 * in the answer; a refused password ends the search at once. Throws only what is a defect, and `cancelled`.
 */
export type SearchExchange = (signal: AbortSignal) => Promise<ExchangeSearch>;
