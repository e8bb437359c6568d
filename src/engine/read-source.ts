// Reads the source, selects and maps: what is wanted, once for all mailboxes. Remembers whether the reading was
// complete.

import { mapContacts } from '../core/map.ts';
import { type Selection, selectContacts } from '../core/select.ts';
import type { MappedContact } from '../model/contact.ts';
import { Failure } from '../model/failure.ts';
import type { SourceObjectId } from '../model/ids.ts';
import type { PolicyRevision } from '../model/policy.ts';
import type { ExclusionReason } from '../model/run.ts';
import type { SourceReading } from '../ports/contact-source.ts';
import type { RunPorts } from './run-ports.ts';
import type { RunRecorder } from './run-recorder.ts';

export interface SourceResult {
  /** With the undecided ones. In the order of ids, so that nothing depends on the order of the source. */
  readonly wanted: ReadonlyMap<SourceObjectId, MappedContact>;
  /** The reading could not tell whether they belong, or could not read them: neither created nor deleted. */
  readonly undecided: ReadonlySet<SourceObjectId>;
  readonly markedNoContactSync: ReadonlySet<SourceObjectId>;
  /** Kept out by order, whether the source knows them or not. */
  readonly withheld: ReadonlySet<SourceObjectId>;
  readonly isComplete: boolean;
}

export interface SourceRequest {
  readonly revision: PolicyRevision;
  readonly defaultCountry: string | undefined;
}

export interface SelectedSource {
  readonly reading: SourceReading;
  readonly selection: Selection;
  /** The selected and the undecided ones, by id. */
  readonly contacts: readonly MappedContact[];
  readonly withheld: ReadonlySet<SourceObjectId>;
}

export async function selectSource(
  request: SourceRequest,
  ports: Pick<RunPorts, 'source' | 'withheld'>,
  signal: AbortSignal,
): Promise<SelectedSource> {
  const { policy } = request.revision;
  const reading = await ports.source.read(policy.source, signal);
  const withheld = underAllIds(await ports.withheld.ids(), reading);
  const selection = selectContacts(reading.objects, policy.source, withheld);
  // Whom the reading cannot place is not created and not deleted, but a contact that stands already is kept up to date.
  const undecided = new Set(selection.undecided.map(({ sourceObjectId }) => sourceObjectId));
  const selected = [...selection.selected, ...reading.objects.filter(({ id }) => undecided.has(id))];
  const contacts = mapContacts({ selected }, policy, { country: request.defaultCountry });
  return { reading, selection, contacts, withheld };
}

/** An order to keep somebody out holds by whichever of the person's ids it was given. */
function underAllIds(
  withheld: ReadonlySet<SourceObjectId>,
  { objects }: SourceReading,
): ReadonlySet<SourceObjectId> {
  const all = new Set(withheld);
  for (const { id, alsoKnownAs = [] } of objects)
    if (alsoKnownAs.some((one) => withheld.has(one))) all.add(id);
  return all;
}

export async function readSource(
  request: SourceRequest,
  ports: Pick<RunPorts, 'source' | 'withheld'>,
  recorder: RunRecorder,
  signal: AbortSignal,
): Promise<SourceResult> {
  const { reading, selection, contacts, withheld } = await selectSource(request, ports, signal);
  const excluded: Partial<Record<ExclusionReason, number>> = {};
  for (const { reason } of selection.excluded) excluded[reason] = (excluded[reason] ?? 0) + 1;
  const isComplete = reading.isComplete && selection.undecided.length === 0;
  await recorder.emit({
    type: 'source.read',
    objects: reading.objects.length,
    selected: selection.selected.length,
    excluded,
    isComplete,
    gaps: gapsOf(reading, isComplete),
    ...(reading.unreadable === undefined || reading.unreadable.size === 0
      ? {}
      : { unreadable: [...reading.unreadable] }),
    ...(reading.pictured === undefined
      ? {}
      : { pictured: selection.selected.filter(({ id }) => reading.pictured?.has(id)).length }),
  });
  return {
    wanted: new Map(contacts.map((contact) => [contact.sourceObjectId, contact])),
    undecided: undecidedOf({ reading, selection }),
    markedNoContactSync: new Set(
      selection.excluded
        .filter(({ reason }) => reason === 'noContactSync')
        .map(({ sourceObjectId }) => sourceObjectId),
    ),
    withheld,
    isComplete,
  };
}

/** Whom the selection cannot place, and whom the source could not read. */
export function undecidedOf({
  reading,
  selection,
}: Pick<SelectedSource, 'reading' | 'selection'>): ReadonlySet<SourceObjectId> {
  const unplaced = selection.undecided.map(({ sourceObjectId }) => sourceObjectId);
  return new Set([...unplaced, ...(reading.unreadable ?? [])]);
}

function gapsOf(reading: SourceReading, isComplete: boolean) {
  if (isComplete || reading.gaps.length > 0) return reading.gaps.map((gap) => gap.toRecord());
  return [new Failure('sourceIncomplete').toRecord()];
}
