// What a verify run found, with the names of people.

import type { MailboxDriftView } from '@contactsync/contract';
import type { MailboxDrift } from '../model/drift.ts';
import type { SourceObjectId } from '../model/ids.ts';
import type { Run, RunReport } from '../model/run.ts';
import type { RunStore } from '../ports/run-store.ts';

/** How far back a run is looked for that knows the names of people. */
const LOOK_BACK = 50;

export type PeopleNames = ReadonlyMap<SourceObjectId, string>;

/** Of those of whom the report says something: as the newest run knew them that still has its contacts. */
export async function namesInDrift(
  run: Run,
  report: RunReport,
  runs: Pick<RunStore, 'list' | 'readContacts'>,
): Promise<PeopleNames> {
  const wanted = new Set(
    report.perMailbox.flatMap(({ drift }) =>
      (drift?.findings ?? []).flatMap(({ sourceObjectId }) => sourceObjectId ?? []),
    ),
  );
  const names = new Map<SourceObjectId, string>();
  if (wanted.size === 0) return names;
  for (const { id, kind, undoes } of await runs.list({ policyId: run.policyId, limit: LOOK_BACK })) {
    if ((kind !== 'run' && kind !== 'test') || undoes !== undefined) continue;
    const contacts = await runs.readContacts(id);
    for (const person of wanted) {
      const label = contacts.get(person)?.label;
      if (label !== undefined) names.set(person, label);
    }
    // Who left since then stands in an older one: that name is not worth reading on.
    if (contacts.size > 0) break;
  }
  return names;
}

export function presentDrift(drift: MailboxDrift, names?: PeopleNames): MailboxDriftView {
  return {
    ...drift,
    findings: drift.findings.map(({ folderKey, sourceObjectId, ...finding }) => ({
      ...finding,
      folder: folderKey,
      ...(sourceObjectId === undefined ? {} : { sourceObjectId }),
      ...(sourceObjectId === undefined || names === undefined
        ? {}
        : { label: names.get(sourceObjectId) ?? sourceObjectId }),
    })),
  };
}
