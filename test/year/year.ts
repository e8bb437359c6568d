// One simulated year from one number: what happens to a company, its mailboxes, its policy and its runs, day after day.
// The laws are judged after every run; now and then there is a quiet stretch after which everything must be in place.

import type { Run } from '../../src/model/run.ts';
import { type Alteration, LOOSE_BRAKE, World } from '../properties/world.ts';
import { editPolicy, type OtherRules } from './administrators.ts';
import { Chance } from './chance.ts';
import { Company } from './company.ts';
import { Diary } from './diary.ts';
import { Mishaps } from './mishaps.ts';
import { Performances } from './performances.ts';
import { expectEverythingInPlace } from './quiet.ts';
import { recipientSource } from './recipient-source.ts';
import { StandingTroubles } from './standing-troubles.ts';
import { Users } from './users.ts';

const HOUR_MS = 60 * 60 * 1000;

export interface YearOptions {
  readonly seed: number;
  readonly days: number;
  /** Something broken on purpose, for twins. */
  readonly alter?: Alteration;
  readonly onDay?: (day: number) => void;
}

/** The figures of the year; throws `YearFailure` where a law is broken. */
export async function simulateYear(options: YearOptions): Promise<ReadonlyMap<string, number>> {
  const year = new Year(options);
  for (let day = 1; day <= options.days; day += 1) {
    await year.live(day, day === options.days);
    options.onDay?.(day);
  }
  return year.counts;
}

export class YearFailure extends Error {
  /** As it was then, for a closer look. */
  readonly world: World;

  constructor(seed: number, diary: Diary, world: World, cause: unknown) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const again = `npm run soak -- --seed ${seed} --days ${diary.day}`;
    super(`seed ${seed}, day ${diary.day}: ${message}\nagain: ${again}\n${diary.lastEvents}`, { cause });
    this.world = world;
  }
}

class Year {
  readonly #seed: number;
  readonly #diary = new Diary();
  readonly #chance: Chance;
  readonly #world: World;
  readonly #company: Company;
  readonly #users: Users;
  readonly #standing: StandingTroubles;
  readonly #performances: Performances;
  readonly #otherRules: OtherRules = new Set();
  #waiting: Run | undefined;
  #restUntil = 0;
  #quietOn: number;

  constructor({ seed, alter }: YearOptions) {
    this.#seed = seed;
    const chance = new Chance(seed);
    this.#chance = chance;
    this.#world = new World(
      {
        people: [],
        mailboxes: 0,
        normalizes: chance.happens(0.7),
        subfolderPerDomain: chance.happens(0.3),
        useDefaultContacts: chance.happens(0.15),
      },
      alter,
    );
    this.#world.editPolicy((policy) => ({
      ...policy,
      source: { ...recipientSource(policy), recipientTypes: ['userMailbox', 'mailContact'] },
      brake: { ...LOOSE_BRAKE, maxPeoplePercent: 20, percentFromPeople: 20, maxMailboxesPercent: 40 },
    }));
    this.#company = new Company(this.#world, chance);
    this.#users = new Users(this.#world, chance, this.#diary);
    this.#standing = new StandingTroubles(this.#world, chance, this.#diary);
    this.#performances = new Performances(this.#world, this.#diary);
    this.#quietOn = chance.between(4, 10);
  }

  get counts(): ReadonlyMap<string, number> {
    return this.#diary.counts;
  }

  async live(day: number, isLast: boolean): Promise<void> {
    this.#diary.day = day;
    this.#diary.count('days');
    try {
      await this.#liveDay(day, isLast);
    } catch (error) {
      throw new YearFailure(this.#seed, this.#diary, this.#world, error);
    }
  }

  async #liveDay(day: number, isLast: boolean): Promise<void> {
    const chance = this.#chance;
    const endOfDay = this.#world.clock.now().getTime() + 24 * HOUR_MS;
    this.#standing.pass(day);
    this.#happenings();
    if (chance.happens(0.01)) this.#restUntil = day + chance.between(4, 9);
    const runs = day < this.#restUntil ? 0 : Number(chance.weighted({ 0: 1, 1: 7, 2: 2 }));
    await this.#decideAboutWaiting();
    for (let n = 0; n < runs; n += 1) {
      this.#world.clock.advance(chance.between(1, 9) * HOUR_MS);
      await this.#runOnce();
      if (chance.happens(0.3)) this.#happenings();
    }
    await this.#rareDeeds();
    if (isLast || day >= this.#quietOn) {
      await this.#quietStretch();
      this.#quietOn = day + chance.between(5, 12);
    }
    this.#world.clock.advance(Math.max(0, endOfDay - this.#world.clock.now().getTime()));
  }

  #happenings(): void {
    const chance = this.#chance;
    const tell = (who: string, what: string) => {
      this.#diary.count(who);
      this.#diary.tell(`${who}: ${what}`);
    };
    for (let n = chance.times(2); n > 0; n -= 1) tell('company', this.#company.happen());
    for (let n = chance.times(3); n > 0; n -= 1) tell('user', this.#users.happen());
    if (chance.happens(0.1)) {
      tell('administrator', editPolicy(this.#world, chance, this.#otherRules));
    }
  }

  async #runOnce(): Promise<void> {
    const mishaps = new Mishaps(this.#world, this.#users);
    if (this.#chance.happens(0.35)) await mishaps.arrange(this.#chance, !this.#performances.isDisturbed);
    if (this.#chance.happens(0.05)) await this.#performances.test();
    const run = await this.#performances.run(mishaps);
    this.#waiting = run.state === 'awaitingApproval' ? run : undefined;
  }

  async #decideAboutWaiting(): Promise<void> {
    if (this.#waiting === undefined || !this.#chance.happens(0.5)) return;
    await this.#approve(this.#waiting);
  }

  async #approve(run: Run): Promise<void> {
    this.#waiting = undefined;
    await this.#performances.approve(run);
  }

  async #rareDeeds(): Promise<void> {
    if (this.#chance.happens(0.02)) await this.#performances.rollBack(this.#chance);
    if (this.#chance.happens(0.01)) await this.#performances.cleanUp(this.#chance);
  }

  /** Nothing goes wrong and nobody does anything: after at most a few runs everything is in place. */
  async #quietStretch(): Promise<void> {
    this.#standing.end();
    this.#world.clock.advance(this.#chance.between(1, 300) * 60_000);
    await this.#runUntilNothingWaits();
    expectEverythingInPlace({
      world: this.#world,
      company: this.#company,
      diary: this.#diary,
      otherRules: this.#otherRules,
      missingSince: this.#performances.missingSince,
    });
    await this.#performances.expectNothingToDo();
    this.#diary.count('quiet stretches');
  }

  async #runUntilNothingWaits(): Promise<void> {
    this.#waiting = undefined;
    const run = await this.#performances.run(new Mishaps(this.#world, this.#users));
    const ended = run.state === 'awaitingApproval' ? await this.#performances.approve(run) : run;
    // Approved is what was planned; who came of age meanwhile goes with the next run.
    if (ended?.state !== 'finished') throw new Error(`an undisturbed run ended ${ended?.state}`);
    if (run.state === 'awaitingApproval') await this.#runUntilNothingWaits();
  }
}
