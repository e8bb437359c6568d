// What the contract cannot ask of every target: refusals after success, races, and the look at the mark.

import { describe, expect, it } from 'vitest';
import { person, sampleMark } from '../../../test/contract/sample.ts';
import type { ChangeOutcome, TargetChange } from '../../model/plan.ts';
import { silentLog } from '../../ports/log.ts';
import { applyBatch } from './apply-changes.ts';
import { requestsOf } from './mailbox-requests.ts';
import {
  bed,
  control,
  creation,
  folder,
  policyId,
  read,
  signal,
  storedItems,
  target,
  targetOver,
  useGraphBench,
  write,
} from './testing/graph-bench.ts';
import { jsonMarkCodec } from './testing/graph-test-bed.ts';

useGraphBench();

describe('An unknown outcome is not a failure', () => {
  const throttled = { error: { code: 'ApplicationThrottled', message: 'over its MailboxConcurrency limit' } };
  const fault = (kind: 'process-then-answer' | 'answer', method: string, status = 429) =>
    control.addFault({
      face: 'graph',
      method,
      path: '/contacts',
      batchPart: true,
      action: { kind, status, headers: { 'Retry-After': '3' }, body: throttled },
    });
  const statuses = (outcomes: readonly ChangeOutcome[]) => outcomes.map((outcome) => outcome.status);

  it('a create refused with 429 although it happened is found by its mark, and made once', async () => {
    await fault('process-then-answer', 'POST');
    const outcomes = await target.applyChanges([creation(1), creation(2)], signal);
    expect(statuses(outcomes)).toEqual(['applied', 'applied']);
    const { contacts } = await read();
    expect(contacts).toHaveLength(2);
    expect(outcomes.map((one) => (one.status === 'applied' ? `${one.itemId} ${one.version}` : ''))).toEqual(
      [1, 2].map((number) => {
        const found = contacts.find(
          (one) => one.mark.sourceObjectId === sampleMark(policyId, number).sourceObjectId,
        );
        return `${found?.itemId} ${found?.version}`;
      }),
    );
    expect(bed.clock.sleptMs).toContain(3_000);
  });

  it('a create refused with 429 that did not happen is sent again', async () => {
    await fault('answer', 'POST');
    expect(statuses(await target.applyChanges([creation(1), creation(2)], signal))).toEqual([
      'applied',
      'applied',
    ]);
    expect((await read()).contacts).toHaveLength(2);
  });

  it('a copy of the same mark that was there before is not taken for the lost create', async () => {
    const original = await write(1);
    await bed.user.copyContact(original.itemId);
    await read();
    await fault('answer', 'POST');
    const [outcome] = await target.applyChanges([creation(1)], signal);
    expect(outcome?.status).toBe('applied');
    expect((await read()).contacts).toHaveLength(3);
  });

  it('a create behind a 504 that cannot be found stays unknown: it may still be under way', async () => {
    await fault('answer', 'POST', 504);
    const [outcome] = await target.applyChanges([creation(1)], signal).catch((thrown: unknown) => [thrown]);
    expect(outcome).toMatchObject({ code: 'serviceUnavailable' });
    await fault('answer', 'POST', 504);
    expect(statuses(await target.applyChanges([creation(1), creation(2)], signal)).sort()).toEqual([
      'applied',
      'unknown',
    ]);
  });

  it('update, hand-over and deletion refused with 429: told apart by version and mark', async () => {
    for (const kind of ['process-then-answer', 'answer'] as const) {
      const [first, second, third] = [await write(1), await write(2), await write(3)];
      const set = { jobTitle: 'Boss' };
      const mark = sampleMark(policyId, 1, 2);
      await fault(kind, 'PATCH');
      const change: TargetChange = { kind: 'update', ...first, set, whole: person(1, set), mark };
      const [updated] = await target.applyChanges([change], signal);
      expect(updated?.status).toBe('applied');
      await fault(kind, 'PATCH');
      expect(statuses(await target.applyChanges([{ kind: 'handOver', ...second }], signal))).toEqual([
        'applied',
      ]);
      await fault(kind, 'DELETE');
      const deletion: TargetChange = { kind: 'delete', ...third, mode: 'soft' };
      expect(statuses(await target.applyChanges([deletion], signal))).toEqual(['applied']);
      expect(await bed.user.whereIs(third.itemId)).toBe('deletedItems');
      const [left, ...rest] = (await read()).contacts;
      expect(rest).toEqual([]);
      expect(left).toMatchObject({ itemId: first.itemId, mark, properties: { jobTitle: 'Boss' } });
      expect(updated).toMatchObject({ version: left?.version });
      await target.applyChanges(
        [{ kind: 'delete', itemId: first.itemId, version: left?.version ?? '', mode: 'hard' }],
        signal,
      );
    }
  });

  it('a refused deletion whose item was dragged away meanwhile never purges it', async () => {
    const written = await write(1);
    await fault('answer', 'DELETE', 503);
    const dragging = targetOver({
      ...bed.client,
      async batch(parts, options, aborted) {
        const answers = await bed.client.batch(parts, options, aborted);
        if (parts[0]?.method === 'DELETE') {
          await bed.user.moveContact(written.itemId, await bed.user.createFolder('Mine'));
        }
        return answers;
      },
    });
    await dragging.readFolder({ known: undefined, includeForeign: false }, signal);
    const deletion: TargetChange = { kind: 'delete', ...written, mode: 'hard' };
    await dragging.applyChanges([deletion], signal);

    expect(await bed.user.whereIs(written.itemId)).not.toBe('gone');
  });

  it('a user who edits while we wait wins: conflict', async () => {
    const written = await write(1);
    await fault('answer', 'PATCH');
    const editing = targetOver({
      ...bed.client,
      async batch(parts, options, aborted) {
        const answers = await bed.client.batch(parts, options, aborted);
        if (parts[0]?.method === 'PATCH') await bed.user.editContact(written.itemId, { jobTitle: 'Mine' });
        return answers;
      },
    });
    await editing.readFolder({ known: undefined, includeForeign: false }, signal);
    const set = { jobTitle: 'Boss' };
    const mark = sampleMark(policyId, 1, 2);
    const change: TargetChange = { kind: 'update', ...written, set, whole: person(1, set), mark };
    expect(statuses(await editing.applyChanges([change], signal))).toEqual(['conflict']);
    expect((await read()).contacts[0]?.properties?.jobTitle).toBe('Mine');
  });
});

