// ContactSource over Active Directory.

import { Failure } from '../../model/failure.ts';
import type { ActiveDirectorySource, SourcePart } from '../../model/policy.ts';
import type { ContactSource, SourceReading } from '../../ports/contact-source.ts';
import { parseFilter } from '../ldap-client/parse-filter.ts';
import { RECIPIENT_ATTRIBUTES } from './attributes.ts';
import { decodeRecipient } from './decode-recipient.ts';
import { hidesAttributes } from './directory-entry.ts';
import { inSteps } from './in-steps.ts';
import { probeActiveDirectory } from './probe.ts';
import { type DirectoryParts, hiddenAttributes, readDirectory } from './reading-directory.ts';
import { RECIPIENTS } from './recipient-kinds.ts';

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
      everybody: RECIPIENTS,
      scope: { organizationalUnits, groups, addressLists, objects, ldapFilter },
    },
    signal,
  );
  const read = await inSteps(entries, (entry) => decodeRecipient(entry, names), signal);
  const hiding = entries.filter(hidesAttributes).length;
  const all = [
    ...gaps,
    ...notFound.map((object) => new Failure('directoryObjectNotFound', { details: { object } })),
    ...(hiding > 0 ? [hiddenAttributes('sourceIncomplete', hiding)] : []),
  ];
  return { objects: read, isComplete: all.length === 0, gaps: all };
}
