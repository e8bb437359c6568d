// Trouble that comes back every minute is told when it begins, when it changes, once an hour, and when it is over.

import { asFailure } from '../model/failure.ts';
import type { FailureCode } from '../model/failure-codes.ts';
import type { Clock } from '../ports/clock.ts';
import { MINUTE } from './each-minute.ts';

const AGAIN_AFTER = 60 * MINUTE;

export interface Telling {
  met(trouble: { readonly number: number; readonly error: unknown }): void;
  over(): void;
}

export class StandingTrouble {
  readonly #clock: Clock;
  readonly #tell: Telling;
  #told: { readonly code: FailureCode; readonly at: number } | undefined;

  constructor(clock: Clock, tell: Telling) {
    this.#clock = clock;
    this.#tell = tell;
  }

  met(error: unknown): void {
    const { code, number } = asFailure(error);
    const now = this.#clock.now().getTime();
    if (this.#told?.code === code && Math.abs(now - this.#told.at) < AGAIN_AFTER) return;
    this.#told = { code, at: now };
    this.#tell.met({ number, error });
  }

  over(): void {
    if (this.#told === undefined) return;
    this.#told = undefined;
    this.#tell.over();
  }
}
