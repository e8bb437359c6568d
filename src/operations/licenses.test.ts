// Trial and license as runs meet them, over an organization in memory; documents and settings are kept as always.

import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReportView } from '@contactsync/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OpenedOperations } from '../cli/context.ts';
import { licenseLines, licenseText } from '../cli/license-text.ts';
import { totalsLines } from '../cli/report-text.ts';
import { World } from '../engine/testing/world.ts';
import { type LicenseTerms, publicKeyText, writeLicense } from '../license/license-file.ts';
import { createLicense } from '../license/stored-license.ts';
import { openOperations } from '../main.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const key = generateKeyPairSync('ed25519').privateKey;
const plain = (_style: unknown, text: string) => text;

let directory = '';
let world: World;
let operations: OpenedOperations;

const environment = {
  kind: 'environment',
  version: 1,
  id: '11111111-2222-4333-8444-666666666666',
  name: 'contoso',
  scenario: 'exchangeOnline',
  exchangeOnline: {
    organization: 'contoso.onmicrosoft.com',
    applicationId: '11111111-2222-4333-8444-777777777777',
  },
};

const policy = (name: string, id: string, boxes: readonly number[]) => ({
  text: JSON.stringify({
    kind: 'policy',
    version: 1,
    id,
    name,
    environment: 'contoso',
    source: { type: 'exchangeOnline' },
    mailboxes: { addresses: boxes.map((n) => `box${n}@contoso.example`) },
    folder: { name },
  }),
});
const STAFF = '11111111-2222-4333-8444-00000000000a';
const SALES = '11111111-2222-4333-8444-00000000000b';

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

/** The stores with many writes: their own suites hold them to the same contract. */
const inMemory = ({ clock, runs, journal, ledger, memory, withheld, leases }: World) => ({
  clock,
  runs,
  journal,
  ledger,
  memory,
  withheld,
  leases,
});

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'contactsync-licenses-'));
  world = new World(2, 25);
  operations = await openOperations(join(directory, 'data'), (dependencies) => ({
    ...dependencies,
    ...inMemory(world),
    license: createLicense(dependencies.settings, [publicKeyText(key)]),
    async connect() {
      const { source, directory: mailboxes, targets } = world.ports;
      return { source, directory: mailboxes, targets, close: async () => {} };
    },
  }));
  await operations.environments.apply({ text: JSON.stringify(environment) });
  await operations.policies.apply(policy('Staff', STAFF, range(1, 25)));
});
afterEach(async () => {
  await operations.close();
  rmSync(directory, { recursive: true, force: true });
});

function licenseFor(mailboxes: number, changes: Partial<LicenseTerms> = {}): { text: string } {
  const terms: LicenseTerms = {
    kind: 'contactSyncLicense',
    version: 1,
    id: '7d9c2f4e-1b6a-4c3d-9e8f-0a1b2c3d4e5f',
    customer: 'Contoso Ltd.',
    mailboxes,
    issuedOn: world.clock.now().toISOString().slice(0, 10),
    validUntil: new Date(world.clock.now().getTime() + 60 * DAY_MS).toISOString().slice(0, 10),
    ...changes,
  };
  return { text: writeLicense(terms, key) };
}

async function run(name: string, mode: 'run' | 'test' = 'run'): Promise<ReportView> {
  const { id } = await operations.runs.start({ policy: name, mode });
  // The last event comes before the run is stored as ended; the feed ends after it.
  const feed = operations.runs.events(id)[Symbol.asyncIterator]();
  while ((await feed.next()).done !== true);
  const report = await operations.runs.report(id);
  expect(report.run.state).toBe('finished');
  return report;
}

const skipped = ({ mailboxes }: ReportView) =>
  mailboxes?.skipped.filter(({ reason }) => reason === 'license').length;

describe('the trial', () => {
  it('fills 20 mailboxes, always the same, and the report says what it was', async () => {
    const first = await run('Staff');
    expect(first.mailboxes).toMatchObject({
      targets: 20,
      leaving: 0,
      license: { kind: 'trial', mailboxes: 20 },
    });
    expect(skipped(first)).toBe(5);
    const lines = totalsLines(first, plain).join('\n');
    expect(lines).toMatch(/license +trial, 20 mailboxes per run, until \d{4}-\d\d-\d\d/);
    const again = await run('Staff');
    expect(again.mailboxes?.skipped).toEqual(first.mailboxes?.skipped);
    expect(again.planned).toMatchObject({ create: 0, delete: 0 });
  });

  it('over, no run writes, test runs work, and nothing is removed', async () => {
    await run('Staff');
    await world.clock.sleep(21 * DAY_MS);
    const held = range(1, 25).map((n) => world.managed(n).size);
    const writes = await world.writesDuring(async () => {
      await expect(operations.runs.start({ policy: 'Staff', mode: 'run' })).rejects.toMatchObject({
        failure: { number: 16_010 },
      });
      const test = await run('Staff', 'test');
      expect(test.planned).toMatchObject({ delete: 0 });
    });
    expect(writes).toEqual([]);
    expect(range(1, 25).map((n) => world.managed(n).size)).toEqual(held);
    expect(licenseText((await operations.status()).license)).toMatch(/^trial, over since .*test runs work$/);
  });
});

