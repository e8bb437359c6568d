// The service as a process of its own: it makes up for what was missed, ends cleanly, and may be killed.

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type {
  ComposedReportView,
  QueuedView,
  ReportMailView,
  RunView,
  StatusView,
  UpcomingView,
} from '@contactsync/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quietTime } from '../quiet-time.ts';
import { Installation } from './installation.ts';

const POLICY = 'aaaaaaaa-2222-4333-8444-555555555555';
const DUE = quietTime('Europe/Berlin', new Date());
const SCHEDULE = `schedule:
  timeZone: Europe/Berlin
  times: [{ at: ["${DUE}"] }]
`;

let box: Installation;
let mailboxes: readonly string[] = [];

beforeAll(async () => {
  box = await Installation.start({ recipients: 30, mailboxes: 4 });
  await box.setUp();
  await box.json(['policy', 'apply', box.write('all-staff.yaml', box.policyText(SCHEDULE))]);
  mailboxes = (await box.control.people('UserMailbox')).map((person) => person.primarySmtpAddress);
});
afterAll(() => box.close());

function database<T>(use: (open: DatabaseSync) => T): T {
  const open = new DatabaseSync(join(box.dataDirectory, 'contactsync.db'), { timeout: 30_000 });
  try {
    return use(open);
  } finally {
    open.close();
  }
}

/** As if the last look at the schedule lay two days back. */
const missRuns = () =>
  database((open) =>
    open
      .prepare('insert or replace into schedule_state (policy_id, considered_until) values (?, ?)')
      .run(POLICY, new Date(Date.now() - 48 * 60 * 60_000).toISOString()),
  );

const runStates = (): readonly string[] =>
  database((open) => open.prepare('select state from run order by seq').all()).map(({ state }) =>
    String(state),
  );

