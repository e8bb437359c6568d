// The key: made once, read only when it is safe, and never silently another one.

import { randomBytes } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../../test/store-places.ts';
import { settingsInMemory } from '../connectors/memory/stores/settings-in-memory.ts';
import type { Settings } from '../ports/settings.ts';
import { createKeyHolder, keySource } from './key.ts';

let directory: string;
let settings: Settings;
beforeEach(() => {
  directory = temporaryDirectory();
  settings = settingsInMemory();
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const keyFile = () => join(directory, 'key');
const read = (environment: NodeJS.ProcessEnv = {}) =>
  createKeyHolder(keySource(directory, environment), settings).read();
const newKey = () => randomBytes(32).toString('base64');

test('the key file is made at the first use, for its owner alone, and stays', async () => {
  const first = await read();
  expect(statSync(keyFile()).mode & 0o777).toBe(0o600);
  const content = readFileSync(keyFile(), 'utf8');
  expect(Buffer.from(content, 'base64')).toHaveLength(32);
  expect(await read()).toEqual(first);
  expect(readFileSync(keyFile(), 'utf8')).toBe(content);
  expect(readdirSync(directory)).toEqual(['key']);
});

test('many at once get the same key', async () => {
  const keys = await Promise.all(Array.from({ length: 20 }, () => read()));
  expect(new Set(keys.map((key) => Buffer.from(key.bytes).toString('hex'))).size).toBe(1);
  expect(readdirSync(directory)).toEqual(['key']);
});

test('another key than the stored secrets were made with is wrong at once', async () => {
  await read();
  writeFileSync(keyFile(), newKey());
  await expect(read()).rejects.toMatchObject({ code: 'wrongKey' });
  await expect(read({ CONTACTSYNC_KEY: newKey() })).rejects.toMatchObject({ code: 'wrongKey' });
});

test('a lost key is not replaced by a new one', async () => {
  await read();
  rmSync(keyFile());
  await expect(read()).rejects.toMatchObject({ code: 'wrongKey', details: { reason: 'missing' } });
  expect(readdirSync(directory)).toEqual([]);
});

test('a holder that failed reads again once the right key is back', async () => {
  await read();
  const right = readFileSync(keyFile(), 'utf8');
  writeFileSync(keyFile(), newKey());
  const holder = createKeyHolder(keySource(directory, {}), settings);
  await expect(holder.read()).rejects.toMatchObject({ code: 'wrongKey' });
  writeFileSync(keyFile(), right);
  expect(Buffer.from((await holder.read()).bytes).toString('base64')).toBe(right.trim());
});

describe.runIf(process.platform !== 'win32')('modes of files', () => {
  test.each([0o640, 0o604, 0o660, 0o644])('a key file with mode %o is refused', async (mode) => {
    await read();
    chmodSync(keyFile(), mode);
    await expect(read()).rejects.toMatchObject({
      code: 'keyUnusable',
      details: { mode: mode.toString(8).padStart(4, '0') },
    });
  });

  test('0400 is as good as 0600', async () => {
    const key = await read();
    chmodSync(keyFile(), 0o400);
    expect(await read()).toEqual(key);
  });
});

test.each([
  ['empty', ''],
  ['too short', randomBytes(31).toString('base64')],
  ['too long', randomBytes(33).toString('base64')],
  ['not base64', `${'!'.repeat(10)}${newKey()}`],
])('a key that is %s is refused without being shown', async (_, text) => {
  writeFileSync(keyFile(), text, { mode: 0o600 });
  const failure = await read().catch((thrown: unknown) => thrown);
  expect(failure).toMatchObject({ code: 'keyUnusable' });
  if (text !== '') expect(JSON.stringify(failure)).not.toContain(text.slice(0, 20));
});

test('a key from the environment leaves no file behind', async () => {
  const text = newKey();
  const key = await read({ CONTACTSYNC_KEY: ` ${text}\n` });
  expect(Buffer.from(key.bytes).toString('base64')).toBe(text);
  expect(readdirSync(directory)).toEqual([]);
});

test('a named key file is used and never made', async () => {
  const path = join(directory, 'elsewhere');
  await expect(read({ CONTACTSYNC_KEY_FILE: path })).rejects.toMatchObject({ code: 'keyUnusable' });
  writeFileSync(path, newKey(), { mode: 0o600 });
  expect((await read({ CONTACTSYNC_KEY_FILE: path })).bytes).toHaveLength(32);
  expect(readdirSync(directory)).toEqual(['elsewhere']);
});
