// One person's data, as the command line finds and removes it: where, remove, withheld, release.

import type { ReportView, WhereView, WithheldView } from '@contactsync/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installation, type RunAnswer } from './installation.ts';

let box: Installation;
let person = '';
let name = '';

beforeAll(async () => {
  box = await Installation.start({ recipients: 30, mailboxes: 4 });
  await box.setUp();
  const { report } = await box.json<RunAnswer>(['run', 'All staff']);
  expect(report.run.state).toBe('finished');
  const contact = (await box.control.people('MailContact')).find(
    ({ primarySmtpAddress }) => primarySmtpAddress !== '',
  );
  person = contact?.primarySmtpAddress ?? '';
  name = contact?.displayName ?? '';
  // As processes they are tried elsewhere.
  box.commands = 'called';
});
afterAll(() => box.close());

/** Addresses of the mailboxes in which something holds the person's address, read behind the product's back. */
async function holders(): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { primarySmtpAddress } of await box.control.people('UserMailbox')) {
    const { items } = await box.control.mailbox(primarySmtpAddress);
    const holds = items.some(({ properties }) =>
      JSON.stringify(properties).toLowerCase().includes(person.toLowerCase()),
    );
    if (holds) found.push(primarySmtpAddress.toLowerCase());
  }
  return found.sort();
}

const places = ({ places: all }: WhereView) =>
  all
    .filter(({ state }) => state === 'held')
    .map(({ primarySmtpAddress }) => primarySmtpAddress.toLowerCase())
    .sort();

describe("a person's data", () => {
  it('is found by address, by name and by reading, in the mailboxes that really hold it', async () => {
    const real = await holders();
    expect(real.length).toBeGreaterThan(0);
    const byAddress = await box.json<WhereView>(['where', person.toUpperCase()]);
    expect(places(byAddress)).toEqual(real);
    expect(places(await box.json<WhereView>(['where', name]))).toEqual(real);
    const read = await box.json<WhereView>(['where', byAddress.person.id, '--read']);
    expect(read.places.map(({ items }) => items)).toEqual(real.map(() => 1));
  });

  it('that nobody knows is refused, with similar names', async () => {
    const failure = await box.failure(['where', 'nobody@example.com']);
    expect(failure).toMatchObject({ number: 10_012, exitCode: 2 });
    const similar = await box.failure(['where', name.slice(0, -1)]);
    expect(JSON.stringify(similar.details.known)).toContain(name);
  });

  it('is removed everywhere, for good, and stays away until released', async () => {
    const before = await holders();
    const test = await box.json<{ runs: { report: ReportView }[] }>(['remove', person, '--test']);
    expect(test.runs[0]?.report.planned).toMatchObject({ delete: before.length, create: 0, update: 0 });
    expect(await holders()).toEqual(before);

    const removed = await box.run(['remove', person]);
    expect(removed.errors).toBe('');
    expect(removed.exitCode).toBe(0);
    expect(removed.output).toContain('contactsync release');
    expect(await holders()).toEqual([]);

    const { withheld } = await box.json<{ withheld: WithheldView[] }>(['withheld']);
    expect(withheld).toMatchObject([{ label: name }]);
    const { report } = await box.json<RunAnswer>(['run', 'All staff']);
    expect(report.run.state).toBe('finished');
    expect(await holders()).toEqual([]);
    expect(
      (await box.run(['explain', 'All staff', '--contact', person, '--mailbox', before[0] ?? ''])).output,
    ).toContain('somebody removed the person');

    expect((await box.run(['release', name])).exitCode).toBe(0);
    await box.json<RunAnswer>(['run', 'All staff']);
    expect(await holders()).toEqual(before);
    expect((await box.failure(['release', person])).number).toBe(10_012);
  });

  it('that a policy left behind when it was removed is found and removed as well', async () => {
    const held = await holders();
    await box.json(['policy', 'remove', 'All staff', '--keep-contacts']);
    const found = await box.json<WhereView>(['where', person]);
    expect(places(found)).toEqual(held);
    expect(found.places.every(({ isPolicyRemoved }) => isPolicyRemoved)).toBe(true);
    expect((await box.run(['where', person])).output).toContain('All staff (removed)');
    expect((await box.run(['remove', person])).exitCode).toBe(0);
    expect(await holders()).toEqual([]);
  });
});
