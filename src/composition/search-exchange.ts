// Autodiscover for one connection: for runs the address alone, once for all requests; for administrators every step.

import {
  type FindExchangeOptions,
  type FoundExchange,
  findExchange,
  stepKind,
  stepResult,
} from '../connectors/autodiscover/index.ts';
import { asFailure } from '../model/failure.ts';
import type { ExchangeSearch, SearchExchange, SearchStep } from '../ports/exchange-search.ts';

export interface Search {
  /** Throws the Failures of Autodiscover. */
  readonly url: (signal: AbortSignal) => Promise<string>;
  readonly search: SearchExchange;
}

export function createSearch(options: FindExchangeOptions): Search {
  let found: Promise<FoundExchange> | undefined;
  return {
    async url(signal) {
      // The first answer is kept, a failure is not.
      found ??= findExchange(options, signal).catch((thrown: unknown) => {
        found = undefined;
        throw thrown;
      });
      return (await found).ewsUrl;
    },
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
        found ??= Promise.resolve(answer);
        const { ewsUrl, serverVersion } = answer;
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
