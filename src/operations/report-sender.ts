// Sends the mails that are due: composed from the stored runs at that moment, handed over once, tried again with growing
// pauses when they were certainly not sent. Whatever goes wrong stands at the mail and in the log, and nowhere else: no
// run fails because of its report.

import type { ComposedMail } from '../core/report-mail/report-mail.ts';
import type { Environment } from '../model/environment.ts';
import { asFailure, Failure } from '../model/failure.ts';
import type { FailureCode } from '../model/failure-codes.ts';
import { policyId } from '../model/ids.ts';
import type { Clock } from '../ports/clock.ts';
import { mailPerhapsSent } from '../ports/mail-sender.ts';
import type { ReportMail } from '../ports/report-outbox.ts';
import type { MailConnection, OperationsDependencies } from './dependencies.ts';
import { lateSuccess } from './gather-report.ts';
import { composeLetter, type Letter, outgoing } from './report-letters.ts';

const MINUTE_MS = 60_000;
/** After the first, second … try; then always the last. */
const PAUSES_MS = [5, 15, 60, 4 * 60, 12 * 60].map((minutes) => minutes * MINUTE_MS);
const LONGEST_PAUSE_MS = Math.max(...PAUSES_MS);
const HELD_MS = 5 * MINUTE_MS;
const GRACE_MS = 10_000;
/** What happened three days ago is read in the history. */
const GIVEN_UP_AFTER_MS = 3 * 24 * 60 * MINUTE_MS;
/** Longer than any hand-over takes: its process is dead. */
const DEAD_AFTER_MS = 30 * MINUTE_MS;
/** Nobody answers, or only to say that it is too much: the next mail would meet the same. */
const OBSTACLES: ReadonlySet<FailureCode> = new Set([
  'mailServerUnreachable',
  'exchangeOnlineConnection',
  'exchangeServerConnection',
  'serviceUnavailable',
  'throttledTooLong',
]);
/** Of an alert that was given up long ago nobody wants to hear. */
const MOST_AT_ONCE = 200;

export interface SendingResult {
  readonly sent: number;
  readonly failed: number;
}

export async function sendReports(
  dependencies: OperationsDependencies,
  options: { readonly isForced: boolean },
  signal: AbortSignal,
): Promise<SendingResult> {
  await addAlerts(dependencies);
  return sendDueReports(dependencies, options, signal);
}

/** A mail in hand is finished when the signal comes, if it takes no longer than a moment; no other one is begun. */
export async function sendDueReports(
  dependencies: OperationsDependencies,
  options: { readonly isForced: boolean },
  signal: AbortSignal,
): Promise<SendingResult> {
  await settleTheDead(dependencies);
  await takeUpAgain(dependencies);
  const pass = new SendingPass(dependencies, options, signal);
  const lanes = await byEnvironment(await dueMails(dependencies, options), dependencies);
  try {
    await Promise.all(lanes.map((mails) => pass.sendInOrder(mails)));
  } finally {
    await pass.close();
  }
  return pass.result;
}

/** A mail server that does not answer keeps only those waiting whose mails go through it. */
async function byEnvironment(
  mails: readonly ReportMail[],
  { policies }: OperationsDependencies,
): Promise<readonly (readonly ReportMail[])[]> {
  const environments = new Map(
    (await policies.survey()).readable.map(({ document }) => [document.id, document.environment]),
  );
  return [...Map.groupBy(mails, ({ policyId: id }) => environments.get(id)).values()];
}

/** The same after a run, where nobody waits for an answer. */
export async function sendReportsQuietly(dependencies: OperationsDependencies): Promise<void> {
  try {
    await sendReports(dependencies, { isForced: false }, new AbortController().signal);
  } catch (error) {
    dependencies.log.error('mails about runs could not be sent', { error });
  }
}

async function dueMails(
  { outbox, clock }: OperationsDependencies,
  { isForced }: { readonly isForced: boolean },
): Promise<readonly ReportMail[]> {
  const now = clock.now();
  const open = await outbox.list({
    states: isForced ? ['waiting', 'givenUp'] : ['waiting'],
    // No pause is longer: what lies further ahead was put off by a clock that was ahead.
    ...(isForced
      ? {}
      : { dueBy: now.toISOString(), after: new Date(now.getTime() + LONGEST_PAUSE_MS).toISOString() }),
    limit: MOST_AT_ONCE,
  });
  // Oldest first: whoever reads them in order reads what happened in order.
  return open.toReversed();
}

