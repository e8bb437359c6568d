import { describe, expect, it } from 'vitest';
import { type MailboxTargetFixture, mailboxTargetContract } from '../../../test/contract/mailbox-target.ts';
import {
  person,
  sampleFolder,
  sampleMailbox,
  sampleMark,
  samplePolicyId,
} from '../../../test/contract/sample.ts';
import { type FolderId, type ItemId, itemId, type PolicyId } from '../../model/ids.ts';
import type { OwnershipMark } from '../../model/mailbox.ts';
import { InMemoryTargets } from './mailbox-target.ts';
import { InMemoryOrganization } from './organization.ts';
import { KEEPS_EVERY_BYTE, LIKE_EXCHANGE, type ServerNormalization } from './server-normalization.ts';

const folderMark = (policyId: PolicyId, name: string): OwnershipMark => ({
  version: 1,
  policyId,
  sourceObjectId: undefined,
  fingerprint: `name ${name}`,
  fieldFingerprints: '',
});

function bed(normalization: ServerNormalization = LIKE_EXCHANGE) {
  const organization = new InMemoryOrganization({ normalization });
  const target = sampleMailbox();
  const mailbox = organization.putMailbox(
    { ...target, kind: 'userMailbox', customAttributes: [] },
    'Kontakte',
  );
  const user = organization.userOf(target.id);
  return { organization, target, mailbox, user, targets: new InMemoryTargets(organization, { folderMark }) };
}

async function fixture(normalization: ServerNormalization): Promise<MailboxTargetFixture> {
  const { organization, target, mailbox, user, targets } = bed(normalization);
  return {
    targets,
    mailbox: target,
    user: {
      contactsFolder: async () => mailbox.contactsId,
      createFolder: async (name, below) => user.createFolder(name, below),
      renameFolder: async (id, name) => user.renameFolder(id, name),
      moveFolder: async (id, below) => user.moveFolder(id, below),
      deleteFolder: async (id) => user.deleteFolder(id),
      addContact: async (properties, folder) => user.addContact(properties, folder),
      editContact: async (id, set) => user.editContact(id, set),
      touchContact: async (id) => user.touchContact(id),
      copyContact: async (id, folder) => user.copyContact(id, folder),
      moveContact: async (id, folder) => {
        user.moveContact(id, folder);
        return undefined;
      },
      deleteContact: async (id) => user.deleteContact(id),
      whereIs: async (id) => {
        const folder = mailbox.item(id as ItemId)?.folderId ?? mailbox.folder(id as FolderId)?.id;
        if (folder === undefined) return 'gone';
        return mailbox.isDeletedFolder(folder) ? 'deletedItems' : 'inPlace';
      },
      putNewerMark: async (id) => {
        mailbox.updateItem(id, { mark: { ...sampleMark(samplePolicyId(9), 9), version: 2 } });
      },
    },
    trouble: {
      loseNextAnswer: async () => mailbox.trouble.loseNextAnswer(),
      loseNextFolderAnswer: async () => mailbox.trouble.atNextFolderAction('loseAnswer'),
      failNextWrite: async () => mailbox.trouble.atWrite(1, { kind: 'fail', code: 'contactRefused' }),
      expireSyncTokens: async () => mailbox.expireSyncTokens(),
      refuse: async (why) => mailbox.trouble.refuse(why),
    },
    dumpForeign: async () => organization.dumpForeign(),
    countRequests: async () => 0,
    dispose: async () => {
      expect(mailbox.trouble.pending).toBe(0);
    },
  };
}

const notSupported = ['countRequests', 'furtherData'] as const;
mailboxTargetContract('memory, keeping every byte', () => fixture(KEEPS_EVERY_BYTE), { notSupported });
mailboxTargetContract('memory, normalizing like Exchange', () => fixture(LIKE_EXCHANGE), { notSupported });

