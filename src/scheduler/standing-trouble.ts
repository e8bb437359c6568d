// Trouble that comes back every minute is told when it begins, when it changes, once an hour, and when it is over.

import { asFailure } from '../model/failure.ts';
import type { FailureCode } from '../model/failure-codes.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log, LogData } from '../ports/log.ts';
import { MINUTE } from './each-minute.ts';

const AGAIN_AFTER = 60 * MINUTE;

export interface TroubleWords {
  readonly met: string;
  readonly over: string;
}

export class StandingTrouble {
  readonly #words: TroubleWords;
  readonly #ports: { readonly clock: Clock; readonly log: Log };
  readonly #data: LogData;
  #told: { readonly code: FailureCode; readonly at: number } | undefined;

  constructor(words: TroubleWords, ports: { readonly clock: Clock; readonly log: Log }, data: LogData = {}) {
    this.#words = words;
    this.#ports = ports;
    this.#data = data;
  }

  met(error: unknown): void {
    const { clock, log } = this.#ports;
    const { code, number } = asFailure(error);
    const now = clock.now().getTime();
    if (this.#told?.code === code && Math.abs(now - this.#told.at) < AGAIN_AFTER) return;
    this.#told = { code, at: now };
    log.error(this.#words.met, { ...this.#data, number, error });
  }

  over(): void {
    if (this.#told === undefined) return;
    this.#told = undefined;
    this.#ports.log.info(this.#words.over, this.#data);
  }
}
