// A tenant that survives (the emulator, in this process) and a data directory that processes die over. Both can be put
// back to an earlier moment, so that one history is lived once and interrupted often.

import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Operations, RunView } from '@contactsync/contract';
import { type RunningEmulator, startEmulator } from '@contactsync/emulator';
import { EmulatorControl } from '../../emulator/src/control/client.ts';
import type { Organization } from '../../emulator/src/organization/state.ts';
import { openOperations } from '../../src/main.ts';
import { compiledCode } from '../compiled-code.ts';
import { type EwsEntry, ewsEntryOf } from '../ews-targets.ts';
import type { Wire } from '../faults/tenant.ts';
import { DataDirectory } from './data-directory.ts';
import { environmentText, policyText } from './documents.ts';
import { type Mailboxes, readMailboxes } from './mailboxes.ts';
import { carryOut, type Death, type Order, type Survived, type Work } from './orders.ts';
import { overEws } from './over-ews.ts';

const SCRIPT = join(import.meta.dirname, 'killable.ts');

/** A moment to go back to. */
export interface Moment {
  readonly organization: Organization;
  readonly dataDirectory: string;
}

/** More than 20 contacts in a mailbox, so that they are written in several batches. */
const SIZE = { recipients: 40, mailboxes: 3, seed: 7 };

export class NotDead extends Error {
  constructor(death: Death, calls: number) {
    super(`the process did not die at ${JSON.stringify(death)}: it heard ${calls} calls`);
  }
}

export class CrashSite {
  readonly #directory = mkdtempSync(join(tmpdir(), 'contactsync-crash-'));
  readonly emulator: RunningEmulator;
  readonly control: EmulatorControl;
  readonly #ews: EwsEntry | undefined;
  #data: DataDirectory;
  #copies = 0;

  private constructor(emulator: RunningEmulator, wire: Wire) {
    this.emulator = emulator;
    this.#ews = wire === 'ews' ? ewsEntryOf(emulator) : undefined;
    this.control = new EmulatorControl(emulator.url, emulator.caPem);
    writeFileSync(this.#path('ca.pem'), emulator.caPem);
    this.#data = new DataDirectory(this.#path('data-0'));
  }

  /** Nothing is installed yet. */
  static async bare(wire: Wire = 'graph'): Promise<CrashSite> {
    return new CrashSite(await startEmulator(SIZE), wire);
  }

  /** Environment with a certificate that Entra knows, and a policy; no run yet. */
  static async installed(wire: Wire = 'graph'): Promise<CrashSite> {
    const site = await CrashSite.bare(wire);
    await site.inProcess(site.setUp());
    await site.registerCertificates();
    return site;
  }

  async close(): Promise<void> {
    await this.control.close();
    await this.emulator.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  get data(): DataDirectory {
    return this.#data;
  }

  setUp(): Work {
    const environment = environmentText({
      url: this.emulator.url,
      caFile: this.#path('ca.pem'),
      organization: this.emulator.organization.initialDomain,
      applicationId: [...this.emulator.organization.apps.keys()][0] ?? '',
    });
    return { kind: 'setUp', environment, policy: policyText() };
  }

  /** Those in the data directory's folder for upload. */
  async registerCertificates(): Promise<void> {
    for (const file of this.#data.certificateFiles()) {
      const lines = readFileSync(file)
        .toString('base64')
        .match(/.{1,64}/g);
      await this.control.registerCertificate(
        `-----BEGIN CERTIFICATE-----\n${(lines ?? []).join('\n')}\n-----END CERTIFICATE-----\n`,
      );
    }
  }

  /** Nobody may be working. */
  save(): Moment {
    const dataDirectory = this.#path(`moment-${this.#copies++}`);
    cpSync(this.#data.path, dataDirectory, { recursive: true });
    return { organization: structuredClone(this.emulator.organization), dataDirectory };
  }

  goBackTo({ organization, dataDirectory }: Moment): void {
    Object.assign(this.emulator.organization, structuredClone(organization));
    rmSync(this.#data.path, { recursive: true, force: true });
    this.#data = new DataDirectory(this.#path(`data-${this.#copies++}`));
    cpSync(dataDirectory, this.#data.path, { recursive: true });
  }

  /** An empty data directory instead. */
  startOver(): void {
    rmSync(this.#data.path, { recursive: true, force: true });
    this.#data = new DataDirectory(this.#path(`data-${this.#copies++}`));
  }

  mailboxes(): Promise<Mailboxes> {
    return readMailboxes(this.control);
  }

  /** By somebody who lives, in this process; a run must have ended or wait. */
  async inProcess(work: Work): Promise<RunView | undefined> {
    return this.ask((operations) => carryOut(operations, work));
  }

  async ask<Value>(question: (operations: Operations) => Promise<Value>): Promise<Value> {
    const operations = await openOperations(this.#data.path, (dependencies) =>
      overEws(dependencies, this.#ews),
    );
    try {
      return await question(operations);
    } finally {
      await operations.close();
    }
  }

  /** By a process of its own that lives; says what was heard on the way. */
  async undisturbed(work: Work, more: Partial<Order> = {}): Promise<Survived> {
    const { signal, output, errors } = await this.#spawn({ ...more, dataDirectory: this.#data.path, work });
    if (signal !== null || errors !== '') throw new Error(`the process ended by ${signal}: ${errors}`);
    return JSON.parse(output) as Survived;
  }

  /** By a process of its own that dies there; it is an error when it does not. */
  async killed(work: Work, death: Death, more: Partial<Order> = {}): Promise<void> {
    const survived = await this.attempted(work, death, more);
    if (survived !== undefined) throw new NotDead(death, survived.calls);
  }

  /** By a process of its own that shall die there; what it says when it lived to its end. */
  async attempted(work: Work, death: Death, more: Partial<Order> = {}): Promise<Survived | undefined> {
    const order = { ...more, dataDirectory: this.#data.path, work, death };
    const { signal, output, errors } = await this.#spawn(order);
    if (signal === 'SIGKILL') return undefined;
    if (signal !== null || errors !== '') throw new Error(`the process ended by ${signal}: ${errors}`);
    return JSON.parse(output) as Survived;
  }

  #path(name: string): string {
    return join(this.#directory, name);
  }

  async #spawn(order: Order): Promise<{ signal: string | null; output: string; errors: string }> {
    // What is compiled once is kept, as bin.ts does it; a killed process adds nothing to it.
    const env = { ...process.env, ...compiledCode };
    const child = spawn(process.execPath, [SCRIPT, JSON.stringify({ ...order, ews: this.#ews })], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const closed = new Promise<string | null>((resolve, reject) =>
      child
        .on('error', reject)
        .on('close', (code, signal) => resolve(signal ?? (code === 0 ? null : 'exit'))),
    );
    const [signal, output, errors] = await Promise.all([closed, text(child.stdout), text(child.stderr)]);
    return { signal, output, errors };
  }
}
