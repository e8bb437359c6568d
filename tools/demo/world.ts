// Everything that can be known about the tenant from outside: every mailbox, every request; and the checks that the
// demo makes with it. A failed check is printed with the difference and ends the demo with exit code 1.

import { isDeepStrictEqual } from 'node:util';
import { describe, differences, unequal } from './compare.ts';
import type { Emulator, LoggedRequest, Mailbox, Recipient } from './emulator.ts';
import { failed, proven } from './show.ts';

export type Mailboxes = ReadonlyMap<string, Mailbox>;

export interface RequestCount {
  readonly step: string;
  readonly calls: number;
  readonly inner: number;
  readonly writes: number;
}

export class World {
  readonly #emulator: Emulator;
  readonly counts: RequestCount[] = [];
  failures = 0;

  constructor(emulator: Emulator) {
    this.#emulator = emulator;
  }

  people(): Promise<Recipient[]> {
    return this.#emulator.control('people/list');
  }

  /** By mail address. */
  async mailboxes(): Promise<Mailboxes> {
    const found = new Map<string, Mailbox>();
    for (const person of await this.people())
      if (person.hasMailbox)
        found.set(
          person.primarySmtpAddress,
          await this.#emulator.control<Mailbox>('mailbox/show', { mailbox: person.primarySmtpAddress }),
        );
    return found;
  }

  /** Counts the requests of a step as the service counts them; a $batch is one call with many inner requests. */
  async counting<Value>(step: string, work: () => Promise<Value>): Promise<Value> {
    await this.#emulator.control('requests/clear');
    const value = await work();
    const requests = await this.#emulator.control<LoggedRequest[]>('requests/list', { last: 200_000 });
    const own = requests.filter(({ face }) => face !== 'control');
    const isBatch = ({ path }: LoggedRequest) => path.endsWith('/$batch');
    this.counts.push({
      step,
      calls: own.filter(({ isBatchPart }) => !isBatchPart).length,
      inner: own.filter((request) => !isBatch(request)).length,
      writes: own.filter((request) => !isBatch(request) && isWrite(request)).length,
    });
    return value;
  }

  check(claim: string, problems: readonly string[]): void {
    if (problems.length === 0) {
      proven(claim);
      return;
    }
    this.failures += 1;
    failed(`${claim}: NOT SO`);
    for (const problem of problems.slice(0, 20)) failed(`  ${problem}`);
    if (problems.length > 20) failed(`  … and ${problems.length - 20} more`);
  }

  checkNothingWritten(claim: string, before: Mailboxes, after: Mailboxes): void {
    const writes = this.counts.at(-1)?.writes ?? 0;
    this.check(claim, [
      ...sameMailboxes(before, after),
      ...(writes === 0 ? [] : [`${writes} write requests`]),
    ]);
  }
}

function isWrite({ face, method, operation }: LoggedRequest): boolean {
  if (face === 'ews') return /^(Create|Update|Delete|Move|Copy|Empty)/.test(operation ?? '');
  return face === 'graph' && method !== 'GET';
}

/** Every mailbox byte by byte: also Deleted Items, change keys, marks and folders. */
export function sameMailboxes(before: Mailboxes, after: Mailboxes): readonly string[] {
  return [...before].flatMap(([address, mailbox]) => {
    const now = after.get(address);
    if (now === undefined) return [`${address} has gone`];
    if (isDeepStrictEqual(mailbox, now)) return [];
    const items = differences(mailbox, now).map((difference) => `${address}: ${describe(difference)}`);
    return items.length > 0 ? items : [`${address}: folders or deleted items differ`];
  });
}

export function exactly(
  address: string,
  expected: readonly string[],
  before: Mailbox,
  after: Mailbox,
): string[] {
  const actual = differences(before, after).map(describe);
  return unequal(expected, actual).map((problem) => `${address}: ${problem}`);
}
