// What a run says about its own duration, in a world whose time passes with every write.

import { describe, expect, it } from 'vitest';
import { FakeClock } from '../connectors/memory/fake-clock.ts';
import { runTimes } from '../core/run-times.ts';
import { testPolicy } from '../core/test-policy.ts';
import { Failure } from '../model/failure.ts';
import { runId } from '../model/ids.ts';
import type { Run, RunEvent } from '../model/run.ts';
import type { TrafficState } from '../ports/traffic.ts';
import { forecastFill } from './count-mailboxes.ts';
import { learnFromRuns, NO_EXPERIENCE, RunForecast } from './run-forecast.ts';
import { runPolicy } from './run-policy.ts';
import { PhotosInMemory, worldWithPhotos } from './testing/photos-in-memory.ts';
import { boxId, person, personId, World } from './testing/world.ts';

type Foretold = Extract<RunEvent, { type: 'forecast.made' }>;

/** Every write takes this long, one after the other. */
function slowWorld(people: number, mailboxes: number, millisecondsPerWrite: () => number): World {
  const world = new World(people, mailboxes);
  world.organization.onWrite(() => world.clock.advance(millisecondsPerWrite()));
  return world;
}

const forecasts = (world: World, occasion: Foretold['occasion']): readonly Foretold[] =>
  world.eventsOf('forecast.made').filter((event) => event.occasion === occasion);

async function timesOf(world: World, run: Run) {
  return runTimes(run, await world.runs.readEvents(run.id));
}

