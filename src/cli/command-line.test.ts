// Whole commands over operations that answer what the test says.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  type BackupOperations,
  type BackupRequest,
  Environment,
  type EnvironmentView,
  type FailureView,
  OperationError,
  type ReportMailView,
  type ReportView,
  type RestoreRequest,
  type RunView,
} from '@contactsync/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommandLine } from './command-line.ts';
import type { OpenedOperations } from './context.ts';

const ID = '11111111-2222-4333-8444-555555555555';

const runOf = (number: number, of: Partial<RunView> = {}): RunView => ({
  id: `0000000${number}-0000-4000-8000-000000000000`,
  kind: 'run',
  policyId: ID,
  policyName: 'All staff',
  policyRevision: 1,
  undoes: undefined,
  state: 'finished',
  startedAt: '2026-11-22T10:00:00.000Z',
  endedAt: '2026-11-22T10:01:00.000Z',
  holder: '',
  ...of,
});

function reportOf(run: RunView): ReportView {
  const planned = { create: 0, update: 0, delete: 0, handOver: 0, adopt: 0, keep: 0, foreign: 0 };
  const applied = { created: 0, updated: 0, deleted: 0, handedOver: 0, adopted: 0, failed: 0 };
  const parts = { source: undefined, mailboxes: undefined, brake: undefined };
  return { run, ...parts, planned, applied, perMailbox: [], failures: [] };
}

const notAsked = () => Promise.reject(new Error('not asked'));
const noBackups: BackupOperations = { backUp: notAsked, inspect: notAsked, restore: notAsked };

/** Newest first, as the operations list them. */
function runsThatAre(runs: readonly RunView[]) {
  const calls: string[] = [];
  const find = (id: string) => runs.find((run) => run.id.startsWith(id)) ?? runOf(9);
  const operations = {
    list: async ({ limit = 50 }: { limit?: number }) => runs.slice(0, limit),
    get: async (id: string) => find(id),
    report: async (id: string) => reportOf(find(id)),
    async cancel(id: string) {
      calls.push(`cancel ${id}`);
      return { ...find(id), state: 'cancelled', endedAt: '2026-11-23T10:00:00.000Z' };
    },
    async rollback({ run }: { run: string }) {
      calls.push(`rollback ${run}`);
      return runOf(8, { kind: 'rollback' });
    },
    async *events() {},
  };
  return { calls, operations: { runs: operations } };
}

interface Around {
  readonly backups?: BackupOperations;
  readonly env?: Readonly<Record<string, string>>;
}

async function run(
  args: readonly string[],
  operations: object = {},
  { backups = noBackups, env = {} }: Around = {},
) {
  const answer = { output: '', errors: '' };
  const exitCode = await runCommandLine({
    args,
    env,
    terminal: {
      isOutputTerminal: false,
      isInputTerminal: false,
      width: 100,
      out(text) {
        answer.output += text;
      },
      error(text) {
        answer.errors += text;
      },
      readInput: async () => '',
      ask: async () => '',
      onInterrupt: () => () => {},
    },
    version: '1',
    now: () => 0,
    newId: () => ID,
    // Only what the command asks is there: anything else is a defect that the test shows.
    open: async () => ({ ...operations, close: async () => {} }) as unknown as OpenedOperations,
    backups: () => backups,
    describeFailure: (code, details) => ({
      ...{ code, number: 10_000, scope: 'run', whoActs: 'administrator' },
      ...{ sentence: code, causes: [], remedy: '', details },
    }),
    recordDefect: (thrown) => {
      throw thrown;
    },
    demo: undefined,
  });
  return { exitCode, ...answer };
}

