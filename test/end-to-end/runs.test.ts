// The way of an administrator through the command line: test run, run, run again, brake and approval, rollback,
// cancellation, two processes at once; every answer also as JSON.

import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import type {
  CountView,
  ExplainView,
  MailboxPlanView,
  PolicyView,
  ProbeView,
  ReportView,
  RunView,
  ScanView,
  StatusView,
} from '@contactsync/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installation, type RunAnswer } from './installation.ts';

const FOLDER = 'Contacts/Company Contacts';

let box: Installation;

beforeAll(async () => {
  box = await Installation.start({ recipients: 60, mailboxes: 8 });
  await box.setUp();
});
afterAll(() => box.close());

async function contacts(address: string): Promise<readonly string[]> {
  const { items, folders } = await box.control.mailbox(address);
  const deleted = new Set(folders.filter((folder) => folder.isDeleted).map((folder) => folder.id));
  return items
    .filter((item) => item.folderPath === FOLDER && !deleted.has(item.folderId))
    .map((item) => String(item.properties.displayName));
}

async function writes(): Promise<number> {
  const requests = await box.control.requests(200_000);
  return requests.filter(
    ({ face, method, path }) => face === 'graph' && method !== 'GET' && !path.endsWith('/$batch'),
  ).length;
}

const run = (...more: string[]) => box.json<RunAnswer>(['run', 'All staff', ...more]);

/** A mailbox that the first run filled. */
let address = '';

describe('from test run to rollback', () => {
  it('shows a plan and writes nothing', async () => {
    const answer = await box.json<RunAnswer & { plans: MailboxPlanView[] }>(['run', 'All staff', '--test']);
    expect(answer.run).toMatchObject({ kind: 'test', state: 'finished' });
    expect(answer.plans.length).toBeGreaterThan(0);
    expect(answer.plans[0]?.changes[0]).toMatchObject({ kind: 'create', reason: 'new' });
    expect(await writes()).toBe(0);
  });

  it('writes what the test run showed', async () => {
    const test = await box.json<RunAnswer>(['run', 'All staff', '--test']);
    const { report } = await run();
    expect(report.run.state).toBe('finished');
    expect(report.applied.created).toBe(test.report.planned.create);
    const filled = report.perMailbox.find(({ state }) => state === 'applied');
    address = filled?.primarySmtpAddress ?? '';
    expect(await contacts(address)).toHaveLength(filled?.applied?.created ?? -1);
  });

  it('writes nothing the second time, with and without its ledger', async () => {
    await box.control.clearRequests();
    expect((await run()).report.applied.created).toBe(0);
    expect(await box.json(['ledger', 'forget'])).not.toEqual({ forgotten: 0 });
    expect((await run()).report.planned).toMatchObject({ create: 0, update: 0, delete: 0 });
    expect(await writes()).toBe(0);
  });

  it('rolls back what one run changed, in one mailbox and then in all', async () => {
    const people = await box.control.people('MailContact');
    const known = new Set(await contacts(address));
    const person = people.find((one) => known.has(one.displayName));
    await box.control.changePerson(person?.id ?? '', { displayName: 'Renamed Person' });
    const renaming = await run();
    expect(renaming.report.applied.updated).toBeGreaterThan(1);
    expect(await contacts(address)).toContain('Renamed Person');

    const test = await box.json<RunAnswer & { plans: MailboxPlanView[] }>([
      'rollback',
      renaming.run.id,
      '--test',
    ]);
    expect(test.plans[0]?.changes[0]).toMatchObject({ kind: 'update', reason: 'rollback' });
    expect(await contacts(address)).toContain('Renamed Person');

    const one = await box.json<RunAnswer>(['rollback', renaming.run.id, '--mailbox', address]);
    expect(one.run).toMatchObject({ kind: 'rollback', state: 'finished', undoes: renaming.run.id });
    expect(one.report.applied.updated).toBe(1);
    expect(await contacts(address)).toContain(person?.displayName);
    const all = await box.json<RunAnswer>(['rollback', renaming.run.id]);
    expect(all.report.applied.updated).toBe(renaming.report.applied.updated - 1);
    expect((await run()).report.applied.updated).toBe(renaming.report.applied.updated);
  });

  it('says in plain words why a contact is there', async () => {
    const answer = await box.json<ExplainView>([
      ...['explain', 'All staff', '--mailbox', address, '--contact', 'Renamed Person'],
    ]);
    expect(answer.answer).toBe(`Renamed Person is in ${address} and up to date.`);
    expect(answer.steps.every((step) => step.ok)).toBe(true);
    const nobody = await box.json<ExplainView>([
      ...['explain', 'All staff', '--mailbox', address, '--contact', 'Nobody'],
    ]);
    expect(nobody.answer).toContain('is not in');
  });
});

