// What the outgoing mails about runs say: made from the stored run when a mail is sent, for whom the policy names then.

import { composeAlert, composeNotBegun, composeReport } from '../core/report-mail/compose-mail.ts';
import { isWanted, levelOf } from '../core/report-mail/level.ts';
import type { ComposedMail } from '../core/report-mail/report-mail.ts';
import { inPlaceOf } from '../engine/earlier-runs.ts';
import type { Policy } from '../model/policy.ts';
import type { OutgoingMail } from '../ports/mail-sender.ts';
import type { ReportMail } from '../ports/report-outbox.ts';
import type { OperationsDependencies } from './dependencies.ts';
import { type Addressed, addressedBy, gatherAlert, gatherReport, lateSuccess } from './gather-report.ts';

export interface Letter extends Addressed {
  readonly mail: ComposedMail;
  /** For a server that takes smaller mails only. */
  readonly withoutTable: () => ComposedMail;
}

/** undefined: nobody wants it, or what it was about is gone. */
export async function composeLetter(
  mail: ReportMail,
  dependencies: OperationsDependencies,
): Promise<Letter | undefined> {
  if (mail.occasion === 'notBegun') return composeUnbegun(mail, dependencies);
  if (mail.runId === undefined) return composeLate(mail, dependencies);
  const noted = await dependencies.runs.read(mail.runId);
  if (noted === undefined) return undefined;
  // One that could not be sent before a newer run made the same plan asks for that.
  const isAsking = mail.occasion === 'awaitingApproval';
  const run = isAsking ? await inPlaceOf(noted, dependencies.runs) : noted;
  // Somebody approved or discarded the plan meanwhile.
  if (isAsking && run.state !== 'awaitingApproval') return undefined;
  const addressed = await addressedBy(run, dependencies);
  if (addressed === undefined) return undefined;
  const settings = addressed.policy.report;
  if (settings.recipients.length === 0) return undefined;
  const input = await gatherReport(run, addressed, settings, dependencies);
  if (!isWanted(settings, levelOf(input.report))) return undefined;
  const withoutTable = () => composeReport({ ...input, settings: { ...settings, csv: false } });
  return { ...addressed, mail: composeReport(input), withoutTable };
}

async function composeLate(
  mail: ReportMail,
  dependencies: OperationsDependencies,
): Promise<Letter | undefined> {
  const addressed = await addressedOf(mail, dependencies);
  if (addressed === undefined) return undefined;
  const { policy, environment } = addressed;
  const late = await lateSuccess(policy, dependencies.clock.now(), dependencies);
  const { alertAfterDays } = policy.report;
  if (alertAfterDays === 0 || late.days < alertAfterDays) return undefined;
  const composed = composeAlert(await gatherAlert({ policy, environment }, late, dependencies));
  return { policy, environment, mail: composed, withoutTable: () => composed };
}

async function composeUnbegun(
  mail: ReportMail,
  dependencies: OperationsDependencies,
): Promise<Letter | undefined> {
  const { reason, policyId, createdAt } = mail;
  const addressed = await addressedOf(mail, dependencies);
  if (addressed === undefined || reason === undefined) return undefined;
  // Somebody mended it meanwhile.
  const [latest] = (await dependencies.runs.list({ policyId, limit: 1 })).filter(
    ({ kind }) => kind === 'run',
  );
  if (latest !== undefined && latest.startedAt > createdAt) return undefined;
  const { policy, environment } = addressed;
  const { lastSuccess } = await lateSuccess(policy, dependencies.clock.now(), dependencies);
  const settings = policy.report;
  const composed = composeNotBegun({ policy, environment, settings, reason, at: createdAt, lastSuccess });
  return { policy, environment, mail: composed, withoutTable: () => composed };
}

/** Of a mail without a run. */
async function addressedOf(
  { policyId }: ReportMail,
  { policies, environments }: OperationsDependencies,
): Promise<Addressed | undefined> {
  // Of one that cannot be read nobody knows who wants it; its trouble stands in status and log.
  const { readable } = await policies.survey();
  const policy: Policy | undefined = readable.find(({ document }) => document.id === policyId)?.document;
  if (policy === undefined || !policy.enabled || policy.report.recipients.length === 0) return undefined;
  const environment = (await environments.readByName(policy.environment))?.document;
  return environment === undefined ? undefined : { policy, environment };
}

export function outgoing({ subject, html, text, csv }: ComposedMail, to: readonly string[]): OutgoingMail {
  const attachments =
    csv === undefined
      ? []
      : [
          {
            name: csv.name,
            contentType: 'text/csv; charset=utf-8',
            content: Buffer.from(csv.content, 'utf8'),
          },
        ];
  return { to, subject, body: { kind: 'html', content: html, text }, attachments };
}
