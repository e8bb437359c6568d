// MailboxDirectory over Active Directory: who has a mailbox, and whether it is here or in the cloud.

import { Failure } from '../../model/failure.ts';
import { isUuid, mailboxId, sourceObjectId } from '../../model/ids.ts';
import type { DirectoryMailbox } from '../../model/mailbox.ts';
import type { MailboxesPart } from '../../model/policy.ts';
import type { MailboxDirectory, MailboxReading } from '../../ports/mailbox-directory.ts';
import { parseFilter } from '../ldap-client/parse-filter.ts';
import { EXTENSION_ATTRIBUTES, MAILBOX_ATTRIBUTES } from './attributes.ts';
import { smtpAddresses } from './decode-recipient.ts';
import { type DirectoryEntry, firstValue, hidesAttributes, valuesOf } from './directory-entry.ts';
import { type DirectoryParts, hiddenAttributes, readDirectory } from './reading-directory.ts';
import { isMailbox, MAILBOXES, recipientKind } from './recipient-kinds.ts';

export function createActiveDirectoryMailboxes(parts: DirectoryParts): MailboxDirectory {
  return { readMailboxes: (scope, signal) => readMailboxes(parts, scope, signal) };
}

async function readMailboxes(
  parts: DirectoryParts,
  scope: MailboxesPart,
  signal: AbortSignal,
): Promise<MailboxReading> {
  const { entries, notFound, gaps } = await readDirectory(
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
  let hiding = 0;
  for (const entry of entries) {
    const kind = recipientKind(entry);
    if (!isMailbox(kind)) continue;
    if (hidesAttributes(entry)) hiding += 1;
    const mailbox = decodeMailbox(entry);
    if (mailbox !== undefined) mailboxes.set(mailbox.id, mailbox);
    // A remote mailbox gets its id here only when it was moved there or written back; it is no target anyway.
    else if (kind !== 'remoteMailbox') withoutId += 1;
  }
  const all = [
    ...gaps,
    ...(withoutId > 0
      ? [new Failure('mailboxListIncomplete', { details: { reason: 'rowWithoutId', count: withoutId } })]
      : []),
    ...(hiding > 0 ? [hiddenAttributes('mailboxListIncomplete', hiding)] : []),
  ];
  return {
    mailboxes: [...mailboxes.values()],
    // Not seen in half a list is not the same as not there.
    notFound: all.length === 0 ? notFound : [],
    isComplete: all.length === 0,
    gaps: all,
  };
}

function decodeMailbox(entry: DirectoryEntry): DirectoryMailbox | undefined {
  const id = firstValue(entry, 'msExchMailboxGuid');
  const kind = recipientKind(entry);
  if (!isUuid(id)) return undefined;
  const addresses = smtpAddresses(entry);
  return {
    id: mailboxId(id),
    kind,
    displayName: firstValue(entry, 'displayName'),
    primarySmtpAddress: addresses[0] ?? '',
    otherAddresses: addresses.map((address) => address.toLowerCase()),
    location: kind === 'remoteMailbox' ? 'exchangeOnline' : 'onPremises',
    ownerId: sourceObjectId(entry.guid),
    customAttributes: hidesAttributes(entry) ? 'unknown' : valuesOf(entry, ...EXTENSION_ATTRIBUTES),
  };
}
