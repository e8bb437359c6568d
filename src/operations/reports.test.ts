// Mails about runs, from the end of a run to the mailbox: who gets one, what becomes of one that cannot be sent, and that
// nobody gets one twice.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReportMailView, RunView } from '@contactsync/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OpenedOperations } from '../cli/context.ts';
import { person, World } from '../engine/testing/world.ts';
import { openOperations } from '../main.ts';
import { Failure } from '../model/failure.ts';
import type { OutgoingMail, SendOptions } from '../ports/mail-sender.ts';
import type { Connection, OperationsDependencies } from './dependencies.ts';

const POLICY_ID = 'aaaaaaaa-2222-4333-8444-555555555555';
const HOUR_MS = 3_600_000;

let directory = '';
let world: World;
let operations: OpenedOperations;
let inside: OperationsDependencies;
let mails: OutgoingMail[] = [];
let refusal: Failure | undefined;
let partRefusal: Failure | undefined;
let connectionsOpened = 0;

const mail = {
  sender: 'reports@contoso.example',
  async send(one: OutgoingMail, { onPartlyRefused }: SendOptions) {
    if (refusal !== undefined) throw refusal;
    if (partRefusal !== undefined) onPartlyRefused?.(partRefusal);
    mails.push(one);
  },
};

async function open(): Promise<OpenedOperations> {
  return openOperations(join(directory, 'data'), (dependencies) => {
    inside = {
      ...dependencies,
      clock: world.clock,
      async connect(): Promise<Connection> {
        connectionsOpened += 1;
        const { source, directory: mailboxes, targets } = world.ports;
        return { source, directory: mailboxes, targets, mail, close: async () => {} };
      },
    };
    return inside;
  });
}

const environment = {
  kind: 'environment',
  version: 1,
  id: '11111111-2222-4333-8444-555555555555',
  name: 'contoso',
  scenario: 'exchangeOnline',
  language: 'de',
  timeZone: 'Europe/Berlin',
  exchangeOnline: {
    organization: 'contoso.onmicrosoft.com',
    applicationId: '11111111-2222-4333-8444-666666666666',
  },
};

const policy = (report: object, more: object = {}) => ({
  text: JSON.stringify({
    kind: 'policy',
    version: 1,
    id: POLICY_ID,
    name: 'All staff',
    environment: 'contoso',
    source: { type: 'exchangeOnline' },
    report: { recipients: ['admin@contoso.example'], detail: 'contacts', ...report },
    ...more,
  }),
});

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'contactsync-reports-'));
  world = new World(3, 2);
  mails = [];
  refusal = undefined;
  partRefusal = undefined;
  connectionsOpened = 0;
  operations = await open();
  await operations.environments.apply({ text: JSON.stringify(environment) });
  await operations.policies.apply(policy({}));
});

afterEach(async () => {
  await operations.close();
  rmSync(directory, { recursive: true, force: true });
});

async function run(mode: 'run' | 'test' = 'run'): Promise<RunView> {
  const { id } = await operations.runs.start({ policy: 'All staff', mode });
  // The feed ends when the run is over, and its mail tried.
  const feed = operations.runs.events(id)[Symbol.asyncIterator]();
  while ((await feed.next()).done !== true);
  return operations.runs.get(id);
}

const listed = async (): Promise<readonly Partial<ReportMailView>[]> =>
  (await operations.reports.list()).map(({ occasion, state, tries, failure }) => ({
    occasion,
    state,
    tries,
    ...(failure === undefined ? {} : { failure }),
  }));

const csvOf = (one: OutgoingMail | undefined) =>
  Buffer.from(one?.attachments?.[0]?.content ?? []).toString('utf8');

