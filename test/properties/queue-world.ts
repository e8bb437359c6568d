// A company's service over a history: minutes that pass, runs that end somehow, people who run policies by hand, stops,
// kills at any word between service and queue, a database that is locked, a clock that is set. It watches what begins and
// counts what was due.

import { FakeClock } from '../../src/connectors/memory/fake-clock.ts';
import { InMemoryLeases } from '../../src/connectors/memory/stores/in-memory-leases.ts';
import { InMemoryRunQueue } from '../../src/connectors/memory/stores/in-memory-run-queue.ts';
import type { Timetable } from '../../src/core/timetable.ts';
import { holdingPolicy } from '../../src/engine/holding.ts';
import { asFailure, Failure } from '../../src/model/failure.ts';
import type { PolicyId } from '../../src/model/ids.ts';
import { isLease, type Lease } from '../../src/ports/leases.ts';
import type { RunQueue } from '../../src/ports/run-queue.ts';
import type { RunEnd, ScheduledPolicy } from '../../src/scheduler/scheduler.ts';
import { type Begun, idOf, MINUTE, settle, TestService } from '../../src/scheduler/testing/test-service.ts';

const HOUR = 60 * MINUTE;
const LONG_AGO = Date.parse('2000-01-01T00:00:00.000Z');
const START = '2026-11-02T08:00:30.000Z';

/** In minutes since the epoch. The moments of real schedules have tests of their own, and cost more. */
function every(minutes: number, offset = 0): Timetable {
  const first = (after: number) => Math.floor((after / MINUTE - offset) / minutes + 1) * minutes + offset;
  return {
    *momentsAfter(after) {
      for (let at = first(after.getTime()); ; at += minutes) yield new Date(at * MINUTE);
    },
    momentsBetween(after, until) {
      const found: Date[] = [];
      for (let at = first(after.getTime()); at * MINUTE <= until.getTime(); at += minutes)
        found.push(new Date(at * MINUTE));
      return found;
    },
    next: (after) => new Date(first(after.getTime()) * MINUTE),
  };
}

const POLICIES: readonly Pick<ScheduledPolicy, 'timetable' | 'environment' | 'maximumMinutes'>[] = [
  { timetable: every(7), environment: 'contoso', maximumMinutes: undefined },
  { timetable: every(30, 3), environment: 'contoso', maximumMinutes: undefined },
  { timetable: every(11), environment: 'contoso', maximumMinutes: undefined },
  { timetable: every(60, 5), environment: 'fabrikam', maximumMinutes: 20 },
];
export const HOW_MANY = POLICIES.length;

export type How = RunEnd | 'throws' | 'databaseBusy';

export type Action =
  | { readonly kind: 'pass'; readonly minutes: number }
  | { readonly kind: 'end'; readonly which: number; readonly how: How }
  | { readonly kind: 'byHand' | 'enable'; readonly which: number }
  | { readonly kind: 'stop' | 'kill'; readonly minutes: number }
  | { readonly kind: 'killAt'; readonly call: number; readonly isDone: boolean; readonly minutes: number }
  | { readonly kind: 'locked'; readonly minutes: number }
  | { readonly kind: 'setClock'; readonly hours: number };

/** What is broken on purpose. */
export interface Twin {
  readonly queue?: () => RunQueue;
  readonly policies?: (policy: ScheduledPolicy) => ScheduledPolicy;
  readonly ignoresLeases?: boolean;
  readonly forgetsItsRuns?: boolean;
}

/** What the world knows of a policy, from its schedule and from what it saw begin and end. */
interface Account {
  readonly policy: ScheduledPolicy;
  isEnabled: boolean;
  /** Due and no run of it ended since. */
  isOwed: boolean;
  /** When its last run ended that came to its own end, and when it began, as the store of runs remembers it. */
  endedAt: number;
  endedBegin: number;
  /** The clock was set back by so much during its last run that nobody can tell for what that one was. */
  isExcused: boolean;
  /** It may let others pass until a minute later. */
  pausedAt: number;
}

const never = () => new Promise<never>(() => {});

interface LineWorld {
  readonly isLocked: boolean;
  readonly order: PolicyId[];
}

/** Everything a service says to the queue passes here: it may find the database locked, or be its last word. */
class Line implements RunQueue {
  readonly #queue: RunQueue;
  readonly #world: LineWorld;
  readonly #onDeath: () => void;
  #left = Number.POSITIVE_INFINITY;
  #isDone = false;
  #isDead = false;

