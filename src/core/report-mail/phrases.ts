// Numbers, times and failures as a language and a time zone write them.

import type { Environment } from '../../model/environment.ts';
import type { FailureRecord } from '../../model/failure.ts';
import { FAILURE_CODES, type FailureFacts } from '../../model/failure-codes.ts';
import type { ReportPart } from '../../model/policy.ts';
import { plainLine } from './safe-text.ts';
import { type Amount, type ReportWords, wordsOf } from './words.ts';

export interface Phrases {
  readonly words: ReportWords;
  amount(number: number): Amount;
  time(iso: string): string;
  /** What went wrong, and what to do about it. */
  failure(failure: FailureRecord, isRollback: boolean): { readonly text: string; readonly remedy: string };
}

export function phrasesFor(
  { language, timeZone }: Pick<Environment, 'language' | 'timeZone'>,
  detail: ReportPart['detail'],
): Phrases {
  const words = wordsOf(language);
  const numbers = new Intl.NumberFormat(words.locale);
  const times = new Intl.DateTimeFormat(words.locale, {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
    timeZone,
  });
  return {
    words,
    amount: (number) => ({ number, text: numbers.format(number) }),
    time: (iso) => times.format(new Date(iso)),
    failure(failure, isRollback) {
      const { en, number }: FailureFacts = FAILURE_CODES[failure.code];
      const { sentence, remedy: usual } = words.failure(failure.code) ?? en;
      // No next run continues a rollback; only English says that yet.
      const remedy = isRollback ? (en.remedyOfRollback ?? usual) : usual;
      return { text: `${number} ${sentence}${detailsOf(failure, detail)}`, remedy };
    },
  };
}

/** Of servers and their answers; every other one may name a person. */
const OF_SERVERS: readonly string[] = ['host', 'server', 'status', 'code', 'data', 'windowsCode', 'result'];

function detailsOf({ details = {}, requestId }: FailureRecord, detail: ReportPart['detail']): string {
  const told = Object.entries(details).filter(([name]) => detail !== 'numbers' || OF_SERVERS.includes(name));
  const all = [
    ...told.map(([name, value]) => `${name} ${String(value)}`),
    ...(requestId === undefined ? [] : [`request id ${requestId}`]),
  ];
  return all.length === 0 ? '' : ` (${plainLine(all.join('; '))})`;
}
