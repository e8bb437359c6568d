// What PostgreSQL answers when it cannot be used; needs no server.

import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { temporaryDirectory } from '../../test/store-places.ts';
import { FakeClock } from '../connectors/memory/fake-clock.ts';
import { silentLog } from '../ports/log.ts';
import { openStores } from './open-stores.ts';
import { postgresFailure } from './storage-failures.ts';

let dataDirectory: string;
beforeEach(() => {
  dataDirectory = temporaryDirectory();
});
afterEach(() => rmSync(dataDirectory, { recursive: true, force: true }));

const open = (databaseUrl: string) =>
  openStores({
    dataDirectory,
    databaseUrl,
    clock: new FakeClock(),
    log: silentLog,
    environmentVariables: {},
  });

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

test('a server that does not answer is named without user and password', async () => {
  const port = await closedPort();
  const failure = await open(`postgresql://ada:sesame-0815@127.0.0.1:${port}/sync`).catch(
    (thrown: unknown) => thrown,
  );
  expect(failure).toMatchObject({
    code: 'databaseUnreachable',
    details: { server: `127.0.0.1:${port}`, database: 'sync', reason: 'ECONNREFUSED' },
  });
  for (let shown: unknown = failure; shown instanceof Error; shown = shown.cause) {
    expect(JSON.stringify(shown) + shown.stack).not.toContain('sesame');
  }
});

test.each(['not a url', ''])('the address "%s" is refused without being shown', async (url) => {
  await expect(open(url)).rejects.toMatchObject({ code: 'databaseUnreachable' });
});

test.each([
  ['28P01', 'databaseUnreachable'],
  ['3D000', 'databaseUnreachable'],
  ['53300', 'databaseBusy'],
  ['53100', 'dataDirectory'],
  ['40001', 'databaseBusy'],
  ['57P01', 'databaseUnreachable'],
  ['XX001', 'databaseCorrupt'],
])('SQLSTATE %s is %s', (code, expected) => {
  expect(postgresFailure(Object.assign(new Error('x'), { code }), {})).toMatchObject({ code: expected });
});

test('a violated constraint is left to the caller', () => {
  const violation = Object.assign(new Error('x'), { code: '23505' });
  expect(postgresFailure(violation, {})).toBe(violation);
});
