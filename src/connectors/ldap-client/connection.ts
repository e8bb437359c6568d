// One connection to one domain controller: connect, encrypt, sign in, search page by page. Whatever goes wrong closes
// it for good; nothing here connects again by itself, since a new connection would be neither encrypted nor signed in.

import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext } from 'node:tls';
import { asFailure, Failure, type FailureDetails } from '../../model/failure.ts';
import { type BerElement, readElement } from './ber.ts';
import { connectFailure, resultFailure, SUCCESS, signInFailure } from './failures.ts';
import {
  decodeMessage,
  encodeBind,
  encodeSearch,
  encodeStartTls,
  encodeUnbind,
  type LdapAnswer,
  type LdapControl,
  type RawEntry,
  type SearchRequest,
} from './messages.ts';

export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

export interface ConnectionSettings {
  readonly encryption: 'ldaps' | 'startTls' | 'none';
  /** Whom to trust; not asked for without encryption. */
  readonly trust: () => SecureContext;
  readonly connectTimeoutMs: number;
  /** Without a byte from the server while it owes us an answer. */
  readonly silenceTimeoutMs: number;
  /** Told of every search that is sent, each page one; for whoever counts. */
  readonly onSearch?: () => void;
}

export interface SearchPage {
  readonly entries: readonly RawEntry[];
  readonly references: readonly string[];
  readonly controls: readonly LdapControl[];
}

/** No answer of a directory is longer; whatever claims to be is none. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/** Every message is one. */
const SEQUENCE = 0x30;

interface Pending {
  readonly entries: RawEntry[];
  readonly references: string[];
  readonly resolve: (answer: FinalAnswer) => void;
  readonly reject: (failure: Failure) => void;
}

type FinalAnswer = SearchPage & { readonly result: Extract<LdapAnswer, { kind: 'result' }>['result'] };

export class LdapConnection {
  readonly #details: FailureDetails;
  readonly #pending = new Map<number, Pending>();
  readonly #silenceTimeoutMs: number;
  #socket: Socket;
  #stopListening: () => void;
  #received: Buffer[] = [];
  #receivedBytes = 0;
  /** Bytes after which looking for a whole message is worth it. */
  #wantedBytes = 2;
  #lastId = 0;
  #end: Failure | undefined;
  readonly #onSearch: ConnectionSettings['onSearch'];

  private constructor(
    socket: Socket,
    details: FailureDetails,
    { silenceTimeoutMs, onSearch }: ConnectionSettings,
  ) {
    this.#socket = socket;
    this.#details = details;
    this.#silenceTimeoutMs = silenceTimeoutMs;
    this.#onSearch = onSearch;
    this.#stopListening = this.#listen(socket);
  }

  /** Connected and, unless `encryption` is none, encrypted with a verified certificate; not signed in. */
  static async open(
    server: ServerAddress,
    settings: ConnectionSettings,
    signal: AbortSignal,
  ): Promise<LdapConnection> {
    const details = { server: `${server.host}:${server.port}` };
    const isLdaps = settings.encryption === 'ldaps';
    const socket = await connected(
      isLdaps ? tlsSocket(server, settings) : connectPlain(server.port, server.host),
      isLdaps ? 'ldaps' : 'connecting',
      settings.connectTimeoutMs,
      details,
      signal,
    );
    const connection = new LdapConnection(socket, details, settings);
    if (settings.encryption !== 'startTls') return connection;
    try {
      await connection.#startTls(server, settings, signal);
      return connection;
    } catch (thrown) {
      connection.close();
      throw thrown;
    }
  }

