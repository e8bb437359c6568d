// One case: a moment, one or more faults, the work that meets them, and one more run when the trouble is over. Says
// which of the laws did not hold.

import type { Fault } from '@contactsync/emulator';
import type { RunPorts } from '../../src/engine/run-ports.ts';
import { FAILURE_CODES, type FailureFacts } from '../../src/model/failure-codes.ts';
import { failedIsNotThere, foreignUntouched, noDuplicates, sameContents, toldTheTruth } from './compare.ts';
import type { Variant } from './fault-table.ts';
import { PLACES, type Place } from './places.ts';
import { type Done, work } from './product.ts';
import { type Stage, workAfter } from './stages.ts';
import type { Mailboxes, Tenant } from './tenant.ts';

export interface Played {
  readonly faulty: Done;
  readonly between: Mailboxes;
  readonly met: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
}

export async function play(
  tenant: Tenant,
  stage: Stage,
  bring: (tenant: Tenant) => Promise<void>,
  alter?: (ports: RunPorts) => RunPorts,
): Promise<Played> {
  tenant.returnTo(stage.moment);
  const directory = stage.directory.copy();
  try {
    const before = await tenant.mailboxes();
    await bring(tenant);
    const faulty = await work(tenant, directory, stage.work, alter);
    const met = { ...(await tenant.control.faultsMet()), ...(await tenant.control.ewsFaultsMet()) };
    const { earlyReturns } = await tenant.control.ewsUsage();
    const between = await tenant.mailboxes();
    await tenant.lift(stage.moment);
    const again = await work(tenant, directory, workAfter(stage.work));
    const end = await tenant.mailboxes();
    const problems = [
      ...lawsOf('the run', before, between, faulty, takenBackBy(stage, faulty)),
      ...hidesNothing(stage, between, faulty),
      ...(earlyReturns > 0 ? [`${earlyReturns} requests came before the server wanted them`] : []),
      ...lawsOf('the run after it', between, end, again, takenBackBy(stage, again)),
      ...again.report.failures.map(({ failure }) => `the run after it fails with ${failure.number}`),
      ...(again.run.state === 'finished' ? [] : [`the run after it ends as ${again.run.state}`]),
      ...sameContents(stage.reference.end, end).map((one) => `at the end ${one}`),
      ...discreet(directory.log(), tenant.emulator.serviceAccount.password),
    ];
    return { faulty, between, met, problems };
  } finally {
    directory.remove();
  }
}

/** Items that a rollback made ours again, spelled as the mailboxes show them. */
function takenBackBy({ work: { kind } }: Stage, { journal }: Done): ReadonlySet<string> {
  const adopted = journal.filter(({ change }) => kind === 'rollback' && change === 'adopt');
  return new Set(adopted.map(({ itemId }) => (itemId ?? '').replaceAll('+', '-').replaceAll('/', '_')));
}

function lawsOf(
  which: string,
  before: Mailboxes,
  after: Mailboxes,
  done: Done,
  takenBack: ReadonlySet<string>,
): string[] {
  const contactsFailed = done.events.filter((event) => event.type === 'contact.failed');
  return [
    ...noDuplicates(after),
    ...foreignUntouched(before, after, takenBack),
    ...toldTheTruth(before, after, done),
    ...failedIsNotThere(before, after, contactsFailed),
    ...explained(done),
  ].map((one) => `${which}: ${one}`);
}

/** A run that says that all is well has done all of it; one that names a failure does not call itself well. */
function hidesNothing({ reference }: Stage, between: Mailboxes, { run, report }: Done): string[] {
  const skipped = report.perMailbox.filter(({ state }) => state === 'skipped').length;
  if (run.state !== 'finished')
    return report.failures.length > 0 ? [] : [`ends as ${run.state} and says not why`];
  if (report.failures.length > 0) return ['calls itself finished and names failures'];
  const unlike = skipped > 0 ? [] : sameContents(reference.next, between);
  return unlike.map((one) => `calls itself finished, but ${one}`);
}

function explained({ report }: Done): string[] {
  return report.failures.flatMap(({ failure }) => {
    if (failure.code === 'internalError') return ['a defect of ours is reported'];
    const { number, en }: FailureFacts = FAILURE_CODES[failure.code];
    const isExplained = number === failure.number && en.sentence !== '' && en.remedy !== '';
    return isExplained ? [] : [`${failure.code} explains nothing`];
  });
}

/** No token, key or password at any level; no contact data at info and above. */
export function discreet(log: string, password?: string): string[] {
  const lines = log.split('\n').filter((line) => line !== '');
  return lines.flatMap((line) => {
    const isToken = /eyJ[\w-]{10,}|Bearer |PRIVATE KEY|client_assertion=|TlRMTVNT|Basic [\w+/=]{8}/.test(
      line,
    );
    if (isToken || (password !== undefined && line.includes(password)))
      return [`a secret in the log: ${line}`];
    const { level } = JSON.parse(line) as { level: string };
    if (level === 'debug' || !/Quispe|Joiner|Friend|person\d+@|\+49/.test(line)) return [];
    return [`contact data in the log: ${line}`];
  });
}

/** Brings one fault of the table to one place. */
export function strike(
  { action, withOldToken }: Variant,
  place: Place,
  more: Pick<Fault, 'mailbox' | 'count'> = {},
): (tenant: Tenant) => Promise<void> {
  return async ({ control }) => {
    if (withOldToken === true)
      await control.addFault({
        ...PLACES['recipient list'],
        action: { kind: 'delay', milliseconds: 60_000 },
      });
    await control.addFault({ ...PLACES[place], ...more, action });
  };
}
