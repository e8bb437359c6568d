// "Why is this contact in, or not in, this mailbox?" Runs the same reading, selection and planning as a run, for one
// mailbox, and hands the reasons they gave to core/explain.ts.

import { type Explanation, explain, mailboxVerdict, selectionVerdict } from '../core/explain.ts';
import { rulesDigest } from '../core/fingerprint.ts';
import type { MappedContact } from '../model/contact.ts';
import { asFailure, Failure, type FailureRecord } from '../model/failure.ts';
import { isUuid, policyId, type SourceObjectId, sourceObjectId } from '../model/ids.ts';
import type { SourceObject } from '../model/source-object.ts';
import type { LicenseLimit } from '../ports/license.ts';
import { readCompanions } from './companions.ts';
import { type PlannedMailbox, planOneMailbox } from './plan-mailbox.ts';
import { type SelectedSource, type SourceRequest, selectSource, undecidedOf } from './read-source.ts';
import { readTargets, type TargetsResult } from './read-targets.ts';
import type { RunPorts } from './run-ports.ts';

export interface ExplainRequest extends SourceRequest {
  readonly limit: LicenseLimit;
  readonly mailboxAddress: string;
  /** Display name, any mail address, or id of the source object; without regard to case. */
  readonly contact: string;
}

export interface ExplainedContact {
  readonly mailbox: string;
  /** The person's name, or what was asked for when nobody is known by it. */
  readonly label: string;
  readonly explanation: Explanation;
}

/** Throws `ambiguousName` when several people fit, and what reading source and directory throws. */
export async function explainContact(
  request: ExplainRequest,
  ports: RunPorts,
  signal: AbortSignal,
): Promise<ExplainedContact> {
  const source = await selectSource(request, ports, signal);
  const targets = await readTargets(request, ports, undefined, signal);
  const object = findObject(source.reading.objects, request.contact);
  const id = object?.id ?? (isUuid(request.contact) ? sourceObjectId(request.contact) : undefined);
  const label = object?.attributes.displayName?.[0] ?? request.contact;
  const isOurs = object === undefined && (source.reading.ours ?? []).some(isNamed(request.contact));
  const target = mailboxVerdict(
    { targets: targets.fill, skipped: targets.skipped },
    targets.leaving,
    request.mailboxAddress,
  );
  const { planned, planFailure } = await planIt(request, source, targets, ports, signal);
  const entry = planned?.record.entries.find(({ sourceObjectId: of }) => of === id);
  return {
    mailbox: request.mailboxAddress,
    label,
    explanation: explain({
      sourceObjectId: id,
      label,
      mailbox: request.mailboxAddress,
      selection: isOurs
        ? { kind: 'ours' }
        : selectionVerdict(source.selection, id, source.reading.unreadable),
      isSourceComplete: isComplete(source),
      mapped: source.contacts.find((contact) => contact.sourceObjectId === id),
      target,
      isMailboxListComplete: targets.isComplete,
      writtenBy: id === undefined ? undefined : planned?.merged?.standIns.get(id)?.policyName,
      plan: planned?.plan,
      planFailure,
      managed: planned?.snapshot.contacts.find(({ itemId }) => itemId === entry?.itemId),
      entry,
    }),
  };
}

async function planIt(
  request: ExplainRequest,
  source: SelectedSource,
  targets: TargetsResult,
  ports: RunPorts,
  signal: AbortSignal,
): Promise<{ planned: PlannedMailbox | undefined; planFailure: FailureRecord | undefined }> {
  const asked = request.mailboxAddress.trim().toLowerCase();
  const isAsked = (mailbox: { primarySmtpAddress: string }) =>
    mailbox.primarySmtpAddress.toLowerCase() === asked;
  const mailbox = targets.fill.find(isAsked) ?? targets.leaving.find(isAsked);
  if (mailbox === undefined) return { planned: undefined, planFailure: undefined };
  const { policy } = request.revision;
  const id = policyId(policy.id);
  const { selection } = source;
  const people = {
    wanted: new Map<SourceObjectId, MappedContact>(
      source.contacts.map((contact) => [contact.sourceObjectId, contact]),
    ),
    undecided: undecidedOf(source),
    withheld: source.withheld,
  };
  const context = {
    policy,
    policyId: id,
    ...people,
    markedNoContactSync: new Set(
      selection.excluded.flatMap((left) => (left.reason === 'noContactSync' ? [left.sourceObjectId] : [])),
    ),
    departures: await ports.memory.readDepartures(id),
    mayDelete: isComplete(source) && targets.isComplete,
    rulesDigest: rulesDigest(policy),
    now: ports.clock.now().toISOString(),
    emptyReason: 'mailboxLeft' as const,
    merger: (await readCompanions(policy, people, ports)).merger,
  };
  const purpose = targets.fill.includes(mailbox) ? 'fill' : 'empty';
  try {
    const planned = await planOneMailbox(mailbox, purpose, context, ports, signal, { leaveLedger: true });
    return { planned, planFailure: undefined };
  } catch (thrown) {
    const failure = asFailure(thrown);
    if (failure.facts.scope !== 'mailbox') throw failure;
    return { planned: undefined, planFailure: failure.toRecord() };
  }
}

function isComplete(source: SelectedSource): boolean {
  return source.reading.isComplete && source.selection.undecided.length === 0;
}

/** By display name, any mail address, or id. */
function isNamed(asked: string): (object: SourceObject) => boolean {
  const text = asked.trim().toLowerCase();
  const isText = (value: string) => value.toLowerCase() === text;
  return ({ id, attributes: { displayName = [], emailAddresses = [] } }) =>
    id === text || displayName.some(isText) || emailAddresses.some(isText);
}

function findObject(objects: readonly SourceObject[], asked: string): SourceObject | undefined {
  const found = objects.filter(isNamed(asked));
  if (found.length > 1) {
    const candidates = found.map(({ id, attributes }) => attributes.emailAddresses?.[0] ?? id);
    throw new Failure('ambiguousName', { details: { contact: asked, candidates } });
  }
  return found[0];
}
