// Members of groups through Graph alone, for the degraded readings.

import { asFailure, Failure } from '../../model/failure.ts';
import type { SourceObjectId } from '../../model/ids.ts';
import { type GapCode, gapFrom } from './drain.ts';
import type { GraphDirectory, GraphGroup } from './graph-directory.ts';

export interface GraphGroupMembers {
  readonly ids: ReadonlySet<SourceObjectId>;
  readonly gaps: readonly Failure[];
}

export async function readGraphGroupMembers(
  graph: GraphDirectory,
  names: readonly string[],
  isAllowed: boolean,
  gapCode: GapCode,
  signal: AbortSignal,
): Promise<GraphGroupMembers> {
  const ids = new Set<SourceObjectId>();
  const gaps: Failure[] = [];
  for (const name of names) {
    if (!isAllowed) {
      gaps.push(
        new Failure('groupUnreadable', { details: { group: name, permission: 'GroupMember.Read.All' } }),
      );
      continue;
    }
    let read = 0;
    try {
      const group = await findOne(graph, name, signal);
      // A dynamic distribution group is not in Graph and looks like one that does not exist.
      if (group === undefined) gaps.push(new Failure('groupNotFound', { details: { group: name } }));
      else
        for await (const member of graph.groupMembers(group.id, signal)) {
          ids.add(member.id);
          read += 1;
        }
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (signal.aborted || failure.code === 'internalError') throw failure;
      const details = { group: name, reason: String(failure.number) };
      gaps.push(
        read > 0
          ? gapFrom(failure, `members of ${name}`, gapCode, read)
          : new Failure('groupUnreadable', { details, cause: failure }),
      );
    }
  }
  return { ids, gaps };
}

/** undefined: none, or several that cannot be told apart. */
async function findOne(
  graph: GraphDirectory,
  name: string,
  signal: AbortSignal,
): Promise<GraphGroup | undefined> {
  const found = await graph.findGroups(name, signal);
  return found.length === 1 ? found[0] : undefined;
}
