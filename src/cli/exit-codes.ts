// Exit codes (specification 8), in this one table. Task Scheduler and cron rely on them.

import type { FailureView, ReportView } from '@contactsync/contract';

export const EXIT = {
  ok: 0,
  finishedWithErrors: 1,
  configuration: 2,
  brake: 3,
  unreachable: 4,
  alreadyRunning: 5,
  license: 6,
  drift: 7,
  internal: 70,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_HELP = `Exit codes:
  0   ok
  1   the run finished with errors, or was cancelled
  2   something must be corrected: command line, policy, environment, certificate, consent, data directory
  3   the brake is engaged: the plan waits for an approval
  4   nothing could be reached: network, TLS, service
  5   already running
  6   license
  7   a verify run found mailboxes that differ from what was written
  70  internal error; the log file has the details`;

/** Whole groups first; the names below stand for something else than their group. */
const BY_GROUP: Readonly<Record<number, ExitCode>> = {
  10: EXIT.configuration,
  11: EXIT.configuration,
  12: EXIT.configuration,
  13: EXIT.configuration,
  14: EXIT.finishedWithErrors,
  15: EXIT.finishedWithErrors,
  16: EXIT.license,
  17: EXIT.configuration,
  18: EXIT.finishedWithErrors,
  19: EXIT.configuration,
};

const BY_CODE: Readonly<Record<string, ExitCode>> = {
  internalError: EXIT.internal,
  exchangeOnlineConnection: EXIT.unreachable,
  untrustedServer: EXIT.unreachable,
  throttledTooLong: EXIT.unreachable,
  serviceUnavailable: EXIT.unreachable,
  answerLost: EXIT.unreachable,
  unexpectedAnswer: EXIT.unreachable,
  domainControllerUnreachable: EXIT.unreachable,
  ldapsRefused: EXIT.unreachable,
  startTlsRefused: EXIT.unreachable,
  untrustedDomainController: EXIT.unreachable,
  domainControllerNameMismatch: EXIT.unreachable,
  noDomainController: EXIT.unreachable,
  domainControllerBusy: EXIT.unreachable,
  directoryConnectionLost: EXIT.unreachable,
  unexpectedDirectoryAnswer: EXIT.unreachable,
  exchangeServerConnection: EXIT.unreachable,
  untrustedExchangeServer: EXIT.unreachable,
  exchangeNotFound: EXIT.unreachable,
  everyMailboxDenied: EXIT.configuration,
  groupNotFound: EXIT.configuration,
  mailboxNotFound: EXIT.configuration,
  copyTargetNotFound: EXIT.configuration,
  copyFolderTaken: EXIT.configuration,
  alreadyRunning: EXIT.alreadyRunning,
  serviceRunning: EXIT.alreadyRunning,
  dataDirectoryHeld: EXIT.alreadyRunning,
  cancelled: EXIT.finishedWithErrors,
};

export function exitCodeOfFailure(failure: Pick<FailureView, 'code' | 'number'>): ExitCode {
  return BY_CODE[failure.code] ?? BY_GROUP[Math.floor(failure.number / 1000)] ?? EXIT.internal;
}

export function exitCodeOfRun(report: Pick<ReportView, 'run' | 'brake' | 'failures' | 'drift'>): ExitCode {
  switch (report.run.state) {
    case 'finished':
      if ((report.drift?.mailboxesDiffering ?? 0) > 0) return EXIT.drift;
      return report.run.kind === 'test' && report.brake !== undefined ? EXIT.brake : EXIT.ok;
    case 'awaitingApproval':
      return EXIT.brake;
    case 'failed': {
      const first = report.failures[0];
      return first === undefined ? EXIT.internal : exitCodeOfFailure(first.failure);
    }
    default:
      return EXIT.finishedWithErrors;
  }
}
