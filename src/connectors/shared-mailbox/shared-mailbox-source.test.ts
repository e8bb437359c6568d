import { describe, expect, it } from 'vitest';
import { Failure } from '../../model/failure.ts';
import { folderId, itemId, mailboxId } from '../../model/ids.ts';
import type { DirectoryMailbox } from '../../model/mailbox.ts';
import type { SharedMailboxSource } from '../../model/policy.ts';
import type { ContactFolders, FolderItems, SourceFolder, SourceItem } from '../../ports/contact-folders.ts';
import { silentLog } from '../../ports/log.ts';
import type { MailboxReading } from '../../ports/mailbox-directory.ts';
import { createSharedMailboxReader } from './shared-mailbox-source.ts';

const mailbox: DirectoryMailbox = {
  id: mailboxId('00000000-0000-4000-8000-000000000001'),
  kind: 'sharedMailbox',
  displayName: 'Customers',
  primarySmtpAddress: 'customers@contoso.example',
  otherAddresses: ['clients@contoso.example'],
  location: 'onPremises',
  ownerId: undefined,
  customAttributes: [],
};

const everything: SharedMailboxSource = {
  type: 'sharedMailbox',
  mailbox: 'customers@contoso.example',
  folders: [{ path: [], includeSubfolders: true }],
  categories: [],
  includePrivate: false,
  excludeWithoutPhone: false,
  excludeWithoutEmail: false,
  include: [],
  exclude: [],
};

const contacts: SourceFolder = {
  folderId: folderId('contacts'),
  parentId: undefined,
  name: 'Kontakte',
  holdsContacts: true,
  isMarked: false,
  stamp: '1',
};

const below = (name: string, change: Partial<SourceFolder> = {}): SourceFolder => ({
  ...contacts,
  folderId: folderId(name),
  parentId: contacts.folderId,
  name,
  ...change,
});

const item = (name: string, change: Partial<SourceItem> = {}): SourceItem => ({
  itemId: itemId(name),
  kind: 'contact',
  searchKey: Buffer.from(name).toString('base64'),
  createdAt: '2026-01-01T00:00:00Z',
  isMarked: false,
  properties: { displayName: name },
  pictureStamp: '',
  ...change,
});

const page = (...items: readonly SourceItem[]): FolderItems => ({
  items,
  unreadable: 0,
  hasSeveralPages: false,
});

/** Answers by folder; a list answers one call after the other, its last entry all further ones. */
function mailboxOf(
  lists: readonly (readonly SourceFolder[])[],
  read: Readonly<Record<string, FolderItems | Failure>>,
) {
  let listed = 0;
  const reads: string[] = [];
  const folders: ContactFolders = {
    async list() {
      listed += 1;
      return lists[Math.min(listed, lists.length) - 1] ?? [];
    },
    async read({ name }) {
      reads.push(name);
      const answer = read[name] ?? page();
      if (answer instanceof Failure) throw answer;
      return answer;
    },
    tryOpen: async () => {},
    readPictures: async (_, ids) => ids.map(() => undefined),
  };
  return { folders, reads };
}

function readerOver(folders: ContactFolders, directory: Partial<MailboxReading> = {}) {
  const read = createSharedMailboxReader({
    directory: {
      readMailboxes: async () => ({
        mailboxes: [mailbox],
        notFound: [],
        isComplete: true,
        gaps: [],
        ...directory,
      }),
    },
    open: () => folders,
    location: 'onPremises',
    log: silentLog,
  });
  return (scope: Partial<SharedMailboxSource> = {}) =>
    read({ ...everything, ...scope }, new AbortController().signal);
}

const namesIn = (reading: {
  readonly objects: readonly { attributes: { displayName?: readonly string[] } }[];
}) => reading.objects.map(({ attributes }) => attributes.displayName?.[0]);

describe('the mailbox', () => {
  const { folders } = mailboxOf([[contacts]], {});

  it('is found by any of its addresses, in any case', async () => {
    const read = readerOver(folders);
    expect((await read({ mailbox: 'Clients@Contoso.example' })).isComplete).toBe(true);
  });

  it('that nobody knows, or that lives on the other side, is said to be missing', async () => {
    await expect(readerOver(folders, { mailboxes: [] })()).rejects.toMatchObject({
      code: 'sourceMailboxNotFound',
      details: { mailbox: 'customers@contoso.example' },
    });
    const moved = { ...mailbox, location: 'exchangeOnline' as const };
    await expect(readerOver(folders, { mailboxes: [moved] })()).rejects.toMatchObject({
      code: 'sourceMailboxNotFound',
      details: { location: 'exchangeOnline' },
    });
  });

  it('that half a list does not show is not missing', async () => {
    const gap = new Failure('mailboxListIncomplete');
    await expect(readerOver(folders, { mailboxes: [], gaps: [gap] })()).rejects.toBe(gap);
  });
});

