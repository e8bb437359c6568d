// Every promise of ports/announcements.ts as a test.

import { describe, expect } from 'vitest';
import { environmentId } from '../../src/model/ids.ts';
import type { Announcements, NewAnnouncement } from '../../src/ports/announcements.ts';
import { fixtures, type StoreContractOptions, type StoreFixture } from './fixture.ts';
import { promisesExcept } from './promise.ts';
import { sampleRunId } from './sample.ts';

const AT = '2026-11-01T08:00:00.000Z';
const LATER = '2026-11-01T09:00:00.000Z';

const noted = (more: Partial<NewAnnouncement> = {}): NewAnnouncement => ({
  environmentId: environmentId('e0000000-0000-4000-8000-000000000001'),
  listener: 'webhook',
  runId: sampleRunId(1),
  event: 'run.ended',
  at: AT,
  ...more,
});

export function announcementsContract(
  name: string,
  make: () => Promise<StoreFixture<Announcements>>,
  options: StoreContractOptions = {},
): void {
  const promises = promisesExcept(options.notSupported ?? []);
  const withFixture = fixtures(make);

  describe(`announcements: ${name}`, () => {
    promises(
      'what is added is listed in order, the same event once for each listener',
      withFixture(async ({ subject }) => {
        await subject.add(noted({ event: 'run.started' }));
        await subject.add(noted());
        await subject.add(noted({ listener: 'file' }));
        await subject.add(noted({ at: LATER }));
        expect(await subject.list()).toEqual([
          {
            ...noted({ event: 'run.started' }),
            id: expect.any(Number),
            tries: 0,
            dueAt: AT,
            failure: undefined,
          },
          { ...noted(), id: expect.any(Number), tries: 0, dueAt: AT, failure: undefined },
          { ...noted({ listener: 'file' }), id: expect.any(Number), tries: 0, dueAt: AT, failure: undefined },
        ]);
      }),
    );

    promises(
      'a failed try is counted and postpones, and what was told is gone',
      withFixture(async ({ subject }) => {
        await subject.add(noted());
        const id = (await subject.list())[0]?.id ?? 0;
        const failure = { code: 'webhookRefused', number: 18_025, details: { status: 500 } } as const;
        await subject.postpone(id, LATER, failure);
        expect(await subject.list()).toMatchObject([{ tries: 1, dueAt: LATER, failure, at: AT }]);
        await subject.remove(id);
        expect(await subject.list()).toEqual([]);
      }),
    );

    promises(
      'what is added is durable',
      withFixture(async ({ subject, reopen }) => {
        await subject.add(noted());
        expect(await (await reopen()).list()).toHaveLength(1);
      }),
      { needs: 'reopen' },
    );
  });
}