describe('in the middle of a batch', () => {
  it('Time: a token that expires in the middle of a run is renewed, and every write happens once', async () => {
    const body = { error: { code: 'InvalidAuthenticationToken', message: 'Access token has expired.' } };
    const expired = { face: 'graph', count: 2, action: { kind: 'answer', status: 401, body } } as const;
    await control.addFault({ ...expired, method: 'POST', path: '/contacts$', batchPart: true });
    const changes = [1, 2, 3, 4, 5].map((number) => creation(number));
    const outcomes = await target.applyChanges(changes, signal);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(changes.map(() => 'applied'));
    expect((await read()).contacts).toHaveLength(5);
  });

  it('an abort ends it as cancelled, and the next reading shows what happened', async () => {
    const abort = new AbortController();
    const aborting = targetOver({
      ...bed.client,
      batch(parts, options, aborted) {
        const answers = bed.client.batch(parts, options, aborted);
        abort.abort();
        return answers;
      },
    });
    await expect(aborting.applyChanges([creation(1)], abort.signal)).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect((await read()).contacts.length).toBeLessThanOrEqual(1);
  });

  it('a right that is taken away while writing fails the mailbox, not single contacts', async () => {
    const body = { error: { code: 'ErrorAccessDenied', message: 'Access is denied.' } };
    const denied = { face: 'graph', count: 2, action: { kind: 'answer', status: 403, body } } as const;
    await control.addFault({ ...denied, method: 'POST', path: '/contacts$', batchPart: true });
    const writing = target.applyChanges([creation(1), creation(2)], signal);
    await expect(writing).rejects.toMatchObject({ code: 'mailboxAccessDenied', details: { status: 403 } });
  });

  it('a new name of the folder that Exchange refuses is told as that, and the folder is as it was', async () => {
    const name = 'x'.repeat(257);
    const { folderId, name: from } = folder;
    const renaming = target.applyFolder({ kind: 'rename', key: '', folderId, from, name }, signal);
    await expect(renaming).rejects.toMatchObject({
      code: 'folderNameRefused',
      details: { folder: name, code: 'ErrorFolderSavePropertyError' },
    });
    expect((await read()).folders[0]).toMatchObject({ folderId, name: from, mark: folder.mark });
  });

  it('a value that is refused fails its contact alone, and no contact data gets into the failure', async () => {
    const body = { error: { code: 'ErrorInvalidRequest', message: 'Person 1 has too many addresses' } };
    const refused = { face: 'graph', action: { kind: 'answer', status: 400, body } } as const;
    await control.addFault({ ...refused, method: 'POST', path: '/contacts$', batchPart: true });
    const [first, second] = await target.applyChanges([creation(1), creation(2)], signal);
    expect(second?.status).toBe('applied');
    if (first?.status !== 'failed') throw new Error('the first one fails');
    expect(first.failure.code).toBe('contactRefused');
    expect(JSON.stringify(first.failure.toRecord())).not.toContain('Person');
  });
});

describe('hands off', () => {
  it('twin: without the look at the mark a foreign item would be deleted', async () => {
    const id = await bed.user.addContact(person(1), folder.folderId);
    const version = (await storedItems())[0]?.changeKey ?? '';
    const mailbox = requestsOf(bed.mailbox, { client: bed.client, clock: bed.clock, log: silentLog });
    const tools = {
      mailbox,
      codec: jsonMarkCodec,
      policyId,
      isOurFolder: (one: string) => one === folder.folderId,
    };
    const deletion: TargetChange = { kind: 'delete', itemId: id, version, mode: 'hard' };

    const honest = { add() {}, forget() {}, isSeen: () => false, isKnown: () => false };
    const [refused] = await applyBatch({ ...tools, seen: honest }, [deletion], signal);
    expect(refused?.status).toBe('refused');
    expect(await bed.user.whereIs(id)).toBe('inPlace');

    const credulous = { ...honest, isSeen: () => true };
    const [done] = await applyBatch({ ...tools, seen: credulous }, [deletion], signal);
    expect(done?.status).toBe('applied');
    expect(await bed.user.whereIs(id)).toBe('gone');
  });

  it('a hard deletion loses against an edit of the same moment', async () => {
    const written = await write(1);
    const racing = targetOver({
      ...bed.client,
      async batch(parts, options, aborted) {
        if (parts[0]?.method === 'DELETE') await bed.user.editContact(written.itemId, { notes: 'mine' });
        return bed.client.batch(parts, options, aborted);
      },
    });
    await racing.readFolder({ known: undefined, includeForeign: false }, signal);
    expect(await racing.applyChanges([{ kind: 'delete', ...written, mode: 'hard' }], signal)).toEqual([
      { status: 'conflict' },
    ]);
    expect(await bed.user.whereIs(written.itemId)).toBe('inPlace');
  });
});