describe('a verify run', () => {
  const verify = (exitCode: number, ...more: string[]) =>
    box.json<RunAnswer & { repair?: RunAnswer }>(['verify', 'All staff', ...more], exitCode);

  it('names what users did to our contacts, writes nothing, and is followed by a repair on demand', () =>
    box.withCommands('called', async () => {
      expect((await verify(0)).report.drift).toMatchObject({ mailboxesDiffering: 0, differing: 0 });

      const { items } = await box.control.mailbox(address);
      const [edited, gone] = items.filter(({ folderPath }) => folderPath === FOLDER);
      await box.control.editContact(address, edited?.id ?? '', { displayName: 'Somebody Else' });
      await box.control.purgeContact(address, gone?.id ?? '');
      await box.control.clearRequests();
      const { run: verified, report } = await verify(7);
      expect(await writes()).toBe(0);
      expect(verified).toMatchObject({ kind: 'verify', state: 'finished' });
      expect(report.drift).toMatchObject({ mailboxesDiffering: 1, differing: 2 });
      const findings = report.perMailbox.flatMap(({ drift }) => drift?.findings ?? []);
      expect(findings).toMatchObject([
        { kind: 'missing', label: gone?.properties.displayName },
        { kind: 'edited', label: edited?.properties.displayName, properties: ['displayName'] },
      ]);
      expect((await box.run(['run', 'show', 'last', '--csv'])).output).toContain('edited');

      const test = await run('--repair', '--test');
      expect(test.report.planned).toMatchObject({ create: 1, update: 1, delete: 0 });
      const { repair } = await verify(0, '--mailbox', address, '--repair');
      expect(repair?.report.applied).toMatchObject({ created: 1, updated: 1 });
      expect((await verify(0)).report.drift).toMatchObject({ mailboxesDiffering: 0 });
      const { runs } = await box.json<{ runs: RunView[] }>(['runs', '--limit', '1']);
      expect(runs[0]).toMatchObject({ kind: 'verify', state: 'finished' });
    }));
});

describe('the brake', () => {
  const wrong = (value: string) =>
    box.write(
      'wrong.yaml',
      box.policyText(`  include:\n    - - { property: department, operator: equals, value: ${value} }\n`),
    );

  it('stops a wrong filter before anything is written, with exit code 3', async () => {
    await box.control.clearRequests();
    await box.json(['policy', 'apply', wrong('Nowhere')]);
    const test = await box.json<RunAnswer>(['run', 'All staff', '--test'], 3);
    expect(test.report.brake?.reasons[0]).toMatchObject({ rule: 'people' });
    const { report } = await box.json<RunAnswer>(['run', 'All staff'], 3);
    expect(report.run.state).toBe('awaitingApproval');
    expect(report.brake?.reasons[0]?.rule).toBe('people');
    expect(await writes()).toBe(0);
  });

  it('refuses an approval with another digest, and one of a plan that gave way to another', async () => {
    const [waiting] = (await box.json<{ runs: RunView[] }>(['runs', '--state', 'awaitingApproval'])).runs;
    expect(await box.failure(['approve', waiting?.id ?? '', '--digest', 'wrong'])).toMatchObject({
      number: 17021,
      exitCode: 2,
    });
    await box.json(['policy', 'apply', wrong('Neverland')]);
    await box.json<RunAnswer>(['run', 'All staff'], 3);
    const { brake } = await box.json<ReportView>(['run', 'show', waiting?.id ?? '']);
    expect(await box.failure(['approve', waiting?.id ?? '', '--digest', brake?.digest ?? ''])).toMatchObject({
      number: 17020,
      exitCode: 2,
    });
    expect(await writes()).toBe(0);
  });

  it('writes the plan that a person approved', async () => {
    const plan = await box.json<{ run: RunView; brake: { digest: string }; plans: MailboxPlanView[] }>([
      ...['plan', 'show', 'last'],
    ]);
    expect(plan.plans[0]?.changes[0]).toMatchObject({ kind: 'delete', reason: 'leftSelection' });
    const approved = await box.json<RunAnswer>(['approve', plan.run.id, '--digest', plan.brake.digest]);
    expect(approved.report.run.state).toBe('finished');
    expect(approved.report.applied.deleted).toBe(approved.report.planned.delete);
    expect(await contacts(address)).toEqual([]);
    expect(await box.failure(['approve', plan.run.id, '--digest', plan.brake.digest])).toMatchObject({
      number: 17020,
    });
  });

  it('lets a person discard a waiting plan', async () => {
    await box.json(['policy', 'apply', box.path('all-staff.yaml')]);
    await run();
    await box.json(['policy', 'apply', wrong('Elsewhere')]);
    const { report } = await box.json<RunAnswer>(['run', 'All staff'], 3);
    expect(await box.json(['cancel', report.run.id])).toMatchObject({ run: { state: 'cancelled' } });
    expect(
      await box.failure(['approve', report.run.id, '--digest', report.brake?.digest ?? '']),
    ).toMatchObject({
      number: 17020,
    });
    await box.json(['policy', 'apply', box.path('all-staff.yaml')]);
  });
});

