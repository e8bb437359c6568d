import { describe, expect, it } from 'vitest';
import { fieldFingerprints } from '../core/fingerprint.ts';
import { itemId, mailboxId, policyId, runId, sourceObjectId } from '../model/ids.ts';
import type { JournalEntry } from '../model/ledger-record.ts';
import type { ManagedContact } from '../model/mailbox.ts';
import { rollbackStep } from './rollback-steps.ts';

const ada = sourceObjectId('00000000-0000-4000-8000-000000000001');

function contactIn(folderKey: string): ManagedContact {
  const properties = { displayName: 'Ada' };
  return {
    itemId: itemId(`item in ${folderKey}`),
    version: '1',
    folderKey,
    createdAt: '',
    mark: {
      version: 1,
      policyId: policyId('00000000-0000-4000-8000-000000000002'),
      sourceObjectId: ada,
      fingerprint: 'same',
      fieldFingerprints: fieldFingerprints(properties),
    },
    properties,
  };
}

/** Of a run whose process died before it heard of the outcome. */
function entryOf(change: 'create' | 'delete', contact: ManagedContact): JournalEntry {
  const { folderKey, properties = {}, mark } = contact;
  return {
    id: 1,
    runId: runId('00000000-0000-4000-8000-000000000003'),
    mailboxId: mailboxId('00000000-0000-4000-8000-000000000004'),
    primarySmtpAddress: 'box@contoso.example',
    change,
    sourceObjectId: ada,
    itemId: change === 'create' ? undefined : contact.itemId,
    folderId: undefined,
    folderKey,
    fields: [],
    before: change === 'create' ? undefined : { properties, mark, folderKey },
    label: 'Ada',
    outcome: undefined,
    newItemId: undefined,
    newVersion: undefined,
  };
}

const worldOf = (...contacts: readonly ManagedContact[]) => ({
  byItem: new Map(contacts.map((contact) => [contact.itemId, contact])),
  find: (_id: unknown, folderKey: string) => contacts.find((contact) => contact.folderKey === folderKey),
  foreign: new Map(),
});

describe('rolling back a move to another sub-folder whose process died', () => {
  const old = contactIn('');
  const moved = contactIn('fabrikam.example');

  it('leaves the old contact alone when the new one was never made', () => {
    expect(rollbackStep(entryOf('create', moved), worldOf(old))).toMatchObject({ kind: 'keep' });
  });

  it('takes away the new contact and not the old one when both stand', () => {
    const step = rollbackStep(entryOf('create', moved), worldOf(old, moved));
    expect(step).toMatchObject({ kind: 'delete', contact: { itemId: moved.itemId } });
  });

  it('does not make the old contact a second time when it was never deleted', () => {
    expect(rollbackStep(entryOf('delete', old), worldOf(old, moved))).toMatchObject({ kind: 'keep' });
  });

  it('makes the old contact again when only the new one stands', () => {
    expect(rollbackStep(entryOf('delete', old), worldOf(moved))).toMatchObject({ kind: 'recreate' });
  });
});
