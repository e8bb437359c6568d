// Which policies fill one folder together, and whether they agree on how (docs/decisions/0015).

import { Failure } from '../model/failure.ts';
import type { Policy } from '../model/policy.ts';

type Placed = Pick<Policy, 'id' | 'name' | 'environment' | 'folder'>;

/** The others that fill the same folder and are to be merged with it. */
export function companionsOf<P extends Placed>(policy: Placed, others: readonly P[]): readonly P[] {
  if (policy.folder.merge === undefined) return [];
  return others.filter(
    ({ id, environment, folder }) =>
      id !== policy.id &&
      environment.toLowerCase() === policy.environment.toLowerCase() &&
      folder.merge !== undefined &&
      isSameFolder(folder, policy.folder),
  );
}

function isSameFolder(one: Placed['folder'], other: Placed['folder']): boolean {
  if (one.useDefaultContacts || other.useDefaultContacts)
    return one.useDefaultContacts && other.useDefaultContacts;
  return one.name.toLowerCase() === other.name.toLowerCase();
}

/** Throws Failure `policiesDisagree`. */
export function checkCompanions(policy: Placed, others: readonly Placed[]): void {
  const own = policy.folder.merge;
  if (own === undefined) return;
  for (const { name, folder } of companionsOf(policy, others)) {
    const disagree = (place: string, ours: string | number | boolean, theirs: string | number | boolean) =>
      new Failure('policiesDisagree', { details: { place, otherPolicy: name, here: ours, there: theirs } });
    const { merge } = folder;
    if (merge === undefined) continue;
    if (merge.meetBy !== own.meetBy) throw disagree('folder.merge.meetBy', own.meetBy, merge.meetBy);
    if (merge.priority === own.priority)
      throw disagree('folder.merge.priority', own.priority, merge.priority);
    if (folder.subfolderPerDomain !== policy.folder.subfolderPerDomain)
      throw disagree(
        'folder.subfolderPerDomain',
        policy.folder.subfolderPerDomain,
        folder.subfolderPerDomain,
      );
  }
}
