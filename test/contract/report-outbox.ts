// Every promise of ports/report-outbox.ts as a test.

import { describe, expect } from 'vitest';
import type { NewReportMail, ReportOutbox } from '../../src/ports/report-outbox.ts';
import { fixtures, type StoreContractOptions, type StoreFixture } from './fixture.ts';
import { promisesExcept } from './promise.ts';
import { samplePolicyId, sampleRunId } from './sample.ts';

const AT = '2026-11-01T08:00:00.000Z';
const LATER = '2026-11-01T09:00:00.000Z';

const noted = (more: Partial<NewReportMail> = {}): NewReportMail => ({
  key: 'one',
  policyId: samplePolicyId(),
  runId: sampleRunId(1),
  occasion: 'ended',
  at: AT,
  ...more,
});

export function reportOutboxContract(
  name: string,
  make: () => Promise<StoreFixture<ReportOutbox>>,
  options: StoreContractOptions = {},
): void {
  const promises = promisesExcept(options.notSupported ?? []);
  const withFixture = fixtures(make);
  const onlyId = async (outbox: ReportOutbox): Promise<number> => {
    const [mail] = await outbox.list({});
    if (mail === undefined) throw new Error('no mail is noted');
    return mail.id;
  };

  describe(`mails to be sent: ${name}`, () => {
    promises(
      'a mail that is noted waits, and one with the same key is the same',
      withFixture(async ({ subject }) => {
        await subject.add(noted());
        await subject.add(noted({ at: LATER, occasion: 'awaitingApproval' }));
        expect(await subject.list({})).toEqual([
          {
            id: expect.any(Number),
            policyId: samplePolicyId(),
            runId: sampleRunId(1),
            occasion: 'ended',
            state: 'waiting',
            createdAt: AT,
            tries: 0,
            at: AT,
            failure: undefined,
            reason: undefined,
          },
        ]);
      }),
    );

    promises(
      'mails are listed newest first, by state, by run, and so many',
      withFixture(async ({ subject }) => {
        await subject.add(noted());
        await subject.add(noted({ key: 'two', runId: undefined, occasion: 'alert' }));
        const ofRun = await subject.list({ runId: sampleRunId(1) });
        expect(ofRun.map(({ occasion }) => occasion)).toEqual(['ended']);
        expect((await subject.list({})).map(({ occasion }) => occasion)).toEqual(['alert', 'ended']);
        expect(await subject.list({ limit: 1 })).toMatchObject([{ occasion: 'alert', runId: undefined }]);
        expect(await subject.list({ states: ['sent'] })).toEqual([]);
      }),
    );

    promises(
      'mails are listed by their time: those that have come, those of later, or both',
      withFixture(async ({ subject }) => {
        for (const [key, at] of [
          ['early', AT],
          ['between', '2026-11-01T08:30:00.000Z'],
          ['late', '2026-11-01T09:00:00.001Z'],
        ] as const)
          await subject.add(noted({ key, at }));
        const times = async (filter: Parameters<ReportOutbox['list']>[0]) =>
          (await subject.list(filter)).map(({ at }) => at.slice(11, 16));
        expect(await times({ dueBy: AT })).toEqual(['08:00']);
        expect(await times({ after: LATER })).toEqual(['09:00']);
        expect(await times({ dueBy: AT, after: LATER })).toEqual(['09:00', '08:00']);
      }),
    );

    promises(
      'a mail keeps why no run could begin',
      withFixture(async ({ subject }) => {
        const reason = { code: 'trialOver', number: 16_010, details: { since: AT } } as const;
        await subject.add(noted({ runId: undefined, occasion: 'notBegun', reason }));
        expect(await subject.list({})).toMatchObject([{ occasion: 'notBegun', reason, failure: undefined }]);
      }),
    );

    promises(
      'only one can claim a mail, and only while it waits',
      withFixture(async ({ subject }) => {
        await subject.add(noted());
        const id = await onlyId(subject);
        expect(await Promise.all([subject.claim(id, LATER), subject.claim(id, LATER)])).toEqual(
          expect.arrayContaining([true, false]),
        );
        expect(await subject.list({})).toMatchObject([{ state: 'sending', at: LATER, tries: 0 }]);
      }),
    );

    promises(
      'a try is counted, with its failure or without',
      withFixture(async ({ subject }) => {
        await subject.add(noted());
        const id = await onlyId(subject);
        const failure = { code: 'mailRefused', number: 18011, details: { status: 400 } } as const;
        await subject.settle(id, 'waiting', LATER, failure);
        expect(await subject.list({})).toMatchObject([{ state: 'waiting', tries: 1, at: LATER, failure }]);
        await subject.claim(id, LATER);
        await subject.settle(id, 'sent', LATER);
        expect(await subject.list({})).toMatchObject([{ state: 'sent', tries: 2, failure: undefined }]);
      }),
    );

    promises(
      'a mail that is held is not tried, and only one that waits is held',
      withFixture(async ({ subject }) => {
        await subject.add(noted());
        const id = await onlyId(subject);
        const failure = { code: 'mailServerSignInRefused', number: 18023, details: {} } as const;
        await subject.hold(id, 'waiting', LATER, failure);
        expect(await subject.list({})).toMatchObject([{ state: 'waiting', tries: 0, at: LATER, failure }]);
        await subject.claim(id, LATER);
        await subject.hold(id, 'givenUp', LATER, failure);
        expect(await subject.list({})).toMatchObject([{ state: 'sending' }]);
      }),
    );

    promises(
      'what is noted is durable',
      withFixture(async ({ subject, reopen }) => {
        await subject.add(noted());
        expect(await (await reopen()).list({})).toHaveLength(1);
      }),
      { needs: 'reopen' },
    );
  });
}
