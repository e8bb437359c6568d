// Who uses the service how much: admits or refuses each request by the limits that are switched on and keeps the
// figures that tests look at, whether anything is limited or not. All times are the emulator's clock's.

import type { EmulatorClock } from '../organization/clock.ts';
import type { EmulatorRequest, Face } from '../server/exchange.ts';
import { Draws } from './draws.ts';
import { directoryUnitsOf, type Limits, readTrafficSettings, type TrafficChoice } from './settings.ts';
import { SlidingWindow, TokenBucket, type WindowLimit } from './windows.ts';

export type LimitName = Exclude<keyof Limits, 'retryAfter'>;

export interface Visit {
  readonly clientId: string;
  /** Absent: a request to the directory. */
  readonly mailbox?: { readonly address: string; readonly uploadBytes: number };
  readonly directory?: { readonly units: number; readonly users: number };
}

export interface Admission {
  /** Why it is refused; the milliseconds after which it may be tried again. */
  readonly refused?: { readonly limit: LimitName; readonly waitMs: number };
  /** How much of the directory's bucket is used. */
  readonly usedShare?: number;
  /** To be called when the request is done. */
  readonly leave: () => void;
}

export interface MailboxUsage {
  readonly requests: number;
  readonly refused: number;
  /** Admitted requests that were there together. */
  readonly mostAtOnce: number;
  readonly uploadBytes: number;
}

export interface Usage {
  readonly requests: number;
  readonly refused: Readonly<Partial<Record<LimitName, number>>>;
  /** Over all mailboxes and the directory. */
  readonly mostAtOnce: number;
  /** By primary address; of all apps together. */
  readonly mailboxes: Readonly<Record<string, MailboxUsage>>;
}

interface MailboxTraffic {
  readonly address: string;
  atOnce: number;
  mostAtOnce: number;
  requests: number;
  refused: number;
  uploadBytes: number;
  readonly requestWindow: SlidingWindow;
  readonly uploadWindow: SlidingWindow;
}

export class Traffic {
  readonly #clock: EmulatorClock;
  readonly #atStart: TrafficChoice;
  readonly #draws = new Draws();
  #settings;
  #mailboxes = new Map<string, MailboxTraffic>();
  #apps = new Map<string, SlidingWindow>();
  #buckets = new Map<string, TokenBucket>();
  #refused: Partial<Record<LimitName, number>> = {};
  #requests = 0;
  #atOnce = 0;
  #mostAtOnce = 0;

  constructor(clock: EmulatorClock, atStart: TrafficChoice) {
    this.#clock = clock;
    this.#atStart = atStart;
    this.#settings = readTrafficSettings(atStart);
  }

  get settings(): ReturnType<typeof readTrafficSettings> {
    return this.#settings;
  }

  /** What is not named is off again. Counting begins anew; requests that are under way keep their places. */
  choose(choice: TrafficChoice): void {
    this.#settings = readTrafficSettings(choice);
    this.#startCounting();
  }