export async function addAlerts(dependencies: OperationsDependencies): Promise<void> {
  const { policies, outbox, clock } = dependencies;
  const now = clock.now();
  for (const { document: policy } of (await policies.survey()).readable) {
    const { recipients, alertAfterDays } = policy.report;
    if (!policy.enabled || recipients.length === 0 || alertAfterDays === 0) continue;
    const { since, days } = await lateSuccess(policy, now, dependencies);
    if (days < alertAfterDays) continue;
    // Said again after as many days more.
    const turn = Math.floor(days / alertAfterDays);
    await outbox.add({
      key: `alert ${policy.id} ${since} ${turn}`,
      policyId: policyId(policy.id),
      runId: undefined,
      occasion: 'alert',
      at: now.toISOString(),
    });
  }
}

async function settleTheDead({ outbox, clock }: OperationsDependencies): Promise<void> {
  const now = clock.now();
  // Also by a clock that was ahead.
  for (const { id, at } of await outbox.list({ states: ['sending'] }))
    if (Math.abs(now.getTime() - Date.parse(at)) > DEAD_AFTER_MS)
      await outbox.settle(id, 'perhapsSent', now.toISOString(), new Failure('mailPerhapsSent').toRecord());
}

/** What was given up in the future was given up by a clock that was ahead, to which everything was old. */
async function takeUpAgain({ outbox, clock }: OperationsDependencies): Promise<void> {
  const now = clock.now().toISOString();
  for (const { id, failure } of await outbox.list({ states: ['givenUp'], after: now }))
    await outbox.settle(id, 'waiting', now, failure);
}

class SendingPass {
  readonly #dependencies: OperationsDependencies;
  readonly #isForced: boolean;
  readonly #signal: AbortSignal;
  /** By environment, once each. */
  readonly #connections = new Map<string, Promise<MailConnection>>();
  /** Environments through which a mail was handed over, or was to be. */
  readonly #tried = new Set<string>();
  #sent = 0;
  #failed = 0;

  constructor(
    dependencies: OperationsDependencies,
    { isForced }: { readonly isForced: boolean },
    signal: AbortSignal,
  ) {
    this.#dependencies = dependencies;
    this.#isForced = isForced;
    this.#signal = signal;
  }

  get result(): SendingResult {
    return { sent: this.#sent, failed: this.#failed };
  }

  /** All through one environment: what stands against the first one, such as a dead server, is not tried for the rest. */
  async sendInOrder(mails: readonly ReportMail[]): Promise<void> {
    let obstacle: Failure | undefined;
    for (const mail of mails) {
      if (this.#signal.aborted) return;
      if (obstacle !== undefined) await this.#hold(mail, obstacle);
      else obstacle = await this.#send(mail);
    }
  }

  /** Returns what the other mails of the environment would meet, too. */
  async #send(mail: ReportMail): Promise<Failure | undefined> {
    const { outbox, clock, log } = this.#dependencies;
    const now = () => clock.now().toISOString();
    try {
      const letter = await composeLetter(mail, this.#dependencies);
      if (letter === undefined) {
        await outbox.settle(mail.id, 'notWanted', now());
        return undefined;
      }
      const connection = await this.#connect(letter.environment);
      const refusal = await this.#standingRefusal(letter.environment, connection);
      if (refusal !== undefined) {
        await this.#hold(mail, refusal);
        return undefined;
      }
      this.#tried.add(letter.environment.id);
      // Only a waiting mail can be claimed.
      if (mail.state === 'givenUp') await outbox.settle(mail.id, 'waiting', now());
      if (!(await outbox.claim(mail.id, now()))) return undefined;
      const refused = await this.#handOver(letter, connection);
      await outbox.settle(mail.id, 'sent', now(), refused?.toRecord());
      this.#sent += 1;
      log.info('mail about a run sent', { mailId: mail.id, occasion: mail.occasion });
      return undefined;
    } catch (thrown) {
      const failure = asFailure(thrown);
      await this.#failedWith(mail, failure);
      return OBSTACLES.has(failure.code) ? failure : undefined;
    }
  }

  /** Who asks for it by hand gets one try with a refused password, and not one for every mail. */
  async #standingRefusal({ id }: Environment, { mail }: MailConnection): Promise<Failure | undefined> {
    return this.#isForced && !this.#tried.has(id) ? undefined : mail.standingRefusal?.();
  }

  /** Until the password changes; asked again soon, since asking costs no try. */
  async #hold(mail: ReportMail, refusal: Failure): Promise<void> {
    const { outbox, clock, log } = this.#dependencies;
    this.#failed += 1;
    const now = clock.now();
    const state = isOver(mail, now) ? 'givenUp' : 'waiting';
    const at = state === 'waiting' ? new Date(now.getTime() + HELD_MS) : now;
    const isNews = mail.failure?.number !== refusal.number || state !== mail.state;
    if (isNews) log.warn('mail about a run held back', { mailId: mail.id, number: refusal.number, state });
    await outbox.hold(mail.id, state, at.toISOString(), refusal.toRecord());
  }