it('a schedule looks ahead a month at most, names the zone of its times, and says where it ends', async () => {
  const asked: number[] = [];
  const turn = { dueAt: '2026-11-22T10:00:00.000Z', beginsAt: '2026-11-22T10:00:00.000Z', takes: undefined };
  const service = {
    async upcoming(days: number) {
      asked.push(days);
      const turns = [{ ...turn, policy: 'All staff', environment: 'contoso' }];
      return { days: Math.min(days, 20), turns, troubled: [], tooOften: [], freeSlots: [] };
    },
  };
  const refused = await run(['schedule', '--days', '32'], { service });
  expect([refused.exitCode, asked]).toEqual([2, []]);
  expect(refused.errors).toContain('from 1 to 31');
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  const cut = await run(['schedule', '--days', '31'], { service });
  expect(cut.output).toContain(`DUE (${timeZone})`);
  expect(cut.output).toContain('Only the first 20 days: policies are due 1 time in them.');
  expect((await run(['schedule'], { service })).output).not.toContain('Only the first');
});

it('a list names what cannot be read beside what can', async () => {
  const failure = {
    ...{ code: 'storedDocument', number: 19_024, scope: 'run', whoActs: 'administrator' },
    ...{ sentence: 'It does not fit.', causes: [], remedy: 'Apply it again.', details: {} },
  } as FailureView;
  const stored = (kind: string) => ({
    list: async () => [],
    unreadable: async () => [{ kind, id: ID, name: 'Lost', failure }],
  });
  const operations = { policies: stored('policy'), environments: stored('environment') };
  for (const kind of ['policy', 'environment']) {
    const { output, exitCode } = await run([kind, 'list'], operations);
    expect(exitCode).toBe(0);
    expect(output).toContain(`${kind} "Lost" (${ID}) is left out:`);
    expect(output).toContain('19024 It does not fit.');
    const { output: json } = await run([kind, 'list', '--json'], operations);
    expect(JSON.parse(json).unreadable).toMatchObject([{ name: 'Lost' }]);
  }
});

it('a copying is taken back by the folder of the mailbox alone, which has to be named', async () => {
  const asked: unknown[] = [];
  const publicFolders = {
    async *undoCopy(request: unknown) {
      asked.push(request);
      yield { type: 'progress', done: 1, of: 1 };
    },
  };
  const given = ['--environment', 'contoso', '--mailbox', 'customers@contoso.example'];
  const undo = (...more: string[]) =>
    run(['public-folder', 'copy', '--undo', ...given, ...more], { publicFolders });
  const target = ['--target-folder', 'Suppliers'];
  for (const wrong of [
    ['--folder', '\\Suppliers'],
    [...target, '--folder', '\\Other\\Suppliers'],
    [...target, '--with-subfolders'],
    [...target, '--restore-deleted'],
  ])
    expect(await undo(...wrong)).toMatchObject({ exitCode: 2, output: '' });
  expect(asked).toEqual([]);
  expect(await undo(...target)).toMatchObject({ exitCode: 0 });
  expect(asked).toMatchObject([{ targetFolder: 'Suppliers', mode: 'run' }]);
  const copy = await run(['public-folder', 'copy', ...given], { publicFolders });
  expect(copy.errors).toContain('--folder PATH');
});

it('what a copying and its taking back leave alone is told in the right number', async () => {
  const plan = {
    ...{ path: ['Customers'], mailbox: 'customers@contoso.example', targetFolder: 'Customers', contacts: 9 },
    ...{ create: 0, update: 0, unchanged: 9, pictures: 0, withFiles: 0, gaps: [] },
  };
  const told = (number: number) => ({
    ...{ ...plan, leftDeleted: number, keptForUser: 0, withoutOriginal: number },
    notCarried: { contactLists: number, otherItems: 0, ofPolicies: 0, withAttachments: 0, cut: 0 },
  });
  const given = ['--environment', 'contoso', '--mailbox', 'customers@contoso.example', '--test'];
  const copied = async (number: number) => {
    const publicFolders = {
      async *copy() {
        yield { type: 'planned', plan: told(number) };
      },
    };
    return (await run(['public-folder', 'copy', '--folder', 'Customers', ...given], { publicFolders }))
      .output;
  };
  for (const text of ['1 contact deleted in', '1 copy without', '1 contact list: not'])
    expect(await copied(1)).toContain(`  ${text}`);
  for (const text of ['2 contacts deleted in', '2 copies without', '2 contact lists: not'])
    expect(await copied(2)).toContain(`  ${text}`);
});