describe('after a run', () => {
  it('who stands in the policy gets one mail, in the language of the environment, with all changes', async () => {
    const { id } = await run();
    expect(mails).toHaveLength(1);
    const [sent] = mails;
    expect(sent).toMatchObject({
      to: ['admin@contoso.example'],
      subject: 'contactSync: All staff: 6 Änderungen',
      body: { kind: 'html', text: expect.stringContaining('Neue Kontakte') },
    });
    expect(sent?.body.content).toContain('Person 1');
    // Two mailboxes get three people each, and a line says what the columns are.
    expect(csvOf(sent).trim().split('\r\n')).toHaveLength(7);
    expect(csvOf(sent)).toContain('box1@contoso.example;Person 1;neu;neu;');
    expect(await listed()).toEqual([{ occasion: 'ended', state: 'sent', tries: 1 }]);
    expect((await operations.runs.report(id)).mails).toMatchObject([{ state: 'sent', runId: id }]);
    expect((await operations.status()).mails).toBeUndefined();
  });

  it('a recipient whom the mail server refuses is told at the mail, which is not sent again', async () => {
    partRefusal = new Failure('recipientsRefused', { details: { recipients: ['admin@contoso.example'] } });
    await run();
    partRefusal = undefined;
    expect(await operations.reports.send({ isForced: true })).toMatchObject({ sent: 0 });
    expect(await listed()).toMatchObject([
      {
        ...{ state: 'sent', tries: 1 },
        failure: { number: 18_030, details: { recipients: ['admin@contoso.example'] } },
      },
    ]);
  });

  it('a test run sends nothing', async () => {
    await run('test');
    expect(mails).toEqual([]);
    expect(await inside.outbox.list({})).toEqual([]);
  });

  it.each([
    ['always', 2],
    ['onChange', 1],
    ['onWarning', 0],
    ['onError', 0],
  ])('%s is asked of a run with changes and of one without', async (when, sent) => {
    await operations.policies.apply(policy({ when }));
    await run();
    world.clock.advance(HOUR_MS);
    await run();
    expect(mails).toHaveLength(sent);
  });

  it('what changed since the run before is said', async () => {
    await run();
    world.clock.advance(HOUR_MS);
    world.organization.putObject(person(4));
    await run();
    expect(mails[1]?.body.text).toMatch(/Hinzugekommen +1 \(Person 4\)/);
  });

  it('a run that waits for an approval says how to approve it, whatever "when" says', async () => {
    await operations.policies.apply(policy({ when: 'onError' }, { brake: { maxPeople: 0 } }));
    await run();
    world.organization.removeObject(person(3).id);
    world.clock.advance(HOUR_MS);
    const waiting = await run();
    expect(waiting.state).toBe('awaitingApproval');
    const { brake } = await operations.runs.report(waiting.id);
    expect(mails).toHaveLength(1);
    expect(mails[0]?.body.text).toContain(
      `contactsync approve ${waiting.id.slice(0, 8)} --digest ${brake?.digest}`,
    );
    const reported = async () => (await operations.runs.report(waiting.id)).isPolicyEdited;
    expect(await reported()).toBeUndefined();
    await operations.policies.apply(policy({ when: 'onError' }, { brake: { maxPeople: 1 } }));
    expect(await reported()).toBe(true);
  });

  describe('the same approval, wanted by run after run', () => {
    async function waiting(hours = 1): Promise<RunView & { readonly digest: string }> {
      world.clock.advance(hours * HOUR_MS);
      const view = await run();
      expect(view.state).toBe('awaitingApproval');
      return { ...view, digest: (await operations.runs.report(view.id)).brake?.digest ?? '' };
    }
    beforeEach(async () => {
      await operations.policies.apply(policy({ when: 'onError' }, { brake: { maxPeople: 0 } }));
      await run();
      world.organization.removeObject(person(3).id);
    });

    it('is asked for once, and the first answer releases the newest plan', async () => {
      world.organization.putObject(person(2, { jobTitle: ['Clerk'] }));
      const first = await waiting();
      await waiting();
      world.organization.putObject(person(2, { jobTitle: ['Director'] }));
      const last = await waiting();
      expect(last.digest).toBe(first.digest);
      expect(mails).toHaveLength(1);
      await expect(operations.runs.approve(first.id, 'another')).rejects.toMatchObject({
        failure: { code: 'planChanged' },
      });
      const released = await operations.runs.approve(first.id, first.digest);
      expect(released.id).toBe(last.id);
      for await (const _event of operations.runs.events(last.id)) {
        // Until it is over.
      }
      expect((await operations.runs.get(last.id)).state).toBe('finished');
      expect(world.item(1, 2).properties.jobTitle).toBe('Director');
    });

    it('cannot be released with a plan that was another one', async () => {
      const first = await waiting();
      world.organization.removeObject(person(2).id);
      await waiting();
      expect(mails).toHaveLength(2);
      await expect(operations.runs.approve(first.id, first.digest)).rejects.toMatchObject({
        failure: { code: 'nothingToApprove' },
      });
    });

    it('is asked for again after seven days, or when the plan was another one meanwhile', async () => {
      await waiting();
      await waiting(7 * 24 - 1);
      expect(mails).toHaveLength(1);
      await waiting(1);
      expect(mails).toHaveLength(2);
      world.organization.removeObject(person(2).id);
      await waiting();
      world.organization.putObject(person(2));
      await waiting();
      expect(mails).toHaveLength(4);
    });

    it('is asked for by the mail that could not be sent, with what waits now', async () => {
      refusal = new Failure('sendingNotAllowed');
      await waiting();
      refusal = undefined;
      const { id, digest } = await waiting();
      await operations.reports.send({ isForced: true });
      expect(mails.map(({ body }) => body.text)).toEqual([
        expect.stringContaining(`contactsync approve ${id.slice(0, 8)} --digest ${digest}`),
      ]);
    });
  });

  it('nobody named, nothing sent, and nobody connected to for it', async () => {
    await operations.policies.apply(policy({ recipients: [] }));
    await run();
    expect(mails).toEqual([]);
    expect(connectionsOpened).toBe(1);
    expect(await listed()).toEqual([]);
  });
});

