// The operations, carried out in this process. Whatever is thrown inside leaves as an OperationError with its texts;
// the stack of a defect goes to the log and nowhere else.

import { OperationError, type Operations, type UnreadableView } from '@contactsync/contract';
import { closeRunsOfTheDead } from '../engine/earlier-runs.ts';
import { serviceHolder } from '../engine/holding.ts';
import { asFailure } from '../model/failure.ts';
import { policyId, type RunId } from '../model/ids.ts';
import type { Run } from '../model/run.ts';
import type { NewAnnouncement } from '../ports/announcements.ts';
import type { Log } from '../ports/log.ts';
import { noteAnnouncement, tellListenersQuietly, untoldListeners } from './announce.ts';
import { makeCertificateOperations } from './certificates.ts';
import type { OperationsDependencies } from './dependencies.ts';
import { unreadableOf } from './document-operations.ts';
import { makeEnvironmentOperations } from './environments.ts';
import { makeHousekeepingOperations, pruneAfterRun } from './keep-house.ts';
import { makeLicenseOperations } from './licenses.ts';
import { LiveRuns } from './live-runs.ts';
import { findDocument } from './lookup.ts';
import { withNotedReports } from './note-reports.ts';
import { openRuns } from './open-runs.ts';
import { makePeopleOperations } from './people.ts';
import { makePolicyOperations } from './policies.ts';
import { presentLicense, presentThrown } from './present.ts';
import { makePublicFolderOperations } from './public-folders.ts';
import { sendReportsQuietly } from './report-sender.ts';
import { makeReportOperations, openMails } from './reports.ts';
import { countRuns } from './run-counts.ts';
import { makeRunOperations } from './runs.ts';
import { makeServiceOperations } from './service.ts';
import { makeSettingsOperations } from './settings.ts';

export interface InProcessOperations extends Operations {
  /** Cancels the runs of this process and waits for them. */
  close(): Promise<void>;
}

export function makeOperations(given: OperationsDependencies): InProcessOperations {
  const announce = (run: Run, event: NewAnnouncement['event']) => noteAnnouncement(run, event, given);
  const noted = withNotedReports(given.runs, { ...given, announce });
  const counts = countRuns({ ...given, runs: noted });
  const dependencies = { ...given, runs: counts.runs, connect: counts.connect };
  const { log, logFile, policies, memory, ledger, license, clock } = dependencies;
  const sendMails = async (id: RunId) => {
    const run = await dependencies.runs.read(id).catch(() => undefined);
    // A test run writes nothing, and sends nothing either.
    if (run === undefined || run.kind === 'test') return;
    await tellListenersQuietly(dependencies);
    await sendReportsQuietly(dependencies);
  };
  const live = new LiveRuns(clock, dependencies.newId, () => pruneAfterRun(dependencies), sendMails);
  const policyOperations = makePolicyOperations(dependencies, live);

  async function mailboxIdsOf(policy: string, address: string) {
    const found = await findDocument(policies, 'policy', policy);
    const id = policyId(found.document.id);
    const written = await memory.readWrittenMailboxes(id);
    return written.filter((mailbox) => mailbox.primarySmtpAddress.toLowerCase() === address.toLowerCase());
  }

  async function unreadableDocuments(): Promise<readonly UnreadableView[]> {
    return [
      ...(await unreadableOf('environment', dependencies.environments)),
      ...(await unreadableOf('policy', dependencies.policies)),
    ];
  }

  const rest = {
    async forgetLedger(policy?: string, mailbox?: string): Promise<number> {
      if (policy === undefined) return ledger.forget();
      const { document } = await findDocument(policies, 'policy', policy);
      if (mailbox === undefined) return ledger.forget(policyId(document.id));
      let forgotten = 0;
      for (const { id } of await mailboxIdsOf(policy, mailbox))
        forgotten += await ledger.forget(policyId(document.id), id);
      return forgotten;
    },

    async license() {
      return presentLicense(await license.current(clock.now()), clock.now());
    },

    async status() {
      const { version, dataDirectory, logFile, holder } = dependencies;
      await closeRunsOfTheDead(holder, dependencies);
      const service = await serviceHolder(dependencies.leases);
      const mails = await openMails(dependencies);
      const untold = await untoldListeners(dependencies);
      const unreadable = await unreadableDocuments();
      return {
        version,
        dataDirectory,
        logFile,
        license: presentLicense(await license.current(clock.now()), clock.now()),
        ...(service === undefined ? {} : { service }),
        runs: await openRuns(dependencies.runs),
        ...(mails.length === 0 ? {} : { mails }),
        ...(untold.length === 0 ? {} : { untold }),
        ...(unreadable.length === 0 ? {} : { unreadable }),
      };
    },
  };

  return {
    environments: translated(makeEnvironmentOperations(dependencies), log, logFile),
    policies: translated(policyOperations, log, logFile),
    certificates: translated(makeCertificateOperations(dependencies), log, logFile),
    runs: translated(makeRunOperations(dependencies, live, policyOperations), log, logFile),
    settings: translated(makeSettingsOperations(dependencies), log, logFile),
    housekeeping: translated(makeHousekeepingOperations(dependencies), log, logFile),
    licenses: translated(makeLicenseOperations(dependencies), log, logFile),
    publicFolders: translated(makePublicFolderOperations(dependencies), log, logFile),
    reports: translated(makeReportOperations(dependencies), log, logFile),
    people: translated(makePeopleOperations(dependencies, live), log, logFile),
    service: translated(makeServiceOperations(dependencies, live, counts), log, logFile),
    ...translated(rest, log, logFile),
    close: () => live.close(),
  };
}

/** `logFile`: where a person finds the stack of a defect, which is shown nowhere else. */
export function toOperationError(thrown: unknown, log: Log, logFile?: string): OperationError {
  if (thrown instanceof OperationError) return thrown;
  const failure = asFailure(thrown);
  if (failure.facts.whoActs === 'us') log.error('operation failed', { error: failure });
  else {
    log.info('operation refused', { number: failure.number });
    // Details may name people.
    log.debug('operation refused with', { details: failure.details });
  }
  const view = presentThrown(failure);
  const isDefect = failure.code === 'internalError' && logFile !== undefined;
  return new OperationError(
    isDefect ? { ...view, details: { ...view.details, log: logFile } } : view,
    failure,
  );
}

const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;

/** The same methods; what they throw is translated. */
function translated<T extends object>(resource: T, log: Log, logFile: string): T {
  const wrapped: Record<string, unknown> = {};
  for (const [name, method] of Object.entries(resource)) {
    wrapped[name] = (...args: readonly unknown[]) => {
      const answer: unknown = method(...args);
      if (isAsyncIterable(answer)) return translatedItems(answer, log, logFile);
      return Promise.resolve(answer).catch((thrown: unknown) => {
        throw toOperationError(thrown, log, logFile);
      });
    };
  }
  return wrapped as T;
}

async function* translatedItems(
  items: AsyncIterable<unknown>,
  log: Log,
  logFile: string,
): AsyncGenerator<unknown> {
  try {
    yield* items;
  } catch (thrown) {
    throw toOperationError(thrown, log, logFile);
  }
}