  async #startTls(server: ServerAddress, settings: ConnectionSettings, signal: AbortSignal): Promise<void> {
    let result: FinalAnswer['result'];
    try {
      ({ result } = await this.#ask(encodeStartTls, signal));
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (failure.code !== 'directoryConnectionLost') throw failure;
      throw new Failure('startTlsRefused', { details: this.#details, cause: failure });
    }
    if (result.code !== SUCCESS)
      throw new Failure('startTlsRefused', { details: { ...this.#details, result: result.code } });
    // Bytes that came before the encryption must not count as said after it.
    if (this.#receivedBytes > 0) throw new Failure('unexpectedDirectoryAnswer', { details: this.#details });
    const plain = this.#socket;
    this.#stopListening();
    this.#socket = await connected(
      tlsSocket(server, settings, plain),
      'startTls',
      settings.connectTimeoutMs,
      this.#details,
      signal,
    );
    this.#stopListening = this.#listen(this.#socket);
  }

  get isOpen(): boolean {
    return this.#end === undefined;
  }

  /** Throws a Failure about the account, or about the server when it takes no simple bind on this connection. */
  async bind(account: string, password: string, signal: AbortSignal): Promise<void> {
    const { result } = await this.#ask((id) => encodeBind(id, account, password), signal);
    if (result.code !== SUCCESS) throw signInFailure(result, { ...this.#details, account });
  }

  /** One page; throws a Failure for every result that is not success. */
  async search(request: SearchRequest, signal: AbortSignal): Promise<SearchPage> {
    this.#onSearch?.();
    const { result, ...page } = await this.#ask((id) => encodeSearch(id, request), signal);
    if (result.code !== SUCCESS)
      throw resultFailure(result, {
        ...this.#details,
        ...(request.base === '' ? {} : { base: request.base }),
      });
    return page;
  }

  close(): void {
    if (this.#end !== undefined) return;
    this.#lastId += 1;
    this.#socket.write(encodeUnbind(this.#lastId));
    this.#finish(new Failure('directoryConnectionLost', { details: this.#details }));
    this.#socket.destroySoon();
  }

  #ask(encode: (id: number) => Buffer, signal: AbortSignal): Promise<FinalAnswer> {
    if (signal.aborted) return Promise.reject(cancelled(signal));
    if (this.#end !== undefined) return Promise.reject(this.#end);
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.#pending.delete(id);
        reject(cancelled(signal));
        this.close();
      };
      const settle = () => {
        signal.removeEventListener('abort', abort);
        if (this.#pending.size === 0) this.#socket.setTimeout(0);
      };
      signal.addEventListener('abort', abort, { once: true });
      this.#pending.set(id, {
        entries: [],
        references: [],
        resolve: (answer) => {
          settle();
          resolve(answer);
        },
        reject: (failure) => {
          settle();
          reject(failure);
        },
      });
      this.#socket.setTimeout(this.#silenceTimeoutMs);
      this.#socket.write(encode(id));
    });
  }

  /** Listens until the returned function is called. Listeners of Node's own on the socket must stay. */
  #listen(socket: Socket): () => void {
    const lost = (cause?: unknown) =>
      this.#fail(new Failure('directoryConnectionLost', { details: this.#details, cause }));
    const listeners = {
      data: (bytes: Buffer) => this.#receive(bytes),
      error: lost,
      close: () => lost(),
      end: () => lost(),
      timeout: () => lost(),
    };
    socket.setNoDelay(true);
    for (const [event, listener] of Object.entries(listeners)) socket.on(event, listener);
    return () => {
      for (const [event, listener] of Object.entries(listeners)) socket.off(event, listener);
    };
  }

  #receive(bytes: Buffer): void {
    this.#received.push(bytes);
    this.#receivedBytes += bytes.length;
    if (this.#receivedBytes < this.#wantedBytes) return;
    const buffer = this.#received.length === 1 ? bytes : Buffer.concat(this.#received);
    try {
      let offset = 0;
      for (;;) {
        const message = readElement(buffer, offset);
        if (offset < buffer.length && buffer[offset] !== SEQUENCE) throw new RangeError('no LDAP message');
        if (message === undefined) break;
        this.#take(buffer, message);
        offset = message.end;
      }
      const rest = buffer.subarray(offset);
      this.#received = rest.length === 0 ? [] : [rest];
      this.#receivedBytes = rest.length;
      this.#wantedBytes = wholeLength(rest);
      if (this.#wantedBytes > MAX_MESSAGE_BYTES) throw new RangeError('size of an LDAP message');
    } catch (cause) {
      this.#fail(new Failure('unexpectedDirectoryAnswer', { details: this.#details, cause }));
    }
  }

  #take(buffer: Buffer, message: BerElement): void {
    const { id, answer } = decodeMessage(buffer, message);
    const pending = this.#pending.get(id);
    // Id 0 is the notice of disconnection (RFC 4511, 4.4.1); answers to what was given up belong to nobody.
    if (id === 0) this.#fail(new Failure('directoryConnectionLost', { details: this.#details }));
    if (pending === undefined) return;
    if (answer.kind === 'entry') pending.entries.push(answer.entry);
    else if (answer.kind === 'reference') pending.references.push(...answer.urls);
    else {
      this.#pending.delete(id);
      const { entries, references } = pending;
      pending.resolve({ entries, references, controls: answer.controls, result: answer.result });
    }
  }

  #fail(failure: Failure): void {
    if (this.#end !== undefined) return;
    this.#finish(failure);
    this.#socket.destroy();
  }

  #finish(failure: Failure): void {
    this.#end = failure;
    const waiting = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of waiting) reject(failure);
  }
}

function cancelled(signal: AbortSignal): Failure {
  return new Failure('cancelled', { cause: signal.reason });
}

/** How many bytes the message at the beginning has, as far as its head is there. */
function wholeLength(bytes: Buffer): number {
  if (bytes.length < 2) return 2;
  const first = bytes.readUInt8(1);
  if (first < 0x80) return 2 + first;
  const size = first & 0x7f;
  return bytes.length < 2 + size ? 2 + size : 2 + size + bytes.readUIntBE(2, size);
}

function tlsSocket({ host, port }: ServerAddress, { trust }: ConnectionSettings, socket?: Socket): Socket {
  return connectTls({
    host,
    port,
    ...(socket === undefined ? {} : { socket }),
    ...(isIP(host) === 0 ? { servername: host } : {}),
    secureContext: trust(),
    // Said aloud: NODE_TLS_REJECT_UNAUTHORIZED in the environment must not open the way to a stranger.
    rejectUnauthorized: true,
  });
}

function connected(
  socket: Socket,
  phase: 'connecting' | 'ldaps' | 'startTls',
  timeoutMs: number,
  details: FailureDetails,
  signal: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    let hasTcp = phase === 'startTls';
    const finish = (failure?: Failure) => {
      signal.removeEventListener('abort', abort);
      for (const [event, listener] of Object.entries(listeners)) socket.off(event, listener);
      socket.setTimeout(0);
      if (failure === undefined) return resolve(socket);
      // A late error of a socket nobody waits for must not end the process.
      socket.on('error', () => {});
      socket.destroy();
      reject(failure);
    };
    const abort = () => finish(cancelled(signal));
    const fail = (cause?: unknown) => finish(connectFailure(cause, hasTcp ? phase : 'connecting', details));
    const listeners = {
      timeout: () => fail(),
      error: fail,
      close: () => fail(),
      connect: () => {
        hasTcp = true;
        if (phase === 'connecting') finish();
      },
      secureConnect: () => finish(),
    };
    for (const [event, listener] of Object.entries(listeners)) socket.on(event, listener);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    socket.setTimeout(timeoutMs);
  });
}
