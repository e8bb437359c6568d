// The only way from the model to what a person gets: failures receive their texts, changes the person's name.

import type {
  BrakeView,
  CertificateView,
  ChangeView,
  FailureView,
  FieldChangeView,
  LicenseView,
  MailboxPlanView,
  MailboxReportView,
  ReportView,
  RunEventView,
  RunView,
} from '@contactsync/contract';
import { CONTACT_PROPERTY_NAMES, type MappedContact } from '../model/contact.ts';
import { Failure, type FailureRecord } from '../model/failure.ts';
import { FAILURE_CODES, type FailureFacts } from '../model/failure-codes.ts';
import type { MailboxId, SourceObjectId } from '../model/ids.ts';
import type { ContactChange, FieldChange } from '../model/plan.ts';
import type { BrakeReason, RecordedEvent, Run, RunReport, RunTimes } from '../model/run.ts';
import type { LicenseLimit } from '../ports/license.ts';
import type { StoredPlan } from '../ports/run-store.ts';
import type { StoredCertificate } from '../ports/secret-store.ts';
import { type PeopleNames, presentDrift } from './present-drift.ts';

export function presentFailure(failure: FailureRecord, run?: Run): FailureView {
  const facts: FailureFacts = FAILURE_CODES[failure.code];
  const { sentence, causes, remedy, remedyOfRollback = remedy } = facts.en;
  return {
    code: failure.code,
    number: facts.number,
    scope: facts.scope,
    whoActs: facts.whoActs,
    sentence,
    causes,
    remedy: run?.undoes === undefined ? remedy : remedyOfRollback,
    details: failure.details ?? {},
    ...(failure.requestId === undefined ? {} : { requestId: failure.requestId }),
  };
}

export const presentThrown = (failure: Failure): FailureView => presentFailure(failure.toRecord());

export const presentRun = (run: Run, times?: RunTimes): RunView => ({
  ...run,
  ...(times === undefined ? {} : { times }),
});

export function presentEvent(event: RecordedEvent, addresses: ReadonlyMap<MailboxId, string>): RunEventView {
  switch (event.type) {
    case 'source.read': {
      const { type, at, objects, selected, excluded, isComplete, gaps } = event;
      const failures = gaps.map((gap) => presentFailure(gap));
      return { type, at, objects, selected, excluded, isComplete, gaps: failures };
    }
    case 'mailboxes.read':
      return { ...event, gaps: event.gaps.map((gap) => presentFailure(gap)) };
    case 'mailbox.verified':
      return { ...event, drift: presentDrift(event.drift) };
    case 'mailbox.skipped':
    case 'mailbox.failed':
    case 'mailbox.warned':
    case 'contact.failed':
      return { ...event, failure: presentFailure(event.failure) };
    case 'photos.written':
      return { ...event, failures: event.failures.map((failure) => presentFailure(failure)) };
    case 'brake.engaged':
      return { ...event, reasons: presentReasons(event.reasons, addresses) };
    case 'run.ended':
      return { ...event, failure: event.failure === undefined ? undefined : presentFailure(event.failure) };
    default:
      return event;
  }
}

function presentReasons(
  reasons: readonly BrakeReason[],
  addresses: ReadonlyMap<MailboxId, string>,
): BrakeView['reasons'] {
  return reasons.map(({ mailboxId, ...reason }) =>
    mailboxId === undefined ? reason : { ...reason, mailbox: addresses.get(mailboxId) ?? mailboxId },
  );
}

function presentPhotos(photos: NonNullable<RunReport['photos']>): NonNullable<ReportView['photos']> {
  const { people, written, removed, kept, left, postponed, failed } = photos;
  const failures = photos.failures.map((failure) => presentFailure(failure));
  return { people, written, removed, kept, left, postponed, failed, failures };
}

export function presentReport(
  run: Run,
  report: RunReport,
  times?: RunTimes,
  people?: PeopleNames,
): ReportView {
  const addresses = new Map(
    report.perMailbox.map((mailbox) => [mailbox.mailboxId, mailbox.primarySmtpAddress]),
  );
  return {
    run: presentRun(run),
    ...(times === undefined ? {} : { times }),
    source:
      report.source === undefined
        ? undefined
        : {
            objects: report.source.objects,
            selected: report.source.selected,
            excluded: report.source.excluded,
            isComplete: report.source.isComplete,
            gaps: report.source.gaps.map((gap) => presentFailure(gap)),
          },
    mailboxes:
      report.mailboxes === undefined
        ? undefined
        : {
            found: report.mailboxes.found,
            targets: report.mailboxes.targets,
            leaving: report.mailboxes.leaving,
            skipped: report.mailboxes.skipped.map(({ primarySmtpAddress, reason }) => ({
              primarySmtpAddress,
              reason,
            })),
            isComplete: report.mailboxes.isComplete,
            gaps: report.mailboxes.gaps.map((gap) => presentFailure(gap)),
            ...(report.mailboxes.license === undefined ? {} : { license: report.mailboxes.license }),
          },
    brake:
      report.brake === undefined
        ? undefined
        : { reasons: presentReasons(report.brake.reasons, addresses), digest: report.brake.digest },
    planned: report.planned,
    applied: report.applied,
    ...(report.photos === undefined ? {} : { photos: presentPhotos(report.photos) }),
    ...(report.writes === undefined ? {} : { writes: report.writes }),
    ...(report.drift === undefined ? {} : { drift: report.drift }),
    perMailbox: report.perMailbox.map(
      ({ drift, ...mailbox }): MailboxReportView => ({
        ...mailbox,
        ...(drift === undefined ? {} : { drift: presentDrift(drift, people) }),
        failures: mailbox.failures.map((failure) => presentFailure(failure, run)),
      }),
    ),
    failures: report.failures.map(({ failure, count }) => ({
      failure: presentFailure(failure, run),
      count,
    })),
  };
}

