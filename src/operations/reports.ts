// Mails about runs: listed, looked at, sent.

import type { ReportMailView, ReportOperations } from '@contactsync/contract';
import { composeReport } from '../core/report-mail/compose-mail.ts';
import { isWanted, levelOf } from '../core/report-mail/level.ts';
import { Failure } from '../model/failure.ts';
import type { RunId } from '../model/ids.ts';
import { MAIL_STATES, type MailState, type ReportMail } from '../ports/report-outbox.ts';
import type { OperationsDependencies } from './dependencies.ts';
import { addressedBy, gatherReport } from './gather-report.ts';
import { findRun, namesOf } from './lookup.ts';
import { presentFailure } from './present.ts';
import { sendReports } from './report-sender.ts';

const TOLD_STATES = MAIL_STATES.filter((state) => state !== 'notWanted');
/** Somebody may have to do something. */
const OPEN_STATES: readonly MailState[] = ['waiting', 'sending', 'perhapsSent', 'givenUp'];
const USUAL_LIMIT = 50;

type Dependencies = OperationsDependencies;

export function makeReportOperations(dependencies: Dependencies): ReportOperations {
  const { outbox, runs } = dependencies;
  return {
    async list({ run, limit = USUAL_LIMIT } = {}) {
      const runId = run === undefined ? {} : { runId: (await findRun(runs, run)).id };
      return presentMails(
        await forSomebody(await outbox.list({ states: TOLD_STATES, limit, ...runId }), dependencies),
        dependencies,
      );
    },

    async compose(prefix, { language, detail } = {}) {
      const run = await findRun(runs, prefix);
      const addressed = await addressedBy(run, dependencies);
      if (addressed === undefined)
        throw new Failure('notFound', { details: { run: run.id, environment: 'removed' } });
      const { policy, environment } = addressed;
      const { report: settings } = policy;
      const input = await gatherReport(
        run,
        { policy, environment: { ...environment, language: language ?? environment.language } },
        { ...settings, detail: detail ?? settings.detail },
        dependencies,
      );
      const isMailed = run.kind !== 'test' && run.state !== 'superseded';
      return {
        runId: run.id,
        recipients: settings.recipients,
        isWanted: isMailed && isWanted(settings, levelOf(input.report)),
        ...composeReport(input),
      };
    },

    async send({ isForced = false } = {}, signal = new AbortController().signal) {
      const { sent, failed } = await sendReports(dependencies, { isForced }, signal);
      return { sent, failed, open: await openMails(dependencies) };
    },
  };
}

/** Newest first. */
export async function openMails(dependencies: Dependencies): Promise<readonly ReportMailView[]> {
  const open = await dependencies.outbox.list({ states: OPEN_STATES, limit: USUAL_LIMIT });
  return presentMails(await forSomebody(open, dependencies), dependencies);
}

/** Whom a mail goes to is decided when it is sent: until then one that goes to nobody waits with the others. */
async function forSomebody(
  mails: readonly ReportMail[],
  { policies }: Dependencies,
): Promise<readonly ReportMail[]> {
  if (mails.every(({ state }) => state !== 'waiting')) return mails;
  const { readable } = await policies.survey();
  const unwanted = new Set<string>(
    readable.flatMap(({ document }) => (document.report.recipients.length === 0 ? [document.id] : [])),
  );
  return mails.filter(({ state, policyId }) => state !== 'waiting' || !unwanted.has(policyId));
}

export async function mailsOfRun(id: RunId, dependencies: Dependencies): Promise<readonly ReportMailView[]> {
  const mails = await dependencies.outbox.list({ states: TOLD_STATES, runId: id });
  return presentMails(await forSomebody(mails, dependencies), dependencies);
}

async function presentMails(
  mails: readonly ReportMail[],
  { policies, runs }: Dependencies,
): Promise<readonly ReportMailView[]> {
  if (mails.length === 0) return [];
  const names = new Map<string, string>(await namesOf(policies));
  for (const { policyId: id, runId } of mails) {
    if (names.has(id) || runId === undefined) continue;
    // Of a removed policy its runs still know the name.
    const run = await runs.read(runId);
    if (run !== undefined) names.set(id, run.policyName);
  }
  return mails.map(({ failure, reason, ...mail }) => ({
    ...mail,
    policyName: names.get(mail.policyId),
    ...(failure === undefined ? {} : { failure: presentFailure(failure) }),
    ...(reason === undefined ? {} : { reason: presentFailure(reason) }),
  }));
}
