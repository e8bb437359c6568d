// The degraded MailboxDirectory: Microsoft Graph alone. Graph does not know a mailbox's ExchangeGuid, by which
// everything of ours names it, and an id made up from something else would differ from the next full reading. So only
// mailboxes that an earlier full reading named are found again, by their owner; the reading is never complete.

import { Failure } from '../../model/failure.ts';
import type { SourceObjectId } from '../../model/ids.ts';
import type { DirectoryMailbox, TargetMailbox } from '../../model/mailbox.ts';
import type { MailboxesPart } from '../../model/policy.ts';
import type { SourceObjectKind } from '../../model/source-object.ts';
import type { MailboxDirectory, MailboxReading } from '../../ports/mailbox-directory.ts';
import { drain } from './drain.ts';
import { readGraphRights } from './granted-graph.ts';
import type { GraphPerson } from './graph-directory.ts';
import { readGraphGroupMembers } from './graph-group-members.ts';
import type { GraphOnlyParts } from './graph-only-source.ts';

export interface KnownMailbox extends Pick<TargetMailbox, 'id' | 'ownerId'> {
  /** Graph does not tell it; without it a mailbox counts as a user mailbox. */
  readonly kind?: SourceObjectKind;
}

/** Mailboxes of earlier full readings, such as the ones a policy has written to. */
export type KnownMailboxes = () => Promise<readonly KnownMailbox[]>;

export function createGraphOnlyDirectory(
  parts: GraphOnlyParts,
  knownMailboxes: KnownMailboxes,
): MailboxDirectory {
  return { readMailboxes: (scope, signal) => readThroughGraph(parts, knownMailboxes, scope, signal) };
}

async function readThroughGraph(
  parts: GraphOnlyParts,
  knownMailboxes: KnownMailboxes,
  scope: MailboxesPart,
  signal: AbortSignal,
): Promise<MailboxReading> {
  await parts.tokens.token('graph', signal);
  const rights = await readGraphRights(parts.tokens, parts.log, signal);
  if (!rights.users) throw new Failure('consentMissing', { details: { permission: 'User.Read.All' } });
  const known = new Map<SourceObjectId, KnownMailbox>();
  for (const mailbox of await knownMailboxes()) {
    if (mailbox.ownerId !== undefined) known.set(mailbox.ownerId, mailbox);
  }
  if (known.size === 0)
    throw new Failure('mailboxListIncomplete', { details: { reason: 'mailboxIdsUnknown' } });

  const gaps: Failure[] = [];
  if (scope.recipientFilter !== undefined) {
    gaps.push(
      new Failure('mailboxListIncomplete', {
        details: { reason: 'graphOnly', unknown: ['recipientFilter'] },
      }),
    );
  }
  const wantsAll =
    scope.groups.length === 0 && scope.addresses.length === 0 && scope.recipientFilter === undefined;
  const members = await readGraphGroupMembers(
    parts.graph,
    scope.groups,
    rights.groupMembers,
    'mailboxListIncomplete',
    signal,
  );
  gaps.push(...members.gaps);
  const named = new Set(scope.addresses.map((address) => address.trim().toLowerCase()));
  const seen = new Set<string>();
  const mailboxes: DirectoryMailbox[] = [];
  let unnamed = 0;
  const gap = await drain(
    parts.graph.users(signal),
    'User.Read.All',
    'mailboxListIncomplete',
    signal,
    (page) => {
      for (const person of page) {
        const addresses = addressesOf(person);
        for (const address of addresses) seen.add(address);
        if (!(wantsAll || members.ids.has(person.id) || addresses.some((one) => named.has(one)))) continue;
        const mailbox = known.get(person.id);
        if (mailbox === undefined) unnamed += 1;
        else mailboxes.push(present(person, mailbox));
      }
    },
  );
  if (gap !== undefined) gaps.push(gap);
  gaps.push(
    new Failure('mailboxListIncomplete', { details: { reason: 'graphOnly', withoutMailboxId: unnamed } }),
  );
  const notFound =
    gap === undefined ? scope.addresses.filter((one) => !seen.has(one.trim().toLowerCase())) : [];
  return { mailboxes, notFound, isComplete: false, gaps };
}

function addressesOf(person: GraphPerson): readonly string[] {
  return (person.identity.emailAddresses ?? []).map((address) => address.toLowerCase());
}

function present(person: GraphPerson, mailbox: KnownMailbox): DirectoryMailbox {
  const custom = person.customAttributes;
  return {
    id: mailbox.id,
    kind: mailbox.kind ?? 'userMailbox',
    displayName: person.displayName,
    primarySmtpAddress: person.primarySmtpAddress,
    otherAddresses: addressesOf(person),
    location: 'exchangeOnline',
    ownerId: person.id,
    customAttributes: custom === 'unknown' ? 'unknown' : Object.values(custom).flat(),
  };
}