describe('a new document', () => {
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'contactsync-new-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const commands = [
    ['policy', 'new', 'A', '--environment', 'contoso', '--source', 'exchangeOnline'],
    ['environment', 'new', 'A', '--organization', 'contoso.onmicrosoft.com', '--application-id', ID],
  ];

  it.each(commands)('%s: does not replace a file unless told so', async (...command) => {
    const file = join(directory, 'a.yaml');
    writeFileSync(file, 'mine');
    const refused = await run([...command, '--output', file]);
    expect(refused).toMatchObject({ exitCode: 2, output: '' });
    expect(refused.errors).toContain('fileExists');
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect(await run([...command, '--output', file, '--force'])).toMatchObject({ exitCode: 0 });
    expect(readFileSync(file, 'utf8')).toContain(`id: ${ID}`);
  });

  it('is for Exchange Online or on-premises, and never for both', async () => {
    const online = ['--organization', 'contoso.onmicrosoft.com', '--application-id', ID];
    const onPremises = [
      '--domain',
      'corp.contoso.example',
      '--account',
      'a',
      '--mailbox',
      'a@contoso.example',
    ];
    const environment = ['environment', 'new', 'A'];
    const withDefaults = { settings: { exchangeDefaults: async () => ({ ewsUrl: undefined }) } };
    expect((await run([...environment, ...online])).output).toContain('scenario: exchangeOnline');
    const { output } = await run([...environment, ...onPremises], withDefaults);
    expect(output).toContain('scenario: onPremises');
    for (const options of [[...online, ...onPremises], onPremises.slice(2), online.slice(2), []])
      expect(await run([...environment, ...options])).toMatchObject({ exitCode: 2, output: '' });
    const scenarios = [...environment, ...onPremises, '--scenario'];
    expect((await run([...scenarios, 'onPremises'], withDefaults)).exitCode).toBe(0);
    expect(await run([...scenarios, 'exchangeOnline'])).toMatchObject({ exitCode: 2, output: '' });
    const hybrid = [...environment, ...online, ...onPremises, '--scenario', 'hybrid'];
    const both = (await run(hybrid, withDefaults)).output;
    expect(both).toMatch(/scenario: hybrid[\s\S]*activeDirectory:[\s\S]*exchangeOnline:/);
    expect(await run([...scenarios, 'hybrid'])).toMatchObject({ exitCode: 2, output: '' });
  });

  it.each([
    ['--mailbox', 'a@b.c'],
    ['--mailbox', 'contactsync'],
    ['--mailbox', ''],
    ['--domain', ''],
    ['--domain', 'a b'],
    ['--domain', '*'],
    ['--account', ''],
  ])('what an environment cannot hold is not written: %s %j', async (option, value) => {
    const fitting = {
      '--domain': 'corp.contoso.example',
      '--account': 'a',
      '--mailbox': 'a@contoso.example',
    };
    const command = ['environment', 'new', 'A', ...Object.entries({ ...fitting, [option]: value }).flat()];
    const refused = await run([...command, '--url', 'autodiscover']);
    expect(refused).toMatchObject({ exitCode: 2, output: '' });
    expect(refused.errors).toContain(option);
  });

  it('on-premises begins with the address that is set for new ones, or with what is typed', async () => {
    const command = ['environment', 'new', 'A', '--domain', 'corp.contoso.example'];
    const onPremises = [...command, '--account', 'a', '--mailbox', 'a@contoso.example'];
    const ewsUrl = 'https://mail.contoso.example/EWS/Exchange.asmx';
    const withDefaults = { settings: { exchangeDefaults: async () => ({ ewsUrl }) } };
    const urlIn = ({ output }: { readonly output: string }) => /^ +(# )?url: .*$/m.exec(output)?.[0].trim();
    expect(urlIn(await run(onPremises, withDefaults))).toBe(`url: ${JSON.stringify(ewsUrl)}`);
    expect(urlIn(await run([...onPremises, '--url', 'autodiscover']))).toBe(`# url: ${ewsUrl}`);
    const typed = 'https://ex1.contoso.example/EWS/Exchange.asmx';
    expect(urlIn(await run([...onPremises, '--url', typed]))).toBe(`url: ${JSON.stringify(typed)}`);
  });

  it('policy reads the directory of its environment unless told otherwise', async () => {
    const policy = ['policy', 'new', 'A', '--environment', 'contoso'];
    const inScenario = (scenario: string) => ({
      environments: { get: async () => ({ environment: { scenario } }) },
    });
    expect((await run(policy, inScenario('exchangeOnline'))).output).toContain('type: exchangeOnline');
    const ofDirectory = await run(policy, inScenario('onPremises'));
    expect(ofDirectory.output).toContain('type: activeDirectory');
    expect(ofDirectory.output).not.toContain('excludeGuests');
    const named = [...policy, '--source', 'exchangeOnline'];
    expect((await run(named)).output).toContain('type: exchangeOnline');
    expect(await run([...policy, '--source', 'ldap'])).toMatchObject({ exitCode: 2, output: '' });
  });

  it('policy for an environment that does not exist leads to making that first', async () => {
    const notFound = new OperationError({
      ...{ code: 'notFound', number: 10_012, scope: 'run', whoActs: 'administrator' },
      ...{ sentence: '', causes: [], remedy: '', details: { environment: 'contoso', known: ['other'] } },
    });
    const operations = { environments: { get: () => Promise.reject(notFound) } };
    const answer = await run(['policy', 'new', 'A', '--environment', 'contoso'], operations);
    expect(answer).toMatchObject({ exitCode: 2, output: '' });
    expect(answer.errors).toContain('environmentNeeded');
    expect(answer.errors).toContain('known: other');
  });

  it.runIf(process.platform !== 'win32')('says its path without control characters', async () => {
    const file = join(directory, 'a\u001b[31m.yaml');
    const command = ['policy', 'new', 'A', '--environment', 'contoso', '--source', 'exchangeOnline'];
    const { output } = await run([...command, '--output', file]);
    expect(existsSync(file)).toBe(true);
    expect(output).toContain('a\\u{001b}[31m.yaml');
    expect(output).not.toContain('\u001b');
  });
});