describe('a mail that cannot be sent', () => {
  it('fails no run, is shown, and goes out with the next run when its pause is over', async () => {
    refusal = new Failure('sendingNotAllowed');
    const { id, state } = await run();
    expect(state).toBe('finished');
    expect(await listed()).toMatchObject([{ state: 'waiting', tries: 1, failure: { number: 18014 } }]);
    expect((await operations.status()).mails).toMatchObject([{ runId: id, failure: { number: 18014 } }]);
    refusal = undefined;
    await run();
    expect(mails).toEqual([]);
    world.clock.advance(HOUR_MS);
    await run();
    expect(mails.map(({ subject }) => subject)).toEqual(['contactSync: All staff: 6 Änderungen']);
  });

  it('is shown with the name of its policy, also when that was removed', async () => {
    refusal = new Failure('mailRefused');
    await run();
    await operations.policies.remove('All staff', { removeContacts: false });
    expect((await operations.status()).mails).toMatchObject([{ policyName: 'All staff' }]);
  });

  it('goes out at once when a person wants it', async () => {
    refusal = new Failure('mailRefused');
    await run();
    refusal = undefined;
    expect(await operations.reports.send()).toMatchObject({ sent: 0, failed: 0 });
    expect(await operations.reports.send({ isForced: true })).toEqual({ sent: 1, failed: 0, open: [] });
    expect(mails).toHaveLength(1);
  });

  it('is given up after three days, and still sent when a person wants it', async () => {
    refusal = new Failure('mailRefused');
    await run();
    world.clock.advance(73 * HOUR_MS);
    expect(await operations.reports.send()).toMatchObject({ failed: 1, open: [{ state: 'givenUp' }] });
    refusal = undefined;
    expect(await operations.reports.send()).toMatchObject({ sent: 0, open: [{ state: 'givenUp' }] });
    expect(await operations.reports.send({ isForced: true })).toMatchObject({ sent: 1, open: [] });
  });

  it('waits for no time that a clock was set to that was ahead', async () => {
    await operations.policies.apply(policy({ when: 'always' }));
    refusal = new Failure('mailRefused');
    await run();
    world.clock.set(20 * 24 * HOUR_MS);
    await run();
    // The first one is as good as three days old; the second one waits.
    expect(await listed()).toMatchObject([{ state: 'waiting' }, { state: 'givenUp' }]);
    world.clock.set(-20 * 24 * HOUR_MS);
    expect(await operations.reports.send()).toMatchObject({ failed: 2 });
    expect(await listed()).toMatchObject([{ state: 'waiting' }, { state: 'waiting' }]);
    refusal = undefined;
    // The pauses are those of any mail again.
    expect(await operations.reports.send()).toMatchObject({ sent: 0, failed: 0 });
    world.clock.advance(5 * HOUR_MS);
    expect(await operations.reports.send()).toMatchObject({ sent: 2, open: [] });
  });

  it('was perhaps sent when its process died by a clock that was ahead', async () => {
    refusal = new Failure('mailRefused');
    await run();
    refusal = undefined;
    const [noted] = await inside.outbox.list({});
    const ahead = new Date(world.clock.now().getTime() + 20 * 24 * HOUR_MS);
    await inside.outbox.claim(noted?.id ?? 0, ahead.toISOString());
    await operations.reports.send();
    expect(await listed()).toMatchObject([{ state: 'perhapsSent' }]);
  });

  it('is never sent again when it was perhaps sent', async () => {
    refusal = new Failure('mailPerhapsSent');
    await run();
    refusal = undefined;
    world.clock.advance(100 * HOUR_MS);
    expect(await operations.reports.send({ isForced: true })).toMatchObject({
      sent: 0,
      failed: 0,
      open: [{ state: 'perhapsSent', failure: { number: 18013 } }],
    });
  });

  it('was perhaps sent when its process died while it was handed over', async () => {
    refusal = new Failure('mailRefused');
    await run();
    refusal = undefined;
    const [noted] = await inside.outbox.list({});
    await inside.outbox.claim(noted?.id ?? 0, world.clock.now().toISOString());
    await operations.reports.send({ isForced: true });
    expect(await listed()).toMatchObject([{ state: 'sending' }]);
    world.clock.advance(HOUR_MS);
    await operations.reports.send({ isForced: true });
    expect(await listed()).toMatchObject([{ state: 'perhapsSent' }]);
    expect(mails).toEqual([]);
  });

  it('because it is too large goes without its table', async () => {
    const taken: OutgoingMail[] = [];
    const send = mail.send;
    mail.send = async (one) => {
      if ((one.attachments ?? []).length > 0) throw new Failure('mailTooLarge');
      taken.push(one);
    };
    try {
      await run();
    } finally {
      mail.send = send;
    }
    expect(taken).toMatchObject([{ attachments: [], subject: 'contactSync: All staff: 6 Änderungen' }]);
    expect(taken[0]?.body.text).not.toContain('angehängten Tabelle');
  });

  it('is noted before the run ends: a process that dies then has not forgotten it', async () => {
    const order: string[] = [];
    await operations.close();
    operations = await openOperations(join(directory, 'data'), (dependencies) => ({
      ...dependencies,
      clock: world.clock,
      connect: inside.connect,
      outbox: {
        ...dependencies.outbox,
        add: async (one) => {
          order.push(`noted ${one.occasion}`);
          await dependencies.outbox.add(one);
        },
      },
      runs: {
        ...dependencies.runs,
        setState: async (id, state, endedAt) => {
          order.push(state);
          await dependencies.runs.setState(id, state, endedAt);
        },
      },
    }));
    await run();
    expect(order.slice(-2)).toEqual(['noted ended', 'finished']);
  });
});

