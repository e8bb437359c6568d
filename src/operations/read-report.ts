// The report of a stored run. Of one that was cut off it says what the journal knows, which is more than its events: a run
// that was killed in a mailbox has told nothing of what it wrote there.

import { buildReport, CUT_OFF_STATES, countWrites, type JournaledCounts } from '../core/report.ts';
import type { MailboxId } from '../model/ids.ts';
import type { Run, RunEvent, RunReport } from '../model/run.ts';
import type { Journal } from '../ports/journal.ts';

type Journals = { readonly journal: Pick<Journal, 'readRun'> };

export const readReport = async (
  run: Run,
  events: readonly RunEvent[],
  journals: Journals,
): Promise<RunReport> => buildReport(run, events, await journaledWrites(run, journals));

/** undefined: the run came to its end, or its journal is no longer kept. */
export async function journaledWrites(
  { id, kind, state, imagesPrunedAt }: Run,
  { journal }: Journals,
): Promise<ReadonlyMap<MailboxId, JournaledCounts> | undefined> {
  const isCutOff = kind !== 'test' && kind !== 'verify' && CUT_OFF_STATES.includes(state);
  return isCutOff && imagesPrunedAt === undefined ? countWrites(journal.readRun(id)) : undefined;
}
