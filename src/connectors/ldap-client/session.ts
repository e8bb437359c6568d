// Reads from the first domain controller that can be read from. What one of them began is begun again on the next one:
// pages of two servers are never put together. A refused password is never sent a second time.

import { asFailure, Failure } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { type ConnectionSettings, LdapConnection, type ServerAddress } from './connection.ts';
import { isAboutTheAccount, isAboutTheServer } from './failures.ts';
import { type LdapReader, openReader, type ServerFacts } from './reader.ts';

export interface SessionOptions extends ConnectionSettings {
  readonly account: string;
  readonly password: string;
  /** Asked before every connection; throws a Failure when there is none. */
  readonly findServers: (signal: AbortSignal) => Promise<readonly ServerAddress[]>;
  /** Told whenever something was read from a server to its end. */
  readonly onRead?: (facts: ServerFacts, server: ServerAddress) => void;
  /** Told of every sign-in: undefined, or why the account was refused. */
  readonly onSignIn?: (refusal: Failure | undefined) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

export class LdapSession {
  readonly #options: SessionOptions;
  /** Answered last time; its caches are warm, and what is remembered was read from it. */
  #preferred: ServerAddress | undefined;
  #refusal: Failure | undefined;
  #connecting: Promise<unknown> = Promise.resolve();
  #open: { readonly connection: LdapConnection; readonly reader: LdapReader } | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /**
   * Runs `attempt` with a reader of one server. When the server fails under it, the attempt is made again with the
   * next one, from its beginning. Throws the failure of the last attempt that had begun; when none had, the failure
   * that says most.
   */
  async read<T>(attempt: (reader: LdapReader) => Promise<T>, signal: AbortSignal): Promise<T> {
    if (signal.aborted) throw new Failure('cancelled', { cause: signal.reason });
    if (this.#refusal !== undefined) throw this.#refusal;
    let begun: Failure | undefined;
    const refusals: Failure[] = [];
    const queue = [...(await this.#candidates(signal))];
    const isAlone = queue.length === 1;
    for (let server = queue.shift(); server !== undefined; server = queue.shift()) {
      let reader: LdapReader;
      try {
        reader = await this.#connect(server, signal);
      } catch (thrown) {
        const failure = asFailure(thrown);
        if (signal.aborted || !isAboutTheServer(failure)) throw failure;
        this.#options.log.warn('a domain controller cannot be used', { ...failure.toRecord() });
        refusals.push(failure);
        continue;
      }
      try {
        const result = await attempt(reader);
        this.#options.onRead?.(reader.facts, server);
        return result;
      } catch (thrown) {
        const failure = asFailure(thrown);
        if (signal.aborted || !isAboutTheServer(failure)) throw failure;
        this.#options.log.warn('a domain controller stopped half way', { ...failure.toRecord() });
        this.#drop();
        // One that has nobody to stand in for it may be back at once, after a restart or a cut connection.
        if (isAlone && begun === undefined) queue.push(server);
        begun = failure;
      }
    }
    throw begun ?? mostTelling(refusals);
  }

  close(): void {
    this.#drop();
  }

  #drop(): void {
    this.#open?.connection.close();
    this.#open = undefined;
    this.#preferred = undefined;
  }

  async #candidates(signal: AbortSignal): Promise<readonly ServerAddress[]> {
    const servers = await this.#options.findServers(signal);
    const preferred = this.#preferred;
    const isKnown = preferred !== undefined && servers.some((server) => isSame(server, preferred));
    return isKnown ? [preferred, ...servers.filter((server) => !isSame(server, preferred))] : servers;
  }

  /** One after the other: two readings at once share a connection, and a refused password. */
  #connect(server: ServerAddress, signal: AbortSignal): Promise<LdapReader> {
    const connected = this.#connecting.then(() => this.#connectUnlessRefused(server, signal));
    this.#connecting = connected.catch(() => undefined);
    return connected;
  }

  async #connectUnlessRefused(server: ServerAddress, signal: AbortSignal): Promise<LdapReader> {
    if (this.#refusal !== undefined) throw this.#refusal;
    try {
      return await this.#connectNow(server, signal);
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (isAboutTheAccount(failure)) {
        this.#refusal = failure;
        await this.#options.onSignIn?.(failure);
      }
      throw failure;
    }
  }

  async #connectNow(server: ServerAddress, signal: AbortSignal): Promise<LdapReader> {
    const { account, password, clock } = this.#options;
    if (this.#open !== undefined && this.#preferred !== undefined && isSame(this.#preferred, server)) {
      if (this.#open.connection.isOpen) return this.#open.reader;
    }
    this.#drop();
    // Without a password a simple bind succeeds, and reads as nobody (RFC 4513, 5.1.2).
    if (password === '') throw new Failure('directoryPasswordRefused', { details: { account } });
    const connection = await LdapConnection.open(server, this.#options, signal);
    try {
      await connection.bind(account, password, signal);
      await this.#options.onSignIn?.(undefined);
      const reader = await openReader(connection, clock, signal);
      this.#open = { connection, reader };
      this.#preferred = server;
      return reader;
    } catch (thrown) {
      connection.close();
      throw thrown;
    }
  }
}

function isSame(a: ServerAddress, b: ServerAddress): boolean {
  return a.host === b.host && a.port === b.port;
}

/** That one is switched off says less than that one's certificate is not trusted. */
function mostTelling(failures: readonly Failure[]): Failure {
  return (
    failures.find(({ code }) => code !== 'domainControllerUnreachable') ??
    failures[0] ??
    new Failure('noDomainController')
  );
}
