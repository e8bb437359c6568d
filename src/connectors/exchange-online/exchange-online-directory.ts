// MailboxDirectory over the Exchange Online admin REST: Get-Mailbox names all mailboxes with their ExchangeGuid, groups
// and filters say which of them are meant.

import { Failure } from '../../model/failure.ts';
import { mailboxId, type SourceObjectId, sourceObjectId } from '../../model/ids.ts';
import type { DirectoryMailbox } from '../../model/mailbox.ts';
import type { MailboxesPart } from '../../model/policy.ts';
import { CUSTOM_ATTRIBUTES, type Known } from '../../model/source-object.ts';
import type { MailboxDirectory, MailboxReading } from '../../ports/mailbox-directory.ts';
import type { ExchangeAdminApi } from './admin-api.ts';
import { type AdminRow, guid, recipientId, text, texts } from './admin-row.ts';
import { smtpAddresses } from './decode-recipient.ts';
import { drain } from './drain.ts';
import type { ExchangeOnlineParts } from './exchange-online-source.ts';
import { readGraphRights } from './granted-graph.ts';
import { readGroupMembers } from './group-members.ts';
import { recipientKind } from './recipient-kinds.ts';

const CUSTOM_PROPERTIES = CUSTOM_ATTRIBUTES.map((name) => `C${name.slice(1)}`);

const MAILBOX_PROPERTIES = [
  'ExternalDirectoryObjectId',
  'Guid',
  'ExchangeGuid',
  'DisplayName',
  'PrimarySmtpAddress',
  'EmailAddresses',
  'RecipientTypeDetails',
  ...CUSTOM_PROPERTIES,
];

export function createExchangeOnlineDirectory(parts: ExchangeOnlineParts): MailboxDirectory {
  return { readMailboxes: (scope, signal) => readMailboxes(parts, scope, signal) };
}

interface FoundMailbox {
  readonly mailbox: DirectoryMailbox;
  readonly recipientId: SourceObjectId | undefined;
  /** Lower case. */
  readonly addresses: readonly string[];
}

async function readMailboxes(
  parts: ExchangeOnlineParts,
  scope: MailboxesPart,
  signal: AbortSignal,
): Promise<MailboxReading> {
  const gaps: Failure[] = [];
  const wanted = await readWanted(parts, scope, gaps, signal);
  const { found, isWhole } = await listMailboxes(parts.api, narrowed(scope), gaps, signal);
  const named = new Set(scope.addresses.map((address) => address.trim().toLowerCase()));
  const mailboxes = found.filter(
    (one) =>
      wanted === 'everybody' ||
      (one.recipientId !== undefined && wanted.has(one.recipientId)) ||
      one.addresses.some((address) => named.has(address)),
  );
  const known = new Set(found.flatMap((one) => one.addresses));
  return {
    mailboxes: mailboxes.map((one) => one.mailbox),
    // Not seen in half a list is not the same as not there.
    notFound: isWhole ? scope.addresses.filter((address) => !known.has(address.trim().toLowerCase())) : [],
    isComplete: gaps.length === 0,
    gaps,
  };
}

/** Ids of the recipients that groups and filter name. */
async function readWanted(
  parts: ExchangeOnlineParts,
  { groups, recipientFilter, addresses }: MailboxesPart,
  gaps: Failure[],
  signal: AbortSignal,
): Promise<ReadonlySet<SourceObjectId> | 'everybody'> {
  if (groups.length === 0 && addresses.length === 0 && recipientFilter === undefined) return 'everybody';
  const wanted = new Set<SourceObjectId>();
  if (recipientFilter !== undefined) {
    const pages = parts.api.invoke(
      'Get-Recipient',
      { Filter: recipientFilter, ResultSize: 'Unlimited' },
      { select: ['ExternalDirectoryObjectId', 'Guid'] },
      signal,
    );
    const gap = await drain(pages, 'Get-Recipient', 'mailboxListIncomplete', signal, (page) => {
      for (const row of page) {
        const id = recipientId(row);
        if (id !== undefined) wanted.add(id);
      }
    });
    if (gap !== undefined) gaps.push(gap);
  }
  if (groups.length > 0) {
    const rights = await readGraphRights(parts.tokens, parts.log, signal);
    const graph = rights.groupMembers ? parts.graph : undefined;
    const reader = { api: parts.api, graph, gapCode: 'mailboxListIncomplete' } as const;
    const members = await readGroupMembers(reader, groups, signal);
    for (const id of [...members.rows.keys(), ...members.idsOnly]) wanted.add(id);
    gaps.push(...members.gaps);
  }
  return wanted;
}