  constructor(queue: RunQueue, world: LineWorld, onDeath: () => void) {
    this.#queue = queue;
    this.#world = world;
    this.#onDeath = onDeath;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** `isDone`: what it asked last is done before it dies. */
  dieAt(call: number, isDone: boolean): void {
    this.#left = call;
    this.#isDone = isDone;
  }

  die(): void {
    if (this.#isDead) return;
    this.#isDead = true;
    this.#onDeath();
  }

  async #say<T>(word: () => Promise<T>): Promise<T> {
    if (this.#isDead) return never();
    if (this.#world.isLocked) throw new Failure('databaseBusy');
    this.#left -= 1;
    if (this.#left > 0) return word();
    if (this.#isDone) await word();
    this.die();
    return never();
  }

  list = () => this.#say(() => this.#queue.list());
  consider: RunQueue['consider'] = (...told) =>
    this.#say(async () => {
      const wasAdded = await this.#queue.consider(...told);
      if (wasAdded) this.#world.order.push(told[0]);
      return wasAdded;
    });
  consideredUntil = (id: PolicyId) => this.#say(() => this.#queue.consideredUntil(id));
  setRunning = (id: PolicyId, isRunning: boolean) => this.#say(() => this.#queue.setRunning(id, isRunning));
  remove = (id: PolicyId) =>
    this.#say(async () => {
      await this.#queue.remove(id);
      this.#world.order.splice(this.#world.order.indexOf(id), 1);
    });
  forget = (id: PolicyId) => this.#say(() => this.#queue.forget(id));
}

export class QueueWorld {
  isLocked = false;
  /** In which they came, remembered here and not by the queue. */
  readonly order: PolicyId[] = [];
  readonly #twin: Twin;
  readonly #queue: RunQueue;
  readonly #accounts: readonly Account[];
  readonly #byHand = new Map<PolicyId, Lease>();
  #clock = new FakeClock(START, { sleepsAtOnce: false });
  readonly #leases = new InMemoryLeases({ now: () => this.#clock.now(), sleep: never });
  #live: Begun[] = [];
  #lives = 0;
  #line: Line;
  #service: TestService;
  /** Up to here every moment is counted. */
  #seenUntil = Date.parse(START);
  /** The service learns within a minute that its clock was set back. What is due in that minute may be left out. */
  #setBackTo = Number.POSITIVE_INFINITY;
  #minutesDown = 0;

  static async begun(twin: Twin = {}): Promise<QueueWorld> {
    const world = new QueueWorld(twin);
    await settle();
    return world;
  }

