// What a process is told to do with a data directory, and where it has to die while doing it.

import type { Operations, RunView } from '@contactsync/contract';
import type { EwsEntry } from '../ews-targets.ts';
import type { Moment } from './watched-calls.ts';

export type Work =
  | { readonly kind: 'nothing' }
  /** The installation's own beginning: environment, certificate, policy. */
  | { readonly kind: 'setUp'; readonly environment: string; readonly policy: string }
  | { readonly kind: 'run'; readonly policy: string }
  | { readonly kind: 'approve'; readonly run: string; readonly digest: string }
  | { readonly kind: 'rollback'; readonly run: string }
  | { readonly kind: 'cleanUp'; readonly policy: string };

export type Death =
  | { readonly at: 'call'; readonly name: string; readonly moment: Moment; readonly nth: number }
  /** The n-th time that anything is heard at the ports. */
  | { readonly at: 'anyCall'; readonly n: number }
  /** Before the n-th statement to a database or step in the file system, once the product is loaded. */
  | { readonly at: 'system'; readonly n: number };

export interface Order {
  readonly dataDirectory: string;
  readonly work: Work;
  readonly death?: Death;
  /** Contacts are written through it; people and mailboxes are read as ever. */
  readonly ews?: EwsEntry | undefined;
  /** Twin: the journal keeps nothing. */
  readonly hasNoJournal?: boolean;
}

/** What a process that was not killed says on standard output. */
export interface Survived {
  readonly run: RunView | undefined;
  /** How often something was heard at the ports. */
  readonly calls: number;
  /** Statements and steps in the file system, by name. */
  readonly steps: readonly string[];
}

/** Until the run has ended or waits. */
export async function carryOut(operations: Operations, work: Work): Promise<RunView | undefined> {
  if (work.kind === 'nothing') return undefined;
  if (work.kind === 'setUp') {
    await setUp(operations, work);
    return undefined;
  }
  const { id } = await begin(operations, work);
  for await (const _event of operations.runs.events(id));
  return operations.runs.get(id);
}

function begin({ runs }: Operations, work: Exclude<Work, { kind: 'nothing' | 'setUp' }>): Promise<RunView> {
  switch (work.kind) {
    case 'run':
      return runs.start({ policy: work.policy, mode: 'run' });
    case 'approve':
      return runs.approve(work.run, work.digest);
    case 'rollback':
      return runs.rollback({ run: work.run, mailboxes: [], mode: 'run' });
    case 'cleanUp':
      return runs.cleanUp({ policy: work.policy, mode: 'run' });
  }
}

/** Idempotent, like the commands it stands for: whoever was interrupted types them again. */
async function setUp(
  { environments, certificates, policies }: Operations,
  work: Extract<Work, { kind: 'setUp' }>,
): Promise<void> {
  const { name } = await environments.apply({ text: work.environment });
  const { thumbprint } = await certificates.create({
    subject: 'CN=contactSync',
    friendlyName: 'contactSync',
    keySize: 2048,
    days: 365,
  });
  await environments.setCertificate(name, thumbprint);
  await policies.apply({ text: work.policy });
}