describe('cancel', () => {
  it('refuses a run that is over, with exit code 2', async () => {
    const { calls, operations } = runsThatAre([runOf(1)]);
    const answer = await run(['cancel', '00000001'], operations);
    expect(answer).toMatchObject({ exitCode: 2, output: '' });
    expect(answer.errors).toContain('runEnded');
    expect(calls).toEqual([]);
  });

  it('cancels what waits, and once more without complaint', async () => {
    const waiting = runOf(1, { state: 'awaitingApproval', endedAt: undefined });
    for (const one of [waiting, runOf(1, { state: 'cancelled' })]) {
      const { calls, operations } = runsThatAre([one]);
      const answer = await run(['cancel', 'last'], operations);
      expect(answer).toMatchObject({ exitCode: 0, output: 'The run is cancelled.\n' });
      expect(calls).toEqual([`cancel ${one.id}`]);
    }
  });
});

describe('the test of a rollback, and a rollback', () => {
  const testOfRollback = runOf(4, { kind: 'test', undoes: runOf(2).id });
  const runs = [testOfRollback, runOf(3, { kind: 'rollback', undoes: runOf(2).id }), runOf(2), runOf(1)];

  it('are not what "rollback last" means', async () => {
    const { calls, operations } = runsThatAre(runs);
    await run(['rollback', 'last'], operations);
    expect(calls).toEqual([`rollback ${runOf(2).id}`]);
  });

  it('are what "last" means elsewhere', async () => {
    const { operations } = runsThatAre(runs);
    const { output } = await run(['run', 'show', 'last', '--json'], operations);
    expect(JSON.parse(output)).toMatchObject({ run: { id: testOfRollback.id } });
  });

  it('are told apart in the list', async () => {
    const { operations } = runsThatAre(runs);
    const { output } = await run(['runs'], operations);
    const lines = output.split('\n');
    expect(lines[1]).toContain('test of a rollback');
    expect(lines[2]).toMatch(/ rollback /);
    expect(lines[2]).not.toContain('test');
  });
});

