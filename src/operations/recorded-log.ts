// Keeps what a connection logs while an administrator tests it, for "show log": every request with its id. Nothing that
// is named like a secret is kept, whoever put it there.

import type { LogLineView } from '@contactsync/contract';
import { asFailure } from '../model/failure.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log, LogData } from '../ports/log.ts';

export interface RecordedLog {
  readonly log: Log;
  readonly lines: readonly LogLineView[];
}

/** A test makes some dozens of requests; more would be a loop that nobody reads to its end. */
const MOST_LINES = 2_000;
const SECRET = /password|passphrase|secret|token|authorization|assertion|cookie|private/i;

export function recordLog(clock: Clock): RecordedLog {
  const lines: LogLineView[] = [];
  const write = (level: LogLineView['level']) => (message: string, data?: LogData) => {
    if (lines.length >= MOST_LINES) return;
    lines.push({ at: clock.now().toISOString(), level, message, data: plain(data ?? {}) });
  };
  return {
    lines,
    log: { error: write('error'), warn: write('warn'), info: write('info'), debug: write('debug') },
  };
}

function plain(data: LogData): LogLineView['data'] {
  return Object.fromEntries(
    Object.entries(data).flatMap(([name, value]) => {
      if (SECRET.test(name) || value === undefined) return [];
      if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
        return [[name, value]];
      // Stacks belong into the log file.
      if (value instanceof Error) return [[name, asFailure(value).number]];
      return [[name, JSON.stringify(value, (key, inner: unknown) => (SECRET.test(key) ? undefined : inner))]];
    }),
  );
}
