// The queue of faults that wait for an EWS operation, and those that come at random. The oldest that matches is used;
// what no request has met stays visible, so that a test can demand it is empty.

import type { z } from 'zod';
import type { EmulatorRequest } from '../server/exchange.ts';
import { Draws } from '../traffic/draws.ts';
import {
  type EwsFault,
  type EwsFaultAction,
  type EwsFaultKind,
  ewsFault,
  ewsFaultAction,
  passingEwsKinds,
  type RandomEwsFaultChoice,
  randomEwsFaults,
} from './fault-kinds.ts';

interface Waiting {
  readonly fault: z.output<typeof ewsFault>;
  toPass: number;
  remaining: number;
}

const readsRows = ['FindItem', 'SyncFolderItems', 'GetItem'];
const writes = ['CreateItem', 'UpdateItem', 'CreateFolder', 'UpdateFolder', 'CopyItem', 'CreateAttachment'];
const batches = [...writes, 'GetItem', 'DeleteItem', 'MoveItem'];

/** A sync state can only be invalid where one is sent. */
function canMeet(kind: EwsFaultKind, operation: string, body: string): boolean {
  switch (kind) {
    case 'sync-state-invalid':
      return /<(?:\w+:)?SyncState>\s*[^\s<]/.test(body);
    case 'find-count-exceeded':
      return operation === 'FindItem' || operation === 'FindFolder';
    case 'batch-stopped':
      return batches.includes(operation);
    case 'items-unreadable':
      return operation === 'GetItem';
    case 'damaged-characters':
      return readsRows.includes(operation);
    case 'quota-exceeded':
      return writes.includes(operation);
    default:
      return true;
  }
}

export class EwsFaults {
  #waiting: Waiting[] = [];
  readonly #met = new Map<string, number>();
  readonly #draws = new Draws();
  #random = randomEwsFaults.parse({ rate: 0 });

  add(given: EwsFault): void {
    const fault = ewsFault.parse(given);
    this.#waiting.push({
      fault,
      toPass: fault.after ?? 0,
      remaining: fault.count === 'unlimited' ? Number.POSITIVE_INFINITY : (fault.count ?? 1),
    });
  }

  chooseRandom(choice: RandomEwsFaultChoice): void {
    this.#random = randomEwsFaults.parse(choice);
    this.#draws.clear();
  }

  take(operation: string, mailbox: string, request: EmulatorRequest): EwsFaultAction | undefined {
    const body = request.body.toString('utf8');
    const action = this.#scripted(operation, mailbox, body) ?? this.#drawn(operation, mailbox, body, request);
    if (action !== undefined) this.#met.set(action.kind, (this.#met.get(action.kind) ?? 0) + 1);
    return action;
  }

  /** Faults that still wait, with what is left of their count. */
  unconsumed(): EwsFault[] {
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
    this.#met.clear();
    this.chooseRandom({ rate: 0 });
  }

  #scripted(operation: string, mailbox: string, body: string): EwsFaultAction | undefined {
    for (const waiting of this.#waiting) {
      const { fault } = waiting;
      if (fault.operation !== undefined && fault.operation !== operation) continue;
      if (fault.mailbox !== undefined && fault.mailbox.toLowerCase() !== mailbox.toLowerCase()) continue;
      if (!canMeet(fault.action.kind, operation, body)) continue;
      if (waiting.toPass > 0) {
        waiting.toPass -= 1;
        continue;
      }
      waiting.remaining -= 1;
      if (waiting.remaining <= 0) this.#waiting = this.#waiting.filter((other) => other !== waiting);
      return fault.action;
    }
    return undefined;
  }

  #drawn(
    operation: string,
    mailbox: string,
    body: string,
    request: EmulatorRequest,
  ): EwsFaultAction | undefined {
    const { rate, seed, kinds = passingEwsKinds } = this.#random;
    if (rate === 0 || this.#draws.next(seed, `ews fault ${mailbox}`, request) >= rate) return undefined;
    const possible = kinds.filter((kind) => canMeet(kind, operation, body));
    const kind =
      possible[Math.floor(this.#draws.next(seed, `ews kind ${mailbox}`, request) * possible.length)];
    return kind === undefined ? undefined : ewsFaultAction.parse({ kind });
  }
}