describe('the forecast of a run', () => {
  it('is made before planning, before writing, and corrected in between', async () => {
    const world = slowWorld(200, 12, () => 20);
    const run = await world.run();

    const [before] = forecasts(world, 'planning');
    expect(before?.forecast).toMatchObject({ basis: 'limits', writes: 2_400, requests: 12 * 3 + 2_412 });
    const [writing] = forecasts(world, 'writing');
    expect(writing?.forecast).toMatchObject({ planning: undefined, writes: 2_400, requests: 2_412 });
    const corrections = forecasts(world, 'correction');
    expect(corrections.length).toBeGreaterThan(5);
    // Told before the first mailbox was done, and always less.
    const types = world.events.map((event) => (event.type === 'forecast.made' ? event.occasion : event.type));
    expect(types.indexOf('correction')).toBeLessThan(types.indexOf('mailbox.applied'));
    const left = corrections.map(({ forecast }) => forecast.writes);
    expect(left).toEqual(left.toSorted((a, b) => b - a));

    // 48 s of writing; the forecast from half of it on is near the truth.
    const events = await world.runs.readEvents(run.id);
    const end = Date.parse(run.endedAt ?? '');
    const late = events.filter((event) => event.type === 'forecast.made' && event.forecast.writes < 1_200);
    for (const event of late.slice(0, -2)) {
      if (event.type !== 'forecast.made') continue;
      const truth = (end - Date.parse(event.at)) / 1000;
      expect(event.forecast.basis).toBe('thisRun');
      expect(Math.abs(event.forecast.total.expected - truth)).toBeLessThan(0.25 * truth + 1);
    }
    expect((await timesOf(world, run)).took).toBeCloseTo(48, 0);
  });

  it('learns from the runs before', async () => {
    const world = slowWorld(200, 4, () => 100);
    const first = await world.run();
    await world.ledger.forget();
    for (let n = 201; n <= 400; n += 1) world.organization.putObject(person(n));
    const second = await world.run();

    const times = await timesOf(world, second);
    expect((await timesOf(world, first)).took).toBeGreaterThan(70);
    expect(forecasts(world, 'planning')[0]?.forecast).toMatchObject({ basis: 'earlierRuns', writes: 800 });
    expect(times.foretold?.low).toBeLessThan(times.took ?? 0);
    expect(times.foretold?.high).toBeGreaterThan(times.took ?? 0);
    expect(times.foretold?.expected).toBeGreaterThan(0.7 * (times.took ?? 0));
  });

  it('keeps what it learned of writing, also after runs and tests that write nothing', async () => {
    const world = slowWorld(200, 4, () => 100);
    await world.run();
    for (let quiet = 0; quiet < 5; quiet += 1) await world.run(quiet % 2 === 0 ? 'run' : 'test');
    const capacity = { mailboxesAtOnce: 4 };
    const learned = await learnFromRuns(world.runs, (await world.run('test')).policyId, capacity);
    // 80 s for 12.75 s of work at the pace of the limits.
    expect(learned.writing?.expected).toBeGreaterThan(5);
    expect(learned).toMatchObject({ people: 200, reading: { low: 0 } });
    // What is new is foretold from it.
    for (let n = 201; n <= 210; n += 1) world.organization.putObject(person(n));
    await world.run();
    expect(forecasts(world, 'writing')[0]?.forecast).toMatchObject({ basis: 'earlierRuns', writes: 40 });
  });

  it('rests on the phases that are to come', async () => {
    const world = slowWorld(20, 2, () => 10);
    await world.run('test');
    await world.run('test');
    // Planning was measured, writing was not.
    expect(forecasts(world, 'planning')[0]?.forecast.basis).toBe('earlierRuns');
    expect(forecasts(world, 'realRun')[0]?.forecast.basis).toBe('limits');
    await world.run();
    expect(forecasts(world, 'writing')[0]?.forecast.basis).toBe('limits');
    await world.run('test');
    expect(forecasts(world, 'realRun')[0]?.forecast).toMatchObject({ basis: 'thisRun', writes: 0 });
  });

  it('keeps a mailbox that is to be tried again, and leaves one that failed', () => {
    const forecast = new RunForecast({ mailboxesAtOnce: 4 }, NO_EXPERIENCE, 0);
    const [first, second] = [boxId(1), boxId(2)];
    const box = { mailboxId: first, primarySmtpAddress: '' };
    const counts = { created: 40, updated: 0, deleted: 0, handedOver: 0, adopted: 0, failed: 1 };
    forecast.beginPlanning(
      100,
      new Map([
        [first, 100],
        [second, 50],
      ]),
      0,
    );
    const planned = { create: 100, update: 0, delete: 0, handOver: 0, adopt: 0, keep: 0, foreign: 0 };
    const failed = { type: 'mailbox.failed', failure: new Failure('mailboxBusy').toRecord() } as const;
    forecast.observe({ type: 'mailbox.planned', ...box, purpose: 'fill', counts: planned, notices: [] });
    // Refused after it was planned: looked at once.
    forecast.observe({ ...failed, ...box, phase: 'planning' });
    expect(forecast.rest(0, false).requests).toBe(3 + 51);

    forecast.observe({ type: 'mailbox.planned', ...box, purpose: 'fill', counts: planned, notices: [] });
    forecast.beginWriting(1_000);
    forecast.wrote(first, 40);
    forecast.observe({ type: 'mailbox.applied', ...box, counts });
    expect(forecast.rest(1_000, false).writes).toBe(59 + 50);
    forecast.observe({ ...failed, ...box, phase: 'applying' });
    expect(forecast.rest(1_000, false).writes).toBe(50);
  });

  it('counts the photos of those alone of whom the source shows a picture', () => {
    const photosFor = (pictured: number | undefined) => {
      const forecast = new RunForecast({ mailboxesAtOnce: 4 }, NO_EXPERIENCE, 0, 10);
      const source = { objects: 60, selected: 60, excluded: {}, isComplete: true, gaps: [] };
      forecast.observe({ type: 'source.read', ...source, ...(pictured === undefined ? {} : { pictured }) });
      forecast.beginPlanning(60, new Map([[boxId(1), 60]]), 0);
      return forecast.rest(0, false).photos?.pictures;
    };
    expect([photosFor(0), photosFor(15), photosFor(undefined)]).toEqual([undefined, 15, 60]);
  });

  it('ends a test run, for the real one', async () => {
    const world = slowWorld(50, 3, () => 0);
    const run = await world.run('test');
    const last = world.events.slice(-2);
    expect(last.map(({ type }) => type)).toEqual(['forecast.made', 'run.ended']);
    const [real] = forecasts(world, 'realRun');
    expect(real?.forecast).toMatchObject({ writes: 150, requests: 3 * 3 + 153 });
    // Of itself a test run foretells only what it does.
    expect(forecasts(world, 'planning')[0]?.forecast.total).toEqual(
      forecasts(world, 'planning')[0]?.forecast.planning,
    );
    expect((await timesOf(world, run)).forecast?.writes).toBe(150);
  });

  it('stands beside a plan that waits at the brake, and is made again when it is released', async () => {
    const world = slowWorld(40, 3, () => 10);
    await world.run();
    world.policy = {
      ...world.policy,
      source: {
        ...world.policy.source,
        exclude: [[{ property: 'surname', operator: 'startsWith', value: 'Nr1' }]],
      },
    };
    world.revision += 1;
    // Time passes between the last plan and the brake, so that a correction would be due there.
    const save = world.memory.saveDepartures.bind(world.memory);
    world.memory.saveDepartures = (...asked) => {
      world.clock.advance(3_000);
      return save(...asked);
    };
    const waiting = await world.run();
    expect(waiting.state).toBe('awaitingApproval');
    expect(world.events.slice(-2).map(({ type }) => type)).toEqual(['forecast.made', 'brake.engaged']);
    const told = await timesOf(world, waiting);
    expect(told.forecast).toMatchObject({ writes: 33, planning: undefined });

    world.clock.advance(3_600_000);
    const approved = await world.approve(waiting.id, world.eventsOf('brake.engaged')[0]?.digest ?? '');
    expect(forecasts(world, 'writing').at(-1)?.forecast.writes).toBe(33);
    expect((await timesOf(world, approved)).took).toBeLessThan(60);
  });

  it('expects nothing more of a mailbox that fails', async () => {
    const world = slowWorld(20, 3, () => 10);
    world.box(2).trouble.refuse('mailboxNotProvisioned');
    await world.run();
    expect(forecasts(world, 'planning')[0]?.forecast.writes).toBe(60);
    expect(forecasts(world, 'writing')[0]?.forecast.writes).toBe(40);
  });
});

