// Scripted trouble: a queue of faults, each waiting for requests that match it. Several may wait at once; the
// oldest that matches is used. What no request has met stays visible, so that a test can demand it is empty.

import type { z } from 'zod';
import type { EmulatorRequest, Face } from '../server/exchange.ts';
import { Draws } from '../traffic/draws.ts';
import { type Fault, type FaultAction, fault as faultSchema } from './fault-action.ts';
import { canMeet, mailboxOf } from './meeting.ts';
import { RandomFaults } from './random-faults.ts';

export type { Fault, FaultAction } from './fault-action.ts';

interface WaitingFault {
  readonly fault: z.output<typeof faultSchema>;
  readonly path: RegExp | undefined;
  readonly bodyText: RegExp | undefined;
  /** Lower-cased names under which clients ask for the mailbox. */
  readonly mailboxes: readonly string[] | undefined;
  /** Keeps the draws of several faults apart. */
  readonly number: number;
  toPass: number;
  remaining: number;
}

export class FaultScript {
  #waiting: WaitingFault[] = [];
  #added = 0;
  #met = new Map<string, number>();
  readonly #draws = new Draws();
  readonly random = new RandomFaults();

  /** `names`: how clients may name the fault's mailbox. Throws for what is no fault or no regular expression. */
  add(given: Fault, names: readonly string[] = []): void {
    const fault = faultSchema.parse(given);
    this.#added += 1;
    this.#waiting.push({
      fault,
      path: fault.path === undefined ? undefined : new RegExp(fault.path),
      bodyText: fault.bodyText === undefined ? undefined : new RegExp(fault.bodyText),
      mailboxes:
        fault.mailbox === undefined ? undefined : [fault.mailbox, ...names].map((name) => name.toLowerCase()),
      number: this.#added,
      toPass: fault.after ?? 0,
      remaining: fault.count === 'unlimited' ? Number.POSITIVE_INFINITY : (fault.count ?? 1),
    });
  }

  take(face: Face, request: EmulatorRequest, isBatchPart: boolean): FaultAction | undefined {
    const action =
      this.#takeScripted(face, request, isBatchPart) ?? this.random.take(face, request, isBatchPart);
    if (action !== undefined) this.#met.set(action.kind, (this.#met.get(action.kind) ?? 0) + 1);
    return action;
  }

  /** Faults that still wait, with what is left of their count. */
  unconsumed(): Fault[] {
    return this.#waiting.map(({ fault, toPass, remaining }) => ({
      ...fault,
      after: toPass,
      count: Number.isFinite(remaining) ? remaining : 'unlimited',
    }));
  }

  /** How many requests were met, by kind. */
  met(): Record<string, number> {
    return Object.fromEntries(this.#met);
  }

  /** Random ones end, too. */
  clear(): void {
    this.#waiting = [];
    this.#added = 0;
    this.#met.clear();
    this.#draws.clear();
    this.random.choose({ rate: 0 });
  }

  #takeScripted(face: Face, request: EmulatorRequest, isBatchPart: boolean): FaultAction | undefined {
    for (const waiting of this.#waiting) {
      const { fault, number } = waiting;
      if (!matches(waiting, face, request, isBatchPart)) continue;
      if (waiting.toPass > 0) {
        waiting.toPass -= 1;
        continue;
      }
      const { probability = 1, seed = 1 } = fault;
      if (probability < 1 && this.#draws.next(seed, `fault ${number}`, request) >= probability) continue;
      waiting.remaining -= 1;
      if (waiting.remaining <= 0) this.#waiting = this.#waiting.filter((other) => other !== waiting);
      return fault.action;
    }
    return undefined;
  }
}

function matches(waiting: WaitingFault, face: Face, request: EmulatorRequest, isBatchPart: boolean): boolean {
  const { fault } = waiting;
  if (fault.face !== undefined && fault.face !== face) return false;
  if (fault.method !== undefined && fault.method.toUpperCase() !== request.method) return false;
  if (fault.batchPart !== undefined && fault.batchPart !== isBatchPart) return false;
  if (!canMeet(fault.action.kind, face, request, isBatchPart)) return false;
  if (waiting.mailboxes !== undefined && !waiting.mailboxes.includes(mailboxOf(request) ?? '')) return false;
  const target = request.queryText === '' ? request.path : `${request.path}?${request.queryText}`;
  if (waiting.path !== undefined && !waiting.path.test(target)) return false;
  if (waiting.bodyText !== undefined && !waiting.bodyText.test(request.body.toString('utf8'))) return false;
  return true;
}
