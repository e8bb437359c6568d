// What a signal does to the service as a process: one ends it cleanly, a second one at once, whatever keeps it from ending.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { temporaryDirectory } from '../store-places.ts';

const BIN = fileURLToPath(new URL('../../src/bin.ts', import.meta.url));

let directory: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

function serve() {
  const child = spawn(process.execPath, [BIN, '--data-dir', directory, 'serve'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  let said = '';
  const heard = Promise.withResolvers<void>();
  let wake = heard;
  child.stdout.on('data', (chunk) => {
    said += chunk;
    wake.resolve();
    wake = Promise.withResolvers();
  });
  return {
    child,
    closed: once(child, 'close'),
    async says(text: string): Promise<void> {
      for (let next = wake; !said.includes(text); next = wake) await next.promise;
    },
  };
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s ends the service with 0, and nothing is held any more',
  async (signal) => {
    const { child, closed, says } = serve();
    await says('The service runs.');
    child.kill(signal);
    expect(await closed).toEqual([0, null]);
    const database = new DatabaseSync(join(directory, 'contactsync.db'));
    expect(database.prepare('select name from lease').all()).toEqual([]);
    database.close();
  },
);

test.each(['SIGTERM', 'SIGINT'] as const)(
  'a second %s ends it at once, though the database is locked',
  async (signal) => {
    const { child, closed, says } = serve();
    await says('The service runs.');
    const lock = new DatabaseSync(join(directory, 'contactsync.db'), { timeout: 30_000 });
    lock.exec('begin immediate');
    // It cannot give back what it holds.
    child.kill(signal);
    await says('Stopping.');
    child.kill(signal);
    expect(await closed).toEqual([null, signal]);
    lock.close();
  },
);
