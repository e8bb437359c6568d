// Trouble at random for soak tests: each request is met with the same probability by a kind that can meet it.

import type { z } from 'zod';
import type { EmulatorRequest, Face } from '../server/exchange.ts';
import { Draws } from '../traffic/draws.ts';
import {
  type FaultAction,
  faultAction,
  passingKinds,
  type RandomFaultChoice,
  randomFaults,
} from './fault-action.ts';
import { canMeet } from './meeting.ts';

const usualRetryAfter = 5;

export class RandomFaults {
  readonly #draws = new Draws();
  #settings: z.output<typeof randomFaults> = { rate: 0, seed: 1 };

  get settings(): z.output<typeof randomFaults> {
    return this.#settings;
  }

  choose(choice: RandomFaultChoice): void {
    this.#settings = randomFaults.parse(choice);
    this.#draws.clear();
  }

  take(face: Face, request: EmulatorRequest, isBatchPart: boolean): FaultAction | undefined {
    const { rate, seed, kinds = passingKinds, faces } = this.#settings;
    if (rate === 0 || (faces !== undefined && !faces.some((one) => one === face))) return undefined;
    if (this.#draws.next(seed, 'random fault', request) >= rate) return undefined;
    const possible = kinds.filter((kind) => canMeet(kind, face, request, isBatchPart));
    const kind = possible[Math.floor(this.#draws.next(seed, 'random kind', request) * possible.length)];
    if (kind === undefined) return undefined;
    return faultAction.parse({ kind, ...this.#retryAfter(kind, request) });
  }

  // Every second refusal says when to come back.
  #retryAfter(kind: string, request: EmulatorRequest): object {
    const { seed, retryAfterSeconds = usualRetryAfter } = this.#settings;
    const mayHave = ['throttled', 'throttled-after-success', 'unavailable', 'batch-half-failed'];
    if (!mayHave.includes(kind) || this.#draws.next(seed, 'retry-after', request) < 0.5) return {};
    return { retryAfterSeconds };
  }
}