describe('Ctrl-C and two processes at once', () => {
  /** Starts a run that gets no further than to this request, until it is stopped. */
  async function heldRun(fault: {
    face: 'graph' | 'exchange-admin';
    path: string;
    bodyText?: string;
    after?: number;
  }) {
    await box.control.addFault({
      ...fault,
      count: 1_000,
      action: { kind: 'delay', milliseconds: 60_000 },
    });
    const started = box.spawn(['run', 'All staff', '--json']);
    for (let held = false; !held; ) {
      await wait(50);
      const { runs } = await box.json<{ runs: RunView[] }>(['runs', '--limit', '1']);
      held = runs[0]?.state === (fault.face === 'graph' ? 'applying' : 'reading');
    }
    return started;
  }

  it('runs a policy only once at a time', async () => {
    const { child, answer } = await heldRun({ face: 'exchange-admin', path: 'InvokeCommand' });
    const second = await box.failure(['run', 'All staff']);
    expect(second).toMatchObject({ number: 17010, exitCode: 5 });
    expect(second.details.holder).toContain(`process ${child.pid}`);
    child.kill('SIGINT');
    expect((await answer).exitCode).toBe(1);
    await box.control.clearFaults();
  });

  it('goes on to its end, and says how it ended, when nobody reads its output any more', async () => {
    const { child, answer } = box.spawn(['run', 'All staff']);
    child.stdout.once('data', () => child.stdout.destroy());
    answer.catch(() => undefined);
    const [exitCode] = await once(child, 'close');
    const [newest] = (await box.json<{ runs: RunView[] }>(['runs', '--limit', '1'])).runs;
    expect(newest).toMatchObject({ kind: 'run', state: 'finished' });
    expect(exitCode).toBe(0);
  });

  it('ends cleanly at Ctrl-C in the middle of writing, and the next run completes', async () => {
    const people = await box.control.people('UserMailbox');
    for (const person of people) await box.control.changePerson(person.id, { person: { title: 'Promoted' } });
    const { child, answer } = await heldRun({
      face: 'graph',
      path: '\\$batch$',
      bodyText: 'PATCH',
      after: 2,
    });
    child.kill('SIGINT');
    const { exitCode, output } = await answer;
    expect(exitCode).toBe(1);
    expect((JSON.parse(output) as RunAnswer).run.state).toBe('cancelled');
    await box.control.clearFaults();
    expect((await run()).run.state).toBe('finished');
    expect((await run()).report.planned).toMatchObject({ create: 0, update: 0, delete: 0 });
    const { items } = await box.control.mailbox(address);
    expect(items.filter((item) => item.properties.jobTitle === 'Promoted').length).toBeGreaterThan(2);
  });
});

describe('answers', () => {
  it('are one JSON object each, with --json', async () => {
    const id = (await box.json<{ runs: RunView[] }>(['runs', '--limit', '1'])).runs[0]?.id ?? '';
    const status = await box.json<StatusView>(['status']);
    expect(status).toMatchObject({ license: { kind: 'trial', state: 'valid', mailboxes: 20 } });
    const count = await box.json<CountView>(['count', 'All staff']);
    expect(count).toMatchObject({ isComplete: true });
    expect((await box.json<PolicyView>(['policy', 'show', 'All staff'])).policy.name).toBe('All staff');
    for (const args of [
      ['policy', 'list'],
      ['policy', 'history', 'All staff'],
      ['policy', 'diff', 'All staff'],
      ['policy', 'diff', box.path('all-staff.yaml')],
      ['policy', 'validate', box.path('all-staff.yaml')],
      ['policy', 'export', 'All staff'],
      ['policy', 'new', 'Another', '--environment', 'contoso'],
      ['environment', 'list'],
      ['environment', 'show', 'contoso'],
      ['environment', 'test', 'contoso'],
      ['environment', 'history', 'contoso'],
      ['certificate', 'list'],
      ['run', 'show', id],
      ['plan', 'show', id],
    ])
      expect(typeof (await box.json<object>(args)), args.join(' ')).toBe('object');
  });

  it('come as CSV and HTML too', async () => {
    const csv = await box.run(['run', 'show', 'last', '--csv']);
    expect(csv.output).toMatch(/^mailbox,purpose,state/);
    const html = await box.run(['run', 'show', 'last', '--html', '--output', box.path('report.html')]);
    expect(html).toMatchObject({ exitCode: 0, errors: '' });
  });

  it('have no colors where there is no terminal', async () => {
    for (const args of [['runs'], ['run', 'show', 'last'], ['policy', 'list']])
      expect((await box.run(args)).output).not.toContain('\u001b');
  });
});