/** Ends by itself when the service does, or else with the time limit of the test. */
async function until(holds: () => boolean, child: { readonly exitCode: number | null }): Promise<void> {
  while (!holds()) {
    if (child.exitCode !== null) throw new Error(`the service ended with ${child.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const isRefused = ({ fault }: { readonly fault?: string }) => fault === 'throttled';

async function itemsOf(address: string): Promise<number> {
  return (await box.control.mailbox(address)).items.length;
}

describe('contactsync serve', () => {
  it('killed in the middle of a missed run, stopped in a long wait, and started again ends it, with nobody twice', async () => {
    await box.json(['schedule']);
    missRuns();
    // The run gets no further than to its third batch of new contacts.
    await box.control.addFault({
      face: 'graph',
      path: '\\$batch$',
      bodyText: 'POST',
      after: 2,
      count: 1_000,
      action: { kind: 'delay', milliseconds: 60_000 },
    });
    const killed = box.spawn(['serve']);
    await until(() => runStates().includes('applying'), killed.child);
    killed.child.kill('SIGKILL');
    await killed.answer;
    await box.control.clearFaults();
    const { queue } = await box.json<{ queue: QueuedView[] }>(['queue']);
    expect(queue).toMatchObject([{ policy: 'All staff', reason: 'missed', isRunning: true }]);

    // The lease of a dead process is free after a minute, and until then somebody may be alive.
    const early = await box.failure(['serve']);
    expect(early).toMatchObject({ number: 17_050, exitCode: 5 });
    database((open) => open.prepare('update lease set expires_ms = 0').run());

    // Stopped while Exchange asks to wait for minutes, it ends at once and keeps its place.
    await box.control.addFault({
      method: 'POST',
      batchPart: true,
      action: { kind: 'throttled', retryAfterSeconds: 280 },
    });
    const stopped = box.spawn(['serve']);
    await until(() => box.emulator.context.log.entries.some(isRefused), stopped.child);
    stopped.child.kill('SIGTERM');
    expect((await stopped.answer).exitCode).toBe(0);
    expect(runStates()).toEqual(['interrupted', 'cancelled']);
    const { queue: kept } = await box.json<{ queue: QueuedView[] }>(['queue']);
    expect(kept).toMatchObject([{ policy: 'All staff', reason: 'missed', isRunning: false }]);
    await box.control.clearFaults();

    const again = box.spawn(['serve']);
    await until(() => runStates().at(-1) === 'finished', again.child);
    expect(runStates()).toEqual(['interrupted', 'cancelled', 'finished']);
    const twin = await box.failure(['serve']);
    expect(twin).toMatchObject({ number: 17_050, exitCode: 5 });
    expect((await box.json<StatusView>(['status'])).service?.holder).toMatch(
      new RegExp(`^process ${again.child.pid} on `),
    );
    again.child.kill('SIGTERM');
    const { exitCode, output } = await again.answer;
    expect(exitCode).toBe(0);
    expect(output).toContain('Stopped.');
    expect((await box.json<StatusView>(['status'])).service).toBeUndefined();
    expect((await box.json<{ queue: QueuedView[] }>(['queue'])).queue).toEqual([]);

    const counts = new Set(await Promise.all(mailboxes.map(itemsOf)));
    const { runs } = await box.json<{ runs: RunView[] }>(['runs']);
    expect(runs.map(({ state }) => state)).toEqual(['finished', 'cancelled', 'interrupted']);
    await box.json(['ledger', 'forget']);
    await box.json(['run', 'All staff']);
    expect(new Set(await Promise.all(mailboxes.map(itemsOf)))).toEqual(counts);
  });

  it('says when it will run what, and runs nothing that is disabled', async () => {
    const { turns, freeSlots } = await box.json<UpcomingView>(['schedule', '--days', '3']);
    expect(turns).toHaveLength(3);
    expect(turns.every(({ policy, takes }) => policy === 'All staff' && (takes ?? 0) > 0)).toBe(true);
    expect(turns.every(({ dueAt, beginsAt }) => dueAt === beginsAt)).toBe(true);
    expect(freeSlots).toHaveLength(1);
    const clock = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Berlin', timeStyle: 'short' });
    expect(turns.map(({ dueAt }) => clock.format(new Date(dueAt)))).toEqual([DUE, DUE, DUE]);
    await box.json(['policy', 'disable', 'All staff']);
    expect((await box.json<UpcomingView>(['schedule'])).turns).toEqual([]);
  });

  it('refuses a schedule that makes no sense, and keeps the stored one', async () => {
    const before = box.configuration();
    for (const schedule of [
      'schedule: { cron: "61 * * * *" }',
      'schedule: { cron: "0 0 31 2 *" }',
      'schedule: { cron: "0 6 * * *", timeZone: Mars/Olympus }',
      'schedule: { timeZone: Europe/Berlin }',
      'schedule: { times: [{ at: ["25:00"] }] }',
    ]) {
      const failure = await box.failure([
        'policy',
        'apply',
        box.write('bad.yaml', box.policyText(`${schedule}\n`)),
      ]);
      expect(failure, schedule).toMatchObject({ code: 'invalidDocument', exitCode: 2 });
    }
    expect(box.configuration()).toEqual(before);
  });

  it('sends by itself what was not sent', async () => {
    const [sender = '', reader = ''] = mailboxes;
    const report = `report: { recipients: [${reader}], when: always, detail: contacts }\n`;
    await box.withCommands('called', async () => {
      await box.json(['policy', 'apply', box.write('all-staff.yaml', box.policyText(report))]);
      // Somebody to write about.
      await box.control.addPerson({
        displayName: 'Jörg "Düsentrieb" <Ä>',
        alias: 'joerg',
        primarySmtpAddress: 'joerg@contoso.example',
        recipientTypeDetails: 'UserMailbox',
      });
      await box.json(['run', 'All staff']);
      const { mails } = await box.json<{ mails: ReportMailView[] }>(['reports', 'list']);
      // The environment names no mailbox yet.
      expect(mails).toMatchObject([{ state: 'waiting', failure: { number: 18010 } }]);
      const sending = `language: de\n${box.environmentText()}  mailbox: ${sender}\n`;
      await box.json(['environment', 'apply', box.write('contoso.yaml', sending)]);
    });
    database((open) => open.prepare('update report_mail set at = created_at').run());

    const mailState = () =>
      database((open) => open.prepare('select state from report_mail').all()).map(({ state }) => state);
    const service = box.spawn(['serve']);
    await until(() => mailState().includes('sent'), service.child);
    service.child.kill('SIGTERM');
    expect(await service.answer).toMatchObject({ exitCode: 0 });
    const sent = await box.control.sentMessages(sender);
    const composed = await box.withCommands('called', () =>
      box.json<ComposedReportView>(['reports', 'show', 'last']),
    );
    expect(composed.csv?.content).toContain('Jörg');
    expect(sent).toMatchObject([
      {
        to: [reader],
        subject: composed.subject,
        contentType: 'html',
        body: composed.html,
        attachments: [{ name: composed.csv?.name, contentType: 'text/csv; charset=utf-8' }],
      },
    ]);
    expect(Buffer.from(sent[0]?.attachments[0]?.contentBytes ?? '', 'base64').toString('utf8')).toBe(
      composed.csv?.content,
    );
  });
});
