// Progress of a run: one line that rewrites itself on a terminal, with rate and remaining time; otherwise a plain
// line now and then. A value in, text out: what is drawn is computed by pure functions from the events so far.

import type { RunEventView } from '@contactsync/contract';
import { count, visible } from './terminal-text.ts';
import { changeCount } from './words.ts';

export interface ProgressState {
  readonly phase: 'starting' | 'planning' | 'applying';
  readonly total: number;
  /** Planned mailboxes that have something to write: the total of the second pass. */
  readonly toWrite: number;
  readonly done: number;
  readonly failed: number;
  readonly written: number;
  /** Milliseconds at which the phase began. */
  readonly since: number;
}

export const NO_PROGRESS: ProgressState = {
  phase: 'starting',
  total: 0,
  toWrite: 0,
  done: 0,
  failed: 0,
  written: 0,
  since: 0,
};

export function advance(state: ProgressState, event: RunEventView): ProgressState {
  const now = Date.parse(event.at);
  switch (event.type) {
    case 'mailboxes.read':
      return { ...state, phase: 'planning', total: event.targets + event.leaving, done: 0, since: now };
    case 'mailbox.planned': {
      const hasWork = changeCount(event.counts) > 0;
      return { ...state, done: state.done + 1, toWrite: state.toWrite + (hasWork ? 1 : 0) };
    }
    case 'brake.released':
      return { ...state, phase: 'applying', total: state.toWrite, done: 0, failed: 0, since: now };
    case 'mailbox.applied': {
      const counts = event.counts;
      const written = counts.created + counts.updated + counts.deleted + counts.handedOver + counts.adopted;
      return { ...state, phase: 'applying', done: state.done + 1, written: state.written + written };
    }
    case 'mailbox.failed':
    case 'mailbox.skipped':
      return { ...state, done: state.done + 1, failed: state.failed + 1 };
    default:
      return state;
  }
}

function remaining(state: ProgressState, now: number): string {
  const seconds = (now - state.since) / 1000;
  if (state.done < 3 || seconds < 1 || state.done >= state.total) return '';
  const perSecond = state.done / seconds;
  const rate = perSecond >= 1 ? `${perSecond.toFixed(1)}/s` : `${(perSecond * 60).toFixed(1)}/min`;
  const left = Math.ceil((state.total - state.done) / perSecond);
  const time =
    left < 90 ? `${left} s` : left < 5400 ? `${Math.round(left / 60)} min` : `${(left / 3600).toFixed(1)} h`;
  return `  ${rate}, about ${time} left`;
}

export function progressLine(state: ProgressState, now: number): string {
  if (state.phase === 'starting') return 'Reading the source and the mailboxes…';
  const part = state.total === 0 ? 0 : Math.min(1, state.done / state.total);
  const bar = '█'.repeat(Math.round(part * 20)).padEnd(20, '░');
  const verb = state.phase === 'planning' ? 'Planning' : 'Writing';
  const written = state.written === 0 ? '' : `, ${count(state.written, 'contact')} written`;
  const failed = state.failed === 0 ? '' : `, ${state.failed} failed or skipped`;
  return `${verb} ${bar} ${share(state)} mailboxes${written}${failed}${remaining(state, now)}`;
}

/** Plain lines for logs. How far it is (`isDue`) is only worth a line now and then. */
export function plainLine(state: ProgressState, event: RunEventView, isDue: boolean): string | undefined {
  switch (event.type) {
    case 'source.read':
      return `source read: ${count(event.objects, 'object')}, ${event.selected} selected`;
    case 'mailboxes.read':
      return `mailboxes read: ${event.targets} to fill`;
    case 'mailbox.failed':
    case 'mailbox.skipped':
      return `${visible(event.primarySmtpAddress)}: ${event.failure.number} ${event.failure.sentence}`;
    case 'mailbox.planned':
    case 'mailbox.applied': {
      const verb = event.type === 'mailbox.planned' ? 'planned' : 'written';
      return isDue ? `${verb}: ${share(state)} mailboxes` : undefined;
    }
    default:
      return undefined;
  }
}

/** A rollback or clean-up does not say beforehand how many mailboxes there are. */
const share = ({ done, total }: ProgressState) => (total === 0 ? String(done) : `${done}/${total}`);

const PLAIN_LINE_EVERY_MS = 5_000;

export interface ProgressOutput {
  readonly isTerminal: boolean;
  readonly width: number;
  write(text: string): void;
}

/** Draws at most ten times a second; `end` leaves nothing behind on a terminal. */
export class Progress {
  readonly #output: ProgressOutput;
  readonly #now: () => number;
  #state = NO_PROGRESS;
  #drawnAt = 0;

  constructor(output: ProgressOutput, now: () => number) {
    this.#output = output;
    this.#now = now;
    this.#drawnAt = now();
    this.#draw();
  }

  add(event: RunEventView): void {
    this.#state = advance(this.#state, event);
    if (this.#output.isTerminal) {
      if (this.#now() - this.#drawnAt >= 100) this.#draw();
      return;
    }
    const now = this.#now();
    const isDue = now - this.#drawnAt >= PLAIN_LINE_EVERY_MS;
    const line = plainLine(this.#state, event, isDue);
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
    const line = progressLine(this.#state, this.#drawnAt).slice(0, Math.max(20, this.#output.width - 1));
    this.#output.write(`\r\u001b[K${line}`);
  }
}