describe('the folders', () => {
  it('that contactSync made, and those of another kind, are left out with all that lies in them', async () => {
    const list = [
      contacts,
      below('Ours', { isMarked: true }),
      below('In ours', { parentId: folderId('Ours') }),
      below('Recipient Cache', { holdsContacts: false }),
      below('Theirs'),
    ];
    const { folders, reads } = mailboxOf([list], {});
    await readerOver(folders)();
    expect(reads).toEqual(['Kontakte', 'Theirs']);
  });

  it('that cannot be read make the reading incomplete, and what was read counts', async () => {
    const denied = { ...page(), failure: new Failure('mailboxAccessDenied') };
    const { folders } = mailboxOf([[contacts, below('Denied'), below('After')]], {
      Kontakte: page(item('Anna')),
      Denied: denied,
    });
    const reading = await readerOver(folders)();
    expect([namesIn(reading), reading.isComplete]).toEqual([['Anna'], false]);
    expect(reading.gaps.map(({ code }) => code)).toEqual(['mailboxAccessDenied']);
  });
});

describe('a folder that changes while its pages are read', () => {
  const several = { ...page(item('Anna')), hasSeveralPages: true };
  const at = (stamp: string) => [{ ...contacts, stamp }];

  it('is read again until it looks afterwards as before', async () => {
    const { folders, reads } = mailboxOf([at('1'), at('2'), at('2')], { Kontakte: several });
    expect((await readerOver(folders)()).isComplete).toBe(true);
    expect(reads).toHaveLength(2);
  });

  it('and does not stop changing makes the reading incomplete', async () => {
    const { folders, reads } = mailboxOf([at('1'), at('2'), at('3'), at('4')], { Kontakte: several });
    const { isComplete, gaps } = await readerOver(folders)();
    expect([isComplete, reads.length]).toEqual([false, 3]);
    expect(gaps[0]).toMatchObject({ code: 'sourceIncomplete', details: { reason: 'changing' } });
  });

  it('does not matter where there is one page', async () => {
    const { folders, reads } = mailboxOf([at('1'), at('2')], { Kontakte: page(item('Anna')) });
    expect((await readerOver(folders)()).isComplete).toBe(true);
    expect(reads).toHaveLength(1);
  });
});

describe('who a contact is', () => {
  const ids = async (...items: readonly SourceItem[]) => {
    const reading = await readerOver(mailboxOf([[contacts]], { Kontakte: page(...items) }).folders)();
    return new Map(namesIn(reading).map((name, index) => [name, reading.objects[index]?.id]));
  };
  const original = item('Original');
  const copy = item('Copy', { searchKey: original.searchKey, createdAt: '2026-02-01T00:00:00Z' });

  it('does not depend on its id, its values or the order of the reading', async () => {
    const before = await ids(original, item('Other'));
    const changed = { ...original, itemId: itemId('moved'), properties: { displayName: 'Married' } };
    const after = await ids(item('Other'), changed);
    expect(after.get('Married')).toBe(before.get('Original'));
    expect(after.get('Other')).not.toBe(before.get('Original'));
  });

  it('tells a copy from its original, and gives it the place of one that was deleted', async () => {
    const both = await ids(copy, original);
    expect(both.get('Copy')).not.toBe(both.get('Original'));
    expect((await ids(original)).get('Original')).toBe(both.get('Original'));
    expect((await ids(copy)).get('Copy')).toBe(both.get('Original'));
  });

  it('of a damaged one is told by its key and age', async () => {
    const damaged = ({ itemId, searchKey, createdAt, isMarked }: SourceItem) => ({
      itemId,
      searchKey,
      createdAt,
      isMarked,
    });
    const both = await ids(copy, original);
    const read = async (items: readonly SourceItem[], ...broken: readonly SourceItem[]) => {
      const answer = { ...page(...items), unreadable: broken.length, damaged: broken.map(damaged) };
      return readerOver(mailboxOf([[contacts]], { Kontakte: answer }).folders)();
    };
    const withoutOriginal = await read([copy, item('Other')], original);
    expect([namesIn(withoutOriginal), withoutOriginal.isComplete]).toEqual([['Copy', 'Other'], true]);
    expect(withoutOriginal.objects[0]?.id).toBe(both.get('Copy'));
    expect([...(withoutOriginal.unreadable ?? [])]).toEqual([both.get('Original')]);
    expect(withoutOriginal.gaps).toMatchObject([{ code: 'sourceItemKept', details: { count: 1 } }]);
    // Of the same age: which of the two is which, only the contents tell.
    const twin = { ...copy, createdAt: original.createdAt };
    const twins = await read([twin], original);
    expect([namesIn(twins), twins.unreadable?.size]).toEqual([[], 2]);
    // Without a key nobody knows who is missing.
    const nobody = await read([copy], { ...original, searchKey: '' });
    expect([nobody.isComplete, nobody.gaps.map(({ code }) => code)]).toEqual([
      false,
      ['sourceItemUnreadable'],
    ]);
  });

  it('cannot be told without a key: then the reading is incomplete', async () => {
    const keyless = item('Keyless', { searchKey: '' });
    const { folders } = mailboxOf([[contacts]], { Kontakte: page(original, keyless) });
    const reading = await readerOver(folders)();
    expect([namesIn(reading), reading.isComplete]).toEqual([['Original'], false]);
    expect(reading.gaps[0]).toMatchObject({ code: 'sourceItemUnreadable', details: { count: 1 } });
  });
});
