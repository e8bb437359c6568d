// Progress of a run: one line that rewrites itself on a terminal, with what is left by the forecast of the run;
// otherwise a plain line now and then. A value in, text out: what is drawn is computed by pure functions from the events
// so far.

import type { DurationView, RunEventView } from '@contactsync/contract';
import { aboutText, durationText, expectedPhotosText, spanText, waitText } from './duration-text.ts';
import { cells, count, cutTo, visible } from './terminal-text.ts';
import { changeCount } from './words.ts';

export interface ProgressState {
  readonly phase: 'starting' | 'planning' | 'applying';
  /** A verify run looks and plans nothing. */
  readonly isVerify: boolean;
  /** Mailboxes to plan; 0: not known. */
  readonly total: number;
  /** By id: one that is tried twice, or fails after it was planned, is told twice and is one mailbox. */
  readonly planned: ReadonlySet<string>;
  /** Those that have something to write: the second pass. */
  readonly toWrite: ReadonlySet<string>;
  readonly done: ReadonlySet<string>;
  /** In this phase. */
  readonly failed: ReadonlySet<string>;
  readonly hasSource: boolean;
  /** Contacts, in mailboxes that are done and so far in all. */
  readonly applied: number;
  readonly written: number;
  /** The latest forecast of the rest, and the milliseconds at which it was made. */
  readonly left: DurationView | undefined;
  readonly foretoldAt: number;
  readonly wait: { readonly until: string; readonly mailboxes: number } | undefined;
}

export const NO_PROGRESS: ProgressState = {
  phase: 'starting',
  isVerify: false,
  total: 0,
  planned: new Set(),
  toWrite: new Set(),
  done: new Set(),
  failed: new Set(),
  hasSource: false,
  applied: 0,
  written: 0,
  left: undefined,
  foretoldAt: 0,
  wait: undefined,
};

export function advance(state: ProgressState, event: RunEventView): ProgressState {
  switch (event.type) {
    case 'run.started':
      return { ...state, isVerify: event.kind === 'verify' };
    case 'source.read':
      return { ...state, hasSource: true };
    case 'mailboxes.read':
      return { ...state, phase: 'planning', total: event.targets + event.leaving };
    case 'mailbox.planned': {
      const { mailboxId: id, counts } = event;
      const toWrite = changeCount(counts) > 0 ? plus(state.toWrite, id) : minus(state.toWrite, id);
      return { ...state, planned: plus(state.planned, id), toWrite };
    }
    case 'mailbox.verified':
      return { ...state, planned: plus(state.planned, event.mailboxId) };
    case 'brake.released':
      return beginWriting(state);
    case 'mailbox.applied': {
      const counts = event.counts;
      const applied =
        state.applied + counts.created + counts.updated + counts.deleted + counts.handedOver + counts.adopted;
      const written = Math.max(state.written, applied);
      return { ...endMailbox(beginWriting(state), event.mailboxId), applied, written };
    }
    case 'mailbox.failed':
    case 'mailbox.skipped': {
      const { mailboxId: id, phase } = event;
      const failed = plus(state.failed, id);
      if (phase === 'applying') return { ...endMailbox(state, id), failed };
      return { ...state, planned: plus(state.planned, id), toWrite: minus(state.toWrite, id), failed };
    }
    case 'forecast.made': {
      if (event.occasion === 'realRun') return state;
      return {
        // A rollback has no brake that is released.
        ...(event.occasion === 'writing' ? beginWriting(state) : state),
        left: event.forecast.total,
        foretoldAt: Date.parse(event.at),
        written: Math.max(state.written, event.written),
      };
    }
    case 'run.throttled':
      return { ...state, wait: { until: event.waitingUntil, mailboxes: event.mailboxesWaiting } };
    case 'run.resumed':
      return { ...state, wait: undefined };
    default:
      return state;
  }
}

function plus(set: ReadonlySet<string>, id: string): ReadonlySet<string> {
  return set.has(id) ? set : new Set(set).add(id);
}

function minus(set: ReadonlySet<string>, id: string): ReadonlySet<string> {
  return set.has(id) ? new Set([...set].filter((other) => other !== id)) : set;
}

function beginWriting(state: ProgressState): ProgressState {
  return state.phase === 'applying' ? state : { ...state, phase: 'applying', failed: new Set() };
}

/** One may be written in which no contact changes: its folder does. */
function endMailbox(state: ProgressState, id: string): ProgressState {
  return { ...state, done: plus(state.done, id), toWrite: plus(state.toWrite, id) };
}

/** Mailboxes of the phase. */
const amounts = ({ phase, planned, done, total, toWrite }: ProgressState) =>
  phase === 'applying' ? { done: done.size, total: toWrite.size } : { done: planned.size, total };

/** What is left now: the forecast less the time since it was made. */
function remaining(state: ProgressState, now: number): DurationView | undefined {
  const { left, foretoldAt } = state;
  if (left === undefined || left.expected <= 0) return undefined;
  const since = Math.max(0, (now - foretoldAt) / 1000);
  const minus = (seconds: number) => Math.max(0, seconds - since);
  return { low: minus(left.low), expected: minus(left.expected), high: minus(left.high) };
}

/** From long to short: the line takes the longest that fits. */
function leftTexts(state: ProgressState, now: number): readonly string[] {
  const left = remaining(state, now);
  if (left === undefined) return [''];
  const { done, total } = amounts(state);
  const isWritten = state.phase === 'applying' && total > 0 && done === total;
  if (isWritten || left.expected < 1) return [', almost done', ''];
  const short = `, about ${durationText(left.expected)} left`;
  const span = spanText(left);
  return [...(span === undefined ? [] : [`${short} (${span})`]), short, ''];
}

