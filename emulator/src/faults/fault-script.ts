// Scripted trouble: a queue of faults, each waiting for requests that match it. Several may wait at once; the
// oldest that matches is used. What no request has met stays visible, so that a test can demand it is empty.

import type { EmulatorRequest, EmulatorResponse, Face } from '../server/exchange.ts';

export type FaultAction =
  /** Answered instead of doing anything. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body?: unknown;
    }
  /** The connection is cut before anything is done; in a $batch the part stays unanswered. */
  | { readonly kind: 'drop' }
  /** Everything is done, then the answer is lost. */
  | { readonly kind: 'process-then-drop' }
  /** Everything is done, then something else is answered (Outlook's 429 after success). */
  | {
      readonly kind: 'process-then-answer';
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body?: unknown;
    }
  | { readonly kind: 'delay'; readonly milliseconds: number };

export interface Fault {
  readonly face?: Face;
  readonly method?: string;
  /** A regular expression over path and query; absent: every path. */
  readonly path?: string;
  /** A regular expression over the body as text, for faces where one path serves every call. */
  readonly bodyText?: string;
  /** true: only parts of a $batch; false: only outer requests; absent: both. */
  readonly batchPart?: boolean;
  /** How many matching requests pass unharmed first; default 0. */
  readonly after?: number;
  /** How many requests it meets before it is used up; default 1. */
  readonly count?: number;
  readonly action: FaultAction;
}

interface WaitingFault {
  readonly fault: Fault;
  readonly path: RegExp | undefined;
  readonly bodyText: RegExp | undefined;
  toPass: number;
  remaining: number;
}

export class FaultScript {
  #waiting: WaitingFault[] = [];

  /** Throws SyntaxError for a bad regular expression. */
  add(fault: Fault): void {
    this.#waiting.push({
      fault,
      path: fault.path === undefined ? undefined : new RegExp(fault.path),
      bodyText: fault.bodyText === undefined ? undefined : new RegExp(fault.bodyText),
      toPass: fault.after ?? 0,
      remaining: fault.count ?? 1,
    });
  }

  take(face: Face, request: EmulatorRequest, isBatchPart: boolean): FaultAction | undefined {
    for (const waiting of this.#waiting) {
      if (!matches(waiting, face, request, isBatchPart)) continue;
      if (waiting.toPass > 0) {
        waiting.toPass -= 1;
        continue;
      }
      waiting.remaining -= 1;
      if (waiting.remaining <= 0) this.#waiting = this.#waiting.filter((other) => other !== waiting);
      return waiting.fault.action;
    }
    return undefined;
  }

  /** Faults that still wait, with what is left of their count. */
  unconsumed(): Fault[] {
    return this.#waiting.map((waiting) => ({
      ...waiting.fault,
      after: waiting.toPass,
      count: waiting.remaining,
    }));
  }

  clear(): void {
    this.#waiting = [];
  }
}

function matches(waiting: WaitingFault, face: Face, request: EmulatorRequest, isBatchPart: boolean): boolean {
  const { fault } = waiting;
  if (fault.face !== undefined && fault.face !== face) return false;
  if (fault.method !== undefined && fault.method.toUpperCase() !== request.method) return false;
  if (fault.batchPart !== undefined && fault.batchPart !== isBatchPart) return false;
  const target = request.queryText === '' ? request.path : `${request.path}?${request.queryText}`;
  if (waiting.path !== undefined && !waiting.path.test(target)) return false;
  if (waiting.bodyText !== undefined && !waiting.bodyText.test(request.body.toString('utf8'))) return false;
  return true;
}

export function answerOf(action: Extract<FaultAction, { status: number }>): EmulatorResponse {
  return {
    status: action.status,
    ...(action.headers === undefined ? {} : { headers: action.headers }),
    ...(action.body === undefined ? {} : { body: action.body }),
  };
}
