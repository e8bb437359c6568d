// Runs of the service that cannot begin have no report of their own, and nobody sees them: a mail is noted, once a day for
// each reason. What somebody begins by hand is told to whoever did.

import { asFailure, Failure } from '../model/failure.ts';
import type { PolicyId } from '../model/ids.ts';
import { PASSING, type SchedulerPorts } from '../scheduler/scheduler.ts';
import type { OperationsDependencies } from './dependencies.ts';

/** A run by hand may take that long, and nobody minds. */
const BUSY_TOO_LONG_MS = 2 * 60 * 60 * 1000;

type Watched = Pick<SchedulerPorts, 'policies' | 'run'>;

/** The same, watched. */
export function tellingWhatCannotBegin(watched: Watched, dependencies: OperationsDependencies): Watched {
  const { outbox, runs, clock, log } = dependencies;
  const busySince = new Map<PolicyId, number>();
  /** Keys of this process, so that a policy in trouble costs no write each minute. */
  const noted = new Set<string>();

  async function note(id: PolicyId, reason: Failure): Promise<void> {
    const at = clock.now().toISOString();
    const key = `notBegun ${id} ${reason.number} ${at.slice(0, 10)}`;
    if (noted.has(key)) return;
    try {
      await outbox.add({
        key,
        policyId: id,
        runId: undefined,
        occasion: 'notBegun',
        at,
        reason: reason.toRecord(),
      });
      noted.add(key);
    } catch (error) {
      log.error('the mail about a run that could not begin could not be noted', { policyId: id, error });
    }
  }

  async function hasBegunSince(id: PolicyId, moment: string): Promise<boolean> {
    const [latest] = await runs.list({ policyId: id, limit: 1 });
    return latest !== undefined && latest.startedAt >= moment;
  }

  return {
    async policies() {
      const all = await watched.policies();
      // A service that runs for months must not keep every day.
      const today = clock.now().toISOString().slice(0, 10);
      for (const key of noted) if (!key.endsWith(today)) noted.delete(key);
      // Whoever is disabled waits for nobody; when it is enabled again, the time begins anew.
      const waiting = new Set(all.flatMap(({ id, timetable }) => (timetable === undefined ? [] : [id])));
      for (const id of busySince.keys()) if (!waiting.has(id)) busySince.delete(id);
      for (const { id, trouble } of all) if (trouble !== undefined) await note(id, trouble);
      return all;
    },

    async run(policy, signal) {
      const { id } = policy;
      const moment = clock.now();
      try {
        const end = await watched.run(policy, signal);
        if (end !== 'busy') busySince.delete(id);
        else {
          const since = busySince.get(id) ?? moment.getTime();
          busySince.set(id, since);
          if (moment.getTime() - since >= BUSY_TOO_LONG_MS)
            await note(
              id,
              new Failure('alreadyRunning', { details: { waitingSince: new Date(since).toISOString() } }),
            );
        }
        return end;
      } catch (thrown) {
        const failure = asFailure(thrown);
        // What passes by itself is tried again in a minute; a run that had begun has its own report.
        const isTold =
          PASSING.includes(failure.code) || (await hasBegunSince(id, moment.toISOString()).catch(() => true));
        if (!isTold) await note(id, failure);
        throw thrown;
      }
    },
  };
}
