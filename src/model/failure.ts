// The one error class. Everything a person must know about a failure comes from the table behind its number;
// a failure itself adds only where it happened and safe details: no secrets, no contact data.

import { FAILURE_CODES, type FailureCode, type FailureFacts } from './failure-codes.ts';

export type FailureDetails = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export interface FailureContext {
  readonly details?: FailureDetails;
  readonly requestId?: string;
  /** Only with the advice `retryAfter`. */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** What is stored in events and shown to people. */
export interface FailureRecord {
  readonly code: FailureCode;
  readonly number: number;
  readonly details?: FailureDetails;
  readonly requestId?: string;
}

export class Failure extends Error {
  override readonly name = 'Failure';
  readonly code: FailureCode;
  readonly details: FailureDetails;
  readonly requestId: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: FailureCode, context: FailureContext = {}) {
    super(`${FAILURE_CODES[code].number} ${FAILURE_CODES[code].en.sentence}`, { cause: context.cause });
    this.code = code;
    this.details = context.details ?? {};
    this.requestId = context.requestId;
    this.retryAfterMs = context.retryAfterMs;
  }

  get facts(): FailureFacts {
    return FAILURE_CODES[this.code];
  }

  get number(): number {
    return this.facts.number;
  }

  /** As it was stored. */
  static fromRecord({ code, details = {}, requestId }: FailureRecord): Failure {
    return new Failure(code, { details, ...(requestId === undefined ? {} : { requestId }) });
  }

  toRecord(): FailureRecord {
    return {
      code: this.code,
      number: this.number,
      ...(Object.keys(this.details).length > 0 ? { details: this.details } : {}),
      ...(this.requestId === undefined ? {} : { requestId: this.requestId }),
    };
  }
}

/** Whatever was thrown, as a failure; what is not one already is a defect of ours and keeps its stack as cause. */
export function asFailure(thrown: unknown): Failure {
  return thrown instanceof Failure ? thrown : new Failure('internalError', { cause: thrown });
}
