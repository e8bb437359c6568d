// Mails while the service runs: they go out by themselves when they are due, and keep no policy waiting.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OpenedOperations } from '../cli/context.ts';
import { FakeClock } from '../connectors/memory/fake-clock.ts';
import { World } from '../engine/testing/world.ts';
import { openOperations } from '../main.ts';
import { Failure } from '../model/failure.ts';
import { policyId } from '../model/ids.ts';
import type { MailSender } from '../ports/mail-sender.ts';
import type { RunEnd, ScheduledPolicy } from '../scheduler/scheduler.ts';
import type { OperationsDependencies } from './dependencies.ts';
import { tellingWhatCannotBegin } from './not-begun.ts';

const POLICY_ID = 'aaaaaaaa-2222-4333-8444-555555555555';
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

let directory = '';
let clock: FakeClock;
let operations: OpenedOperations;
let subjects: string[] = [];
let send: MailSender['send'];
/** Of the directory and the mailboxes; mails go another way. */
let outOfReach: Failure | undefined;
let unread: Failure | undefined;
let texts: string[] = [];
let inside: OperationsDependencies;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'contactsync-service-mails-'));
  const { ports } = new World(3, 2);
  clock = new FakeClock('2026-11-02T08:00:30.000Z', { sleepsAtOnce: false });
  subjects = [];
  texts = [];
  outOfReach = undefined;
  unread = undefined;
  send = async ({ subject, body }) => {
    subjects.push(subject);
    texts.push(body.text ?? '');
  };
  const mail: MailSender = { sender: 'reports@contoso.example', send: (...letter) => send(...letter) };
  operations = await openOperations(join(directory, 'data'), (dependencies) => {
    inside = {
      ...dependencies,
      clock,
      async connect() {
        if (outOfReach !== undefined) throw outOfReach;
        const { directory: mailboxes, targets } = ports;
        const source: typeof ports.source = {
          async read(...scope) {
            if (unread !== undefined) throw unread;
            return ports.source.read(...scope);
          },
          probe: (signal) => ports.source.probe(signal),
        };
        return { source, directory: mailboxes, targets, close: async () => {} };
      },
      connectMailServer: async () => ({ mail, close: async () => {} }),
    };
    return inside;
  });
  await applyEnvironment('contoso', '11111111-2222-4333-8444-555555555555');
  await applyPolicy({});
});
afterEach(async () => {
  await operations.close();
  rmSync(directory, { recursive: true, force: true });
});

async function applyEnvironment(name: string, id: string): Promise<void> {
  await operations.environments.apply({
    text: JSON.stringify({
      ...{ kind: 'environment', version: 1, id, name, scenario: 'exchangeOnline' },
      mail: { through: 'smtp', smtp: { host: 'mail.contoso.example' } },
      exchangeOnline: {
        organization: 'contoso.onmicrosoft.com',
        applicationId: '11111111-2222-4333-8444-666666666666',
      },
    }),
  });
}

async function applyPolicy(report: object, more: object = {}): Promise<void> {
  const policy = {
    kind: 'policy',
    version: 1,
    id: POLICY_ID,
    name: 'All staff',
    environment: 'contoso',
    source: { type: 'exchangeOnline' },
    report: { recipients: ['admin@contoso.example'], when: 'always', ...report },
    ...more,
  };
  await operations.policies.apply({ text: JSON.stringify(policy) });
}

async function runByHand(policy = 'All staff'): Promise<void> {
  const { id } = await operations.runs.start({ policy, mode: 'run' });
  const feed = operations.runs.events(id)[Symbol.asyncIterator]();
  while ((await feed.next()).done !== true);
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await nextTurn();
}

/** The time goes on when everything that happens each minute is over: the queue and each chore sleep. */
async function pass(minutes: number, sleepers: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    await until(() => clock.sleeping >= sleepers);
    clock.advance(MINUTE_MS);
  }
  await until(() => clock.sleeping >= sleepers);
}

function serve() {
  const stop = new AbortController();
  const over = operations.service.serve(stop.signal);
  return {
    async stop() {
      stop.abort();
      await over;
    },
    signal: stop,
    over,
  };
}

const listed = async () => (await operations.reports.list()).map(({ occasion, state }) => [occasion, state]);
const states = async () => (await operations.reports.list()).map(({ state, tries }) => [state, tries]);
/** The queue, the prune, the alerts, the announcements, the mails. */
const ALL = 5;

it('a mail that could not be sent goes out when its pause is over, without any run', async () => {
  send = async () => {
    throw new Failure('mailRefused');
  };
  await runByHand();
  expect(await states()).toEqual([['waiting', 1]]);
  send = async ({ subject }) => void subjects.push(subject);
  const service = serve();
  await pass(4, ALL);
  expect(subjects).toEqual([]);
  await pass(1, ALL);
  expect(subjects).toEqual(['contactSync: All staff: 6 changes']);
  await pass(30, ALL);
  expect(await states()).toEqual([['sent', 2]]);
  await service.stop();
});

