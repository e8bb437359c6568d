// Autodiscover for one connection: for runs the address alone, once for all requests; for administrators every step.

import {
  type FindExchangeOptions,
  findExchange,
  stepKind,
  stepResult,
} from '../connectors/autodiscover/index.ts';
import { asFailure } from '../model/failure.ts';
import type { ExchangeSearch, SearchExchange, SearchStep } from '../ports/exchange-search.ts';
import { shareAnswer } from './shared-answer.ts';

export interface Search {
  /** Throws the Failures of Autodiscover. */
  readonly url: (signal: AbortSignal) => Promise<string>;
  readonly search: SearchExchange;
}

export function createSearch(options: FindExchangeOptions): Search {
  let known: string | undefined;
  const find = shareAnswer(async (signal) => {
    const { ewsUrl } = await findExchange(options, signal);
    known ??= ewsUrl;
    return known;
  });
  return {
    url: async (signal) => known ?? find(signal),
    async search(signal): Promise<ExchangeSearch> {
      const { mailbox } = options;
      const steps: SearchStep[] = [];
      try {
        const answer = await findExchange(
          {
            ...options,
            onStep: (step) => {
              const { at, target, isSignedIn } = step;
              steps.push({ at, target, isSignedIn, kind: stepKind(step), result: stepResult(step) });
            },
          },
          signal,
        );
        const { ewsUrl, serverVersion } = answer;
        known ??= ewsUrl;
        return {
          mailbox,
          steps,
          found: { ewsUrl, ...(serverVersion === undefined ? {} : { serverVersion }) },
        };
      } catch (thrown) {
        const failure = asFailure(thrown);
        if (signal.aborted || failure.facts.whoActs === 'us') throw thrown;
        return { mailbox, steps, found: failure };
      }
    },
  };
}
