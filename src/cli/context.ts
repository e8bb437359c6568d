// What every command works with: the operations (opened when first needed), output in the wished form, failures.

import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import {
  type BackupOperations,
  type DocumentText,
  type FailureView,
  OperationError,
  type Operations,
} from '@contactsync/contract';
import type { ExitCode } from './exit-codes.ts';
import { EXIT } from './exit-codes.ts';
import { jsonText } from './json-text.ts';
import { colorPaint, type Paint, plainPaint } from './terminal-text.ts';

/** Documents, certificates and licenses are far smaller; whoever names a film instead is told so. */
const MOST_BYTES = 16 * 1024 * 1024;

export interface Terminal {
  readonly isOutputTerminal: boolean;
  readonly isInputTerminal: boolean;
  readonly width: number;
  out(text: string): void;
  error(text: string): void;
  /** The whole of standard input. */
  readInput(): Promise<string>;
  /** One line typed by a person; without echo for secrets. */
  ask(question: string, options?: { readonly isSecret?: boolean }): Promise<string>;
  /** Calls the handler at Ctrl-C until the returned function is called. */
  onInterrupt(handler: () => void): () => void;
}

export interface OpenedOperations extends Operations {
  close(): Promise<void>;
}

export interface CommandLine {
  /** Without node and the script. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly terminal: Terminal;
  readonly version: string;
  readonly now: () => number;
  readonly newId: () => string;
  readonly open: (
    dataDirectory: string | undefined,
    logDirectory: string | undefined,
  ) => Promise<OpenedOperations>;
  /** Beside the operations: a data directory that is restored is not open. */
  readonly backups: (dataDirectory: string | undefined, logDirectory: string | undefined) => BackupOperations;
  /** Texts of the command line's own failures (usage, unreadable files). */
  readonly describeFailure: (code: string, details: FailureView['details']) => FailureView;
  /** Keeps the stack of a defect in the log file and returns what a person is told. */
  readonly recordDefect: (
    thrown: unknown,
    dataDirectory: string | undefined,
    logDirectory: string | undefined,
  ) => FailureView;
  /** Runs the demo of a checkout; undefined where there is none. */
  readonly demo: ((args: readonly string[]) => Promise<number>) | undefined;
}

export interface GlobalOptions {
  readonly dataDir?: string;
  readonly logDir?: string;
  readonly json?: boolean;
  readonly color: boolean;
}

export class CliContext {
  readonly line: CommandLine;
  readonly terminal: Terminal;
  #options: GlobalOptions = { color: true };
  #opened: Promise<OpenedOperations> | undefined;
  #exitCode: ExitCode = EXIT.ok;

  constructor(line: CommandLine) {
    this.line = line;
    this.terminal = line.terminal;
  }

  useOptions(options: GlobalOptions): void {
    this.#options = options;
  }

  get dataDirectory(): string | undefined {
    return this.#options.dataDir;
  }

  get logDirectory(): string | undefined {
    return this.#options.logDir;
  }

  get isJson(): boolean {
    return this.#options.json === true;
  }

  /** Colors only for people: a terminal, no NO_COLOR (https://no-color.org), no --no-color, no --json. */
  get paint(): Paint {
    const noColor = this.line.env.NO_COLOR;
    const isWanted =
      this.#options.color && !this.isJson && this.terminal.isOutputTerminal && (noColor ?? '') === '';
    return isWanted ? colorPaint : plainPaint;
  }

  operations(): Promise<Operations> {
    this.#opened ??= this.line.open(this.#options.dataDir, this.#options.logDir);
    return this.#opened;
  }

  backups(): BackupOperations {
    return this.line.backups(this.#options.dataDir, this.#options.logDir);
  }

  print(...lines: readonly string[]): void {
    for (const line of lines) this.terminal.out(`${line}\n`);
  }

  printJson(value: unknown): void {
    this.terminal.out(jsonText(value));
  }

  /** JSON when asked for, otherwise lines. */
  show(value: object, lines: () => readonly string[]): void {
    if (this.isJson) this.printJson(value);
    else this.print(...lines());
  }

  /** The worst wins: several files or a command with several steps. */
  end(code: ExitCode): void {
    if (this.#exitCode === EXIT.ok) this.#exitCode = code;
  }

  get exitCode(): ExitCode {
    return this.#exitCode;
  }

  fail(code: string, details: FailureView['details']): never {
    throw new OperationError(this.line.describeFailure(code, details));
  }

  async readDocument(path: string): Promise<DocumentText> {
    if (path === '-') return { text: await this.terminal.readInput(), fileName: 'standard input' };
    return { text: (await this.readBytes(path)).toString('utf8'), fileName: basename(path) };
  }

  async readBytes(path: string, most = MOST_BYTES): Promise<Buffer> {
    let file: FileHandle | undefined;
    try {
      file = await open(path, 'r');
      const { size } = await file.stat();
      if (size > most) return this.fail('unreadableFile', { file: path, reason: 'it is too large' });
      return await file.readFile();
    } catch (thrown) {
      if (thrown instanceof OperationError) throw thrown;
      const reason = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown';
      return this.fail('unreadableFile', { file: path, reason });
    } finally {
      await file?.close();
    }
  }

  async close(): Promise<void> {
    const opened = await this.#opened?.catch(() => undefined);
    await opened?.close();
  }
}

/** Policies are named, files are recognized by how their name ends. */
export function isFileName(text: string): boolean {
  return text === '-' || /\.(ya?ml|json)$/i.test(text);
}