describe('a certificate for an environment', () => {
  const environment = Environment.parse({
    ...{ kind: 'environment', version: 1, id: ID, name: 'contoso', scenario: 'exchangeOnline' },
    exchangeOnline: { organization: 'contoso.onmicrosoft.com', applicationId: ID },
  });
  const certificate = (thumbprint: string) => ({ thumbprint, notAfter: '2028-01-01T00:00:00.000Z' });

  function operationsWith(assigned: string | undefined) {
    const view = {
      environment,
      certificate: assigned === undefined ? undefined : certificate(assigned),
    } as unknown as EnvironmentView;
    return {
      environments: { get: async () => view, setCertificate: async () => view },
      certificates: { create: async () => ({ ...certificate('NEW'), file: '/new.cer' }) },
    };
  }
  const create = ['certificate', 'create', '--environment', 'contoso'];

  it('that has one: warns that the new one must be uploaded first', async () => {
    const { output } = await run(create, operationsWith('OLD'));
    expect(output).toMatch(/Note: .*OLD.* at once.* uploaded/);
    expect(output).toContain('contactsync environment set-certificate "contoso" OLD');
    const json = JSON.parse((await run([...create, '--json'], operationsWith('OLD'))).output);
    expect(json.warnings).toHaveLength(1);
  });

  it('that has none: does not', async () => {
    expect((await run(create, operationsWith(undefined))).output).not.toContain('Note');
  });
});

it('the example of renaming an environment is one of an environment', async () => {
  const { output } = await run(['environment', 'rename', '--help']);
  expect(output).toContain('environment rename contoso contoso-production');
});

describe('mails about runs', () => {
  const mail: ReportMailView = {
    id: 1,
    policyId: ID,
    policyName: 'All \u001b[31mstaff',
    runId: '3f2a9c10-1111-4222-8333-444455556666',
    occasion: 'ended',
    state: 'waiting',
    createdAt: '2026-11-22T10:00:00.000Z',
    tries: 1,
    at: '2026-11-22T10:05:00.000Z',
  };
  const failure: FailureView = {
    code: 'mailRefused',
    number: 18_011,
    scope: 'run',
    whoActs: 'administrator',
    sentence: 'The mail was refused.',
    causes: [],
    remedy: 'Correct the address.',
    details: {},
  };
  const alert: ReportMailView = { ...mail, id: 2, runId: undefined, occasion: 'alert', state: 'sent' };
  const notBegun: ReportMailView = { ...alert, id: 3, occasion: 'notBegun', state: 'givenUp' };
  const held: ReportMailView = { ...mail, id: 4, tries: 0, failure };

  it('are listed with what became of them, and no name paints the terminal', async () => {
    const reports = { list: async () => [mail, alert, notBegun, held] };
    const { output, exitCode } = await run(['reports', 'list'], { reports });
    expect(exitCode).toBe(0);
    expect(output).not.toContain('\u001b');
    for (const said of [
      /run 3f2a9c10 .*not sent, next try from 2026-11-22 10:05 UTC/,
      /alert: no success for days .*sent 2026-11-22 10:05 UTC/,
      /run could not begin .*given up/,
      /held back/,
    ])
      expect(output).toMatch(said);
  });

  it('that were not sent decide the exit code of sending, and say why', async () => {
    const asked: object[] = [];
    const sending = (failed: number) => ({
      reports: {
        async send(options: object) {
          asked.push(options);
          return { sent: 1, failed, open: failed === 0 ? [] : [{ ...mail, failure }] };
        },
      },
    });
    expect(await run(['reports', 'send'], sending(0))).toMatchObject({
      exitCode: 0,
      output: '1 mail sent.\n',
    });
    const { exitCode, output } = await run(['reports', 'send', '--now'], sending(1));
    expect(exitCode).toBe(1);
    expect(output).toContain('1 mail sent, 1 not sent.');
    expect(output).toContain('18011');
    expect(output).toContain('Correct the address.');
    expect(asked).toEqual([{ isForced: false }, { isForced: true }]);
  });

  it('that wait are shown by status, and programs that could not be told', async () => {
    const license = { kind: 'trial', mayWrite: true, mailboxes: 20, endsAt: undefined };
    const untold = {
      environment: 'contoso',
      listener: 'webhook',
      waiting: 4,
      since: mail.createdAt,
      failure,
    };
    const status = async () => ({
      ...{ version: '1', dataDirectory: '/data', logFile: '/log', license },
      mails: [held],
      untold: [untold],
    });
    const { output } = await run(['status'], { status });
    expect(output).toContain('held back');
    expect(output).toContain('webhook of "contoso": 4 not told since 2026-11-22 10:00 UTC');
  });
});

