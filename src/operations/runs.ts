// Runs: begun, approved, rolled back, cancelled, listed, followed; their plans and reports.

import type { DocumentText, RunOperations } from '@contactsync/contract';
import { buildReport } from '../core/report.ts';
import { approveRun } from '../engine/approve-run.ts';
import { cleanUp } from '../engine/clean-up.ts';
import { rollbackRun } from '../engine/rollback-run.ts';
import { runPolicy } from '../engine/run-policy.ts';
import { Failure } from '../model/failure.ts';
import { type MailboxId, policyId, type RunId } from '../model/ids.ts';
import type { Policy, PolicyRevision } from '../model/policy.ts';
import { ENDED_STATES, type RecordedEvent, type Run } from '../model/run.ts';
import type { OperationsDependencies } from './dependencies.ts';
import { parsePolicy } from './document-operations.ts';
import type { LiveRuns } from './live-runs.ts';
import { findDocument, findRun } from './lookup.ts';
import { checkPolicy } from './policy-checks.ts';
import { presentEvent, presentPlan, presentReport, presentRun } from './present.ts';
import { environmentOf, limitFor, withPorts } from './run-context.ts';

export function makeRunOperations(
  dependencies: OperationsDependencies,
  live: LiveRuns,
  applyPolicy: (document: DocumentText) => Promise<unknown>,
): RunOperations {
  const { runs, policies, environments, holder, clock, audit, user } = dependencies;

  async function view(id: RunId) {
    const run = await runs.read(id);
    if (run === undefined) throw new Failure('notFound', { details: { run: id } });
    return presentRun(run);
  }

  /** The revision to run; of a document that is only tested, one that is stored nowhere. */
  async function revisionOf(policy: string | DocumentText, mode: 'run' | 'test'): Promise<PolicyRevision> {
    if (typeof policy === 'string') {
      const { document, revision } = await findDocument(policies, 'policy', policy);
      return { policy: document, revision };
    }
    const document = parsePolicy(policy);
    if (mode === 'run') await applyPolicy(policy);
    else await checkPolicy(document);
    const stored = await policies.readById(document.id);
    return {
      policy: document,
      revision: mode === 'run' ? (stored?.revision ?? 1) : (stored?.revision ?? 0) + 1,
    };
  }

  /** The policy as it is now, otherwise as the run used it. */
  async function policyOf(run: Run): Promise<Policy> {
    const revision = await runs.readRevision(run.id);
    const current = (await policies.readById(run.policyId))?.document;
    const policy = current ?? revision?.policy;
    if (policy === undefined) throw new Failure('notFound', { details: { policy: run.policyName } });
    return policy;
  }

  async function mailboxIdsOf(
    run: Run,
    addresses: readonly string[],
  ): Promise<readonly MailboxId[] | undefined> {
    if (addresses.length === 0) return undefined;
    const known = new Map<string, MailboxId>();
    for await (const { mailbox } of runs.readPlans(run.id))
      known.set(mailbox.primarySmtpAddress.toLowerCase(), mailbox.id);
    return addresses.map((address) => {
      const id = known.get(address.toLowerCase());
      if (id === undefined) throw new Failure('notFound', { details: { mailbox: address, run: run.id } });
      return id;
    });
  }

  function addressesOf(events: readonly RecordedEvent[]): Map<MailboxId, string> {
    return new Map(
      events.flatMap((event) =>
        event.type === 'mailbox.planned' ? [[event.mailboxId, event.primarySmtpAddress] as const] : [],
      ),
    );
  }

  return {
    async start({ policy, mode }) {
      const revision = await revisionOf(policy, mode);
      const environment = await environmentOf(dependencies, revision.policy);
      const limit = await limitFor(dependencies, mode);
      const { defaultCountry } = environment;
      const id = await live.start((runId, onEvent, signal) =>
        withPorts(dependencies, environment, (ports) =>
          runPolicy({ runId, revision, mode, holder, limit, defaultCountry, onEvent }, ports, signal),
        ),
      );
      return view(id);
    },

    async approve(prefix, digest) {
      const run = await findRun(runs, prefix);
      const environment = await environmentOf(dependencies, await policyOf(run));
      const limit = await limitFor(dependencies, 'run');
      const events = await runs.readEvents(run.id);
      await live.start(
        (runId, onEvent, signal) =>
          withPorts(dependencies, environment, async (ports) => {
            const ended = await approveRun(
              {
                runId,
                digest,
                approvedBy: user,
                holder,
                limit,
                defaultCountry: environment.defaultCountry,
                onEvent,
              },
              ports,
              signal,
            );
            return ended;
          }),
        { id: run.id, events },
      );
      await audit.append({
        who: user,
        action: 'run.approve',
        subject: run.policyName,
        details: { run: run.id, digest },
      });
      return view(run.id);
    },

    async rollback({ run: prefix, mailboxes, mode }) {
      const undone = await findRun(runs, prefix);
      const mailboxIds = await mailboxIdsOf(undone, mailboxes);
      const environment = await environmentOf(dependencies, await policyOf(undone));
      const limit = await limitFor(dependencies, mode);
      const id = await live.start((runId, onEvent, signal) =>
        withPorts(dependencies, environment, (ports) =>
          rollbackRun(
            {
              runId,
              undoes: undone.id,
              mode,
              holder,
              limit,
              onEvent,
              ...(mailboxIds === undefined ? {} : { mailboxIds }),
            },
            ports,
            signal,
          ),
        ),
      );
      return view(id);
    },

    async cleanUp({ environment: environmentName, policy, mode }) {
      const { document: environment } = await findDocument(environments, 'environment', environmentName);
      const limit = await limitFor(dependencies, mode);
      const revision = policy === undefined ? undefined : await revisionOf(policy, mode);
      const knownPolicies = (await policies.list()).map(({ document }) => policyId(document.id));
      const id = await live.start((runId, onEvent, signal) =>
        withPorts(dependencies, environment, (ports) =>
          cleanUp({ runId, revision, knownPolicies, mode, holder, limit, onEvent }, ports, signal),
        ),
      );
      return view(id);
    },

    async cancel(prefix) {
      const run = await findRun(runs, prefix);
      if (live.isRunning(run.id)) await live.cancel(run.id);
      else if (run.state === 'awaitingApproval') {
        const at = clock.now().toISOString();
        await runs.append(run.id, [{ type: 'run.ended', state: 'cancelled', failure: undefined }], at);
        await runs.setState(run.id, 'cancelled', at);
      } else if (!ENDED_STATES.includes(run.state))
        throw new Failure('alreadyRunning', { details: { holder: run.holder, since: run.startedAt } });
      return view(run.id);
    },

    async list({ policy, states, limit }) {
      const found = policy === undefined ? undefined : await findDocument(policies, 'policy', policy);
      const list = await runs.list({
        ...(found === undefined ? {} : { policyId: policyId(found.document.id) }),
        ...(states === undefined ? {} : { states }),
        limit: limit ?? 50,
      });
      return list.map(presentRun);
    },

    async get(prefix) {
      return presentRun(await findRun(runs, prefix));
    },

    async *events(prefix, signal) {
      const run = await findRun(runs, prefix);
      const addresses = new Map<MailboxId, string>();
      const feed = live.has(run.id) ? live.follow(run.id, signal) : await runs.readEvents(run.id);
      for await (const event of feed) {
        if (event.type === 'mailbox.planned') addresses.set(event.mailboxId, event.primarySmtpAddress);
        yield presentEvent(event, addresses);
      }
    },

    async report(prefix) {
      const run = await findRun(runs, prefix);
      return presentReport(run, buildReport(run, await runs.readEvents(run.id)));
    },

    async *plan(prefix, mailbox) {
      const run = await findRun(runs, prefix);
      const contacts = await runs.readContacts(run.id);
      let hasFound = false;
      for await (const stored of runs.readPlans(run.id)) {
        if (mailbox !== undefined && stored.plan.primarySmtpAddress.toLowerCase() !== mailbox.toLowerCase())
          continue;
        hasFound = true;
        yield presentPlan(stored, contacts);
      }
      if (mailbox !== undefined && !hasFound)
        throw new Failure('notFound', {
          details: {
            mailbox,
            run: run.id,
            known: [...addressesOf(await runs.readEvents(run.id)).values()].slice(0, 20),
          },
        });
    },
  };
}
