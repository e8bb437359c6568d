// Every request the emulator answered, including each part of a $batch: tests and the demo count requests
// here instead of spying on the product.

import type { EmulatorRequest, Face } from './exchange.ts';

export interface LoggedRequest {
  readonly at: string;
  readonly face: Face;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** 0 where the connection was dropped without an answer. */
  readonly status: number;
  /** As the client named us, with the port. */
  readonly host: string;
  readonly isEncrypted: boolean;
  /** Scheme of the credentials that came along: `Basic`. */
  readonly credentials?: string;
  readonly requestId: string;
  readonly clientRequestId?: string;
  readonly mailbox?: string;
  /** Of EWS: `FindItem`. */
  readonly operation?: string;
  readonly isBatchPart: boolean;
  /** The kind of the scripted or random fault that met it. */
  readonly fault?: string;
}

export interface RequestCounts {
  readonly total: number;
  readonly batchParts: number;
  readonly byFace: Readonly<Record<string, number>>;
  readonly byMethod: Readonly<Record<string, number>>;
  readonly byStatus: Readonly<Record<string, number>>;
}

// A run over thousands of mailboxes would fill the memory: the oldest entries go, the counts stay exact.
const keptEntries = 200_000;

export class RequestLog {
  #entries: LoggedRequest[] = [];
  #total = 0;
  #batchParts = 0;
  #byFace = new Map<string, number>();
  #byMethod = new Map<string, number>();
  #byStatus = new Map<string, number>();

  add(at: Date, face: Face, request: EmulatorRequest, status: number, isBatchPart: boolean): void {
    const clientRequestId = request.headers['client-request-id'];
    const mailbox = request.trace.mailbox;
    const credentials = request.headers['authorization']?.split(' ', 1)[0];
    this.#entries.push({
      at: at.toISOString(),
      face,
      method: request.method,
      path: request.queryText === '' ? request.path : `${request.path}?${request.queryText}`,
      status,
      host: request.baseUrl.replace(/^\w+:\/\//, ''),
      isEncrypted: request.baseUrl.startsWith('https:'),
      ...(credentials === undefined ? {} : { credentials }),
      requestId: request.requestId,
      ...(clientRequestId === undefined ? {} : { clientRequestId }),
      ...(mailbox === undefined ? {} : { mailbox }),
      ...(request.trace.operation === undefined ? {} : { operation: request.trace.operation }),
      isBatchPart,
      ...(request.trace.fault === undefined ? {} : { fault: request.trace.fault.kind }),
    });
    if (this.#entries.length > keptEntries) this.#entries.splice(0, keptEntries / 10);
    this.#total += 1;
    if (isBatchPart) this.#batchParts += 1;
    increase(this.#byFace, face);
    increase(this.#byMethod, request.method);
    increase(this.#byStatus, String(status));
  }

  get entries(): readonly LoggedRequest[] {
    return this.#entries;
  }

  counts(): RequestCounts {
    return {
      total: this.#total,
      batchParts: this.#batchParts,
      byFace: Object.fromEntries(this.#byFace),
      byMethod: Object.fromEntries(this.#byMethod),
      byStatus: Object.fromEntries(this.#byStatus),
    };
  }

  clear(): void {
    this.#entries = [];
    this.#total = 0;
    this.#batchParts = 0;
    this.#byFace.clear();
    this.#byMethod.clear();
    this.#byStatus.clear();
  }
}

function increase(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