const countOf = (world: World, boxes: readonly number[]) =>
  forecastFill(
    { policy: world.policy, revision: 1 },
    boxes.map((n) => ({
      id: boxId(n),
      displayName: '',
      primarySmtpAddress: '',
      location: 'exchangeOnline' as const,
      ownerId: undefined,
    })),
    world.ports,
  );

describe('the forecast of a count', () => {
  it('is for a round number of contacts as long as nobody knows them', async () => {
    const world = new World(30, 3);
    expect(await countOf(world, [1, 2, 3])).toMatchObject({
      mailboxes: 3,
      contacts: 1_000,
      isContactsKnown: false,
      forecast: { writes: 3_000, basis: 'limits' },
    });
  });

  it('is for the mailboxes that were never filled', async () => {
    const world = new World(30, 3);
    await world.run();
    expect(await countOf(world, [1, 2, 3, 4])).toMatchObject({
      mailboxes: 1,
      contacts: 30,
      isContactsKnown: true,
      forecast: { writes: 30, basis: 'earlierRuns' },
    });
    expect((await countOf(world, [1, 2, 3])).forecast.writing).toEqual({ low: 0, expected: 0, high: 0 });
  });
});

describe('a run that waits at the wish of the service', () => {
  it('says so, goes on and is finished', async () => {
    const world = new World(10, 2);
    const clock = new FakeClock('2026-11-02T08:00:00.000Z', { sleepsAtOnce: false });
    let state: TrafficState = {
      underWay: 0,
      limit: 64,
      waitingUntil: undefined,
      mailboxesWaiting: 0,
      refusals: 0,
      waitedMs: 0,
    };
    const { targets } = world.ports;
    const events: RunEvent[] = [];
    const ports = {
      ...world.ports,
      clock,
      traffic: { state: () => state },
      targets: {
        ...targets,
        capabilities: targets.capabilities,
        scan: targets.scan.bind(targets),
        open: (...asked: Parameters<typeof targets.open>) => {
          const target = targets.open(...asked);
          return {
            readFolder: target.readFolder.bind(target),
            readContacts: target.readContacts.bind(target),
            readUnmarked: target.readUnmarked.bind(target),
            readElsewhere: target.readElsewhere.bind(target),
            applyFolder: target.applyFolder.bind(target),
            async applyChanges(...changes: Parameters<typeof target.applyChanges>) {
              if (state.refusals === 0) {
                const waitingUntil = new Date(clock.now().getTime() + 20_000).toISOString();
                state = { ...state, waitingUntil, mailboxesWaiting: 1, refusals: 1 };
                await clock.sleep(20_000);
                state = { ...state, waitingUntil: undefined, mailboxesWaiting: 0 };
              }
              return target.applyChanges(...changes);
            },
          };
        },
      },
    };
    const running = runPolicy(
      {
        runId: runId('00000000-0000-4000-9000-000000000001'),
        revision: { policy: world.policy, revision: 1 },
        mode: 'run',
        holder: 'test',
        limit: { kind: 'trial', maxMailboxes: 1000, mayWrite: true, endsAt: undefined },
        defaultCountry: 'DE',
        concurrency: 1,
        onEvent: (event) => events.push(event),
      },
      ports,
      new AbortController().signal,
    );
    let isOver = false;
    void running.finally(() => {
      isOver = true;
    });
    for (let turn = 0; turn < 400 && !isOver; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      if (state.waitingUntil !== undefined && turn % 4 === 0) clock.advance(1_000);
    }
    const run = await running;
    expect(run.state).toBe('finished');
    expect(events.filter(({ type }) => type === 'run.throttled' || type === 'run.resumed')).toMatchObject([
      { type: 'run.throttled', mailboxesWaiting: 1 },
      { type: 'run.resumed' },
    ]);
    expect(await timesOf(world, run)).toMatchObject({ waits: 1, waitingUntil: undefined });
    expect(clock.sleeping).toBe(0);
  });
});

