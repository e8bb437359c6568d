// The folders that requests name, by id or by what they are for.

import type { ContactFolder } from '../../organization/state.ts';
import { type EwsCall, findByAddress, type OwnedMailbox, requireMailbox } from '../call.ts';
import { accessDenied, EwsError, folderNotFound } from '../errors.ts';
import { findFolderById, requireFolderById } from '../ids.ts';
import { isForPublicFolders, requireReadable } from '../public-folders.ts';
import { attribute, child, type Element } from '../xml/reader.ts';

/** Throws ErrorFolderNotFound, ErrorInvalidId… for one that is not there. */
export function requireFolderOf(call: EwsCall, reference: Element): ContactFolder {
  if (reference.name === 't:FolderId') {
    const found = requireFolderById(requireMailbox(call).mailbox, attribute(reference, 'Id'));
    requireReadable(call.organization, call.operation, found);
    return found;
  }
  const { mailbox } = mailboxOf(call, reference);
  const id = distinguishedId(attribute(reference, 'Id'), mailbox, isForPublicFolders(call.request));
  const folder = id === undefined ? undefined : findFolderById(mailbox, id);
  if (folder === undefined) throw folderNotFound();
  return folder;
}

/** The one folder inside of an element such as ParentFolderId. */
export function requireFolderIn(call: EwsCall, element: Element): ContactFolder {
  const [reference] = element.children;
  if (reference === undefined) throw new Error(`${element.name} names no folder`);
  return requireFolderOf(call, reference);
}

function distinguishedId(
  name: string,
  mailbox: OwnedMailbox['mailbox'],
  isPublic: boolean,
): string | undefined {
  if (isPublic) return name === 'publicfoldersroot' ? mailbox.rootFolderId : undefined;
  switch (name) {
    case 'contacts':
      return mailbox.contactsFolderId;
    case 'deleteditems':
      return mailbox.deletedItemsFolderId;
    case 'msgfolderroot':
    case 'root':
      return mailbox.rootFolderId;
    // The mailbox of the emulator holds contacts only.
    default:
      return undefined;
  }
}

// Only the acting user's mailbox can be opened: nobody has rights on somebody else's.
function mailboxOf(call: EwsCall, reference: Element): OwnedMailbox {
  const named = child(reference, 't:Mailbox');
  const address = named === undefined ? undefined : child(named, 't:EmailAddress')?.text;
  if (address === undefined) return requireMailbox(call);
  const other = findByAddress(call.organization, address);
  if (other?.mailbox === undefined)
    throw new EwsError('ErrorNonExistentMailbox', 'The SMTP address has no mailbox associated with it.');
  if (other !== call.owner) throw accessDenied();
  return requireMailbox(call);
}
