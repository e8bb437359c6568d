// Everything the product does in a simulated year: runs, test runs, approvals, rollbacks, clean-ups, each looked at
// before and after and judged by the laws.

import { Failure } from '../../src/model/failure.ts';
import type { MailboxId, SourceObjectId } from '../../src/model/ids.ts';
import { ENDED_STATES, type Run } from '../../src/model/run.ts';
import { collect } from '../contract/fixture.ts';
import { ownPolicyId, type World } from '../properties/world.ts';
import type { Chance } from './chance.ts';
import { type Diary, ItemSet } from './diary.ts';
import { wantedPeople } from './expectation.ts';
import { judge, type Performed } from './laws.ts';
import type { Mishaps } from './mishaps.ts';
import { isSame, look } from './sight.ts';

type Circumstances = Pick<Performed, 'touched' | 'enriched' | 'isHalfRead' | 'isDead'>;

const UNDISTURBED: Circumstances = {
  touched: new ItemSet(),
  enriched: new ItemSet(),
  isHalfRead: false,
  isDead: false,
};

export class Performances {
  readonly #world: World;
  readonly #diary: Diary;
  readonly #lastWanted = new Map<SourceObjectId, number>();
  readonly #missingSince = new Map<SourceObjectId, number>();
  /** Runs that wrote and may be rolled back, newest last. */
  #reversible: Run[] = [];
  #isDisturbed = false;
  #isMoving = false;
  #hadSubfolders = false;

  constructor(world: World, diary: Diary) {
    this.#world = world;
    this.#diary = diary;
  }

  /** The last run left something half done. */
  get isDisturbed(): boolean {
    return this.#isDisturbed;
  }

  get missingSince(): ReadonlyMap<SourceObjectId, number> {
    return this.#missingSince;
  }