/** Names of policies by their ids. */
export type PolicyNames = ReadonlyMap<string, string>;

export function presentField({ of, ...field }: FieldChange, names: PolicyNames): FieldChangeView {
  return of === undefined ? field : { ...field, policy: names.get(of) ?? of };
}

function folderOf(change: ContactChange): string {
  if ('folderKey' in change) return change.folderKey;
  return change.kind === 'delete' ? (change.leftover?.folder ?? '') : '';
}

function presentChange(
  change: ContactChange,
  contacts: ReadonlyMap<SourceObjectId, MappedContact>,
  names: PolicyNames,
): ChangeView {
  const contact = contacts.get(change.sourceObjectId);
  const base = {
    kind: change.kind,
    reason: change.reason,
    sourceObjectId: change.sourceObjectId,
    label: 'label' in change ? change.label : (contact?.label ?? change.sourceObjectId),
    folder: folderOf(change),
  };
  switch (change.kind) {
    case 'create':
      return {
        ...base,
        fields: CONTACT_PROPERTY_NAMES.flatMap((property) => {
          const to = (contact?.together ?? contact)?.properties[property];
          const of = contact?.together?.origins[property];
          if (to === undefined) return [];
          return [presentField({ property, from: '', to, ...(of === undefined ? {} : { of }) }, names)];
        }),
      };
    case 'update':
    case 'adopt':
      return { ...base, fields: change.fields.map((field) => presentField(field, names)) };
    case 'delete':
      return {
        ...base,
        fields: [],
        isPermanent: change.mode === 'hard',
        ...(change.leftover === undefined ? {} : { rule: change.leftover.rule }),
      };
    case 'handOver':
      return { ...base, fields: [] };
  }
}

export function presentPlan(
  { mailbox, plan, progress }: StoredPlan,
  contacts: ReadonlyMap<SourceObjectId, MappedContact>,
  names: PolicyNames,
): MailboxPlanView {
  return {
    mailboxId: plan.mailboxId,
    primarySmtpAddress: plan.primarySmtpAddress,
    displayName: mailbox.displayName,
    purpose: plan.purpose,
    progress,
    folders: plan.folders.map((action) => ({
      kind: action.kind,
      name: action.name,
      ...(action.kind === 'rename' ? { from: action.from } : {}),
    })),
    counts: plan.counts,
    changes: plan.changes.map((change) => presentChange(change, contacts, names)),
    notices: plan.notices,
  };
}

const DAY_MS = 24 * 60 * 60 * 1000;
const SOON_MS = 30 * DAY_MS;

export function presentCertificate(certificate: StoredCertificate, now: Date): CertificateView {
  const time = now.getTime();
  const end = Date.parse(certificate.notAfter);
  const state =
    time >= end
      ? 'expired'
      : time < Date.parse(certificate.notBefore)
        ? 'notYetValid'
        : end - time < SOON_MS
          ? 'expiresSoon'
          : 'valid';
  return {
    thumbprint: certificate.thumbprint,
    thumbprintSha256: certificate.thumbprintSha256,
    subject: certificate.subject,
    friendlyName: certificate.friendlyName,
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
    state,
  };
}

export function presentLicense(limit: LicenseLimit, now: Date): LicenseView {
  const { kind, maxMailboxes: mailboxes, endsAt: validUntil } = limit;
  const state = validUntil === undefined ? 'notStarted' : limit.mayWrite ? 'valid' : 'expired';
  const left = validUntil === undefined ? undefined : Date.parse(validUntil) - now.getTime();
  return {
    kind,
    state,
    mailboxes,
    validUntil,
    ...(left === undefined || state === 'expired' ? {} : { daysLeft: Math.max(0, Math.ceil(left / DAY_MS)) }),
    ...(limit.kind === 'license' ? { customer: limit.customer, id: limit.licenseId } : {}),
    ...(limit.kind === 'trial' && limit.unusableLicense !== undefined
      ? { unusable: presentThrown(new Failure(limit.unusableLicense)) }
      : {}),
  };
}
