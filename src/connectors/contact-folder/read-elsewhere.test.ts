import { describe, expect, it } from 'vitest';
import { sampleMark, samplePolicyId } from '../../../test/contract/sample.ts';
import { Failure } from '../../model/failure.ts';
import type { FailureCode } from '../../model/failure-codes.ts';
import { folderId, itemId } from '../../model/ids.ts';
import { readElsewhere } from './read-elsewhere.ts';

const policyId = samplePolicyId(1);
const signal = new AbortController().signal;

const folder = (id: string, parent: string, itemCount = 1) => ({
  ...{ folderId: folderId(id), parentId: parent, name: id, holdsContacts: true, mark: undefined },
  ...{ itemCount, lastCommit: undefined },
});

/** A contact of ours in each folder; `closed`: by folder, why it cannot be read. */
function look(closed: Readonly<Record<string, FailureCode>> = {}, below = [folder('Shelf', 'top')]) {
  const listed: string[] = [];
  const open = (id: string) => {
    const code = closed[id];
    if (code !== undefined) throw new Failure(code);
  };
  const protocol = {
    policyId,
    async readContactsItself() {
      open('Contacts');
      return folder('top', 'root');
    },
    async readFoldersBelow() {
      open('list');
      return below;
    },
    async *listMarks({ folderId: id }: { readonly folderId: string }) {
      listed.push(id);
      open(id);
      yield { itemId: itemId(`in ${id}`), createdAt: '', mark: sampleMark(policyId, 1) };
    },
  };
  const paths = async () =>
    (await readElsewhere(protocol, [], signal)).map(({ path }) => ['Contacts', ...path].join('/'));
  return { paths, listed };
}

describe('looking for contacts of ours in other folders', () => {
  it('goes on where a folder of the user, or Contacts itself, is closed', async () => {
    const below = [folder('Shelf', 'top'), folder('Inner', 'Shelf')];
    expect(await look({}, below).paths()).toEqual(['Contacts', 'Contacts/Shelf', 'Contacts/Shelf/Inner']);
    expect(await look({ Shelf: 'mailboxAccessDenied' }, below).paths()).toEqual([
      'Contacts',
      'Contacts/Shelf/Inner',
    ]);
    expect(await look({ Contacts: 'mailboxAccessDenied' }, below).paths()).toEqual([
      'Contacts/Shelf',
      'Contacts/Shelf/Inner',
    ]);
    expect(await look({ Contacts: 'mailboxAccessDenied' }, []).paths()).toEqual([]);
  });

  it('fails where the mailbox as a whole is closed, or something else goes wrong', async () => {
    const denied = { Contacts: 'mailboxAccessDenied', list: 'mailboxAccessDenied' } as const;
    await expect(look(denied).paths()).rejects.toMatchObject({ code: 'mailboxAccessDenied' });
    await expect(look({ Shelf: 'serviceUnavailable' }).paths()).rejects.toMatchObject({
      code: 'serviceUnavailable',
    });
  });

  it('asks for nothing of folders that are empty or of another kind', async () => {
    const other = { ...folder('Suggested', 'top'), holdsContacts: false };
    const { paths, listed } = look({}, [folder('Empty', 'top', 0), other, folder('Below', 'Suggested')]);
    await paths();
    expect(listed).toEqual(['top']);
  });
});
