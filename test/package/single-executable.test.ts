// The one file to execute: built, alone in a folder, and run where no other program is found, against the emulator.

import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { buildExecutable } from '../../tools/package/single-executable.ts';
import { ROOT } from '../../tools/tree.ts';
import { Installation, type RunAnswer } from '../end-to-end/installation.ts';

const folder = mkdtempSync(join(tmpdir(), 'contactsync-executable-'));
const alone = join(folder, 'alone');
const program = join(alone, process.platform === 'win32' ? 'contactsync.exe' : 'contactsync');
let licenses: string;

beforeAll(async () => {
  const built = join(folder, 'build', 'built');
  licenses = await buildExecutable(built, join(ROOT, 'LICENSE'));
  expect(readdirSync(join(folder, 'build'))).toEqual(['built']);
  mkdirSync(alone);
  renameSync(built, program);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(...args: readonly string[]) {
  const data = ['--data-dir', join(folder, 'data')];
  return spawnSync(program, [...args, ...data], { encoding: 'utf8', cwd: alone, env: { PATH: '' } });
}

describe('the single executable', () => {
  it('says its version and its commands, and nothing of Node', () => {
    expect(run('--version')).toMatchObject({ status: 0, stdout: `${packageJson.version}\n`, stderr: '' });
    const help = run('--help');
    expect(help.status).toBe(0);
    expect(help.stdout).toMatch(/^ {2}serve /m);
    expect(readdirSync(folder), 'what asking for that left behind').toEqual(['alone', 'build']);
  });

  it('does not start itself as the demo', () => {
    const demo = run('demo');
    expect(demo.stderr).toContain('the demo is part of a checkout of the repository, not of a package');
    expect(demo.status).toBe(2);
  });

  it('names no folder of the computer on which it was made, and the licenses of what is inside', () => {
    const bytes = readFileSync(program);
    expect([ROOT, folder].filter((path) => bytes.includes(path))).toEqual([]);
    expect(licenses).toContain(readFileSync(join(ROOT, 'LICENSE'), 'utf8'));
    for (const [name, version] of Object.entries(packageJson.dependencies)) {
      if (name === '@contactsync/contract') continue;
      expect(licenses).toContain(`\n${name} ${version}\nLicense: `);
    }
  });
});

describe('photos in the single executable', () => {
  let box: Installation;
  let person: { readonly id: string; readonly displayName: string } | undefined;
  let target: string;

  beforeAll(async () => {
    box = await Installation.start({ recipients: 3, mailboxes: 2 });
    await box.setUp();
    const policy = box.write('photos.yaml', box.policyText('contact:\n  photo: true\n'));
    await box.withCommands('called', () => box.json(['policy', 'apply', policy]));
    box.executable = program;
    box.script = undefined;
    box.env = { PATH: '' };
    [person] = await box.control.people('UserMailbox');
    target = (await box.control.people('UserMailbox'))[1]?.primarySmtpAddress ?? '';
  });
  afterAll(() => box.close());

  async function runWithPhoto(r: number, g: number, b: number): Promise<RunAnswer['report']> {
    const photo = sharp({ create: { width: 640, height: 480, channels: 3, background: { r, g, b } } });
    await box.control.setPhoto(person?.id ?? '', await photo.png().toBuffer());
    const { report } = await box.json<RunAnswer>(['run', 'All staff']);
    expect(report).toMatchObject({ run: { state: 'finished' }, failures: [] });
    return report;
  }

  async function shownColor() {
    const { items } = await box.control.mailbox(target);
    const contact = items.find(({ properties }) => properties.displayName === person?.displayName);
    const shown = await box.control.contactPhoto(target, contact?.id ?? '');
    const { width, height, format } = await sharp(shown).metadata();
    const { channels } = await sharp(shown).stats();
    return { width, height, format, color: channels.map(({ mean }) => Math.round(mean)) };
  }

  const isLike = (color: readonly number[]) => ({
    color: color.map((value) => expect.closeTo(value, -1)),
    width: 240,
    height: 240,
    format: 'jpeg',
  });

  const cache = () => join(box.dataDirectory, 'cache');
  const nativeCode = () =>
    readdirSync(cache(), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.node'))
      .map((file) => join(cache(), file));

  it('are resized by code that it unpacked, together with the contacts', async () => {
    const report = await runWithPhoto(200, 40, 30);
    expect(report.perMailbox.every(({ applied }) => (applied?.created ?? 0) > 0)).toBe(true);
    expect(await shownColor()).toEqual(isLike([200, 40, 30]));
    expect(nativeCode()).toHaveLength(1);
  });

  it('are resized all the same when that was damaged since', async () => {
    const [file = ''] = nativeCode();
    const whole = readFileSync(file);
    // A new file, as a copy restored in part would be.
    rmSync(file);
    writeFileSync(file, whole.subarray(0, 1000));
    await runWithPhoto(20, 60, 190);
    expect(await shownColor()).toEqual(isLike([20, 60, 190]));
    expect(readFileSync(file).equals(whole)).toBe(true);
  });

  it('are left out, and nothing else, where it cannot be unpacked', async () => {
    rmSync(cache(), { recursive: true });
    writeFileSync(cache(), 'no directory');
    const report = await runWithPhoto(30, 150, 60);
    expect(report.photos).toMatchObject({ written: 0, failures: [{ number: 14042 }] });
  });
});
