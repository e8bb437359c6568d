// The degraded ContactSource: Microsoft Graph alone. It cannot tell who is hidden, the custom attributes of mail
// contacts, what kind of mailbox somebody has, nor dynamic distribution groups: those are unknown, the reading is
// never complete, and nothing is deleted because of it.

import { asFailure, Failure } from '../../model/failure.ts';
import type { SourceObjectId } from '../../model/ids.ts';
import type { ExchangeOnlineSource } from '../../model/policy.ts';
import { CUSTOM_ATTRIBUTES, type SourceAttribute, type SourceObject } from '../../model/source-object.ts';
import type { ContactSource, ProbeStep, SourceReading } from '../../ports/contact-source.ts';
import type { Log } from '../../ports/log.ts';
import type { TokenProvider } from '../entra/token-provider.ts';
import { drain, drainPart } from './drain.ts';
import { readGraphRights } from './granted-graph.ts';
import type { GraphDirectory, GraphPerson } from './graph-directory.ts';
import { readGraphGroupMembers } from './graph-group-members.ts';
import { mergeAttributes } from './person-details.ts';
import { type ContactTrial, probeContacts, probeSignIn } from './probe.ts';
import { scopeOfTenant } from './scope-of-tenant.ts';

export interface GraphOnlyParts {
  readonly graph: GraphDirectory;
  readonly tokens: TokenProvider;
  readonly log: Log;
}

/** Never in Graph, or not for a list of people. */
const NEVER_KNOWN: readonly SourceAttribute[] = [
  'initials',
  'manager',
  'assistant',
  'homePhones',
  'otherFax',
  'pager',
  'assistantPhone',
  'postOfficeBox',
  'webPage',
  'notes',
  'addressLists',
  'employeeId',
  // Graph has one number where Exchange may have several.
  'businessPhones',
];

export function createGraphOnlySource(parts: GraphOnlyParts & ContactTrial): ContactSource {
  return {
    read: (scope, signal) => readThroughGraph(parts, scopeOfTenant(scope), signal),
    probe: (signal) => probeGraph(parts, signal),
  };
}

async function readThroughGraph(
  parts: GraphOnlyParts,
  scope: ExchangeOnlineSource,
  signal: AbortSignal,
): Promise<SourceReading> {
  await parts.tokens.token('graph', signal);
  const rights = await readGraphRights(parts.tokens, parts.log, signal);
  if (!rights.users) throw new Failure('consentMissing', { details: { permission: 'User.Read.All' } });
  const gaps: Failure[] = [
    new Failure('sourceIncomplete', {
      details: {
        reason: 'graphOnly',
        unknown: ['hidden', 'mailboxType', 'customAttributes', 'dynamicDistributionGroups'],
      },
    }),
  ];
  const wanted = await readWanted(parts, scope, rights.groupMembers, gaps, signal);
  const objects = new Map<SourceObjectId, SourceObject>();
  const take = (decode: (person: GraphPerson) => SourceObject) => (page: readonly GraphPerson[]) => {
    for (const person of page) {
      if (!person.isMailEnabled || !(wanted === 'everybody' || wanted.has(person.id))) continue;
      objects.set(person.id, decode(person));
    }
  };
  const noteGap = (gap: Failure | undefined) => {
    if (gap !== undefined) gaps.push(gap);
  };
  noteGap(
    await drain(parts.graph.users(signal), 'Graph /users', 'sourceIncomplete', signal, take(decodeUser)),
  );
  noteGap(
    rights.orgContacts
      ? await drainPart(
          parts.graph.orgContacts(signal),
          'Graph /contacts',
          'sourceIncomplete',
          signal,
          take(decodeContact),
        )
      : new Failure('sourceIncomplete', {
          details: { reason: 'permission', permission: 'OrgContact.Read.All' },
        }),
  );
  return { objects: [...objects.values()], isComplete: false, gaps };
}

async function readWanted(
  parts: GraphOnlyParts,
  { groups, addressLists, recipientFilter }: ExchangeOnlineSource,
  mayReadGroups: boolean,
  gaps: Failure[],
  signal: AbortSignal,
): Promise<ReadonlySet<SourceObjectId> | 'everybody'> {
  if (groups.length === 0 && addressLists.length === 0 && recipientFilter === undefined) return 'everybody';
  if (recipientFilter !== undefined) {
    gaps.push(
      new Failure('sourceIncomplete', { details: { reason: 'graphOnly', unknown: ['recipientFilter'] } }),
    );
  }
  for (const addressList of addressLists)
    gaps.push(new Failure('groupUnreadable', { details: { addressList } }));
  const members = await readGraphGroupMembers(parts.graph, groups, mayReadGroups, 'sourceIncomplete', signal);
  gaps.push(...members.gaps);
  return members.ids;
}

function decodeUser(person: GraphPerson): SourceObject {
  const custom = person.customAttributes;
  return {
    id: person.id,
    // Graph does not tell a shared mailbox, a room or a mail user from a user mailbox.
    kind: person.isGuest ? 'guestMailUser' : 'userMailbox',
    attributes: mergeAttributes(person.identity, person.attributes, custom === 'unknown' ? {} : custom),
    isHidden: person.isHidden,
    isDisabled: person.isDisabled,
    isGuest: person.isGuest,
    unknownAttributes: custom === 'unknown' ? [...NEVER_KNOWN, ...CUSTOM_ATTRIBUTES] : NEVER_KNOWN,
  };
}

function decodeContact(person: GraphPerson): SourceObject {
  return {
    id: person.id,
    kind: 'mailContact',
    attributes: mergeAttributes(person.identity, person.attributes),
    isHidden: 'unknown',
    isDisabled: false,
    isGuest: false,
    unknownAttributes: [...NEVER_KNOWN, ...CUSTOM_ATTRIBUTES],
  };
}

async function probeGraph(
  parts: GraphOnlyParts & ContactTrial,
  signal: AbortSignal,
): Promise<readonly ProbeStep[]> {
  const steps: ProbeStep[] = [];
  if (!(await probeSignIn(parts.tokens, 'graph', steps, signal))) return steps;
  const rights = await readGraphRights(parts.tokens, parts.log, signal);
  await probeContacts(parts, rights.users ? likelyMailboxes(parts.graph, signal) : [], steps, signal);
  const name = 'Microsoft Graph: users';
  if (!rights.users) {
    steps.push({
      name,
      ok: false,
      failure: new Failure('consentMissing', { details: { permission: 'User.Read.All' } }),
    });
    return steps;
  }
  try {
    for await (const _page of parts.graph.users(signal)) break;
    steps.push({ name, ok: true, note: 'Without the Exchange admin REST nothing is deleted.' });
  } catch (thrown) {
    const failure = asFailure(thrown);
    if (signal.aborted) throw failure;
    steps.push({ name, ok: false, failure });
  }
  return steps;
}

/** Graph does not say who has a mailbox; who has none answers that the mailbox is missing. */
async function* likelyMailboxes(graph: GraphDirectory, signal: AbortSignal): AsyncGenerator<string> {
  for await (const page of graph.users(signal)) {
    for (const person of page) if (person.isMailEnabled && !person.isGuest) yield person.id;
  }
}