  reset(): void {
    this.choose(this.#atStart);
  }

  /** Emulated milliseconds that this request takes. */
  latencyOf(face: Face, request: EmulatorRequest): number {
    const { latency, latencyFaces } = this.#settings;
    if (!latencyFaces.includes(face) || latency.to === 0) return 0;
    if (latency.from === latency.to) return latency.from;
    return latency.from + (latency.to - latency.from) * this.#draws.next(latency.seed, 'latency', request);
  }

  /** Refused requests count as well: who does not wait is not let in sooner. */
  admit(visit: Visit): Admission {
    const now = this.#clock.milliseconds();
    this.#requests += 1;
    const mailbox = visit.mailbox && this.#mailboxOf(visit.clientId, visit.mailbox.address);
    if (mailbox !== undefined) mailbox.requests += 1;
    const bucket = visit.directory && this.#bucketOf(visit.clientId, now, visit.directory.users);
    const refused = this.#refusalOf(visit, now, mailbox, bucket);
    if (refused !== undefined) {
      this.#refused[refused.limit] = (this.#refused[refused.limit] ?? 0) + 1;
      if (mailbox !== undefined) mailbox.refused += 1;
    } else {
      this.#atOnce += 1;
      this.#mostAtOnce = Math.max(this.#mostAtOnce, this.#atOnce);
      if (mailbox !== undefined) this.#enter(mailbox, now, visit.mailbox?.uploadBytes ?? 0);
    }
    let isInside = refused === undefined;
    return {
      ...(refused === undefined ? {} : { refused }),
      ...(bucket === undefined ? {} : { usedShare: bucket.bucket.usedShare(bucket.limit) }),
      leave: () => {
        if (!isInside) return;
        isInside = false;
        this.#atOnce -= 1;
        if (mailbox !== undefined) mailbox.atOnce -= 1;
      },
    };
  }

  usage(): Usage {
    const mailboxes: Record<string, MailboxUsage> = {};
    for (const { address, requests, refused, mostAtOnce, uploadBytes } of this.#mailboxes.values()) {
      if (requests === 0) continue;
      const other = mailboxes[address] ?? { requests: 0, refused: 0, mostAtOnce: 0, uploadBytes: 0 };
      mailboxes[address] = {
        requests: other.requests + requests,
        refused: other.refused + refused,
        mostAtOnce: Math.max(other.mostAtOnce, mostAtOnce),
        uploadBytes: other.uploadBytes + uploadBytes,
      };
    }
    return {
      requests: this.#requests,
      refused: { ...this.#refused },
      mostAtOnce: this.#mostAtOnce,
      mailboxes,
    };
  }

  #refusalOf(
    visit: Visit,
    now: number,
    mailbox: MailboxTraffic | undefined,
    bucket: { readonly bucket: TokenBucket; readonly limit: WindowLimit } | undefined,
  ): Admission['refused'] {
    const { limits } = this.#settings;
    const waits: [LimitName, number][] = [
      ['appRequests', countIn(this.#appOf(visit.clientId), now, limits.appRequests)],
    ];
    if (bucket !== undefined)
      waits.push(['directoryUnits', bucket.bucket.take(now, visit.directory?.units ?? 1, bucket.limit)]);
    if (mailbox !== undefined) {
      waits.push(['mailboxRequests', countIn(mailbox.requestWindow, now, limits.mailboxRequests)]);
      const isFull = mailbox.atOnce >= (limits.mailboxConcurrency ?? Number.POSITIVE_INFINITY);
      waits.push(['mailboxConcurrency', isFull ? Math.max(1000, this.#settings.latency.to) : 0]);
      const bytes = visit.mailbox?.uploadBytes ?? 0;
      const upload = limits.mailboxUpload;
      waits.push([
        'mailboxUpload',
        upload === undefined || bytes === 0 ? 0 : mailbox.uploadWindow.waitFor(now, bytes, upload),
      ]);
    }
    const found = waits.find(([, waitMs]) => waitMs > 0);
    return found && { limit: found[0], waitMs: found[1] };
  }

  #enter(mailbox: MailboxTraffic, now: number, bytes: number): void {
    mailbox.atOnce += 1;
    mailbox.mostAtOnce = Math.max(mailbox.mostAtOnce, mailbox.atOnce);
    mailbox.uploadBytes += bytes;
    if (bytes > 0 && this.#settings.limits.mailboxUpload !== undefined) mailbox.uploadWindow.add(now, bytes);
  }

  #mailboxOf(clientId: string, address: string): MailboxTraffic {
    const key = `${clientId} ${address}`;
    const mailbox = this.#mailboxes.get(key) ?? newMailbox(address);
    this.#mailboxes.set(key, mailbox);
    return mailbox;
  }

  #appOf(clientId: string): SlidingWindow {
    const app = this.#apps.get(clientId) ?? new SlidingWindow();
    this.#apps.set(clientId, app);
    return app;
  }

  #bucketOf(clientId: string, now: number, users: number) {
    const { directoryUnits } = this.#settings.limits;
    if (directoryUnits === undefined) return undefined;
    const limit = directoryUnits === 'by-size' ? directoryUnitsOf(users) : directoryUnits;
    const bucket = this.#buckets.get(clientId) ?? new TokenBucket(now, limit);
    this.#buckets.set(clientId, bucket);
    return { bucket, limit };
  }

  #startCounting(): void {
    const before = this.#mailboxes;
    this.#mailboxes = new Map();
    // The records stay the same objects: requests that are under way leave them later.
    for (const [key, mailbox] of before) {
      if (mailbox.atOnce === 0) continue;
      Object.assign(mailbox, { ...newMailbox(mailbox.address), atOnce: mailbox.atOnce });
      this.#mailboxes.set(key, mailbox);
    }
    this.#apps.clear();
    this.#buckets.clear();
    this.#draws.clear();
    this.#refused = {};
    this.#requests = 0;
    this.#mostAtOnce = this.#atOnce;
  }
}

function countIn(window: SlidingWindow, now: number, limit: WindowLimit | undefined): number {
  if (limit === undefined) return 0;
  const waitMs = window.waitFor(now, 1, limit);
  window.add(now, 1);
  return waitMs;
}

function newMailbox(address: string): MailboxTraffic {
  return {
    address,
    atOnce: 0,
    mostAtOnce: 0,
    requests: 0,
    refused: 0,
    uploadBytes: 0,
    requestWindow: new SlidingWindow(),
    uploadWindow: new SlidingWindow(),
  };
}