it('a mail server that says nothing keeps no run waiting, and the stop only for a moment', async () => {
  await applyPolicy({}, { schedule: { interval: { minutes: 5 } } });
  let isAsked = false;
  send = (_mail, _options, signal) => {
    isAsked = true;
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
  };
  const service = serve();
  await pass(4, ALL);
  const runsOver = async () =>
    (await operations.runs.list({})).filter(({ state }) => state === 'finished').length;
  for (const runs of [1, 2, 3]) {
    // The chore of the mails never sleeps again once it hands over a mail that nobody takes.
    await pass(5, ALL - 1);
    await until(async () => (await runsOver()) === runs);
  }
  expect(isAsked).toBe(true);
  expect((await states()).at(-1)).toEqual(['sending', 0]);

  service.signal.abort();
  await until(() => clock.sleeping === 1);
  clock.advance(9_000);
  expect((await states()).at(-1)).toEqual(['sending', 0]);
  clock.advance(1_000);
  await service.over;
  expect((await states()).at(-1)).toEqual(['perhapsSent', 1]);
});

it('a mail server that says nothing keeps no mail of another environment waiting', async () => {
  await applyEnvironment('fabrikam', '11111111-2222-4333-8444-777777777777');
  await applyPolicy(
    { recipients: ['admin@fabrikam.example'] },
    { id: 'aaaaaaaa-2222-4333-8444-777777777777', name: 'Second', environment: 'fabrikam' },
  );
  send = async () => {
    throw new Failure('mailRefused');
  };
  await runByHand();
  await runByHand('Second');
  send = async ({ to, subject }, _options, signal) => {
    if (to.includes('admin@fabrikam.example')) subjects.push(subject);
    else
      await new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      });
  };
  const service = serve();
  await pass(4, ALL);
  await until(() => clock.sleeping >= ALL);
  clock.advance(MINUTE_MS);
  await until(() => subjects.length > 0);
  expect(subjects).toEqual(['contactSync: Second: 6 changes']);
  service.signal.abort();
  await until(() => clock.sleeping === 1);
  clock.advance(10_000);
  await service.over;
});

it('what keeps all runs from beginning to read is told once a day, and anew when it was over meanwhile', async () => {
  const lost = new Failure('exchangeOnlineConnection');
  const fails = async (times: number, failure: Failure | undefined) => {
    unread = failure;
    for (let n = 0; n < times; n += 1) await runByHand();
    return subjects.splice(0).length;
  };
  expect(await fails(3, lost)).toBe(1);
  expect(await fails(2, new Failure('signInRefused'))).toBe(1);
  expect(await fails(1, undefined)).toBe(1);
  expect(await fails(3, lost)).toBe(1);
  clock.advance(DAY_MS);
  expect(await fails(3, lost)).toBe(1);
});

it('a mail server that is not there is tried once for all mails that wait', async () => {
  let tries = 0;
  send = async () => {
    tries += 1;
    throw new Failure('mailServerUnreachable');
  };
  for (const key of ['one', 'two', 'three'])
    await inside.outbox.add({
      ...{ key, policyId: policyId(POLICY_ID), runId: undefined, occasion: 'notBegun' },
      ...{ at: clock.now().toISOString(), reason: new Failure('trialOver').toRecord() },
    });
  await operations.reports.send({ isForced: false });
  expect(tries).toBe(1);
  expect(await states()).toEqual([
    ['waiting', 0],
    ['waiting', 0],
    ['waiting', 1],
  ]);
  const { number } = new Failure('mailServerUnreachable');
  expect((await inside.outbox.list({})).map(({ failure }) => failure?.number)).toEqual([
    number,
    number,
    number,
  ]);
});

it('a mail of a policy without recipients is not among those to be sent', async () => {
  const waiting = async () => {
    const { mails = [] } = await operations.status();
    return [mails.map(({ state }) => state), (await operations.reports.list()).map(({ state }) => state)];
  };
  await inside.outbox.add({
    ...{ key: 'one', policyId: policyId(POLICY_ID), runId: undefined },
    ...{ occasion: 'notBegun', at: clock.now().toISOString() },
  });
  expect(await waiting()).toEqual([['waiting'], ['waiting']]);
  await applyPolicy({ recipients: [] });
  expect(await waiting()).toEqual([[], []]);
});

it('that no run succeeded is told, though one did by a clock that was ahead', async () => {
  await applyPolicy({ alertAfterDays: 2, when: 'onError' });
  await runByHand();
  clock.set(20 * DAY_MS);
  await runByHand();
  clock.set(-20 * DAY_MS);
  clock.advance(5 * DAY_MS);
  await operations.reports.send();
  expect(subjects).toEqual(['contactSync: All staff: no success for 5 days']);
});

