// Everything the service does each minute beside the queue, in one list.

import type { Chore } from '../scheduler/chores.ts';
import type { OperationsDependencies } from './dependencies.ts';
import { pruneAfterRun } from './keep-house.ts';

export function choresOf(dependencies: OperationsDependencies): readonly Chore[] {
  // A service without runs must not keep forever what is old.
  return [{ name: 'prune', carryOut: () => pruneAfterRun(dependencies) }];
}
