// The license in words: one line for status and reports, and the whole of it for "license show".

import type { LicenseUseView, LicenseView, RunLicenseView } from '@contactsync/contract';
import { failureLine } from './failure-text.ts';
import { count, type Paint, visible } from './terminal-text.ts';

const SOON_DAYS = 30;

type Allowance = Pick<LicenseView, 'kind' | 'mailboxes'>;

const mailboxesText = ({ kind, mailboxes }: Allowance) =>
  `${count(mailboxes, 'mailbox', 'mailboxes')} ${kind === 'trial' ? 'per run' : 'in all'}`;

const day = (iso: string | undefined) => iso?.slice(0, 10) ?? '';

export function allowedText(license: Allowance): string {
  return `The ${license.kind} allows ${mailboxesText(license)}.`;
}

export function licenseText(license: LicenseView): string {
  const { kind, state, customer, validUntil, daysLeft, unusable } = license;
  const name = customer === undefined ? kind : `${kind} of ${visible(customer)}`;
  const soon = daysLeft === undefined || daysLeft > SOON_DAYS ? '' : ` (${count(daysLeft, 'day')} left)`;
  const text = {
    notStarted: `${name}, begins with the first run, ${mailboxesText(license)}`,
    valid: `${name}, ${mailboxesText(license)}, until ${day(validUntil)}${soon}`,
    expired: `${name}, over since ${day(validUntil)}: no run writes; test runs work`,
  }[state];
  return unusable === undefined ? text : `${text}; the stored license is not used: ${failureLine(unusable)}`;
}

/** As it was when the run read the mailboxes. */
export function runLicenseText(license: RunLicenseView): string {
  const { kind, validUntil } = license;
  const until = validUntil === undefined ? 'not begun' : `until ${day(validUntil)}`;
  return `${kind}, ${mailboxesText(license)}, ${until}`;
}

export function licenseLines(license: LicenseUseView, paint: Paint): string[] {
  const { id, filled, mailboxes, perPolicy, kind } = license;
  const isOver = kind === 'license' && filled > mailboxes;
  const inAll = `${count(filled, 'mailbox', 'mailboxes')} filled in all, each counted once`;
  return [
    `license  ${licenseText(license)}`,
    ...(id === undefined ? [] : [`id       ${id}`]),
    `used     ${isOver ? paint('yellow', `${inAll}: more than the license allows`) : inAll}`,
    ...perPolicy.map(
      (policy) => `  policy "${visible(policy.policy)}": ${count(policy.mailboxes, 'mailbox', 'mailboxes')}`,
    ),
  ];
}
