// The connection test of an environment and the search for Exchange, as a person reads them.

import type { ExchangeSearchView, LogLineView, ProbeView, SearchStepView } from '@contactsync/contract';
import { failureLines } from './failure-text.ts';
import { type Paint, visible } from './terminal-text.ts';

export function stepLines(steps: ProbeView['steps'], paint: Paint): readonly string[] {
  return steps.flatMap((step) => [
    `${step.ok ? paint('green', '✓') : paint('red', '✗')} ${visible(step.name)}${step.note === undefined ? '' : paint('dim', `  ${visible(step.note)}`)}`,
    ...indented(searchLines(step.search ?? [], paint)),
    ...(step.failure === undefined ? [] : indented(failureLines(step.failure, paint))),
  ]);
}

export function probeLines(probe: ProbeView, paint: Paint): readonly string[] {
  return [
    ...stepLines(probe.steps, paint),
    '',
    probe.ok ? paint('green', 'Everything needed is in reach.') : paint('red', 'Something is missing.'),
  ];
}

const indented = (lines: readonly string[]): readonly string[] =>
  lines.map((line) => (line === '' ? '' : `    ${line}`));

/** What was asked once, and below it what came of it. */
function searchLines(steps: readonly SearchStepView[], paint: Paint): readonly string[] {
  const marks = { found: paint('green', '✓'), leadsOn: '→', passedOver: paint('dim', '·') };
  return steps.flatMap((step, index) => {
    const before = steps[index - 1];
    const isSame = before?.target === step.target;
    const how = step.isSignedIn ? 'signed in: ' : '';
    return [
      ...(isSame ? [] : [paint('dim', visible(step.target))]),
      `  ${marks[step.kind]} ${how}${visible(step.result)}`,
    ];
  });
}

/** `isForDefaults`: nothing is said about the environment, which only lends its account. */
export function exchangeSearchLines(
  search: ExchangeSearchView,
  paint: Paint,
  { isForDefaults = false } = {},
): readonly string[] {
  const { environment, mailbox, steps, ewsUrl, ewsUrlBefore, serverVersion, failure, saved } = search;
  const head = [`Autodiscover for ${visible(mailbox)}`, '', ...searchLines(steps, paint), ''];
  if (ewsUrl === undefined) return [...head, ...(failure === undefined ? [] : failureLines(failure, paint))];
  return [
    ...head,
    `${paint('green', '✓')} Address   ${visible(ewsUrl)}`,
    `  Exchange  ${serverVersion === undefined ? 'version not told' : exchangeVersionText(serverVersion)}`,
    '',
    ...(isForDefaults
      ? []
      : saved === undefined
        ? unsavedLines(environment, ewsUrl, ewsUrlBefore)
        : savedLines(environment, saved, paint)),
  ];
}

function unsavedLines(environment: string, found: string, before: string | undefined): readonly string[] {
  if (before === found) return ['The environment names this address already.'];
  const state =
    before === undefined
      ? 'Nothing was changed: every run searches anew. To write the address into the environment:'
      : `Nothing was changed: the environment names ${visible(before)}. To replace it:`;
  return [state, `  contactsync environment search ${JSON.stringify(environment)} --save`];
}

function savedLines(
  environment: string,
  { revision, keepsPasswords }: NonNullable<ExchangeSearchView['saved']>,
  paint: Paint,
): readonly string[] {
  const done = `The address stands in environment "${visible(environment)}" (revision ${revision}).`;
  if (keepsPasswords) return [done];
  const lost = `It replaces another one, so the stored passwords are discarded. Store them again: contactsync environment set-password ${JSON.stringify(environment)}`;
  return [done, paint('yellow', `  Note: ${lost}`)];
}

const NAMES: Readonly<Record<string, string>> = {
  '15.0': 'Exchange Server 2013',
  '15.1': 'Exchange Server 2016',
};
/** Both are 15.2; Subscription Edition began with this build. */
const FIRST_SUBSCRIPTION_BUILD = 2562;

export function exchangeVersionText(version: string): string {
  const [major = '', minor = '', build = ''] = version.split('.');
  const isSubscription = Number(build) >= FIRST_SUBSCRIPTION_BUILD;
  const name =
    major === '15' && minor === '2'
      ? `Exchange Server ${isSubscription ? 'Subscription Edition' : '2019'}`
      : NAMES[`${major}.${minor}`];
  return name === undefined ? visible(version) : `${name} (${visible(version)})`;
}

/** One line each: time, what happened, and with what. */
export function logLines(lines: readonly LogLineView[], paint: Paint): readonly string[] {
  return lines.flatMap(({ at, level, message, data }) => {
    const time = paint('dim', at.slice(11, 23));
    const what = level === 'warn' || level === 'error' ? paint('yellow', visible(message)) : visible(message);
    const values = Object.entries(data).map(([name, value]) => `${name}=${visible(String(value))}`);
    return [`${time} ${what}`, ...(values.length === 0 ? [] : [`  ${values.join(' ')}`])];
  });
}
