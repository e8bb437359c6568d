// A test announcement to every listener of an environment, and what each is said to have answered.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { TestAnnouncement } from '@contactsync/contract';
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import type { OpenedOperations } from '../cli/context.ts';
import { openOperations } from '../main.ts';

const SECRET = 'unmistakable-secret';
const TOKEN = 'unmistakable-token';

let directory = '';
let operations: OpenedOperations;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'contactsync-test-announcement-'));
  operations = await openOperations(join(directory, 'data'));
});
afterEach(async () => {
  await operations.close();
  rmSync(directory, { recursive: true, force: true });
});

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return (server.address() as AddressInfo).port;
}

/** Without a certificate and without anybody to sign in at: no listener needs that. */
const apply = (announce: object) =>
  operations.environments.apply({
    text: JSON.stringify({
      ...{ kind: 'environment', version: 1, id: '11111111-2222-4333-8444-555555555555', name: 'contoso' },
      scenario: 'exchangeOnline',
      announce,
      exchangeOnline: {
        organization: 'contoso.onmicrosoft.com',
        applicationId: '11111111-2222-4333-8444-666666666666',
      },
    }),
  });

it('goes to all of them, and each is said with what it answered', async () => {
  const bodies: string[] = [];
  const port = await listening(
    createServer((request, answer) => {
      textOf(request).then((body) => {
        bodies.push(body);
        answer.writeHead(201).end();
      }, answer.destroy.bind(answer));
    }),
  );
  const message = Promise.withResolvers<string>();
  const syslogPort = await listening(
    createTcpServer((socket) => void textOf(socket).then(message.resolve, message.reject)),
  );
  const file = join(directory, 'runs.jsonl');
  await apply({
    webhook: `http://127.0.0.1:${port}/hook?token=${TOKEN}`,
    syslog: { host: '127.0.0.1', port: syslogPort, transport: 'tcp' },
    file,
  });
  await operations.environments.setPassword('contoso', 'webhook', SECRET);
  const probe = await operations.environments.testAnnouncement('contoso');
  expect(probe).toMatchObject({
    ok: true,
    steps: [
      { name: 'Webhook', ok: true, note: `127.0.0.1:${port} answered 201` },
      { name: 'Syslog', ok: true, note: expect.stringContaining('127.0.0.1 over tcp') },
      { name: 'File', ok: true, note: expect.stringContaining(file) },
    ],
  });
  const lines = [...bodies, readFileSync(file, 'utf8'), (await message.promise).replace(/^[^{]*/, '')];
  const tests = lines.map((line) => TestAnnouncement.parse(JSON.parse(line)));
  expect(tests).toEqual([tests[0], tests[0], tests[0]]);
  expect(tests[0]).toMatchObject({ event: 'test', environment: 'contoso' });
  // Nothing is told again later, nor waits.
  expect((await operations.status()).untold).toBeUndefined();
});

it('that is refused is said by its number, and keeps nobody else from being told', async () => {
  const port = await listening(
    createServer((request, answer) => {
      request.resume().on('end', () => answer.writeHead(403).end(`no ${TOKEN}`));
    }),
  );
  const file = join(directory, 'runs.jsonl');
  await apply({ webhook: `http://127.0.0.1:${port}/hook?token=${TOKEN}`, file });
  expect(await operations.environments.testAnnouncement('contoso')).toMatchObject({
    ok: false,
    steps: [
      { name: 'Webhook', ok: false, failure: { number: 18_027 } },
      { name: 'File', ok: true },
    ],
  });
  await operations.environments.setPassword('contoso', 'webhook', SECRET);
  const probe = await operations.environments.testAnnouncement('contoso');
  expect(probe.steps[0]).toMatchObject({
    failure: { number: 18_025, details: { host: `127.0.0.1:${port}`, status: 403 } },
  });
  expect(JSON.stringify(probe)).not.toContain(TOKEN);
});

it('of an environment that tells nobody is refused', async () => {
  await apply({});
  await expect(operations.environments.testAnnouncement('contoso')).rejects.toMatchObject({
    failure: { number: 18_029 },
  });
});