  private constructor(twin: Twin) {
    this.#twin = twin;
    this.#queue = twin.queue?.() ?? new InMemoryRunQueue();
    this.#accounts = POLICIES.map((wish, index) => ({
      policy: { id: idOf(index), name: `policy ${index}`, missed: 'once', ...wish },
      ...{ isEnabled: true, isOwed: false, isExcused: false, pausedAt: LONG_AGO },
      ...{ endedAt: LONG_AGO, endedBegin: LONG_AGO },
    }));
    ({ line: this.#line, service: this.#service } = this.#newLife());
  }

  #newLife(): { line: Line; service: TestService } {
    this.#lives += 1;
    const holder = `service ${this.#lives}`;
    const line = new Line(this.#queue, this, () => {
      this.#live = [];
      this.#leases.holderDies(holder);
    });
    const service = new TestService({
      queue: line,
      clock: this.#clock,
      around: (policy, signal, run) => this.#holding(policy, holder, signal, run),
      endedRuns: async (id) => this.#endedRuns(id),
      onBegun: (begun) => this.#onBegun(begun),
    });
    this.#giveTo(service);
    service.start();
    return { line, service };
  }

  #giveTo(service: TestService): void {
    const { policies = (policy) => policy } = this.#twin;
    service.policies = this.#accounts.map(({ policy, isEnabled }) =>
      policies(isEnabled ? policy : { ...policy, timetable: undefined }),
    );
  }

  async #holding(
    { id }: ScheduledPolicy,
    holder: string,
    signal: AbortSignal,
    run: (signal: AbortSignal) => Promise<RunEnd>,
  ): Promise<RunEnd> {
    if (this.#twin.ignoresLeases === true) return run(signal);
    try {
      return await holdingPolicy(id, { leases: this.#leases, holder, signal }, run);
    } catch (thrown) {
      if (asFailure(thrown).code !== 'alreadyRunning') throw thrown;
      this.#account(id).pausedAt = this.#now;
      return 'busy';
    }
  }

  #endedRuns(id: PolicyId): readonly string[] {
    return this.#twin.forgetsItsRuns === true ? [] : [new Date(this.#account(id).endedBegin).toISOString()];
  }

  get #now(): number {
    return this.#clock.now().getTime();
  }

  #account(id: PolicyId): Account {
    const account = this.#accounts.find(({ policy }) => policy.id === id);
    if (account === undefined) throw new Error('no such policy');
    return account;
  }

  // Laws

  readonly #troubles: string[] = [];
  readonly #beginnings = new WeakMap<Begun, number>();

  #onBegun(begun: Begun): void {
    const { id, name } = begun.policy;
    const account = this.#account(id);
    const { environment } = account.policy;
    this.#noticeSetBack(this.#now);
    const isWanted =
      account.isOwed ||
      account.isExcused ||
      this.#latestMoment(account, Math.min(this.#seenUntil, this.#setBackTo)) > LONG_AGO;
    if (!isWanted) this.#troubles.push(`${name} runs for nothing`);
    account.isOwed = true;
    if (this.#byHand.has(id)) this.#troubles.push(`${name} runs twice at once, also by hand`);
    for (const { policy } of this.#live) {
      if (policy.id === id) this.#troubles.push(`${name} runs twice at once`);
      else if (this.#account(policy.id).policy.environment === environment)
        this.#troubles.push(`two run at once in ${environment}`);
    }
    const place = this.order.indexOf(id);
    for (const before of place < 0 ? this.order : this.order.slice(0, place)) {
      const { policy, pausedAt, isEnabled } = this.#account(before);
      const mayBeginNow = isEnabled && Math.abs(this.#now - pausedAt) > MINUTE;
      if (policy.environment === environment && mayBeginNow)
        this.#troubles.push(`${name} out of turn, before ${policy.name}`);
    }
    this.#live.push(begun);
    this.#beginnings.set(begun, this.#now);
  }

  /** After a turn of the service: what was due by now is owed until a run of it is over. */
  async #witness(): Promise<void> {
    if (this.#line.isDead || this.isLocked) return;
    const now = this.#now;
    this.#noticeSetBack(now);
    const queued = new Set((await this.#queue.list()).map(({ policyId }) => policyId));
    for (const account of this.#accounts) {
      const { policy, isEnabled } = account;
      // A moment at which it still ran need not be made up for.
      if (this.#latestMoment(account, this.#seenUntil) > account.endedAt) account.isOwed = true;
      // One that is disabled is not begun; where it runs already it is not cut off.
      if (!isEnabled && !this.#isLive(policy)) account.isOwed = false;
      if (account.isOwed && !queued.has(policy.id)) this.#troubles.push(`lost: ${policy.name}`);
    }
    this.#seenUntil = Math.max(this.#seenUntil, now);
    this.#setBackTo = Number.POSITIVE_INFINITY;
  }

  #isLive({ id }: ScheduledPolicy): boolean {
    return this.#live.some(({ policy }) => policy.id === id);
  }

  #latestMoment({ policy, isEnabled }: Account, since: number): number {
    const until = new Date(this.#now);
    const moments = isEnabled ? policy.timetable?.momentsBetween(new Date(since), until) : undefined;
    return moments?.at(-1)?.getTime() ?? LONG_AGO;
  }

  /** By more than three hours: the clock was wrong before, and what it said then tells nothing. */
  #noticeSetBack(now: number): void {
    if (this.#seenUntil - now <= 3 * HOUR) return;
    this.#seenUntil = now;
    for (const account of this.#accounts) account.endedAt = Math.min(account.endedAt, now);
  }

  #check(): void {
    const [first] = this.#troubles;
    if (first !== undefined) throw new Error(this.#troubles.join('; '));
  }

  // What happens

  async act(action: Action): Promise<void> {
    switch (action.kind) {
      case 'pass':
        await this.#pass(action.minutes);
        break;
      case 'end':
        await this.#end(this.#live[action.which % Math.max(1, this.#live.length)], action.how);
        break;
      case 'byHand':
        await this.#runByHand(idOf(action.which));
        break;
      case 'enable': {
        const account = this.#account(idOf(action.which));
        account.isEnabled = !account.isEnabled;
        this.#giveTo(this.#service);
        await this.#pass(1);
        break;
      }
      case 'stop':
        await this.#stop();
        await this.#restart(action.minutes);
        break;
      case 'kill':
        this.#line.die();
        await this.#restart(action.minutes);
        break;
      case 'killAt':
        this.#minutesDown = action.minutes;
        this.#line.dieAt(action.call, action.isDone);
        break;
      case 'locked':
        this.isLocked = true;
        await this.#pass(action.minutes);
        this.isLocked = false;
        await this.#minute();
        break;
      case 'setClock':
        this.#clock.set(action.hours * HOUR);
        if (this.#seenUntil - this.#now > 3 * HOUR) this.#setBackTo = this.#now;
        await this.#minute();
        break;
    }
    this.#check();
  }

  async #pass(minutes: number): Promise<void> {
    for (let minute = 0; minute < minutes; minute += 1) await this.#minute();
  }

  async #minute(): Promise<void> {
    this.#clock.advance(MINUTE);
    await this.#settled();
  }

  /** Everything that follows is done, and somebody starts a dead service again. */
  async #settled(): Promise<void> {
    await settle();
    if (this.#line.isDead) await this.#restart(this.#minutesDown);
    // Nobody but the service ends a run that was told to end.
    for (const begun of this.#live.filter(({ signal }) => signal.aborted)) await this.#end(begun, 'stopped');
    await this.#witness();
  }

  async #end(begun: Begun | undefined, how: How): Promise<void> {
    if (begun === undefined) return;
    this.#live = this.#live.filter((one) => one !== begun);
    const account = this.#account(begun.policy.id);
    const isDone = how === 'ended' || how === 'throws' || (how === 'stopped' && begun.signal.aborted);
    if (isDone) {
      account.endedAt = this.#now;
      account.endedBegin = this.#beginnings.get(begun) ?? LONG_AGO;
      account.isExcused = account.endedBegin - this.#now > 3 * HOUR;
      account.isOwed = false;
    } else {
      account.pausedAt = this.#now;
      account.isOwed &&= account.isEnabled;
    }
    if (how === 'throws') begun.fail();
    else if (how === 'databaseBusy') begun.fail(new Failure('databaseBusy'));
    else begun.end(how);
    await settle();
    if (this.#line.isDead) await this.#restart(this.#minutesDown);
  }

  async #runByHand(id: PolicyId): Promise<void> {
    const held = this.#byHand.get(id);
    if (held !== undefined) {
      this.#byHand.delete(id);
      await held.release();
      return;
    }
    const answer = await this.#leases.acquire(`policy:${id}`, 'somebody');
    if (!isLease(answer)) return;
    if (this.#live.some(({ policy }) => policy.id === id))
      this.#troubles.push('a run by hand begins twice at once');
    this.#byHand.set(id, answer);
  }

  async #stop(): Promise<void> {
    const stopped = this.#service.stop();
    const inHand = this.#live;
    this.#live = [];
    for (const begun of inHand) begun.end('stopped');
    await Promise.race([stopped, settle()]);
    this.#line.die();
  }

  async #restart(minutes: number): Promise<void> {
    // Of the dead service nothing moves on: its time stands still.
    const next = new FakeClock(this.#clock.now().toISOString(), { sleepsAtOnce: false });
    next.advance(minutes * MINUTE);
    this.#clock = next;
    ({ line: this.#line, service: this.#service } = this.#newLife());
    await settle();
    await this.#witness();
  }

  /** Everybody gets a turn; then nothing is owed. */
  async finish(): Promise<void> {
    this.#line.dieAt(Number.POSITIVE_INFINITY, true);
    for (const id of [...this.#byHand.keys()]) await this.#runByHand(id);
    for (let round = 0; round < 12; round += 1) {
      await this.#pass(1);
      for (const begun of [...this.#live]) await this.#end(begun, 'ended');
    }
    this.#check();
    const waiting = this.#accounts.filter(({ isOwed }) => isOwed).length;
    // What came due in the last minutes may stand there still.
    if (waiting > 2) throw new Error(`lost: ${waiting} policies have waited through everybody's turn`);
    await this.#stop();
  }
}