export function progressLine(
  state: ProgressState,
  now: number,
  width: number = Number.POSITIVE_INFINITY,
): string {
  if (state.phase === 'starting') {
    const reading = state.isVerify ? 'Reading the mailboxes…' : 'Reading the source and the mailboxes…';
    return state.wait === undefined ? reading : waiting(state.wait);
  }
  const { done, total } = amounts(state);
  const part = total === 0 ? 0 : Math.min(1, done / total);
  const bar = '█'.repeat(Math.round(part * 20)).padEnd(20, '░');
  const verb = state.phase === 'applying' ? 'Writing' : state.isVerify ? 'Looking into' : 'Planning';
  const contacts = state.written === 0 ? '' : `, ${count(state.written, 'contact')} written`;
  const failed = state.failed.size === 0 ? '' : `, ${state.failed.size} failed or skipped`;
  const head =
    state.wait === undefined ? `${verb} ${bar} ${share(state)}` : `${waiting(state.wait)}; ${share(state)}`;
  const lefts = leftTexts(state, now);
  const lines = [
    ...lefts.map((left) => `${head}${contacts}${failed}${left}`),
    ...lefts.map((left) => `${head}${failed}${left}`),
  ];
  return lines.find((line) => cells(line) <= width) ?? cutTo(head, width);
}

const waiting = ({ until, mailboxes }: NonNullable<ProgressState['wait']>) => waitText(until, mailboxes);

/** Plain lines for logs. How far it is (`isDue`) is only worth a line now and then. */
export function plainLine(
  state: ProgressState,
  event: RunEventView,
  isDue: boolean,
  now: number,
): string | undefined {
  switch (event.type) {
    case 'source.read':
      return `source read: ${count(event.objects, 'object')}, ${event.selected} selected`;
    case 'mailboxes.read':
      // A rollback reads no source, and goes to the mailboxes that were written.
      if (state.isVerify) return `mailboxes read: ${event.targets} to look into`;
      return state.hasSource
        ? `mailboxes read: ${event.targets} to fill`
        : `${count(event.targets, 'mailbox', 'mailboxes')} to roll back`;
    case 'mailbox.failed':
    case 'mailbox.warned':
    case 'mailbox.skipped':
      return `${visible(event.primarySmtpAddress)}: ${event.failure.number} ${event.failure.sentence}`;
    case 'mailbox.planned':
      return isDue ? howFar('planned', state, now) : undefined;
    case 'mailbox.verified':
      return isDue ? howFar('looked into', state, now) : undefined;
    case 'mailbox.applied':
      return isDue ? howFar('written', state, now) : undefined;
    case 'forecast.made': {
      const { occasion, forecast } = event;
      if (occasion === 'correction')
        return isDue ? howFar(state.phase === 'planning' ? 'planned' : 'written', state, now) : undefined;
      if (occasion === 'realRun' || forecast.requests === 0) return undefined;
      const writes = forecast.writes === 0 ? '' : `, ${count(forecast.writes, 'change')}`;
      const photos = expectedPhotosText(forecast).map((text) => `, ${text}`);
      return `forecast: ${aboutText(forecast.total)}${writes}${photos.join('')}, ${count(forecast.requests, 'request')}`;
    }
    case 'run.throttled':
      return waitText(event.waitingUntil, event.mailboxesWaiting);
    case 'run.resumed':
      return 'the run goes on';
    default:
      return undefined;
  }
}

function howFar(done: 'planned' | 'written' | 'looked into', state: ProgressState, now: number): string {
  const contacts = state.written === 0 ? '' : `, ${count(state.written, 'contact')} written`;
  return `${done}: ${share(state)}${contacts}${leftTexts(state, now)[0] ?? ''}`;
}

/** A clean-up does not say beforehand how many mailboxes there are. */
function share(state: ProgressState): string {
  const { done, total } = amounts(state);
  return total === 0 ? count(done, 'mailbox', 'mailboxes') : `${done}/${total} mailboxes`;
}

/** Seldom enough that a run of hours does not fill a log. */
const PLAIN_LINE_EVERY_MS = 5_000;
const PLAIN_LINE_EVERY_SHARE = 0.02;

export interface ProgressOutput {
  readonly isTerminal: boolean;
  readonly width: number;
  write(text: string): void;
}

/** Draws at most ten times a second; `end` leaves nothing behind on a terminal. */
export class Progress {
  readonly #output: ProgressOutput;
  readonly #now: () => number;
  readonly #begunAt: number;
  #state = NO_PROGRESS;
  #drawnAt = 0;

  constructor(output: ProgressOutput, now: () => number) {
    this.#output = output;
    this.#now = now;
    this.#begunAt = now();
    this.#drawnAt = this.#begunAt;
    this.#draw();
  }

  add(event: RunEventView): void {
    this.#state = advance(this.#state, event);
    if (this.#output.isTerminal) {
      const isWait = event.type === 'run.throttled' || event.type === 'run.resumed';
      if (isWait || this.#now() - this.#drawnAt >= 100) this.#draw();
      return;
    }
    const now = this.#now();
    const every = Math.max(PLAIN_LINE_EVERY_MS, (now - this.#begunAt) * PLAIN_LINE_EVERY_SHARE);
    const isDue = now - this.#drawnAt >= every;
    const line = plainLine(this.#state, event, isDue, now);
    if (line === undefined) return;
    if (isDue) this.#drawnAt = now;
    this.#output.write(`${line}\n`);
  }

  end(): void {
    if (this.#output.isTerminal) this.#output.write('\r\u001b[K');
  }

  #draw(): void {
    if (!this.#output.isTerminal) return;
    this.#drawnAt = this.#now();
    const line = progressLine(this.#state, this.#drawnAt, Math.max(20, this.#output.width - 1));
    this.#output.write(`\r\u001b[K${line}`);
  }
}