  /** Comes back with a failure where some of the recipients were refused. */
  async #handOver(
    { mail, withoutTable, policy }: Letter,
    { mail: sender }: MailConnection,
  ): Promise<Failure | undefined> {
    const { recipients } = policy.report;
    let refused: Failure | undefined;
    const onPartlyRefused = (failure: Failure) => {
      refused = failure;
    };
    const send = (composed: ComposedMail) =>
      withGrace(this.#signal, this.#dependencies.clock, (signal) =>
        sender.send(outgoing(composed, recipients), { keepsCopy: false, onPartlyRefused }, signal),
      );
    try {
      await send(mail);
    } catch (thrown) {
      const failure = asFailure(thrown);
      // Cut off in the middle, and nobody knows where.
      if (failure.code === 'cancelled') throw mailPerhapsSent(failure);
      if (mail.csv === undefined || failure.code !== 'mailTooLarge') throw failure;
      await send(withoutTable());
    }
    return refused;
  }

  async #failedWith(mail: ReportMail, failure: Failure): Promise<void> {
    const { outbox, clock, log } = this.#dependencies;
    this.#failed += 1;
    const now = clock.now();
    const state =
      failure.code === 'mailPerhapsSent' ? 'perhapsSent' : isOver(mail, now) ? 'givenUp' : 'waiting';
    const pause = Math.min(
      LONGEST_PAUSE_MS,
      Math.max(PAUSES_MS[Math.min(mail.tries, PAUSES_MS.length - 1)] ?? 0, failure.retryAfterMs ?? 0),
    );
    const at = state === 'waiting' ? new Date(now.getTime() + pause) : now;
    const tell = failure.facts.whoActs === 'us' ? log.error.bind(log) : log.warn.bind(log);
    tell('mail about a run not sent', {
      mailId: mail.id,
      number: failure.number,
      state,
      ...(failure.facts.whoActs === 'us' ? { error: failure } : {}),
    });
    await outbox.settle(mail.id, state, at.toISOString(), failure.toRecord());
  }

  #connect(environment: Environment): Promise<MailConnection> {
    const known = this.#connections.get(environment.id);
    if (known !== undefined) return known;
    const connection = openMail(environment, this.#dependencies);
    // Whoever waits for it hears of the refusal.
    connection.catch(() => {});
    this.#connections.set(environment.id, connection);
    return connection;
  }

  async close(): Promise<void> {
    for (const connection of this.#connections.values())
      await connection.then((opened) => opened.close()).catch(() => {});
  }
}

/** The work hears of the stop so much later: a mail in hand is better finished than in doubt. */
async function withGrace<T>(
  stop: AbortSignal,
  clock: Clock,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const over = new AbortController();
  const onStop = () => {
    clock.sleep(GRACE_MS, over.signal).then(
      () => late.abort(new Failure('cancelled')),
      () => {},
    );
  };
  if (stop.aborted) onStop();
  else stop.addEventListener('abort', onStop, { once: true });
  try {
    return await work(late.signal);
  } finally {
    stop.removeEventListener('abort', onStop);
    over.abort();
  }
}

function isOver({ createdAt }: ReportMail, now: Date): boolean {
  return now.getTime() - Date.parse(createdAt) >= GIVEN_UP_AFTER_MS;
}

/** The way that the environment chose. Throws `senderMissing` where nobody can send. */
export async function openMail(
  environment: Environment,
  { connect, connectMailServer }: Pick<OperationsDependencies, 'connect' | 'connectMailServer'>,
): Promise<MailConnection> {
  if (environment.mail?.through === 'smtp') return connectMailServer(environment);
  const connection = await connect(environment);
  const { mail } = connection;
  if (mail !== undefined) return { mail, close: () => connection.close() };
  await connection.close();
  throw new Failure('senderMissing');
}
