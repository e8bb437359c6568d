// Mails about runs on a terminal, and other programs that could not be told of them.

import type { ReportMailView, UntoldView } from '@contactsync/contract';
import { failureLine } from './failure-text.ts';
import { type Paint, visible } from './terminal-text.ts';

const time = (iso: string) => `${iso.slice(0, 16).replace('T', ' ')} UTC`;

export function mailStateText({ state, at, tries, failure }: ReportMailView): string {
  switch (state) {
    case 'waiting':
      if (tries === 0) return failure === undefined ? 'to be sent' : 'held back';
      return `not sent, next try from ${time(at)}`;
    case 'sending':
      return 'is being sent';
    case 'sent':
      return failure === undefined ? `sent ${time(at)}` : `sent ${time(at)}, not to all`;
    case 'perhapsSent':
      return 'perhaps sent';
    case 'givenUp':
      return 'not sent, given up';
    case 'notWanted':
      return 'not wanted';
  }
}

function aboutText({ occasion, runId }: ReportMailView): string {
  if (occasion === 'notBegun') return 'mail about a run that could not begin';
  return runId === undefined ? 'alert' : `mail about run ${runId.slice(0, 8)}`;
}

/** What somebody may have to look into, with the reason and what to do. */
export function mailLines(mails: readonly ReportMailView[], paint: Paint): string[] {
  return mails.flatMap((mail) => {
    const { policyName, policyId, occasion, failure } = mail;
    const about = aboutText(mail);
    const waits = occasion === 'awaitingApproval' ? ' that waits for approval' : '';
    const line = `${about}${waits} of "${visible(policyName ?? policyId)}": ${mailStateText(mail)}`;
    const isFine = (mail.state === 'sent' && failure === undefined) || mail.state === 'sending';
    return [
      isFine ? line : paint('yellow', line),
      ...(failure === undefined ? [] : [`  ${failureLine(failure)}`, paint('dim', `  ${failure.remedy}`)]),
    ];
  });
}

export function untoldLines(untold: readonly UntoldView[], paint: Paint): string[] {
  return untold.flatMap(({ environment, listener, waiting, since, failure }) => [
    paint('yellow', `${listener} of "${visible(environment)}": ${waiting} not told since ${time(since)}`),
    `  ${failureLine(failure)}`,
    paint('dim', `  ${failure.remedy}`),
  ]);
}
