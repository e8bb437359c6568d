// The emulated tenant of the demo: a process of its own, spoken to over HTTPS only.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Agent, fetch } from 'undici';

const ROOT = join(import.meta.dirname, '..', '..');

export interface Item {
  readonly immutableId: string;
  readonly folderPath: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly extendedProperties: Readonly<Record<string, string>>;
  readonly changeKey: string;
}

export interface Mailbox {
  readonly folders: readonly { readonly path: string; readonly isDeleted: boolean }[];
  readonly items: readonly (Item & { readonly id: string })[];
}

export interface Recipient {
  readonly id: string;
  readonly recipientTypeDetails: string;
  readonly displayName: string;
  readonly primarySmtpAddress: string;
  readonly person: Readonly<Record<string, unknown>>;
  readonly managerId?: string;
  readonly customAttributes: Readonly<Record<string, string>>;
  readonly hasMailbox: boolean;
}

export interface LoggedRequest {
  readonly face: string;
  readonly method: string;
  readonly path: string;
  /** Of EWS. */
  readonly operation?: string;
  readonly isBatchPart: boolean;
}

export interface Tenant {
  readonly url: string;
  readonly ewsUrl: string;
  readonly caFile: string;
  readonly initialDomain: string;
  readonly clientId: string;
  readonly recipients: number;
}

export class Emulator {
  readonly tenant: Tenant;
  readonly #process: ChildProcess;
  readonly #agent: Agent;

  private constructor(tenant: Tenant, process: ChildProcess) {
    this.tenant = tenant;
    this.#process = process;
    this.#agent = new Agent({ connect: { ca: readFileSync(tenant.caFile, 'utf8') } });
  }

  static async start(directory: string, size: { recipients: number; mailboxes: number }): Promise<Emulator> {
    const child = spawn(
      process.execPath,
      [
        join(ROOT, 'emulator', 'src', 'bin.ts'),
        ...['--recipients', String(size.recipients), '--mailboxes', String(size.mailboxes)],
        ...['--ca-file', join(directory, 'emulator-ca.pem'), '--exit-with-stdin'],
      ],
      // A group of its own, so that Ctrl-C reaches the demo alone, which then ends the emulator.
      { stdio: ['pipe', 'pipe', 'inherit'], detached: true },
    );
    const lines = createInterface({ input: child.stdout });
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`the emulator ended with code ${code} before it was ready`);
    });
    const [line] = (await Promise.race([once(lines, 'line'), ended])) as [string];
    ended.catch(() => {});
    return new Emulator(JSON.parse(line) as Tenant, child);
  }

  async stop(): Promise<void> {
    await this.#agent.close();
    const exited = once(this.#process, 'exit');
    this.#process.stdin?.end();
    if (this.#process.exitCode === null) await exited;
  }

  async control<Answer>(operation: string, body: object = {}): Promise<Answer> {
    const response = await fetch(`${this.tenant.url}/control/${operation}`, {
      method: 'POST',
      dispatcher: this.#agent,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer = await response.text();
    if (response.status !== 200) throw new Error(`${operation}: ${response.status} ${answer}`);
    return JSON.parse(answer) as Answer;
  }
}