describe('documents', () => {
  // As processes they are tried above; only the answers count here.
  beforeAll(() => {
    box.commands = 'called';
  });

  it('come back from export as they were applied', async () => {
    const { text } = await box.json<{ text: string }>(['policy', 'export', 'All staff']);
    const file = box.write('exported.yaml', text);
    const { results } = await box.json<{ results: { result: string }[] }>(['policy', 'apply', file]);
    expect(results[0]?.result).toBe('unchanged');
  });

  it('are made from templates that are valid at once', async () => {
    const { output } = await box.run(['policy', 'new', 'Template: "quoted"', '--environment', 'contoso']);
    const applied = await box.run(['policy', 'validate', '-', '--json'], { input: output });
    expect(applied.exitCode, applied.errors).toBe(0);
    const environment = await box.run([
      ...['environment', 'new', 'Fabrikam', '--organization', 'fabrikam.onmicrosoft.com'],
      ...['--application-id', '99999999-2222-4333-8444-555555555555'],
    ]);
    expect((await box.run(['environment', 'validate', '-'], { input: environment.output })).exitCode).toBe(0);
  });

  it('are cloned with a new id, disabled, renamed and enabled', async () => {
    const clone = await box.json<PolicyView>(['policy', 'clone', 'All staff', 'Copy']);
    expect(clone.policy).toMatchObject({ name: 'Copy', enabled: false });
    expect(clone.policy.id).not.toBe('aaaaaaaa-2222-4333-8444-555555555555');
    await box.json(['policy', 'rename', 'Copy', 'Second']);
    expect(await box.json<PolicyView>(['policy', 'enable', 'Second'])).toMatchObject({
      policy: { enabled: true },
    });
    expect(await box.json(['policy', 'remove', 'Second'])).toMatchObject({ removed: true });
  });

  it('keep the policies when an environment is renamed', async () => {
    await box.json(['environment', 'rename', 'contoso', 'Contoso AG']);
    expect((await box.json<PolicyView>(['policy', 'show', 'All staff'])).policy.environment).toBe(
      'Contoso AG',
    );
    await box.json(['environment', 'rename', 'Contoso AG', 'contoso']);
  });
});

describe('the end of a policy', () => {
  it('asks what becomes of the contacts, and finds forgotten ones again', async () => {
    expect(await box.failure(['policy', 'remove', 'All staff'])).toMatchObject({
      number: 10050,
      exitCode: 2,
    });
    await box.json(['policy', 'remove', 'All staff', '--keep-contacts']);
    const scan = await box.json<ScanView>(['clean-up', 'scan', '--environment', 'contoso']);
    const forgotten = scan.folders.filter((folder) => folder.policyName === undefined);
    expect(forgotten.length).toBeGreaterThan(0);
    const id = forgotten[0]?.policyId ?? '';
    expect(scan.policies).toMatchObject([{ policyId: id, state: 'removed', name: 'All staff' }]);
    const unknown = ['clean-up', '--policy-id', id, '--environment', 'contoso'];
    const test = await box.json<RunAnswer>([...unknown, '--test'], 3);
    expect(test.report.planned.delete).toBeGreaterThan(0);
    expect((await contacts(address)).length).toBeGreaterThan(0);
    // One whose policy is not stored here waits for an approval, however small.
    const waiting = await box.json<RunAnswer>(unknown, 3);
    expect(waiting.run).toMatchObject({ kind: 'cleanup', state: 'awaitingApproval' });
    const before = await contacts(address);
    expect(before.length).toBeGreaterThan(0);
    await box.json(['approve', waiting.run.id, '--digest', waiting.report.brake?.digest ?? '']);
    expect(await contacts(address)).toEqual([]);
    await box.json(['rollback', waiting.run.id]);
    expect((await contacts(address)).toSorted()).toEqual(before.toSorted());
    const again = await box.json<RunAnswer>(['clean-up', id], 3);
    await box.json(['approve', again.run.id, '--digest', again.report.brake?.digest ?? '']);
    expect(await contacts(address)).toEqual([]);
  });

  it('removes the contacts first when told so', async () => {
    await box.json(['policy', 'apply', box.path('all-staff.yaml')]);
    await run();
    expect((await contacts(address)).length).toBeGreaterThan(0);
    const before = await contacts(address);
    const remove = ['policy', 'remove', 'All staff', '--remove-contacts'];
    const waiting = await box.json<RunAnswer & { removed: boolean }>(remove, 3);
    expect(waiting).toMatchObject({ removed: false, run: { kind: 'cleanup', state: 'awaitingApproval' } });
    expect(await contacts(address)).toEqual(before);
    expect(await box.json(['policy', 'list'])).toMatchObject({ policies: [{ policy: { enabled: false } }] });
    const told = await box.run(['policy', 'remove', 'All staff', '--remove-contacts']);
    expect(told.output).toMatch(
      /mailboxes? of \d+ would lose contacts[\s\S]*is disabled[\s\S]*--remove-contacts/,
    );
    const { id } = await box.removePolicy('All staff');
    expect(await contacts(address)).toEqual([]);
    expect(await box.json(['policy', 'list'])).toEqual({ policies: [] });
    // The policy is gone, its contacts can be fetched back all the same.
    await box.json(['rollback', id]);
    expect((await contacts(address)).toSorted()).toEqual(before.toSorted());
  });
});

