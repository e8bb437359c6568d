// A long list worked on in steps: leases, requests and the answers of other mailboxes do not wait until its end.

import { setImmediate as turn } from 'node:timers/promises';
import { Failure } from '../../model/failure.ts';

/** About ten milliseconds of decoding. */
const ITEMS_PER_STEP = 200;

/** The results in the order of the items. Throws Failure `cancelled` when aborted. */
export async function inSteps<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Result,
  signal: AbortSignal,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (let start = 0; start < items.length; start += ITEMS_PER_STEP) {
    if (signal.aborted) throw new Failure('cancelled', { cause: signal.reason });
    if (start > 0) await turn();
    for (const item of items.slice(start, start + ITEMS_PER_STEP)) results.push(work(item));
  }
  return results;
}
