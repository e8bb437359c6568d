// Everything the service does each minute beside the queue, in one list.

import type { Chore } from '../scheduler/chores.ts';
import { tellListeners } from './announce.ts';
import type { OperationsDependencies } from './dependencies.ts';
import { pruneAfterRun } from './keep-house.ts';
import { addAlerts, sendDueReports } from './report-sender.ts';

const ALERTS_EVERY_MS = 15 * 60 * 1000;

export function choresOf(dependencies: OperationsDependencies): readonly Chore[] {
  return [
    // A service without runs must not keep forever what is old.
    { name: 'prune', carryOut: () => pruneAfterRun(dependencies) },
    { name: 'alerts', carryOut: makeAlertLook(dependencies) },
    { name: 'announcements', carryOut: (signal) => tellListeners(dependencies, signal) },
    { name: 'mails', carryOut: (signal) => sendDueReports(dependencies, { isForced: false }, signal) },
  ];
}

/** They count days, and a look reads the latest runs of every policy. */
function makeAlertLook(dependencies: OperationsDependencies): () => Promise<void> {
  let lookedAt: number | undefined;
  return async () => {
    const now = dependencies.clock.now().getTime();
    // A clock that is set back must not stop it until then.
    if (lookedAt !== undefined && Math.abs(now - lookedAt) < ALERTS_EVERY_MS) return;
    await addAlerts(dependencies);
    lookedAt = now;
  };
}
