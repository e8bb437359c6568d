// Promises about a mailbox that cannot be used at all, and about being aborted.

import { expect } from 'vitest';
import { FAILURE_CODES } from '../../../src/model/failure-codes.ts';
import type { TargetSuite } from '../mailbox-target.ts';
import { type Bench, benches, expectFailure } from './bench.ts';

type Call = (bench: Bench, signal: AbortSignal) => Promise<unknown>;

/** Every method; the items and folders named are looked for only after the mailbox was reached. */
async function everyMethod(bench: Bench): Promise<readonly (readonly [string, Call])[]> {
  const { folderId, name } = await bench.createFolder();
  const written = await bench.write(folderId, 1);
  return [
    ['readFolder', (b, signal) => b.target.readFolder({ known: undefined, includeForeign: false }, signal)],
    ['readContacts', (b, signal) => b.target.readContacts([written.itemId], signal)],
    ['readUnmarked', (b, signal) => b.target.readUnmarked([written.itemId], signal)],
    ['readElsewhere', (b, signal) => b.target.readElsewhere(signal)],
    ['applyFolder', (b, signal) => b.target.applyFolder({ kind: 'create', key: '', name }, signal)],
    ['applyChanges', (b, signal) => b.target.applyChanges([b.creation(folderId, 2)], signal)],
    ['scan', (b, signal) => b.fixture.targets.scan(b.fixture.mailbox, signal)],
  ];
}

export function wholeMailboxPromises(suite: TargetSuite): void {
  const { promises } = suite;
  const withBench = benches(suite);

  for (const why of ['mailboxNotProvisioned', 'mailboxAccessDenied', 'serviceUnavailable'] as const) {
    promises(
      `every method throws ${why}`,
      withBench(async (bench) => {
        const methods = await everyMethod(bench);
        await bench.fixture.trouble.refuse(why);
        for (const [, call] of methods) {
          const failure = await expectFailure(call(bench, bench.signal), why);
          expect(['mailbox', 'run']).toContain(FAILURE_CODES[failure.code].scope);
        }
      }),
      { needs: 'refuse' },
    );
  }

  promises(
    'every method throws `cancelled` when aborted, and writes nothing',
    withBench(async (bench) => {
      const methods = await everyMethod(bench);
      const before = await bench.read();
      const aborted = AbortSignal.abort();
      for (const [, call] of methods) await expectFailure(call(bench, aborted), 'cancelled');
      const { contacts } = await bench.read();
      expect(contacts).toEqual(before.contacts);
    }),
  );
}