it('that no run succeeded while no service ran is told as soon as one runs', async () => {
  await applyPolicy({ alertAfterDays: 2 });
  await runByHand();
  clock.advance(5 * DAY_MS);
  const service = serve();
  await pass(2, ALL);
  expect(subjects).toEqual([
    'contactSync: All staff: 6 changes',
    'contactSync: All staff: no success for 5 days',
  ]);
  await pass(20, ALL);
  expect(subjects).toHaveLength(2);
  await service.stop();
});

describe('a run that cannot begin', () => {
  it('is told once a day for each reason, with what to do', async () => {
    await applyPolicy({ detail: 'contacts' }, { schedule: { interval: { minutes: 5 } } });
    outOfReach = new Failure('certificateMissing', { details: { environment: 'contoso' } });
    const service = serve();
    await pass(32, ALL);
    expect(subjects).toEqual(['contactSync: All staff: a run could not begin']);
    const { number, en } = outOfReach.facts;
    const said = texts[0]?.replaceAll(/\s+/g, ' ');
    expect(said).toContain(`${number} ${en.sentence} (environment contoso)`);
    expect(said).toContain(en.remedy.slice(0, 30));
    expect(await listed()).toEqual([['notBegun', 'sent']]);
    expect(await operations.reports.list()).toMatchObject([{ reason: { number } }]);

    outOfReach = new Failure('wrongKey');
    await pass(10, ALL);
    expect(subjects).toHaveLength(2);
    outOfReach = undefined;
    await pass(5, ALL);
    await until(async () => (await operations.runs.list({})).some(({ state }) => state === 'finished'));
    await pass(2, ALL);
    await service.stop();
    expect(subjects.slice(2)).toEqual(['contactSync: All staff: 6 changes']);
    expect(subjects.filter((subject) => subject.includes('could not begin'))).toHaveLength(2);
  });

  it('is told no more when one has begun meanwhile', async () => {
    send = async () => {
      throw new Failure('mailServerUnreachable');
    };
    await inside.outbox.add({
      key: 'one',
      policyId: policyId(POLICY_ID),
      runId: undefined,
      occasion: 'notBegun',
      at: clock.now().toISOString(),
      reason: new Failure('trialOver').toRecord(),
    });
    await operations.reports.send({ isForced: true });
    expect(await listed()).toEqual([['notBegun', 'waiting']]);
    clock.advance(MINUTE_MS);
    send = async ({ subject }) => void subjects.push(subject);
    await runByHand();
    await operations.reports.send({ isForced: true });
    expect(subjects).toEqual(['contactSync: All staff: 6 changes']);
    expect(await listed()).toEqual([['ended', 'sent']]);
  });

  const policy: ScheduledPolicy = {
    id: policyId(POLICY_ID),
    name: 'All staff',
    environment: 'contoso',
    timetable: undefined,
    missed: 'once',
    maximumMinutes: undefined,
  };
  const ended = new AbortController().signal;

  it('because another process runs the policy is told after two hours', async () => {
    let end: RunEnd = 'busy';
    const { run } = tellingWhatCannotBegin({ policies: async () => [policy], run: async () => end }, inside);
    const minutes = async (count: number) => {
      for (let minute = 0; minute < count; minute += 1) {
        await run(policy, ended);
        clock.advance(MINUTE_MS);
      }
    };
    await minutes(100);
    end = 'ended';
    await minutes(1);
    end = 'busy';
    await minutes(100);
    expect(await listed()).toEqual([]);
    await minutes(100);
    const { number } = new Failure('alreadyRunning');
    expect(await inside.outbox.list({})).toMatchObject([{ occasion: 'notBegun', reason: { number } }]);
  });

  it('counts the two hours anew when it was disabled meanwhile', async () => {
    let now = { ...policy, timetable: {} as ScheduledPolicy['timetable'] };
    const { policies, run } = tellingWhatCannotBegin(
      { policies: async () => [now], run: async () => 'busy' },
      inside,
    );
    const turn = async (timetable: ScheduledPolicy['timetable']) => {
      now = { ...policy, timetable };
      await policies();
      if (timetable !== undefined) await run(now, ended);
      clock.advance(100 * MINUTE_MS);
    };
    const enabled = {} as ScheduledPolicy['timetable'];
    await turn(enabled);
    await turn(undefined);
    await turn(enabled);
    expect(await listed()).toEqual([]);
    await turn(enabled);
    await turn(enabled);
    expect(await listed()).toEqual([['notBegun', 'waiting']]);
  });

  it('because it is stored wrong is told; what passes by itself is not', async () => {
    const trouble = new Failure('invalidDocument');
    const busy = new Failure('databaseBusy');
    const { policies, run } = tellingWhatCannotBegin(
      {
        policies: async () => [{ ...policy, trouble }],
        run: async () => {
          throw busy;
        },
      },
      inside,
    );
    for (let minute = 0; minute < 5; minute += 1) await policies();
    await expect(run(policy, ended)).rejects.toBe(busy);
    expect((await inside.outbox.list({})).map(({ reason }) => reason?.code)).toEqual(['invalidDocument']);
  });
});
