// The package as an administrator gets it: built, packed, installed below an empty prefix, and run against the emulator.

import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { buildPackage } from '../../tools/package/build.ts';
import { entryScript } from '../../tools/package/entry.ts';
import { installPackage, packArchive, packPackage } from '../../tools/package/pack.ts';
import { ROOT } from '../../tools/tree.ts';
import { Installation, type RunAnswer } from '../end-to-end/installation.ts';

const folder = mkdtempSync(join(tmpdir(), 'contactsync-package-'));
const prefix = join(folder, 'prefix');
const modules =
  process.platform === 'win32' ? join(prefix, 'node_modules') : join(prefix, 'lib', 'node_modules');
const installed = join(modules, 'contactsync');
const program = join(installed, 'contactsync.js');

let packed: string;

beforeAll(async () => {
  await buildPackage(join(folder, 'package'));
  packed = packPackage(join(folder, 'package'), folder);
  installPackage(packed, prefix);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(...args: readonly string[]) {
  return spawnSync(process.execPath, [program, ...args, '--data-dir', join(folder, 'data')], {
    encoding: 'utf8',
    // Away from the checkout, where nothing of it is found by chance.
    cwd: folder,
  });
}

describe('the installed package', () => {
  it('holds the program, its licenses and the files for services, and no source', () => {
    const files = readdirSync(installed, { recursive: true, encoding: 'utf8' })
      .map((file) => file.replaceAll('\\', '/'))
      .filter((file) => !file.startsWith('node_modules/'));
    expect(files).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'THIRD-PARTY-LICENSES.txt',
        'contactsync.js',
        'lib/bin.js',
        'packaging/systemd/contactsync.service',
        'packaging/windows/contactsync.xml',
      ]),
    );
    expect(files.filter((file) => file.endsWith('.ts'))).toEqual([]);
    const bundled = files.filter((file) => file.startsWith('lib/') && file.endsWith('.js'));
    const naming = bundled.filter((file) => readFileSync(join(installed, file), 'utf8').includes(ROOT));
    expect(naming, 'files that name a folder of the computer on which they were made').toEqual([]);
  });

  it('names the license of every package inside, and has sharp from outside at the locked version', () => {
    const licenses = readFileSync(join(installed, 'THIRD-PARTY-LICENSES.txt'), 'utf8');
    for (const [name, version] of Object.entries(packageJson.dependencies)) {
      if (name === 'sharp' || name === '@contactsync/contract') continue;
      expect(licenses).toContain(`\n${name} ${version}\nLicense: `);
    }
    const sharp = JSON.parse(
      readFileSync(join(installed, 'node_modules', 'sharp', 'package.json'), 'utf8'),
    ) as { readonly version: string };
    expect(sharp.version).toBe(packageJson.dependencies.sharp);
    const resizes = join(installed, 'lib', 'resizes.mjs');
    writeFileSync(resizes, "import sharp from 'sharp';\nconsole.log(sharp.versions.sharp);\n");
    expect(spawnSync(process.execPath, [resizes], { encoding: 'utf8' }).stdout.trim()).toBe(sharp.version);
  });

  it('says its version and its commands, and that the demo needs a checkout', () => {
    expect(run('--version').stdout.trim()).toBe(packageJson.version);
    const help = run('--help');
    expect(help.status).toBe(0);
    expect(help.stdout).toMatch(/^ {2}serve /m);
    const demo = run('demo');
    expect(demo.stderr).toContain('the demo is part of a checkout of the repository, not of a package');
    expect(demo.status).toBe(2);
  });

  it('can load every part of it, also those that only some commands need', () => {
    const parts = join(installed, 'lib', 'parts.mjs');
    writeFileSync(
      parts,
      `import { readdirSync } from 'node:fs';
const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.js') && file !== 'bin.js');
for (const file of files) await import(\`./\${file}\`);
console.log(files.length > 10 ? 'loaded' : files);
`,
    );
    const { stdout, stderr } = spawnSync(process.execPath, [parts], { encoding: 'utf8' });
    expect({ stdout, stderr }).toEqual({ stdout: 'loaded\n', stderr: '' });
  });

  it('is put where the shell finds it', () => {
    expect(readdirSync(process.platform === 'win32' ? prefix : join(prefix, 'bin'))).toContain('contactsync');
  });

  it('fills mailboxes', async () => {
    const box = await Installation.start({ recipients: 12, mailboxes: 2 });
    box.script = program;
    try {
      await box.setUp();
      // Spawned, with everything that a run loads: tokens, Graph, the database.
      const { report } = await box.json<RunAnswer>(['run', 'All staff']);
      const filled = report.perMailbox.find(({ state }) => state === 'applied');
      const { items } = await box.control.mailbox(filled?.primarySmtpAddress ?? '');
      expect(filled?.applied?.created).toBeGreaterThan(0);
      expect(items.length).toBeGreaterThanOrEqual(filled?.applied?.created ?? Number.POSITIVE_INFINITY);
      const again = await box.json<RunAnswer>(['run', 'All staff', '--test']);
      expect(again.report.planned).toMatchObject({ create: 0, update: 0, delete: 0 });
    } finally {
      await box.close();
    }
  });
});

describe.runIf(process.platform === 'linux')('the archive for Linux', () => {
  it('brings its Node, sharp and the files for services, and starts through a link without a PATH', () => {
    const archive = packArchive(packed, folder, join(ROOT, 'LICENSE'));
    const opt = join(folder, 'opt');
    mkdirSync(opt);
    spawnSync('tar', ['--extract', '--gzip', '--file', archive, '--strip-components=1', '-C', opt]);
    expect(readdirSync(opt).sort()).toEqual(['bin', 'lib', 'packaging']);
    const modules = join(opt, 'lib', 'node_modules', 'contactsync', 'node_modules');
    expect(existsSync(join(modules, 'sharp', 'package.json'))).toBe(true);
    const link = join(folder, 'link');
    symlinkSync(join(opt, 'bin', 'contactsync'), link);
    const started = spawnSync(link, ['--version'], { encoding: 'utf8', cwd: folder, env: { PATH: '' } });
    expect(started).toMatchObject({ status: 0, stdout: `${packageJson.version}\n`, stderr: '' });
  });
});

describe('a Node that is too old', () => {
  it('is told so, and the program is not loaded', () => {
    const entry = join(folder, 'old.mjs');
    writeFileSync(entry, entryScript('>=999.5', './not-there.js'));
    const { status, stderr } = spawnSync(process.execPath, [entry], { encoding: 'utf8' });
    expect(stderr).toBe(
      `contactSync needs Node 999.5 or newer. This is Node ${process.versions.node}: ${process.execPath}\n`,
    );
    expect(status).toBe(2);
  });

  it('is the only one that is refused', () => {
    const [major, minor] = process.versions.node.split('.').map(Number);
    const entry = join(folder, 'new.mjs');
    writeFileSync(join(folder, 'loaded.mjs'), "console.log('loaded');\n");
    writeFileSync(entry, entryScript(`>=${major}.${minor}`, './loaded.mjs'));
    expect(spawnSync(process.execPath, [entry], { encoding: 'utf8' }).stdout).toBe('loaded\n');
  });
});