describe('the photos of a forecast', () => {
  /** Every write takes 20 ms, pictures too; so many of the people have a photo. */
  function worldOfPhotos(people: number, mailboxes: number, withPhoto: number) {
    const photos = new PhotosInMemory();
    const world = worldWithPhotos(people, mailboxes, photos);
    world.organization.onWrite(() => world.clock.advance(20));
    for (let n = 1; n <= withPhoto; n += 1) photos.byPerson.set(personId(n), `${n}`);
    return world;
  }

  it('count everybody as long as nobody knows who has one, and then as many as had one', async () => {
    const world = worldOfPhotos(40, 3, 10);
    await world.run();
    const [first] = forecasts(world, 'planning');
    expect(first?.forecast).toMatchObject({
      writes: 120,
      requests: 3 * 3 + 123 + 240,
      photos: { pictures: 120, requests: 240, bytes: 1_200_000, writing: { low: 0 } },
    });
    const { total, writing, photos } = forecasts(world, 'writing')[0]?.forecast ?? {};
    expect(total?.expected).toBeCloseTo((writing?.expected ?? 0) + (photos?.writing.expected ?? 0));

    for (let n = 41; n <= 80; n += 1) world.organization.putObject(person(n));
    await world.run();
    const [second] = forecasts(world, 'writing');
    expect(second?.forecast).toMatchObject({ writes: 120, photos: { pictures: 30, requests: 60 } });
    expect(second?.forecast.photos?.writing.low).toBeGreaterThan(0);
    // Told less and less, and none at the end.
    const left = world
      .eventsOf('forecast.made')
      .slice(1)
      .map(({ forecast }) => forecast.photos?.pictures ?? 0);
    expect(left).toEqual(left.toSorted((a, b) => b - a));
    expect(left.length).toBeGreaterThan(1);

    await world.run();
    expect(forecasts(world, 'writing')[0]?.forecast).not.toHaveProperty('photos');
  });

  it('are told by a test run and a count, and never more than a mailbox gets', async () => {
    const world = worldOfPhotos(200, 2, 200);
    world.policy = testPolicy({ contact: { photo: true, photoMegabytes: 1 } });
    await world.run('test');
    const real = forecasts(world, 'realRun')[0]?.forecast;
    expect(real).toMatchObject({ photos: { pictures: 200, bytes: 2_000_000 } });
    expect(forecasts(world, 'planning')[0]?.forecast.total).toEqual(
      forecasts(world, 'planning')[0]?.forecast.planning,
    );
    const { forecast } = await countOf(world, [1, 2]);
    expect(forecast.photos).toMatchObject({ pictures: 200, requests: 400 });
    expect(forecast.total.expected).toBeGreaterThan(forecast.writing?.expected ?? Number.POSITIVE_INFINITY);
  });

  it('are none where the policy wants none, and where a run is taken back', async () => {
    const world = worldOfPhotos(20, 2, 20);
    const run = await world.run();
    world.events.length = 0;
    await world.rollback(run.id);
    const plain = new World(20, 2);
    await plain.run();
    for (const { forecast } of [...world.eventsOf('forecast.made'), ...plain.eventsOf('forecast.made')])
      expect(forecast).not.toHaveProperty('photos');
  });
});