/** From so many on, listing everybody costs less than a filter that names them. */
const MOST_NAMED = 10;

/** Whoever names a few addresses, such as that of a shared mailbox, does not need the list of everybody. */
function narrowed({ groups, recipientFilter, addresses }: MailboxesPart): Readonly<Record<string, string>> {
  const isByName = groups.length === 0 && recipientFilter === undefined;
  if (!isByName || addresses.length === 0 || addresses.length > MOST_NAMED) return {};
  const quoted = addresses.map((address) => address.trim().replaceAll("'", "''"));
  return { Filter: quoted.map((address) => `EmailAddresses -eq 'smtp:${address}'`).join(' -or ') };
}

async function listMailboxes(
  api: ExchangeAdminApi,
  narrowing: Readonly<Record<string, string>>,
  gaps: Failure[],
  signal: AbortSignal,
): Promise<{ readonly found: readonly FoundMailbox[]; readonly isWhole: boolean }> {
  const found = new Map<string, FoundMailbox>();
  let withoutId = 0;
  let withoutAttributes = 0;
  const pages = api.invoke(
    'Get-Mailbox',
    { ...narrowing, ResultSize: 'Unlimited' },
    { select: MAILBOX_PROPERTIES },
    signal,
  );
  const gap = await drain(pages, 'Get-Mailbox', 'mailboxListIncomplete', signal, (page) => {
    for (const row of page) {
      const one = decodeMailbox(row);
      if (one === undefined) {
        withoutId += 1;
        continue;
      }
      if (one.mailbox.customAttributes === 'unknown') withoutAttributes += 1;
      found.set(one.mailbox.id, one);
    }
  });
  if (gap !== undefined) gaps.push(gap);
  for (const [reason, count] of Object.entries({
    rowWithoutId: withoutId,
    noCustomAttributes: withoutAttributes,
  })) {
    if (count > 0) gaps.push(new Failure('mailboxListIncomplete', { details: { reason, count } }));
  }
  return { found: [...found.values()], isWhole: gap === undefined };
}

function decodeMailbox(row: AdminRow): FoundMailbox | undefined {
  const id = guid(row, 'ExchangeGuid');
  if (id === undefined) return undefined;
  const owner = guid(row, 'ExternalDirectoryObjectId');
  const addresses = smtpAddresses(row).map((address) => address.toLowerCase());
  return {
    mailbox: {
      id: mailboxId(id),
      kind: recipientKind(text(row, 'RecipientTypeDetails')),
      displayName: text(row, 'DisplayName'),
      primarySmtpAddress: text(row, 'PrimarySmtpAddress'),
      otherAddresses: addresses,
      // Get-Mailbox shows the mailboxes of this tenant only; those on-premises are mail users here.
      location: 'exchangeOnline',
      ownerId: owner === undefined ? undefined : sourceObjectId(owner),
      customAttributes: customAttributesOf(row),
    },
    recipientId: recipientId(row),
    addresses,
  };
}

function customAttributesOf(row: AdminRow): Known<readonly string[]> {
  if (CUSTOM_PROPERTIES.some((name) => !(name in row))) return 'unknown';
  return texts(row, ...CUSTOM_PROPERTIES);
}
