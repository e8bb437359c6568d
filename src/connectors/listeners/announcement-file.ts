// A line of JSON for each announcement, at the end of a file that others may turn over: it is opened for every line.

import { appendFile } from 'node:fs/promises';
import { Failure } from '../../model/failure.ts';
import type { Listener } from '../../ports/announcements.ts';

export function appendToFile(path: string): Listener {
  return {
    async tell({ text }) {
      try {
        await appendFile(path, `${text}\n`, { mode: 0o600 });
        return {};
      } catch (cause) {
        const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
        throw new Failure('announcementFile', { details: { path, reason }, cause });
      }
    },
  };
}
