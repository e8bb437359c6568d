// Promises about what a user puts into a contact beside the properties that policies know.

import { expect } from 'vitest';
import type { ItemId } from '../../../src/model/ids.ts';
import type { TargetSuite } from '../mailbox-target.ts';
import { person, sampleMark } from '../sample.ts';
import { applied, type Bench, benches } from './bench.ts';

async function imAddressesOf({ target, signal }: Bench, itemId: ItemId): Promise<readonly string[]> {
  const [contact] = await target.readContacts([itemId], signal);
  const [stored] = (await target.further?.read([itemId], signal)) ?? [];
  const { imAddress2 = '', imAddress3 = '' } = stored?.properties ?? {};
  return [contact?.properties?.imAddress ?? '', imAddress2, imAddress3].filter((one) => one !== '');
}

export function furtherPromises(suite: TargetSuite): void {
  const { promises } = suite;
  const withBench = benches(suite);

  promises(
    'IM addresses behind the first one stay when that is written or taken away, and count as data of the user',
    withBench(async (bench) => {
      const { folderId } = await bench.createFolder();
      let there = await bench.write(folderId, 1, person(1, { imAddress: 'sip:first' }));
      expect((await bench.readOne(there.itemId))?.hasOtherData).toBeUndefined();
      const mark = sampleMark(bench.policyId, 1);
      const theirs = { imAddress2: 'sip:second', imAddress3: 'sip:third' };
      const whole = person(1, { imAddress: 'sip:first' });
      const further = { set: theirs, whole: theirs };
      const [added] = await bench.apply({ kind: 'update', ...there, set: {}, whole, mark, further });
      there = applied(added);
      for (const imAddress of ['sip:first', 'sip:changed', '']) {
        const set = { imAddress, jobTitle: `with ${imAddress}` };
        const [outcome] = await bench.apply({ kind: 'update', ...there, set, whole: person(1, set), mark });
        there = applied(outcome);
        const wanted = [imAddress, 'sip:second', 'sip:third'].filter((one) => one !== '');
        expect(await imAddressesOf(bench, there.itemId)).toEqual(wanted);
        expect((await bench.readOne(there.itemId))?.hasOtherData).toBe(true);
      }
    }),
    { needs: 'furtherData' },
  );
}
