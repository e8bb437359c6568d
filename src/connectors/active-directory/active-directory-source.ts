// ContactSource over Active Directory.

import { Failure } from '../../model/failure.ts';
import type { ActiveDirectorySource, SourcePart } from '../../model/policy.ts';
import type { ContactSource, SourceReading } from '../../ports/contact-source.ts';
import { parseFilter } from '../ldap-client/parse-filter.ts';
import { EXTENSION_ATTRIBUTES, RECIPIENT_ATTRIBUTES } from './attributes.ts';
import { decodeRecipient } from './decode-recipient.ts';
import { type DirectoryEntry, isUntold } from './directory-entry.ts';
import { type Doubts, doubtsAbout } from './doubts.ts';
import { inSteps } from './in-steps.ts';
import { probeActiveDirectory } from './probe.ts';
import { type DirectoryParts, readDirectory } from './reading-directory.ts';
import { canBeDisabled, isKindUntold, POSSIBLE_RECIPIENTS, recipientKind } from './recipient-kinds.ts';

export function createActiveDirectorySource(parts: DirectoryParts): ContactSource {
  return {
    read: (scope, signal) => readSource(parts, scopeOfDirectory(scope), signal),
    probe: (signal) => probeActiveDirectory(parts, signal),
  };
}

/** Another type is a defect: whoever connects an environment chooses the source by the policy's type. */
function scopeOfDirectory(scope: SourcePart): ActiveDirectorySource {
  if (scope.type === 'activeDirectory') return scope;
  throw new TypeError(`a source of the type ${scope.type} is not read from Active Directory`);
}

async function readSource(
  parts: DirectoryParts,
  scope: ActiveDirectorySource,
  signal: AbortSignal,
): Promise<SourceReading> {
  const { organizationalUnits, groups, addressLists, objects } = scope;
  const ldapFilter = scope.ldapFilter === undefined ? undefined : parseFilter(scope.ldapFilter);
  const { entries, names, notFound, gaps } = await readDirectory(
    parts,
    {
      name: 'source',
      gapCode: 'sourceIncomplete',
      attributes: RECIPIENT_ATTRIBUTES,
      everybody: POSSIBLE_RECIPIENTS,
      scope: { organizationalUnits, groups, addressLists, objects, ldapFilter },
    },
    signal,
  );
  const read = await inSteps(entries, (entry) => decodeRecipient(entry, names), signal);
  // Of a reading that broke off nobody was asked what they hide: one reason is enough.
  const doubts = names.isWhole ? doubtsAbout(entries, 'sourceIncomplete', doubtsOf(scope)) : [];
  const all = [...gaps, ...doubts];
  // A name that fits nobody is told, but costs the others nothing: nobody is missing because of it.
  const notices = notFound.map((object) => new Failure('directoryObjectNotFound', { details: { object } }));
  return { objects: read, isComplete: all.length === 0, gaps: [...all, ...notices] };
}

/** What decides about the kinds that the policy wants; what only fills a field is left as it stands. */
function doubtsOf(scope: ActiveDirectorySource): Doubts {
  const types: ReadonlySet<string> = new Set(scope.recipientTypes);
  const isWanted = (entry: DirectoryEntry) => types.has(recipientKind(entry));
  return {
    mailNickname: (entry) => isUntold(entry, 'mailNickname'),
    msExchRecipientTypeDetails: isKindUntold,
    extensionAttribute: (entry) =>
      isWanted(entry) && EXTENSION_ATTRIBUTES.some((attribute) => isUntold(entry, attribute)),
    ...(scope.excludeHidden
      ? {
          msExchHideFromAddressLists: (entry) =>
            isWanted(entry) && isUntold(entry, 'msExchHideFromAddressLists'),
        }
      : {}),
    ...(scope.excludeDisabled
      ? {
          'userAccountControl (disabled)': (entry) =>
            isWanted(entry) && canBeDisabled(recipientKind(entry)) && isUntold(entry, 'userAccountControl'),
        }
      : {}),
  };
}