  async run(mishaps: Mishaps): Promise<Run> {
    const { enriched, isHalfRead, touched } = mishaps;
    this.#noteWanted(isHalfRead);
    const run = await this.#perform('run', mishaps.names, async () => {
      const ended = await this.#world
        .run({ ports: mishaps.ports, signal: mishaps.signal })
        .catch(() => undefined);
      mishaps.end();
      const [newest] = await this.#world.runs.list({ policyId: ownPolicyId(this.#world.policy), limit: 1 });
      if (newest === undefined || (ended === undefined && !mishaps.isDead)) throw new Error('the run threw');
      return {
        run: ended ?? newest,
        circumstances: { touched, enriched, isHalfRead, isDead: mishaps.isDead },
      };
    });
    for (const name of mishaps.met) this.#diary.count(`fault: ${name}`);
    if (mishaps.names.length > 0) this.#diary.count('runs with faults');
    const isClean = run.state === 'finished' && mishaps.names.length === 0;
    if (isClean) this.#isMoving = false;
    this.#isDisturbed = !isClean;
    if (!isHalfRead && (ENDED_STATES.includes(run.state) || run.state === 'awaitingApproval')) {
      this.#noteMissing(run);
    }
    return run;
  }

  async test(): Promise<void> {
    await this.#perform('test', [], async () => ({
      run: await this.#world.run({ mode: 'test' }),
      circumstances: UNDISTURBED,
    }));
  }

  /** undefined: it had waited too long. */
  async approve(run: Run): Promise<Run | undefined> {
    const pending = await this.#world.runs.readApproval(run.id);
    const waited = this.#world.clock.now().getTime() - Date.parse(pending?.since ?? '');
    try {
      const approved = await this.#perform('approval', [], async () => ({
        run: await this.#world.approve(run),
        circumstances: UNDISTURBED,
      }));
      this.#isDisturbed = approved.state !== 'finished';
      return approved;
    } catch (error) {
      const isExpired = error instanceof Failure && error.code === 'nothingToApprove';
      if (!isExpired || waited <= 7 * 24 * 60 * 60 * 1000) throw error;
      this.#diary.count('approvals that came too late');
      return undefined;
    }
  }

  async rollBack(chance: Chance): Promise<void> {
    const undone = chance.happens(0.7) ? this.#reversible.at(-1) : chance.maybe(this.#reversible);
    if (undone === undefined) return;
    this.#reversible = this.#reversible.filter((one) => one !== undone);
    await this.#perform('rollback', [`of ${undone.id.slice(-4)}`], async () => ({
      run: await this.#world.rollBack(undone),
      circumstances: UNDISTURBED,
    }));
    this.#isDisturbed = true;
    this.#isMoving = true;
  }

  async cleanUp(chance: Chance): Promise<void> {
    const { directory } = this.#world.organization;
    const mailboxes = chance.happens(0.6) ? [chance.pick(directory)] : directory;
    await this.#perform('cleanup', [`${mailboxes.length} mailboxes`], async () => ({
      run: await this.#world.cleanUp(mailboxes),
      circumstances: UNDISTURBED,
    }));
  }

  /** Neither a test run nor a run finds anything to do. */
  async expectNothingToDo(): Promise<void> {
    const before = look(this.#world);
    for (const mode of ['test', 'run'] as const) {
      const run = await this.#world.run({ mode });
      const changes = (await this.#world.plansOf(run)).flatMap((plan) =>
        plan.changes.map((change) => ({ ...change, mailboxId: plan.mailboxId })),
      );
      // Grace may end between two runs.
      const first = changes.find(({ reason }) => reason !== 'graceOver');
      if (first !== undefined) throw new Error(`a second ${mode} still plans ${JSON.stringify(first)}`);
      if (changes.length === 0 && !isSame(before, look(this.#world)))
        throw new Error(`a second ${mode} still wrote`);
      this.#diary.count('runs');
    }
  }

  async #perform(
    kind: Performed['kind'],
    remarks: readonly string[],
    work: () => Promise<{ readonly run: Run; readonly circumstances: Circumstances }>,
  ): Promise<Run> {
    const world = this.#world;
    const before = look(world);
    const lastSelection = await world.memory.readLastSelection(ownPolicyId(world.policy));
    this.#isMoving ||= world.policy.folder.subfolderPerDomain || this.#hadSubfolders;
    this.#hadSubfolders = world.policy.folder.subfolderPerDomain;
    const { run, circumstances } = await work();
    const after = look(world);
    const journal = await collect(world.journal.readRun(run.id));
    const writes = journal.filter(({ outcome }) => outcome === 'applied').length;
    this.#diary.tell(`${kind} ${run.id.slice(-4)} ${remarks.join(', ')}: ${run.state}, ${writes} writes`);
    this.#count(kind, run, writes);
    const revision = await world.runs.readRevision(run.id);
    const events = await world.runs.readEvents(run.id);
    judge({
      world,
      kind,
      run,
      events,
      policy: revision?.policy ?? world.policy,
      before,
      after,
      lastSelection,
      journal,
      plannedLosses: kind === 'approval' ? await this.#plannedLosses(run) : new Map(),
      ...circumstances,
      mayStandTwice: this.#isMoving,
      diary: this.#diary,
      lastWanted: this.#lastWanted,
    });
    if ((kind === 'run' || kind === 'approval') && writes > 0 && ENDED_STATES.includes(run.state)) {
      this.#reversible = [...this.#reversible, run].slice(-3);
    }
    return run;
  }

  #count(kind: Performed['kind'], run: Run, writes: number): void {
    const names = {
      run: 'runs',
      test: 'test runs',
      approval: 'approvals',
      rollback: 'rollbacks',
      cleanup: 'clean-ups',
    };
    this.#diary.count(names[kind]);
    this.#diary.count('writes', writes);
    if (run.state === 'awaitingApproval') this.#diary.count('brakes engaged');
  }

  async #plannedLosses(run: Run): Promise<ReadonlyMap<MailboxId, ReadonlySet<SourceObjectId>>> {
    const plans = await this.#world.plansOf(run);
    return new Map(
      plans.map(({ mailboxId, changes }) => [
        mailboxId,
        new Set(
          changes.flatMap(({ kind, sourceObjectId }) =>
            kind === 'delete' || kind === 'handOver' ? [sourceObjectId] : [],
          ),
        ),
      ]),
    );
  }

  /** What a complete reading sees. */
  #noteWanted(isHalfRead: boolean): void {
    if (isHalfRead) return;
    const now = this.#world.clock.now().getTime();
    for (const id of wantedPeople(this.#world, this.#world.policy).keys()) this.#lastWanted.set(id, now);
  }

  #noteMissing(run: Run): void {
    if (run.state === 'failed' || run.state === 'cancelled' || run.state === 'interrupted') return;
    const wanted = wantedPeople(this.#world, this.#world.policy);
    const now = this.#world.clock.now().getTime();
    for (const id of this.#lastWanted.keys()) {
      if (wanted.has(id)) this.#missingSince.delete(id);
      else if (!this.#missingSince.has(id)) this.#missingSince.set(id, now);
    }
  }
}
