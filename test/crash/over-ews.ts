// The product with EWS targets in the place of those of its environment.

import type { Connection, OperationsDependencies } from '../../src/operations/dependencies.ts';
import { connectEws, type EwsEntry } from '../ews-targets.ts';

/** `entry` undefined: as it is. */
export function overEws(
  dependencies: OperationsDependencies,
  entry: EwsEntry | undefined,
): OperationsDependencies {
  if (entry === undefined) return dependencies;
  const { log, clock } = dependencies;
  return {
    ...dependencies,
    async connect(environment): Promise<Connection> {
      const { source, directory, close } = await dependencies.connect(environment);
      const ews = connectEws(entry, log, clock);
      return {
        source,
        directory,
        targets: ews.targets,
        async close() {
          await close();
          await ews.close();
        },
      };
    },
  };
}
