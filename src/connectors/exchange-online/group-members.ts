// Members of groups with the members of their members. Exchange lists direct members only, so nested groups are
// walked here; cycles end because every group is walked once.

import { asFailure, Failure } from '../../model/failure.ts';
import type { SourceObjectId } from '../../model/ids.ts';
import type { ExchangeAdminApi } from './admin-api.ts';
import { type AdminRow, guid, recipientId, text } from './admin-row.ts';
import { RECIPIENT_PROPERTIES } from './decode-recipient.ts';
import { drain, type GapCode, gapFrom } from './drain.ts';
import type { GraphDirectory } from './graph-directory.ts';
import { recipientKind } from './recipient-kinds.ts';

export interface GroupMembers {
  /** Members as rows of Get-Recipient; nested groups are members too. */
  readonly rows: ReadonlyMap<SourceObjectId, AdminRow>;
  /** Members of which only the id is known; their rows must be found in a reading of the organization. */
  readonly idsOnly: ReadonlySet<SourceObjectId>;
  readonly gaps: readonly Failure[];
}

export interface GroupReader {
  readonly api: ExchangeAdminApi;
  /** For Microsoft 365 groups, whose members the admin REST does not show. */
  readonly graph: GraphDirectory | undefined;
  readonly gapCode: GapCode;
}

const GROUP_TYPES = [
  'MailUniversalDistributionGroup',
  'MailUniversalSecurityGroup',
  'DynamicDistributionGroup',
  'GroupMailbox',
];

interface Group {
  readonly row: AdminRow;
  /** How the policy names the group through which this one was met. */
  readonly namedAs: string;
}

/** Throws what concerns more than one group: no connection, no role, aborted. */
export async function readGroupMembers(
  reader: GroupReader,
  names: readonly string[],
  signal: AbortSignal,
): Promise<GroupMembers> {
  const rows = new Map<SourceObjectId, AdminRow>();
  const idsOnly = new Set<SourceObjectId>();
  const gaps: Failure[] = [];
  const queue: Group[] = [];
  const walked = new Set<string>();
  for (const name of names) {
    const row = await findGroup(reader.api, name, signal);
    if (row === undefined) gaps.push(new Failure('groupNotFound', { details: { group: name } }));
    else queue.push({ row, namedAs: name });
  }
  for (let group = queue.shift(); group !== undefined; group = queue.shift()) {
    const { namedAs } = group;
    const key = guid(group.row, 'Guid') ?? text(group.row, 'Identity');
    if (walked.has(key)) continue;
    walked.add(key);
    const gap = await readDirectMembers(reader, group, signal, {
      onRow(row) {
        const id = recipientId(row);
        if (id !== undefined) rows.set(id, row);
        if (isGroup(row)) queue.push({ row, namedAs });
      },
      onId: (id) => idsOnly.add(id),
    });
    if (gap !== undefined) gaps.push(gap);
  }
  return { rows, idsOnly, gaps };
}

interface MemberSink {
  readonly onRow: (row: AdminRow) => void;
  readonly onId: (id: SourceObjectId) => void;
}

async function readDirectMembers(
  reader: GroupReader,
  group: Group,
  signal: AbortSignal,
  sink: MemberSink,
): Promise<Failure | undefined> {
  const identity = guid(group.row, 'Guid') ?? text(group.row, 'Identity');
  const kind = recipientKind(text(group.row, 'RecipientTypeDetails'));
  if (kind === 'groupMailbox') return readMicrosoft365Members(reader, group, signal, sink);
  const cmdlet =
    kind === 'dynamicDistributionGroup'
      ? 'Get-DynamicDistributionGroupMember'
      : 'Get-DistributionGroupMember';
  const pages = reader.api.invoke(
    cmdlet,
    { Identity: identity, ResultSize: 'Unlimited' },
    { select: RECIPIENT_PROPERTIES },
    signal,
  );
  try {
    return await drain(pages, `${cmdlet} ${group.namedAs}`, reader.gapCode, signal, (page) =>
      page.forEach(sink.onRow),
    );
  } catch (thrown) {
    const failure = asFailure(thrown);
    // Deleted since it was found, a group without mail that Exchange cannot open, or members that may not be seen.
    if (signal.aborted || !(isOfThisGroup(failure) || failure.code === 'exchangeRoleMissing')) throw failure;
    return unreadable(group, failure);
  }
}

async function readMicrosoft365Members(
  reader: GroupReader,
  group: Group,
  signal: AbortSignal,
  sink: MemberSink,
): Promise<Failure | undefined> {
  const id = guid(group.row, 'ExternalDirectoryObjectId');
  if (reader.graph === undefined || id === undefined) return unreadable(group, undefined);
  let read = 0;
  try {
    for await (const member of reader.graph.groupMembers(id, signal)) {
      sink.onId(member.id);
      read += 1;
    }
    return undefined;
  } catch (thrown) {
    const failure = asFailure(thrown);
    if (signal.aborted) throw failure;
    return read > 0
      ? gapFrom(failure, `members of ${group.namedAs}`, reader.gapCode, read)
      : unreadable(group, failure);
  }
}

/** undefined: not there, or not to be told from others of that name. */
async function findGroup(
  api: ExchangeAdminApi,
  name: string,
  signal: AbortSignal,
): Promise<AdminRow | undefined> {
  // People bear the names of groups; kinds of groups that this list leaves out are found by the second attempt.
  for (const narrowed of [{ RecipientTypeDetails: GROUP_TYPES }, {}]) {
    const pages = api.invoke(
      'Get-Recipient',
      { Identity: name, ...narrowed },
      { select: RECIPIENT_PROPERTIES },
      signal,
    );
    try {
      for await (const page of pages) {
        const row = page.find(isGroup);
        if (row !== undefined) return row;
      }
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (signal.aborted || !isOfThisGroup(failure)) throw failure;
    }
  }
  return undefined;
}

function isGroup(row: AdminRow): boolean {
  return (
    text(row, 'RecipientType').endsWith('Group') ||
    recipientKind(text(row, 'RecipientTypeDetails')) === 'groupMailbox'
  );
}

function isOfThisGroup(failure: Failure): boolean {
  return failure.code === 'notFound' || failure.code === 'ambiguousName';
}

function unreadable(group: Group, failure: Failure | undefined): Failure {
  const name = text(group.row, 'DisplayName');
  return new Failure('groupUnreadable', {
    details: {
      group: group.namedAs,
      ...(name === '' || name === group.namedAs ? {} : { member: name }),
      ...(failure === undefined
        ? { permission: 'GroupMember.Read.All' }
        : { reason: String(failure.number) }),
    },
    cause: failure,
  });
}