describe('an alert', () => {
  it('comes when no run succeeded for so many days, and again after as many more', async () => {
    await operations.policies.apply(policy({ when: 'onError', alertAfterDays: 2 }));
    await run();
    world.clock.advance(47 * HOUR_MS);
    await operations.reports.send();
    expect(mails).toEqual([]);
    world.clock.advance(2 * HOUR_MS);
    await operations.reports.send();
    await operations.reports.send();
    expect(mails.map(({ subject }) => subject)).toEqual(['contactSync: All staff: seit 2 Tagen ohne Erfolg']);
    world.clock.advance(48 * HOUR_MS);
    await operations.reports.send();
    expect(mails).toHaveLength(2);
    await run();
    world.clock.advance(HOUR_MS);
    await operations.reports.send();
    expect(mails).toHaveLength(2);
  });
});

describe('a look at a mail', () => {
  it('shows it in the language asked for, wanted or not, and sends nothing', async () => {
    await operations.policies.apply(policy({ when: 'onError' }));
    const { id } = await run();
    const english = await operations.reports.compose(id, { language: 'en', detail: 'numbers' });
    expect(english).toMatchObject({
      runId: id,
      isWanted: false,
      subject: 'contactSync: All staff: 6 changes',
      recipients: ['admin@contoso.example'],
    });
    expect(english.html).not.toContain('Person 1');
    expect(mails).toEqual([]);
  });
});

describe('the password of a mail server', () => {
  const through = (smtp: object) => ({
    text: JSON.stringify({
      ...environment,
      mail: { through: 'smtp', smtp: { host: 'mail.contoso.example', user: 'reports', ...smtp } },
    }),
  });
  const stored = async () => (await operations.environments.get('contoso')).passwords;

  it('is discarded with the server it was for, and does not come back with it', async () => {
    await operations.environments.apply(through({}));
    await operations.environments.setPassword('contoso', 'smtp', 'unmistakable');
    await operations.environments.apply(through({ from: 'reports@contoso.example' }));
    expect(await stored()).toEqual(['smtp']);
    const { warnings } = await operations.environments.apply(through({ host: 'mail.fabrikam.example' }));
    expect(warnings.join()).toContain('the stored password of the mail server is discarded');
    expect(await stored()).toEqual([]);
    await operations.environments.apply(through({}));
    expect(await stored()).toEqual([]);
  });
});