it('what another tool left goes to Deleted Items once a person approved it, and comes back', async () => {
  const [person] = await box.control.people('UserMailbox');
  const address = person?.primarySmtpAddress ?? '';
  const { id: folder } = await box.control.createFolder(address, 'GAL Contacts');
  for (const displayName of ['Left Behind', 'Left Over'])
    await box.control.createContact(address, { folder, properties: { displayName, jobTitle: 'Fitter' } });
  const own = { displayName: 'My dentist', categories: ['Friends'] };
  await box.control.createContact(address, { folder: 'Contacts', properties: own });
  const shown = async () => {
    const { items, folders } = await box.control.mailbox(address);
    const isGone = (id: string) => folders.find((one) => one.id === id)?.isDeleted === true;
    return items
      .filter(({ folderId }) => !isGone(folderId))
      .map(({ folderPath, properties }) =>
        [folderPath, properties.displayName, properties.jobTitle].join(': '),
      )
      .toSorted();
  };
  const before = await shown();
  const command = ['clean-up', 'leftovers', '--environment', 'contoso', '--folder', 'GAL Contacts'];
  const test = await box.json<RunAnswer & { plans: MailboxPlanView[] }>(
    [...command, '--mailbox', address, '--test'],
    3,
  );
  const found = { kind: 'delete', reason: 'leftoverFolder', rule: 'GAL Contacts', folder: 'GAL Contacts' };
  expect(test.plans.flatMap(({ changes }) => changes)).toMatchObject([
    { ...found, label: 'Left Behind', isPermanent: false },
    { ...found, label: 'Left Over', isPermanent: false },
  ]);
  expect(await box.failure(command.slice(0, -1))).toMatchObject({ number: 10050 });
  expect(await box.failure([...command, '*'])).toMatchObject({ number: 10050 });

  const waiting = await box.json<RunAnswer>([...command, '--mailbox', address], 3);
  expect(await shown()).toEqual(before);
  await box.json(['approve', waiting.run.id, '--digest', waiting.report.brake?.digest ?? '']);
  expect(await shown()).toEqual(before.filter((line) => !line.includes('Left')));
  expect(await box.json(['runs', '--limit', '1'])).toMatchObject({
    runs: [{ kind: 'cleanup', state: 'finished', policyName: 'leftovers of other tools' }],
  });
  await box.json(['rollback', waiting.run.id]);
  expect(await shown()).toEqual(before);
});

it('a test mail goes through Microsoft Graph, from the mailbox of the environment', async () => {
  const [sender = '', recipient = ''] = (await box.control.people('UserMailbox')).map(
    ({ primarySmtpAddress }) => primarySmtpAddress,
  );
  const test = ['environment', 'test', 'contoso', '--send-test-mail', recipient];
  const text = `${box.environmentText()}  mailbox: ${sender}\nlanguage: de\n`;
  await box.json(['environment', 'apply', box.write('with-mailbox.yaml', text)]);
  expect((await box.json<ProbeView>(test)).steps.at(-1)).toMatchObject({ name: 'Test mail', ok: true });
  const [received, ...more] = await box.control.receivedMessages(recipient);
  expect(received).toMatchObject({ from: sender, subject: expect.stringContaining('Testnachricht') });
  expect(more).toEqual([]);
});