describe('InMemoryMailboxTarget', () => {
  const signal = new AbortController().signal;

  it('refuses a larger batch than it declares', async () => {
    const { targets, target, mailbox } = bed();
    const opened = targets.open(target, samplePolicyId(), sampleFolder());
    const changes = Array.from({ length: targets.capabilities.batchSize + 1 }, (_, number) => ({
      kind: 'create' as const,
      folderId: mailbox.contactsId,
      properties: person(number),
      mark: sampleMark(samplePolicyId(), number),
    }));
    await expect(opened.applyChanges(changes, signal)).rejects.toThrow(RangeError);
  });

  it('takes the neighbors in a group of properties from `whole`, so that a wrong one is seen', async () => {
    const { targets, target, mailbox } = bed();
    const opened = targets.open(target, samplePolicyId(), sampleFolder());
    const mark = sampleMark(samplePolicyId(), 1);
    const before = person(1, { businessPhone1: '1', businessPhone2: '2' });
    const { id, version } = mailbox.createItem(mailbox.contactsId, before, mark);
    const set = { businessPhone1: '9' };
    await opened.applyChanges([{ kind: 'update', itemId: id, version, set, whole: set, mark }], signal);
    expect(mailbox.item(id)?.properties.businessPhone2).toBeUndefined();
  });

  it('stops in the middle of a batch when it is aborted, keeping what was written', async () => {
    const { organization, targets, target, mailbox } = bed();
    const opened = targets.open(target, samplePolicyId(), sampleFolder());
    const abort = new AbortController();
    organization.onWrite(() => abort.abort());
    const changes = [1, 2].map((number) => ({
      kind: 'create' as const,
      folderId: mailbox.contactsId,
      properties: person(number),
      mark: sampleMark(samplePolicyId(), number),
    }));
    await expect(opened.applyChanges(changes, abort.signal)).rejects.toMatchObject({ code: 'cancelled' });
    expect(mailbox.items).toHaveLength(1);
  });

  it('a request that never arrived is unknown and nothing was written', async () => {
    const { targets, target, mailbox } = bed();
    const opened = targets.open(target, samplePolicyId(), sampleFolder());
    mailbox.trouble.atWrite(1, { kind: 'loseRequest' });
    const mark = sampleMark(samplePolicyId(), 1);
    const change = { kind: 'create' as const, folderId: mailbox.contactsId, properties: person(1), mark };
    const [outcome] = await opened.applyChanges([change], signal);
    expect(outcome?.status).toBe('unknown');
    expect(mailbox.items).toEqual([]);
  });

  it('stores nothing in a mailbox that is full, and still deletes', async () => {
    const { targets, target, mailbox } = bed();
    const opened = targets.open(target, samplePolicyId(), sampleFolder());
    const mark = sampleMark(samplePolicyId(), 1);
    const { id, version } = mailbox.createItem(mailbox.contactsId, person(1), mark);
    mailbox.trouble.fillUp();
    const creation = { kind: 'create' as const, folderId: mailbox.contactsId, properties: person(2), mark };
    const deletion = { kind: 'delete' as const, itemId: id, version, mode: 'hard' as const };
    const outcomes = await opened.applyChanges([creation, deletion], signal);
    expect(outcomes[0]).toMatchObject({ status: 'failed', failure: { code: 'mailboxFull' } });
    expect(outcomes[1]?.status).toBe('applied');
    await expect(
      opened.applyFolder({ kind: 'create', key: '', name: 'Company Contacts' }, signal),
    ).rejects.toMatchObject({ code: 'mailboxFull' });
    expect(mailbox.items).toEqual([]);
    mailbox.trouble.makeRoom();
    expect((await opened.applyChanges([creation], signal))[0]?.status).toBe('applied');
  });

  it('shows in the dump every byte of a foreign item that changes', () => {
    const { organization, user } = bed();
    const id = user.addContact(person(1));
    const before = organization.dumpForeign();
    user.touchContact(id);
    expect(organization.dumpForeign()).not.toBe(before);
    expect(id).toBe(itemId(id));
  });
});
