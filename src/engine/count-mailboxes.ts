// How many mailboxes a policy would fill, and which it skips and why; reads only the directory.

import type { PolicyRevision } from '../model/policy.ts';
import type { LicenseLimit } from '../ports/license.ts';
import { readTargets, type TargetsResult } from './read-targets.ts';
import type { RunPorts } from './run-ports.ts';

export async function countMailboxes(
  request: { readonly revision: PolicyRevision; readonly limit: LicenseLimit },
  ports: Pick<RunPorts, 'directory' | 'memory'>,
  signal: AbortSignal,
): Promise<TargetsResult> {
  return readTargets(request, ports, undefined, signal);
}