describe('a license', () => {
  it('goes on where the trial ended, for as many mailboxes as it says', async () => {
    await run('Staff');
    await world.clock.sleep(30 * DAY_MS);
    const view = await operations.licenses.add(licenseFor(22));
    expect(view).toMatchObject({ kind: 'license', state: 'valid', customer: 'Contoso Ltd.', filled: 20 });
    const report = await run('Staff');
    expect(report.mailboxes).toMatchObject({ targets: 22, license: { kind: 'license', mailboxes: 22 } });
    expect((await operations.status()).license).toMatchObject({ mailboxes: 22, daysLeft: 61 });
  });

  it('counts each mailbox once, however many policies fill it', async () => {
    await operations.licenses.add(licenseFor(12));
    await operations.policies.apply(policy('Staff', STAFF, range(1, 10)));
    await operations.policies.apply(policy('Sales', SALES, range(6, 15)));
    expect(skipped(await run('Staff'))).toBe(0);
    // 6 to 10 are counted already; 11 and 12 are what is left.
    const sales = await run('Sales');
    expect(sales.mailboxes?.targets).toBe(7);
    expect(sales.mailboxes?.skipped.map(({ primarySmtpAddress }) => primarySmtpAddress)).toEqual(
      [13, 14, 15].map((n) => `box${n}@contoso.example`),
    );
    const use = await operations.licenses.show();
    expect(use).toMatchObject({ filled: 12 });
    expect(licenseLines(use, plain)).toEqual([
      expect.stringMatching(/^license {2}license of Contoso Ltd\., 12 mailboxes in all, until /),
      expect.stringMatching(/^id /),
      'used     12 mailboxes filled in all, each counted once',
      '  policy "Sales": 7 mailboxes',
      '  policy "Staff": 10 mailboxes',
    ]);
    expect((await operations.policies.count('Sales')).targets).toHaveLength(7);
    // Of a policy that is no more, nothing is kept up to date.
    await operations.policies.remove('Staff', { removeContacts: false });
    expect((await run('Sales')).mailboxes?.targets).toBe(10);
  });

  it('smaller than before, every policy leaves out the same mailboxes, and none loses anything', async () => {
    await operations.licenses.add(licenseFor(20));
    await operations.policies.apply(policy('Staff', STAFF, range(1, 10)));
    await operations.policies.apply(policy('Sales', SALES, range(6, 15)));
    await run('Staff');
    await run('Sales');
    await operations.licenses.add(licenseFor(8, { id: '8d9c2f4e-1b6a-4c3d-9e8f-0a1b2c3d4e5f' }));
    const staff = await run('Staff');
    const sales = await run('Sales');
    expect([staff.mailboxes?.targets, sales.mailboxes?.targets]).toEqual([8, 3]);
    expect([staff, sales].map(({ mailboxes }) => mailboxes?.leaving)).toEqual([0, 0]);
    expect([staff, sales].map(({ planned }) => planned.delete)).toEqual([0, 0]);
    expect(range(1, 15).every((n) => world.managed(n).size > 0)).toBe(true);
    expect(licenseLines(await operations.licenses.show(), plain).join('\n')).toContain(
      'more than the license',
    );
  });

  it('expired, no run writes, and the trial does not come back', async () => {
    await operations.licenses.add(licenseFor(25));
    await run('Staff');
    await world.clock.sleep(61 * DAY_MS);
    await expect(operations.runs.start({ policy: 'Staff', mode: 'run' })).rejects.toMatchObject({
      failure: { number: 16_011, details: { customer: 'Contoso Ltd.' } },
    });
    expect((await run('Staff', 'test')).planned).toMatchObject({ delete: 0 });
    const { removed, license } = await operations.licenses.remove();
    expect({ removed, kind: license.kind, state: license.state }).toEqual({
      removed: true,
      kind: 'trial',
      state: 'expired',
    });
  });

  it('that is none is refused with its number, and nothing changes', async () => {
    const { text } = licenseFor(22);
    for (const [altered, number] of [
      [text.replace('22', '99'), 16_020],
      ['kind: policy', 16_020],
      [
        writeLicense(
          JSON.parse(text.replace(/,\s*"key"[\s\S]*$/, '}')),
          generateKeyPairSync('ed25519').privateKey,
        ),
        16_021,
      ],
    ] as const)
      await expect(operations.licenses.add({ text: altered })).rejects.toMatchObject({ failure: { number } });
    expect((await operations.license()).kind).toBe('trial');
  });
});
