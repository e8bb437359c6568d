// The whole test command: types, lint, boundaries and format, then every test whose needs are present. Each skip is
// named with the command that installs what is missing; with REQUIRE_ALL=1 a skip is a failure.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { needs } from '../test/needs.ts';

interface TestFile {
  readonly name: string;
  readonly status: string;
  readonly message?: string;
  readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
}

const root = resolve(import.meta.dirname, '..');
const bin = join(root, 'node_modules', '.bin');
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` };
const onlyCheck = process.argv.includes('--only-check');
const requireAll = process.env.REQUIRE_ALL === '1';
let passed = 0;
let failed = 0;

function run(command: string, args: readonly string[]): boolean {
  const { status } = spawnSync(command, args, {
    cwd: root,
    env,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  return status === 0;
}

function check(name: string, command: string, args: readonly string[]): void {
  const ok = run(command, args);
  console.log(`${ok ? 'ok' : 'FAILED'}: ${name}`);
  if (ok) passed += 1;
  else failed += 1;
}

if (Number(process.versions.node.split('.')[0]) < 24) {
  console.error('Node 24 is needed; run this through npm, which finds the pinned one: npm test');
  process.exit(1);
}

check('types', 'tsc', ['-p', 'tsconfig.json']);
check('format and lint', 'biome', ['ci', '--error-on-warnings', '.']);
check('type-aware lint', 'oxlint', [
  '--type-aware',
  '--deny-warnings',
  'src',
  'contract',
  'emulator',
  'test',
  'tools',
]);
check('boundaries', 'depcruise', [
  '--config',
  '.dependency-cruiser.mjs',
  '--output-type',
  'err',
  'src',
  'contract/src',
  'emulator/src',
]);

const folder = mkdtempSync(join(tmpdir(), 'contactsync-test-'));
const output = join(folder, 'results.json');
const parts = onlyCheck ? ['src', 'contract', 'tools', 'test/properties', 'test/hard-parts.test.ts'] : [];
run('vitest', ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${output}`, ...parts]);
const skipped: string[] = [];
try {
  const { testResults } = JSON.parse(readFileSync(output, 'utf8')) as { testResults: readonly TestFile[] };
  for (const file of testResults) {
    // A file that fails before its first test would otherwise count as nothing.
    if (file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'))
      failed += 1;
    for (const { status, fullName } of file.assertionResults) {
      if (status === 'passed') passed += 1;
      else if (status === 'failed') failed += 1;
      else skipped.push(`${file.name.slice(root.length + 1)}: ${fullName}`);
    }
  }
  if (passed + failed + skipped.length <= 4) failed += 1;
} catch (error) {
  console.error('The test runner left no results:', error);
  failed += 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

if (skipped.length > 0) {
  console.log(`\nSkipped ${skipped.length}:`);
  for (const name of skipped) console.log(`  ${name}`);
  for (const [name, need] of Object.entries(needs)) {
    const { available, installCommand } = need();
    if (!available) console.log(`Missing ${name}; install it with: ${installCommand}`);
  }
  if (requireAll) {
    console.log('REQUIRE_ALL=1: a skipped test is a failure.');
    failed += skipped.length;
  }
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
