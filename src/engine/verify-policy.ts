// A verify run: reads the policy's folder in every mailbox that it filled, in full, looks for its contacts in the other
// contact folders, and tells where all that differs from what was written. It trusts no ledger, reads no source, and writes nothing into any mailbox, nor into the ledger.

import { findDrift, itemsToLookAt } from '../core/drift.ts';
import { FINGERPRINT_VERSION } from '../core/fingerprint.ts';
import type { MailboxDrift } from '../model/drift.ts';
import { Failure } from '../model/failure.ts';
import { policyId, type RunId, type SourceObjectId } from '../model/ids.ts';
import type { TargetMailbox } from '../model/mailbox.ts';
import type { Policy, PolicyRevision } from '../model/policy.ts';
import type { Run, RunEvent } from '../model/run.ts';
import type { LicenseLimit } from '../ports/license.ts';
import { findUnmarked } from './find-unmarked.ts';
import { inNewRun } from './in-new-run.ts';
import { tryEachMailbox } from './mailbox-tries.ts';
import { isOfContactsItself } from './plan-mailbox.ts';
import { readTargets } from './read-targets.ts';
import { DEFAULT_CONCURRENCY, type RunPorts } from './run-ports.ts';
import type { RunRecorder } from './run-recorder.ts';

export interface VerifyRequest {
  readonly runId: RunId;
  readonly revision: PolicyRevision;
  /** Addresses; none: every mailbox that the policy filled. */
  readonly mailboxes: readonly string[];
  readonly holder: string;
  readonly limit: LicenseLimit;
  readonly concurrency?: number;
  readonly onEvent?: (event: RunEvent) => void;
}

type VerifyPorts = Pick<
  RunPorts,
  'directory' | 'targets' | 'ledger' | 'memory' | 'runs' | 'leases' | 'clock' | 'log' | 'traffic'
>;

/** Holds the policy, so that no run of it is writing meanwhile. A plan that waits for an approval goes on waiting. */
export async function verifyPolicy(
  request: VerifyRequest,
  ports: VerifyPorts,
  signal: AbortSignal,
): Promise<Run> {
  return inNewRun('verify', request, ports, signal, (recorder, held) =>
    carryOut(request, ports, recorder, held),
  );
}

async function carryOut(
  request: VerifyRequest,
  ports: VerifyPorts,
  recorder: RunRecorder,
  signal: AbortSignal,
): Promise<Run> {
  const { policy } = request.revision;
  await recorder.enter('reading');
  const targets = await readTargets(request, ports, undefined, signal);
  const written = new Set((await ports.memory.readWrittenMailboxes(policyId(policy.id))).map(({ id }) => id));
  // Those that no run has filled yet differ from nothing.
  const filled = targets.fill.filter(({ id }) => written.has(id));
  const mailboxes = chosen(filled, request.mailboxes);
  await recorder.emit({
    type: 'mailboxes.read',
    found: targets.found,
    targets: mailboxes.length,
    // They are emptied by the next run, and not looked into.
    leaving: 0,
    skipped: targets.skipped,
    isComplete: targets.isComplete,
    gaps: targets.gaps.map((gap) => gap.toRecord()),
    ...(mailboxes.length < filled.length ? { notAskedFor: filled.length - mailboxes.length } : {}),
  });

  const last = await ports.memory.readLastSelection(policyId(policy.id));
  let failed = 0;
  const trying = { clock: ports.clock, recorder, concurrency: concurrencyOf(request), signal };
  await tryEachMailbox(mailboxes, trying, {
    isReading: true,
    work: async (mailbox) => {
      const lastPeople = last?.mailboxIds.has(mailbox.id) === true ? last.sourceObjectIds : undefined;
      const drift = await driftOf(mailbox, policy, lastPeople, ports, signal);
      const { id: mailboxId, primarySmtpAddress } = mailbox;
      await recorder.emit({ type: 'mailbox.verified', mailboxId, primarySmtpAddress, drift });
    },
    onFailure: async ({ id: mailboxId, primarySmtpAddress }, failure) => {
      const isNotice = failure.code === 'mailboxNotProvisioned';
      if (!isNotice) failed += 1;
      await recorder.emit({
        type: isNotice ? 'mailbox.skipped' : 'mailbox.failed',
        mailboxId,
        primarySmtpAddress,
        phase: 'planning',
        failure: failure.toRecord(),
      });
    },
  });
  return await recorder.end(failed === 0 && targets.isComplete ? 'finished' : 'finishedWithErrors');
}

async function driftOf(
  mailbox: TargetMailbox,
  policy: Policy,
  lastPeople: ReadonlySet<SourceObjectId> | undefined,
  { targets, ledger, memory }: VerifyPorts,
  signal: AbortSignal,
): Promise<MailboxDrift> {
  const id = policyId(policy.id);
  const target = targets.open(mailbox, id, policy.folder);
  const last = await ledger.read(id, mailbox.id);
  const record = last !== undefined && isOfContactsItself(last, policy) ? undefined : last;
  const respected = await memory.readRespectedDeletions(id, mailbox.id);
  const snapshot = await target.readFolder({ known: undefined, includeForeign: false }, signal);
  // What a newer release wrote, only that one understands.
  if (snapshot.highestMarkVersion > FINGERPRINT_VERSION) throw new Failure('newerMark');
  const elsewhere = await target.readElsewhere(signal);
  const input = { policy, mailbox, snapshot, elsewhere, record, respected, lastPeople };
  return findDrift({ ...input, unmarked: await findUnmarked(target, itemsToLookAt(input), signal) });
}

function chosen(filled: readonly TargetMailbox[], addresses: readonly string[]): readonly TargetMailbox[] {
  if (addresses.length === 0) return filled;
  return addresses.map((address) => {
    const lower = address.toLowerCase();
    const mailbox = filled.find(({ primarySmtpAddress }) => primarySmtpAddress.toLowerCase() === lower);
    if (mailbox === undefined) throw new Failure('notFound', { details: { mailbox: address } });
    return mailbox;
  });
}

function concurrencyOf(request: VerifyRequest): number {
  return request.concurrency ?? DEFAULT_CONCURRENCY;
}
