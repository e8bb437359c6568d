// What servers say to a stored password is remembered, so that nobody tries a refused one where no person asked for it:
// every try counts towards locking the account.

import type { ExchangeHttp } from '../connectors/exchange-http/index.ts';
import { asFailure, Failure } from '../model/failure.ts';
import type { EnvironmentId } from '../model/ids.ts';
import type { Log } from '../ports/log.ts';
import type { PasswordUse, SecretStore } from '../ports/secret-store.ts';

export interface WatchedPassword {
  /** undefined: it was accepted. Never throws. */
  told(refusal: Failure | undefined): Promise<void>;
  /** Why it was refused when it was last tried. */
  standing(): Promise<Failure | undefined>;
}

type Refusals = Pick<SecretStore, 'noteRefusal' | 'readRefusal' | 'takeBackRefusal'>;

export function watchPassword(
  secrets: Refusals,
  { environment, use, password }: { environment: EnvironmentId; use: PasswordUse; password: string },
  log: Log,
): WatchedPassword {
  let latest: 'accepted' | 'refused' | undefined;
  return {
    async told(refusal) {
      const heard = refusal === undefined ? 'accepted' : 'refused';
      // Every request is a sign-in; the store needs to hear the news only.
      if (heard === latest) return;
      latest = heard;
      try {
        if (refusal !== undefined) {
          await secrets.noteRefusal(environment, use, password, refusal.toRecord());
        } else if ((await secrets.readRefusal(environment, use)) !== undefined) {
          await secrets.takeBackRefusal(environment, use);
        }
      } catch (error) {
        log.error('whether a password was accepted could not be noted', { use, error });
      }
    },
    async standing() {
      const record = await secrets.readRefusal(environment, use);
      return record && Failure.fromRecord(record);
    },
  };
}

/** A gateway's own answer proves nothing about the password. */
const SAYS_NOTHING: readonly number[] = [401, 502, 503, 504];

export function watchExchangeSignIn(http: ExchangeHttp, watched: WatchedPassword): ExchangeHttp {
  return {
    async send(request, signal) {
      try {
        const answer = await http.send(request, signal);
        if (request.isAnonymous !== true && !SAYS_NOTHING.includes(answer.status))
          await watched.told(undefined);
        return answer;
      } catch (thrown) {
        const failure = asFailure(thrown);
        if (failure.code === 'exchangeSignInRefused') await watched.told(failure);
        throw thrown;
      }
    },
    close: () => http.close(),
  };
}