describe('backup and restore', () => {
  const said = { file: '/b.tar', bytes: 7, madeAt: '2026-03-01T00:00:00.000Z', madeBy: '1' };

  function told(hasKey: boolean) {
    const asked: (BackupRequest | RestoreRequest)[] = [];
    const backups: BackupOperations = {
      async backUp(request) {
        asked.push(request);
        return { ...said, hasKey: request.passphrase !== undefined };
      },
      inspect: async () => ({ ...said, hasKey }),
      async restore(request) {
        asked.push(request);
        return { ...said, dataDirectory: '/data', key: 'missing', setAside: '/data/replaced' };
      },
    };
    return { asked, backups, env: { CONTACTSYNC_BACKUP_PASSPHRASE: 'correct horse battery' } };
  }

  it('keep the key out unless it is asked for', async () => {
    const around = told(false);
    const { output } = await run(['backup', '/b.tar'], {}, around);
    await run(['backup', '/b.tar', '--with-key'], {}, around);
    expect(around.asked).toEqual([
      { target: '/b.tar' },
      { target: '/b.tar', passphrase: 'correct horse battery' },
    ]);
    expect(output).toContain('The key is not in it');
  });

  it('ask for the passphrase only where there is a key', async () => {
    for (const [hasKey, args] of [
      [true, []],
      [true, ['--without-key']],
      [false, ['--replace']],
    ] as const) {
      const around = told(hasKey);
      const { output } = await run(['restore', '/b.tar', ...args], {}, around);
      const [request] = around.asked;
      expect('passphrase' in (request ?? {})).toBe(hasKey && args.length === 0);
      expect(output).toContain('/data/replaced');
      expect(output).toContain('Put the file "key" back');
    }
  });

  it.each([
    ['the mark of Windows', Buffer.from('\ufeffcorrect horse battery\r\n'), 'correct horse battery'],
    ['UTF-16', Buffer.from('\ufeffcorrect horse battery', 'utf16le'), undefined],
    ['UTF-16 without a mark', Buffer.from('correct horse battery', 'utf16le'), undefined],
    ['more than anybody types', Buffer.alloc(100_000, 'x'), undefined],
  ])('read a passphrase from a file with %s', async (_, bytes, passphrase) => {
    const file = join(mkdtempSync(join(tmpdir(), 'contactsync-passphrase-')), 'passphrase');
    writeFileSync(file, bytes);
    const { asked, backups } = told(false);
    const args = ['backup', '/b.tar', '--with-key', '--passphrase-file', file];
    const { exitCode } = await run(args, {}, { backups });
    rmSync(dirname(file), { recursive: true });
    expect(asked).toEqual(passphrase === undefined ? [] : [{ target: '/b.tar', passphrase }]);
    expect(exitCode).toBe(passphrase === undefined ? 2 : 0);
  });

  it('take no passphrase without a key', async () => {
    const { asked, backups } = told(false);
    const { exitCode } = await run(['backup', '/b.tar', '--passphrase-file', '/p'], {}, { backups });
    expect({ exitCode, asked }).toEqual({ exitCode: 2, asked: [] });
  });

  it('refuse where nobody can be asked', async () => {
    const { exitCode, errors } = await run(['restore', '/b.tar'], {}, { backups: told(true).backups });
    expect(exitCode).toBe(2);
    expect(errors).toContain('usage');
  });
});
