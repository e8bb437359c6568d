// Killed at every step of a restore: what is left is what was there before, or what was restored, or says by itself that it
// must be restored again, and then can be. Killed at every step of a backup: there is a whole one or none.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FakeClock } from '../../src/connectors/memory/fake-clock.ts';
import { Failure } from '../../src/model/failure.ts';
import { environmentId } from '../../src/model/ids.ts';
import { silentLog } from '../../src/ports/log.ts';
import { createBackup } from '../../src/store/create-backup.ts';
import { openStores } from '../../src/store/open-stores.ts';
import { restoreBackup } from '../../src/store/restore-backup.ts';
import { compiledCode } from '../compiled-code.ts';
import { temporaryDirectory } from '../store-places.ts';
import { PASSPHRASE } from './backup-passphrase.ts';

const SCRIPT = join(import.meta.dirname, 'restoring.ts');
/** Of the first steps, which unpack, every one is like the next. */
const FEWEST_STEPS = 20;
const FEWEST_STEPS_OF_BACKUP = 8;

let root: string;
beforeEach(() => {
  root = temporaryDirectory();
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const clock = new FakeClock();
const place = (dataDirectory: string) => ({
  ...{ dataDirectory, clock, version: '1', user: 'ada' },
  environmentVariables: {},
});

const ENVIRONMENT = environmentId('33333333-0000-4000-8000-000000000001');
const CERTIFICATE = join('certificates', 'AB12.cer');

/** With something in each part, which have a key of their own. */
async function fill(directory: string, name: string): Promise<void> {
  const stores = await openStores({ ...place(directory), log: silentLog });
  await stores.settings.write('name', name);
  await stores.secrets.savePassword(ENVIRONMENT, 'smtp', { password: name, destination: 'there' });
  mkdirSync(join(directory, 'certificates'));
  writeFileSync(join(directory, CERTIFICATE), name);
  await stores.close();
}

async function nameIn(directory: string): Promise<string | undefined> {
  try {
    const stores = await openStores({ ...place(directory), log: silentLog });
    const name = await stores.settings.read('name');
    const password = await stores.secrets.readPassword(ENVIRONMENT, 'smtp', 'there');
    await stores.close();
    const isWhole = password === name && readFileSync(join(directory, CERTIFICATE), 'utf8') === name;
    return isWhole ? name : 'a mixture';
  } catch (thrown) {
    return thrown instanceof Failure ? thrown.code : String(thrown);
  }
}

function watch(work: 'backup' | 'restore', file: string, data: string, watched: string): readonly string[] {
  const copies = join(root, 'copies');
  mkdirSync(copies);
  const output = execFileSync(process.execPath, [SCRIPT, work, file, data, watched, copies], {
    env: { ...process.env, ...compiledCode },
    encoding: 'utf8',
  });
  const steps = JSON.parse(output) as string[];
  expect(readdirSync(copies)).toHaveLength(steps.length);
  return steps;
}

it('a backup is whole or not there, and can be made again', async () => {
  const [data, backups] = [join(root, 'data'), join(root, 'backups')];
  mkdirSync(backups);
  await fill(data, 'precious');
  const steps = watch('backup', join(backups, 'backup.tar'), data, backups);
  expect(steps.length).toBeGreaterThan(FEWEST_STEPS_OF_BACKUP);

  const met = new Set<boolean>();
  for (const [index, step] of steps.entries()) {
    const file = join(root, 'copies', String(index), 'backup.tar');
    const isThere = existsSync(file);
    met.add(isThere);
    if (!isThere && index > 0) continue;
    if (!isThere) await createBackup(place(data), { target: file, passphrase: PASSPHRASE });
    const fresh = join(root, `fresh-${index}`);
    await restoreBackup(place(fresh), { file, replace: false, passphrase: PASSPHRASE });
    expect(await nameIn(fresh), `before ${step}`).toBe('precious');
  }
  expect(met).toEqual(new Set([false, true]));
});

it('a restore leaves no mixture, and can be done again', async () => {
  const file = join(root, 'backup.tar');
  const data = join(root, 'data');
  await fill(join(root, 'old'), 'restored');
  await createBackup(place(join(root, 'old')), { target: file, passphrase: PASSPHRASE });
  await fill(data, 'before');
  const steps = watch('restore', file, data, data);
  expect(steps.length).toBeGreaterThan(FEWEST_STEPS);

  const met = new Set<string | undefined>();
  for (const [index, step] of steps.entries()) {
    const wreck = join(root, 'copies', String(index));
    const name = await nameIn(wreck);
    expect(['before', 'restored', 'restoreUnfinished'], `before ${step}`).toContain(name);
    // What is whole is restored over like any other; once of each will do.
    if (name !== 'restoreUnfinished' && met.has(name)) continue;
    met.add(name);
    await restoreBackup(place(wreck), { file, replace: true, passphrase: PASSPHRASE });
    expect(await nameIn(wreck), `after ${step}`).toBe('restored');
    const set = readdirSync(wreck).filter((one) => one.startsWith('replaced-'));
    const kept = await Promise.all(set.map((one) => nameIn(join(wreck, one))));
    expect(kept, `kept of ${step}`).toContain('before');
  }
  expect(met).toEqual(new Set(['before', 'restoreUnfinished', 'restored']));
});
