// MailboxDirectory over Active Directory: who has a mailbox, and whether it is here or in the cloud.

import { Failure } from '../../model/failure.ts';
import { isUuid, mailboxId, sourceObjectId } from '../../model/ids.ts';
import type { DirectoryMailbox } from '../../model/mailbox.ts';
import type { MailboxesPart } from '../../model/policy.ts';
import type { MailboxDirectory, MailboxReading } from '../../ports/mailbox-directory.ts';
import { parseFilter } from '../ldap-client/parse-filter.ts';
import { EXTENSION_ATTRIBUTES, MAILBOX_ATTRIBUTES } from './attributes.ts';
import { areAddressesUntold, smtpAddresses } from './decode-recipient.ts';
import { type DirectoryEntry, firstValue, isUntold, valuesOf } from './directory-entry.ts';
import { type Doubts, doubtsAbout } from './doubts.ts';
import { type DirectoryParts, readDirectory } from './reading-directory.ts';
import { isKindUntold, isMailbox, isRemote, MAILBOXES, recipientKind } from './recipient-kinds.ts';

export function createActiveDirectoryMailboxes(parts: DirectoryParts): MailboxDirectory {
  return { readMailboxes: (scope, signal) => readMailboxes(parts, scope, signal) };
}

async function readMailboxes(
  parts: DirectoryParts,
  scope: MailboxesPart,
  signal: AbortSignal,
): Promise<MailboxReading> {
  const { entries, names, notFound, gaps } = await readDirectory(
    parts,
    {
      name: 'mailboxes',
      gapCode: 'mailboxListIncomplete',
      attributes: MAILBOX_ATTRIBUTES,
      everybody: MAILBOXES,
      scope: {
        organizationalUnits: scope.organizationalUnits,
        groups: scope.groups,
        addressLists: [],
        objects: scope.addresses,
        ldapFilter: scope.ldapFilter === undefined ? undefined : parseFilter(scope.ldapFilter),
      },
    },
    signal,
  );
  const mailboxes = new Map<string, DirectoryMailbox>();
  let withoutId = 0;
  for (const entry of entries) {
    const kind = recipientKind(entry);
    if (!isMailbox(kind)) continue;
    const mailbox = decodeMailbox(entry);
    if (mailbox !== undefined) mailboxes.set(mailbox.id, mailbox);
    // A remote mailbox gets its id here only when it was moved there or written back; it is no target anyway.
    else if (!isRemote(entry)) withoutId += 1;
  }
  const all = [
    ...gaps,
    ...(withoutId > 0
      ? [new Failure('mailboxListIncomplete', { details: { reason: 'rowWithoutId', count: withoutId } })]
      : []),
    ...(names.isWhole ? doubtsAbout(entries, 'mailboxListIncomplete', DOUBTS) : []),
  ];
  return {
    mailboxes: [...mailboxes.values()],
    // Not seen in half a list is not the same as not there.
    notFound: all.length === 0 ? notFound : [],
    isComplete: all.length === 0,
    gaps: all,
  };
}

const DOUBTS: Doubts = {
  mailNickname: (entry) => isUntold(entry, 'mailNickname'),
  msExchRecipientTypeDetails: isKindUntold,
  extensionAttribute: hasUntoldMarks,
  proxyAddresses: areAddressesUntold,
};

function decodeMailbox(entry: DirectoryEntry): DirectoryMailbox | undefined {
  const id = firstValue(entry, 'msExchMailboxGuid');
  if (!isUuid(id)) return undefined;
  const addresses = smtpAddresses(entry);
  return {
    id: mailboxId(id),
    // Whatever it is there: it is no target of what fills mailboxes here.
    kind: isRemote(entry) ? 'remoteMailbox' : recipientKind(entry),
    displayName: firstValue(entry, 'displayName'),
    primarySmtpAddress: addresses[0] ?? '',
    otherAddresses: addresses.map((address) => address.toLowerCase()),
    location: isRemote(entry) ? 'exchangeOnline' : 'onPremises',
    ownerId: sourceObjectId(entry.guid),
    // An exclusion by address cannot be told either where addresses are not: such a mailbox is left as it is.
    customAttributes:
      hasUntoldMarks(entry) || areAddressesUntold(entry)
        ? 'unknown'
        : valuesOf(entry, ...EXTENSION_ATTRIBUTES),
  };
}

function hasUntoldMarks(entry: DirectoryEntry): boolean {
  return EXTENSION_ATTRIBUTES.some((attribute) => isUntold(entry, attribute));
}
