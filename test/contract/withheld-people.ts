// Every promise of ports/withheld-people.ts as a test.

import { describe, expect } from 'vitest';
import type { WithheldPeople, WithheldPerson } from '../../src/ports/withheld-people.ts';
import { fixtures, type StoreContractOptions, type StoreFixture } from './fixture.ts';
import { promisesExcept } from './promise.ts';
import { sampleSourceObjectId } from './sample.ts';

const NAME = 'Erika Mustermann-Withheld';

const withheld = (number: number, more: Partial<WithheldPerson> = {}): WithheldPerson => ({
  id: sampleSourceObjectId(number),
  label: NAME,
  since: `2026-11-0${number}T08:00:00.000Z`,
  by: 'admin',
  ...more,
});

export function withheldPeopleContract(
  name: string,
  make: () => Promise<StoreFixture<WithheldPeople>>,
  options: StoreContractOptions = {},
): void {
  const promises = promisesExcept(options.notSupported ?? []);
  const withFixture = fixtures(make);

  describe(`withheld people: ${name}`, () => {
    promises(
      'nobody at first',
      withFixture(async ({ subject }) => {
        expect(await subject.list()).toEqual([]);
        expect((await subject.ids()).size).toBe(0);
        expect(await subject.release(sampleSourceObjectId(1))).toBe(false);
      }),
    );

    promises(
      'who is withheld is listed, longest first, until released',
      withFixture(async ({ subject }) => {
        await subject.withhold(withheld(2));
        await subject.withhold(withheld(1));
        expect(await subject.list()).toEqual([withheld(1), withheld(2)]);
        expect(await subject.ids()).toEqual(new Set([1, 2].map(sampleSourceObjectId)));
        expect(await subject.release(sampleSourceObjectId(1))).toBe(true);
        expect(await subject.list()).toEqual([withheld(2)]);
      }),
    );

    promises(
      'who is withheld twice keeps the first label and time',
      withFixture(async ({ subject }) => {
        await subject.withhold(withheld(1));
        await subject.withhold(withheld(1, { label: 'Other', since: '2026-11-09T00:00:00.000Z' }));
        expect(await subject.list()).toEqual([withheld(1)]);
      }),
    );

    promises(
      'who is withheld is durable',
      withFixture(async ({ subject, reopen }) => {
        await subject.withhold(withheld(1));
        expect(await (await reopen()).list()).toEqual([withheld(1)]);
      }),
      { needs: 'reopen' },
    );

    promises(
      'nobody is named in clear',
      withFixture(async ({ subject, rawBytes }) => {
        await subject.withhold(withheld(1));
        const stored = await rawBytes();
        expect(stored.includes(sampleSourceObjectId(1))).toBe(true);
        expect(stored.includes(NAME)).toBe(false);
      }),
      { needs: 'rawBytes' },
    );
  });
}
