// The connection test of an environment: signs in, tries every right, and on demand sends a mail. A refused right is a
// step of the answer; with a refused password nobody else is asked, since every try counts towards locking the account.

import type { ProbeOptions, ProbeView } from '@contactsync/contract';
import { testMail } from '../core/test-mail.ts';
import type { Environment } from '../model/environment.ts';
import { asFailure, Failure } from '../model/failure.ts';
import type { ProbeStep } from '../ports/contact-source.ts';
import type { Connection, OperationsDependencies } from './dependencies.ts';
import { presentThrown } from './present.ts';
import { recordLog } from './recorded-log.ts';

export async function probeEnvironment(
  environment: Environment,
  dependencies: Pick<OperationsDependencies, 'connect' | 'connectMailServer' | 'clock'>,
  { testMailTo }: ProbeOptions,
  signal: AbortSignal,
): Promise<ProbeView> {
  const { connect, clock } = dependencies;
  if (testMailTo !== undefined) requireAddress(testMailTo);
  const { log, lines } = recordLog(clock);
  const steps: ProbeStep[] = [];
  const add = (...made: readonly ProbeStep[]) => {
    steps.push(...made);
    for (const { name, ok, failure } of made) log.info('step', { name, ok, ...failure?.toRecord() });
  };
  const isInReach = () => steps.every(({ ok }) => ok);
  const secret = secretOf(environment);
  try {
    const connection = await connect(environment, log);
    add({ name: secret, ok: true });
    try {
      add(...(await connection.source.probe(signal)));
      if (isInReach()) add(...((await connection.probeMailboxes?.(signal)) ?? []));
      if (testMailTo !== undefined)
        add(
          isInReach()
            ? await sendTestMail(environment, connection, dependencies, testMailTo, signal)
            : { name: MAIL_STEP, ok: false, note: 'not sent, because a step before it failed' },
        );
    } finally {
      await connection.close();
    }
  } catch (thrown) {
    const failure = asFailure(thrown);
    if (failure.facts.whoActs === 'us') throw thrown;
    add({ name: steps.length === 0 ? secret : 'Connection', ok: false, failure });
  }
  return { ok: isInReach(), steps: steps.map(presentStep), log: lines };
}

const MAIL_STEP = 'Test mail';

function secretOf(environment: Environment): string {
  if (environment.scenario === 'exchangeOnline') return 'Certificate';
  if (environment.scenario === 'hybrid') return 'Password and certificate';
  const { authentication } = environment.onPremises.exchangeWebServices;
  return authentication === 'oauth' ? 'Password and certificate' : 'Password';
}

async function sendTestMail(
  environment: Environment,
  connection: Connection,
  { connectMailServer, clock }: Pick<OperationsDependencies, 'connectMailServer' | 'clock'>,
  to: string,
  signal: AbortSignal,
): Promise<ProbeStep> {
  try {
    const mail =
      environment.mail?.through === 'smtp' ? (await connectMailServer(environment)).mail : connection.mail;
    const sender = mail?.sender;
    if (mail === undefined || sender === undefined) throw new Failure('senderMissing');
    const { subject, text } = testMail(environment, sender, clock.now());
    const body = { kind: 'text', content: text } as const;
    await mail.send({ to: [to], subject, body }, { keepsCopy: false }, signal);
    return { name: MAIL_STEP, ok: true, note: `${sender} sent it to ${to}; look whether it arrives` };
  } catch (thrown) {
    const failure = asFailure(thrown);
    if (signal.aborted || failure.facts.whoActs === 'us') throw thrown;
    return { name: MAIL_STEP, ok: false, failure };
  }
}

function presentStep({ name, ok, note, search, failure }: ProbeStep): ProbeView['steps'][number] {
  return {
    name,
    ok,
    ...(note === undefined ? {} : { note }),
    ...(search === undefined ? {} : { search }),
    ...(failure === undefined ? {} : { failure: presentWithoutSteps(failure, search !== undefined) }),
  };
}

/** Where the steps of a search stand beside the failure, they need not stand in its details too. */
export function presentWithoutSteps(failure: Failure, areBeside: boolean): ReturnType<typeof presentThrown> {
  const view = presentThrown(failure);
  const { steps: _, ...details } = view.details;
  return areBeside ? { ...view, details } : view;
}

function requireAddress(address: string): void {
  if (/^[^\s@<>,;]+@[^\s@<>,;]+$/.test(address)) return;
  throw new Failure('usage', { details: { reason: `${JSON.stringify(address)} is not a mail address` } });
}
