// The one file to execute: built, alone in a folder, and run where no other program is found, against the emulator.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
      if (name === 'sharp' || name === '@contactsync/contract') continue;
      expect(licenses).toContain(`\n${name} ${version}\nLicense: `);
    }
  });

  it('fills mailboxes', async () => {
    const box = await Installation.start({ recipients: 12, mailboxes: 2 });
    box.executable = program;
    box.script = undefined;
    box.env = { PATH: '' };
    try {
      await box.setUp();
      const { report } = await box.json<RunAnswer>(['run', 'All staff']);
      const filled = report.perMailbox.find(({ state }) => state === 'applied');
      const { items } = await box.control.mailbox(filled?.primarySmtpAddress ?? '');
      expect(filled?.applied?.created).toBeGreaterThan(0);
      expect(items.length).toBeGreaterThanOrEqual(filled?.applied?.created ?? Number.POSITIVE_INFINITY);
    } finally {
      await box.close();
    }
  });
});
