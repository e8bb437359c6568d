// A data directory with the command line as child processes, or called where a test says so, against an emulator in this
// process: what the end-to-end tests stand on.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import type { FailureView, ReportView, RunView } from '@contactsync/contract';
import { type RunningEmulator, startEmulator } from '@contactsync/emulator';
import { EmulatorControl } from '../../emulator/src/control/client.ts';
import { compiledCode } from '../compiled-code.ts';
import { type Answer, callCommand } from './called-command.ts';

const SCRIPT = join(import.meta.dirname, '..', '..', 'src', 'bin.ts');

/** What commands look up themselves. Other variables have their effect in a process of its own only. */
const ASKED_BY_COMMANDS: readonly string[] = [
  'CONTACTSYNC_PASSWORD',
  'CONTACTSYNC_PFX_PASSWORD',
  'CONTACTSYNC_BACKUP_PASSPHRASE',
];

export interface RunAnswer {
  readonly run: RunView;
  readonly report: ReportView;
}

export class Installation {
  readonly directory = mkdtempSync(join(tmpdir(), 'contactsync-e2e-'));
  readonly dataDirectory = join(this.directory, 'data');
  readonly emulator: RunningEmulator;
  readonly control: EmulatorControl;
  commands: 'spawned' | 'called' = 'spawned';
  /** What is spawned: the source, unless a test has the program elsewhere. */
  script: string | undefined = SCRIPT;
  /** Node, or a program that brings its own and takes no script. */
  executable = process.execPath;
  /** For what is spawned. */
  env: Readonly<Record<string, string>> = {};
  readonly #children = new Set<ChildProcess>();

  private constructor(emulator: RunningEmulator) {
    this.emulator = emulator;
    this.control = new EmulatorControl(emulator.url, emulator.caPem);
    writeFileSync(join(this.directory, 'ca.pem'), emulator.caPem);
  }

  static async start(size: { recipients: number; mailboxes: number }): Promise<Installation> {
    return new Installation(await startEmulator({ ...size, seed: 7 }));
  }

  async close(): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    await this.control.close();
    await this.emulator.close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  write(name: string, content: string): string {
    writeFileSync(this.path(name), content);
    return this.path(name);
  }

  spawn(args: readonly string[], more: { env?: Record<string, string>; dataDirectory?: string } = {}) {
    const script = this.script === undefined ? [] : [this.script];
    const child = spawn(
      this.executable,
      [...script, ...args, '--data-dir', more.dataDirectory ?? this.dataDirectory],
      {
        env: { ...process.env, ...compiledCode, ...this.env, ...more.env },
      },
    );
    this.#children.add(child);
    const closed = new Promise<number>((resolve, reject) =>
      child.on('error', reject).on('close', (code, signal) => {
        this.#children.delete(child);
        resolve(code ?? (signal === null ? -1 : -2));
      }),
    );
    const answer = Promise.all([closed, text(child.stdout), text(child.stderr)]).then(
      ([exitCode, output, errors]): Answer => ({ exitCode, output, errors }),
    );
    return { child, answer };
  }

  run(
    args: readonly string[],
    more: { env?: Record<string, string>; dataDirectory?: string; input?: string } = {},
  ): Promise<Answer> {
    const { env = {}, input, dataDirectory = this.dataDirectory } = more;
    const isCallable =
      input === undefined && Object.keys(env).every((name) => ASKED_BY_COMMANDS.includes(name));
    if (this.commands === 'called' && isCallable)
      return callCommand([...args, '--data-dir', dataDirectory], env);
    const { child, answer } = this.spawn(args, more);
    child.stdin.end(more.input ?? '');
    return answer;
  }

  /** The one JSON object of a successful command. */
  async json<Value>(args: readonly string[], exitCode = 0): Promise<Value> {
    const answer = await this.run([...args, '--json']);
    if (answer.exitCode !== exitCode)
      throw new Error(`${args.join(' ')} ended with ${answer.exitCode}: ${answer.errors}${answer.output}`);
    if (answer.errors !== '') throw new Error(`${args.join(' ')} wrote on standard error: ${answer.errors}`);
    return JSON.parse(answer.output) as Value;
  }

  /** With its contacts: the plan waits, is approved, and then the policy goes. Returns the run that took the contacts away. */
  async removePolicy(name: string): Promise<RunView> {
    const remove = ['policy', 'remove', name, '--remove-contacts'];
    const { run, report } = await this.json<{ run: RunView; report: ReportView }>(remove, 3);
    await this.json(['approve', run.id, '--digest', report.brake?.digest ?? '']);
    await this.json(remove);
    return run;
  }

  /** The failure of a command that must fail, and the exit code. */
  async failure(
    args: readonly string[],
    more: { env?: Record<string, string>; dataDirectory?: string } = {},
  ): Promise<FailureView & { readonly exitCode: number }> {
    const answer = await this.run([...args, '--json'], more);
    if (answer.exitCode === 0) throw new Error(`${args.join(' ')} succeeded: ${answer.output}`);
    const { error } = JSON.parse(answer.errors) as { error: FailureView };
    return { ...error, exitCode: answer.exitCode };
  }

  environmentText(changes: { url?: string; caFile?: string; organization?: string } = {}): string {
    const url = changes.url ?? this.emulator.url;
    return `kind: environment
version: 1
id: 11111111-2222-4333-8444-555555555555
name: contoso
scenario: exchangeOnline
defaultCountry: DE
additionalCaFile: ${changes.caFile ?? this.path('ca.pem')}
exchangeOnline:
  organization: ${changes.organization ?? this.emulator.organization.initialDomain}
  applicationId: ${[...this.emulator.organization.apps.keys()][0]}
  endpoints: { login: "${url}", graph: "${url}", exchange: "${url}" }
`;
  }

  policyText(more = ''): string {
    return `kind: policy
version: 1
id: aaaaaaaa-2222-4333-8444-555555555555
name: All staff
environment: contoso
source:
  type: exchangeOnline
${more}`;
  }

  /** Environment with a certificate that Entra knows, and a policy. */
  async setUp(): Promise<void> {
    await this.withCommands('called', async () => {
      await this.json(['environment', 'apply', this.write('contoso.yaml', this.environmentText())]);
      await this.useNewCertificate();
      await this.json(['policy', 'apply', this.write('all-staff.yaml', this.policyText())]);
    });
  }

  async withCommands<Value>(commands: 'spawned' | 'called', work: () => Promise<Value>): Promise<Value> {
    const before = this.commands;
    this.commands = commands;
    try {
      return await work();
    } finally {
      this.commands = before;
    }
  }

  async useNewCertificate(): Promise<string> {
    const made = await this.json<{ thumbprint: string }>([
      'certificate',
      'create',
      '--environment',
      'contoso',
    ]);
    const exported = this.path(`${made.thumbprint}.cer`);
    await this.json(['certificate', 'export', made.thumbprint, '--output', exported]);
    await this.registerCertificate(exported);
    return made.thumbprint;
  }

  async registerCertificate(cerFile: string): Promise<void> {
    const lines =
      readFileSync(cerFile)
        .toString('base64')
        .match(/.{1,64}/g) ?? [];
    await this.control.registerCertificate(
      `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
    );
  }

  /** Everything that a person configured, as it is stored, to prove that a refused command changed nothing. */
  configuration(): unknown {
    const database = new DatabaseSync(join(this.dataDirectory, 'contactsync.db'), { readOnly: true });
    try {
      const tables = ['document', 'document_revision', 'certificate', 'certificate_assignment'];
      return tables.map((table) => [table, database.prepare(`select * from ${table}`).all()]);
    } finally {
      database.close();
    }
  }
}
