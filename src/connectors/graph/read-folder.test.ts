// What the contract cannot ask of every target: cost, quirks of delta and paging, and what the sync token remembers.

import { describe, expect, it } from 'vitest';
import { person, sampleFolder, sampleMark, samplePolicyId } from '../../../test/contract/sample.ts';
import type { FolderId } from '../../model/ids.ts';
import type { TargetChange } from '../../model/plan.ts';
import { silentLog } from '../../ports/log.ts';
import { createGraphTargets } from './graph-mailbox-target.ts';
import { recordOf } from './mailbox-requests.ts';
import {
  bed,
  control,
  emulator,
  folder,
  innerRequests,
  ledgerAfter,
  policyId,
  read,
  signal,
  target,
  targetOver,
  useGraphBench,
  write,
} from './testing/graph-bench.ts';
import { folderMark, GraphTestBed, jsonMarkCodec } from './testing/graph-test-bed.ts';

useGraphBench();

describe('reading', () => {
  it('a mailbox whose last change is fresh costs two requests, and several mailboxes share the HTTP calls', async () => {
    await write(1, person(1, { notes: 'n'.repeat(999) }));
    const known = ledgerAfter(await read());
    expect(await innerRequests(() => read(known))).toBe(2);

    const others = await Promise.all([1, 2, 3].map(() => GraphTestBed.open(emulator, control)));
    const options = {
      client: bed.client,
      markCodec: jsonMarkCodec,
      folderMark,
      log: silentLog,
      clock: bed.clock,
    };
    const targets = others.map((other) =>
      createGraphTargets(options).open(other.mailbox, policyId, sampleFolder()),
    );
    const records = await Promise.all(
      targets.map(async (one) => {
        await one.applyFolder({ kind: 'create', key: '', name: 'Company Contacts' }, signal);
        return ledgerAfter(await one.readFolder({ known: undefined, includeForeign: false }, signal));
      }),
    );
    const before = bed.client.counts.httpCalls;
    await Promise.all(
      targets.map((one, index) => one.readFolder({ known: records[index], includeForeign: false }, signal)),
    );
    expect(bed.client.counts.httpCalls - before).toBe(2);
    await Promise.all(others.map((other) => other.close()));
  });

  it('bears the quirks of delta: an empty first page, items that come twice', async () => {
    await control.setGraphSettings({ delta: { emptyFirstPage: true, duplicates: true } });
    await write(1);
    await write(2);
    const first = await read();
    expect(first.contacts).toHaveLength(2);
    const written = await write(3);
    const again = await read(ledgerAfter(first));
    expect(again.isFullReading).toBe(false);
    expect(again.contacts).toHaveLength(3);
    await bed.user.deleteContact(written.itemId);
    expect((await read(ledgerAfter(again))).contacts).toHaveLength(2);
  });

  it('a row that offset paging skipped is found through the delta round', async () => {
    const skipped = await write(1);
    await write(2);
    const skipping = targetOver({
      ...bed.client,
      async *pages(path, options, aborted) {
        for await (const rows of bed.client.pages(path, options, aborted)) {
          yield path.includes('createdDateTime')
            ? rows.filter((row) => recordOf(row).id !== skipped.itemId)
            : rows;
        }
      },
    });
    const { contacts } = await skipping.readFolder({ known: undefined, includeForeign: false }, signal);
    expect(contacts.map((one) => one.itemId)).toContain(skipped.itemId);
    expect(contacts).toHaveLength(2);
  });

  it('counts foreign items exactly when the user changes them, without reading everything', async () => {
    await write(1);
    const first = await bed.user.addContact(person(10), folder.folderId);
    let known = ledgerAfter(await read());
    expect(known.foreignCount).toBe(1);
    const next = async () => {
      const snapshot = await read(known);
      expect(snapshot.isFullReading).toBe(false);
      known = ledgerAfter(snapshot);
      return snapshot.foreignCount;
    };
    await bed.user.addContact(person(11), folder.folderId);
    expect(await next()).toBe(2);
    await bed.user.editContact(first, { jobTitle: 'x' });
    expect(await next()).toBe(2);
    await bed.user.deleteContact(first);
    expect(await next()).toBe(1);
    expect(await next()).toBe(1);
    // A personal distribution list is in the folder's count and in no list of contacts.
    await control.createContact(bed.address, {
      folder: folder.folderId,
      properties: { displayName: 'Friends' },
      itemClass: 'IPM.DistList',
    });
    expect(await next()).toBe(1);
    await bed.user.addContact(person(12), folder.folderId);
    expect(await next()).toBe(2);
    expect((await read()).foreignCount).toBe(2);
  });

  it('items of another policy stay in sight of incremental readings', async () => {
    await write(1);
    const other = bed.targets.open(bed.mailbox, samplePolicyId(2), sampleFolder());
    const mark = sampleMark(samplePolicyId(2), 7);
    const change: TargetChange = { kind: 'create', folderId: folder.folderId, properties: person(7), mark };
    await other.applyChanges([change], signal);
    const full = await read();
    const again = await read(ledgerAfter(full));
    expect(again.isFullReading).toBe(false);
    expect(again.contacts.map((one) => one.mark.policyId).sort()).toEqual([policyId, samplePolicyId(2)]);
  });

  it('a newer mark stays in sight of incremental readings', async () => {
    const { itemId } = await write(1);
    await bed.user.putNewerMark(itemId);
    const full = await read();
    expect(full.highestMarkVersion).toBe(2);
    expect((await read(ledgerAfter(full))).highestMarkVersion).toBe(2);
  });
});

describe('folders', () => {
  it('a folder of that name is found whether the service says 409 or 400', async () => {
    await control.setGraphSettings({ folderExistsStatus: 400 });
    const again = await target.applyFolder({ kind: 'create', key: '', name: 'Company Contacts' }, signal);
    expect(again?.folderId).toBe(folder.folderId);
  });

  it('ours is found where the user moved it, also deep below Contacts', async () => {
    const { itemId } = await write(1);
    const shelf = await bed.user.createFolder('Shelf');
    const inner = await bed.user.createFolder('Inner', shelf);
    await bed.user.moveFolder(folder.folderId, inner);
    const snapshot = await read();
    expect(snapshot.folders.map((one): FolderId => one.folderId)).toEqual([folder.folderId]);
    expect(snapshot.contacts.map((one) => one.itemId)).toEqual([itemId]);
  });
});
