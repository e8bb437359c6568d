// The connection test of an environment: signs in, tries every right, opens the folders from which policies copy, and on
// demand sends a mail. A refused right is a
// step of the answer; with a refused password nobody else is asked, since every try counts towards locking the account.

import type { ProbeOptions, ProbeView } from '@contactsync/contract';
import { testMail } from '../core/test-mail.ts';
import type { Environment } from '../model/environment.ts';
import { asFailure, Failure } from '../model/failure.ts';
import type { ContactSource, FolderSource, ProbeStep } from '../ports/contact-source.ts';
import type { Connection, OperationsDependencies } from './dependencies.ts';
import { findDocument } from './lookup.ts';
import { presentThrown } from './present.ts';
import { recordLog } from './recorded-log.ts';

export async function probeEnvironment(
  environment: Environment,
  dependencies: Pick<OperationsDependencies, 'connect' | 'connectMailServer' | 'clock' | 'policies'>,
  { testMailTo, policy }: ProbeOptions,
  signal: AbortSignal,
): Promise<ProbeView> {
  const { connect, clock } = dependencies;
  if (testMailTo !== undefined) requireAddress(testMailTo);
  const policies = await folderPoliciesOf(environment, dependencies.policies, policy);
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
      if (isInReach()) for await (const step of probeFolders(policies, connection, signal)) add(step);
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

interface FolderPolicy {
  readonly name: string;
  readonly source: FolderSource;
}

/** Those that copy from a folder; only the one that is named, where one is. */
async function folderPoliciesOf(
  environment: Environment,
  store: OperationsDependencies['policies'],
  wanted: string | undefined,
): Promise<readonly FolderPolicy[]> {
  const only = wanted === undefined ? undefined : await findDocument(store, 'policy', wanted);
  const entries = only === undefined ? (await store.survey()).readable : [only];
  const found = entries.flatMap(({ document: { name, source, environment: owner } }) => {
    const isFolder = source.type === 'sharedMailbox' || source.type === 'publicFolder';
    return isFolder && owner === environment.name ? [{ name, source }] : [];
  });
  if (only !== undefined && found.length === 0) {
    const reason = `policy ${JSON.stringify(only.document.name)} copies from no folder of environment ${JSON.stringify(environment.name)}`;
    throw new Failure('usage', { details: { reason } });
  }
  return found;
}

async function* probeFolders(
  policies: readonly FolderPolicy[],
  { source }: Connection,
  signal: AbortSignal,
): AsyncGenerator<ProbeStep> {
  for (const policy of policies) {
    const steps = await stepsOf(policy, source, signal);
    for (const step of steps) yield { ...step, name: `Policy "${policy.name}": ${step.name}` };
    // A sign-in that is refused, or a server that is not there, is the same for all.
    if (steps.some(({ failure }) => failure?.facts.scope === 'run')) return;
  }
}

async function stepsOf(
  { source: scope }: FolderPolicy,
  source: ContactSource,
  signal: AbortSignal,
): Promise<readonly ProbeStep[]> {
  try {
    return (await source.probeFolders?.(scope, signal)) ?? [];
  } catch (thrown) {
    const failure = asFailure(thrown);
    if (signal.aborted || failure.facts.whoActs === 'us') throw thrown;
    return [{ name: 'source', ok: false, failure }];
  }
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

export function presentStep({ name, ok, note, search, failure }: ProbeStep): ProbeView['steps'][number] {
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
