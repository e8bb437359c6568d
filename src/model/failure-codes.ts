// The table of failures (specification 11): number, how far it reaches, whether to try again, who must act, and the
// texts. A number is never reused. Each group lives in its own file; other languages sit beside `en`.

import { activeDirectoryFailures } from './failure-codes/active-directory.ts';
import { configurationFailures } from './failure-codes/configuration.ts';
import { exchangeOnPremisesFailures } from './failure-codes/exchange-on-premises.ts';
import { exchangeOnlineFailures } from './failure-codes/exchange-online.ts';
import { licenseFailures } from './failure-codes/license.ts';
import { mailFailures } from './failure-codes/mail.ts';
import { queueFailures } from './failure-codes/queue.ts';
import { sourceFailures } from './failure-codes/source.ts';
import { storageFailures } from './failure-codes/storage.ts';
import { writingFailures } from './failure-codes/writing.ts';

export interface FailureText {
  readonly sentence: string;
  readonly causes: readonly string[];
  readonly remedy: string;
  /** Instead of it in the report of a rollback, which no next run continues. */
  readonly remedyOfRollback?: string;
}

export interface FailureFacts {
  readonly number: number;
  readonly scope: 'contact' | 'mailbox' | 'source' | 'run';
  readonly advice: 'retryNow' | 'retryAfter' | 'doNotRetry';
  readonly whoActs: 'nobody' | 'administrator' | 'us';
  readonly en: FailureText;
}

export const FAILURE_CODES = {
  ...configurationFailures,
  ...activeDirectoryFailures,
  ...exchangeOnlineFailures,
  ...exchangeOnPremisesFailures,
  ...sourceFailures,
  ...writingFailures,
  ...licenseFailures,
  ...queueFailures,
  ...mailFailures,
  ...storageFailures,
} as const satisfies Record<string, FailureFacts>;

export type FailureCode = keyof typeof FAILURE_CODES;
