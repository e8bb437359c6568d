// What every demo stands on: a directory that goes with it, the product in it, and the servers to stop at the end.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Emulator } from './emulator.ts';
import { Product, type RunCommand } from './product.ts';
import { command, done, failed, heading, output, quoted, say } from './show.ts';
import type { World } from './world.ts';

/** How a demo ended, and what whoever stays may try. */
export interface Told {
  readonly failures: number;
  whatNext(): void;
}

export class Stage {
  readonly directory = mkdtempSync(join(tmpdir(), 'contactsync-demo-'));
  readonly product: Product;
  readonly #startedAt = Date.now();
  readonly #started: Promise<{ stop(): Promise<void> }>[] = [];

  constructor(runCommand?: RunCommand) {
    this.product = new Product(join(this.directory, 'data'), runCommand);
  }

  /** What starts is stopped at the end, also when the demo is interrupted meanwhile. */
  async starting<Server extends { stop(): Promise<void> }>(server: Promise<Server>): Promise<Server> {
    this.#started.push(server);
    return server;
  }

  async close(): Promise<void> {
    for (const one of (await Promise.allSettled(this.#started)).reverse())
      if (one.status === 'fulfilled') await one.value.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  read(path: string): string {
    return readFileSync(path, 'utf8');
  }

  write(name: string, content: string): string {
    writeFileSync(this.path(name), content);
    return this.path(name);
  }

  /** Runs a command, shows it with its output, and insists on its exit code. */
  async shown(args: readonly string[], exitCode: number, longest?: number): Promise<void> {
    command(args.map((arg) => arg.replace(`${this.directory}/`, '')));
    const answer = await this.product.run(args);
    output(`${answer.output}${answer.errors}`.replaceAll(`${this.directory}/`, ''), longest);
    if (answer.exitCode !== exitCode)
      throw new Error(`"contactsync ${args.join(' ')}" ended with ${answer.exitCode} instead of ${exitCode}`);
  }

  async newestRun(): Promise<string> {
    const { runs } = await this.product.json<{ runs: readonly { readonly id: string }[] }>([
      ...['runs', '--limit', '1'],
    ]);
    return runs[0]?.id ?? 'last';
  }

  /** A new certificate of the environment, known to Entra ID. */
  async useNewCertificate(emulator: Emulator, environment: string): Promise<void> {
    const args = ['certificate', 'create', '--environment', environment];
    const created = await this.product.json<{ thumbprint: string; file: string }>(args);
    command(args);
    say(`certificate ${created.thumbprint.slice(0, 12)}…; its .cer file is uploaded to the app registration`);
    const lines =
      readFileSync(created.file)
        .toString('base64')
        .match(/.{1,64}/g) ?? [];
    await emulator.control('apps/register-certificate', {
      certificatePem: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
    });
  }

  summary(world: World, mailboxes: number): void {
    heading('Requests, as the service counts them');
    const row = (cells: readonly string[]) =>
      say(cells.map((cell, index) => (index === 0 ? cell.padEnd(20) : cell.padStart(12))).join(''));
    row(['', 'HTTP calls', 'requests', 'writes', 'per mailbox']);
    for (const { step, calls, inner, writes } of world.counts)
      row([step, String(calls), String(inner), String(writes), (calls / mailboxes).toFixed(1)]);
    say(`(per mailbox: HTTP calls for each of the ${mailboxes} mailboxes, reading the directory included)`);
    const seconds = ((Date.now() - this.#startedAt) / 1000).toFixed(0);
    process.stdout.write('\n');
    if (world.failures === 0) done(`Everything was as claimed. ${seconds} s.`);
    else failed(`${world.failures} claims did not hold. ${seconds} s.`);
  }

  /** The product and the control API as they are called in another terminal. */
  commands(emulator: Emulator): { readonly run: string; readonly curl: string; readonly url: string } {
    const { caFile, url } = emulator.tenant;
    return {
      // Not "node": the one of this machine may be too old, and npx finds the one of the project.
      run: `npx contactsync --data-dir ${quoted(this.product.dataDirectory)}`,
      curl: `curl --cacert ${quoted(caFile)} -H 'content-type: application/json'`,
      url: `${url}/control`,
    };
  }
}
