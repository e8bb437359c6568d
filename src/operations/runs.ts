// Runs: begun, approved, rolled back, cancelled, listed, followed; their plans and reports.

import type { DocumentText, PolicyOperations, RunOperations, RunView } from '@contactsync/contract';
import { EVENTS_OF_TIMES, runTimes } from '../core/run-times.ts';
import { approveRun } from '../engine/approve-run.ts';
import { askToEndRun, cancelOpenRuns } from '../engine/cancel-runs.ts';
import { closeRunsOfTheDead, inPlaceOf } from '../engine/earlier-runs.ts';
import { rollbackRun } from '../engine/rollback-run.ts';
import { runPolicy } from '../engine/run-policy.ts';
import type { Environment } from '../model/environment.ts';
import { Failure } from '../model/failure.ts';
import { type MailboxId, type PolicyId, policyId, type RunId } from '../model/ids.ts';
import type { PolicyRevision } from '../model/policy.ts';
import { type RecordedEvent, type Run, UNDER_WAY_STATES } from '../model/run.ts';
import { makeCleanUpOperations } from './clean-ups.ts';
import type { OperationsDependencies } from './dependencies.ts';
import type { LiveRuns } from './live-runs.ts';
import { findDocument, findRun, namesOf } from './lookup.ts';
import { presentEvent, presentPlan, presentReport, presentRun } from './present.ts';
import { namesInDrift } from './present-drift.ts';
import { readReport } from './read-report.ts';
import { mailsOfRun } from './reports.ts';
import { environmentOf, limitFor, withPorts } from './run-context.ts';
import { beginVerifyRun, mailboxesToRepair } from './verify.ts';

export function makeRunOperations(
  dependencies: OperationsDependencies,
  live: LiveRuns,
  documents: Pick<PolicyOperations, 'apply' | 'validate'>,
): RunOperations {
  const { runs, policies, environments, holder, audit, user, format } = dependencies;

  /** As it is: one whose process died has ended. */
  async function look(prefix: string): Promise<Run> {
    await closeRunsOfTheDead(holder, dependencies);
    return findRun(runs, prefix);
  }

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
    const document = format.parsePolicy(policy);
    await (mode === 'run' ? documents.apply(policy) : documents.validate(policy));
    const stored = await policies.readById(document.id);
    return {
      policy: document,
      revision: mode === 'run' ? (stored?.revision ?? 1) : (stored?.revision ?? 0) + 1,
    };
  }

  /** Where the run worked, also when the policy has another environment now, or the environment another name. */
  async function environmentOfRun(run: Run): Promise<Environment> {
    const then = (await runs.readRevision(run.id))?.policy.environment;
    const found = then === undefined ? undefined : await environments.readByName(then);
    if (found !== undefined) return found.document;
    const now = (await policies.readById(run.policyId))?.document;
    if (now === undefined)
      throw new Failure('notFound', { details: { environment: then ?? run.policyName } });
    return environmentOf(dependencies, now);
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

  /** Also of a removed policy, by a name that it had or by its id: its runs are still here. Several may have had the name. */
  async function policyIdsOf(nameOrId: string): Promise<readonly PolicyId[]> {
    const known = [...(await namesOf(policies))];
    const isName = (name: string) => isSameName(name, nameOrId);
    const stored =
      known.find(([, name]) => isName(name)) ?? known.find(([id]) => id === nameOrId.toLowerCase());
    if (stored !== undefined) return [policyId(stored[0])];
    const had = (await runs.list({})).filter(
      (run) => isName(run.policyName) || run.policyId === nameOrId.toLowerCase(),
    );
    const removed = [...new Set(had.map((run) => run.policyId))].filter(
      (id) => !known.some(([one]) => one === id),
    );
    if (removed.length > 0) return removed;
    await findDocument(policies, 'policy', nameOrId);
    return [];
  }

  function addressesOf(events: readonly RecordedEvent[]): Map<MailboxId, string> {
    return new Map(
      events.flatMap((event) =>
        event.type === 'mailbox.planned' ? [[event.mailboxId, event.primarySmtpAddress] as const] : [],
      ),
    );
  }

  /** A run of another process: it ends a moment later. */
  async function endElsewhere(run: Run): Promise<void> {
    if (await askToEndRun(run, user, dependencies)) {
      const details = { run: run.id };
      await audit.append({ who: user, action: 'run.cancel', subject: run.policyName, details });
      return;
    }
    const { state } = await look(run.id);
    if (UNDER_WAY_STATES.includes(state))
      throw new Failure('alreadyRunning', { details: { holder: run.holder, since: run.startedAt } });
  }

  return {
    async start({ policy, mode, repairs }) {
      const revision = await revisionOf(policy, mode);
      const repaired =
        repairs === undefined ? undefined : await mailboxesToRepair(repairs, revision.policy, runs);
      const environment = await environmentOf(dependencies, revision.policy);
      const limit = await limitFor(dependencies, mode, revision.policy);
      const { defaultCountry } = environment;
      const id = await live.start((runId, onEvent, signal) =>
        withPorts(dependencies, environment, (ports) =>
          runPolicy(
            {
              ...{ runId, revision, mode, holder, limit, defaultCountry, onEvent },
              ...(repaired === undefined ? {} : { repaired }),
            },
            ports,
            signal,
          ),
        ),
      );
      return view(id);
    },

    async verify({ policy, mailboxes }) {
      const { document, revision } = await findDocument(policies, 'policy', policy);
      const id = await beginVerifyRun({ policy: document, revision }, mailboxes, dependencies, live);
      return view(id);
    },

    async approve(prefix, digest) {
      // Who was asked by an earlier run with the same plan need not know its newest one.
      const run = await inPlaceOf(await findRun(runs, prefix), runs);
      // Whoever edited the policy meanwhile no longer wants what was planned before.
      const current = await policies.readById(run.policyId);
      if (run.state === 'awaitingApproval' && !isAsPlanned(run, current)) {
        throw new Failure('planChanged', {
          details: { planned: run.policyRevision, current: current?.revision ?? 'removed' },
        });
      }
      const environment = await environmentOfRun(run);
      // Taking back what was written needs no license, and begins no trial.
      const mode = run.kind === 'cleanup' ? 'test' : 'run';
      const limit = await limitFor(dependencies, mode, { id: run.policyId });
      const events = await runs.readEvents(run.id);
      await live.start(
        (runId, onEvent, signal) =>
          withPorts(dependencies, environment, (ports) =>
            approveRun({ runId, digest, approvedBy: user, holder, limit, onEvent }, ports, signal),
          ),
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
      const environment = await environmentOfRun(undone);
      const id = await live.start((runId, onEvent, signal) =>
        withPorts(dependencies, environment, (ports) =>
          rollbackRun(
            {
              runId,
              undoes: undone.id,
              mode,
              holder,
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

    ...makeCleanUpOperations(dependencies, live),

    async cancel(prefix) {
      const run = await look(prefix);
      if (live.isRunning(run.id)) await live.cancel(run.id);
      else if (run.state === 'awaitingApproval') {
        await cancelOpenRuns(
          run.policyId,
          ({ id, state }) => id === run.id && state === run.state,
          holder,
          dependencies,
        );
      } else if (UNDER_WAY_STATES.includes(run.state)) await endElsewhere(run);
      return view(run.id);
    },

    async list({ policy, states, kinds, limit, withTimes }) {
      const ids = policy === undefined ? undefined : await policyIdsOf(policy);
      await closeRunsOfTheDead(holder, dependencies);
      const filter = {
        ...(states === undefined ? {} : { states }),
        ...(kinds === undefined ? {} : { kinds }),
      };
      const most = limit ?? 50;
      const [only, ...more] = ids ?? [];
      const found =
        more.length > 0
          ? (await runs.list(filter)).filter((run) => ids?.includes(run.policyId)).slice(0, most)
          : undefined;
      const list =
        found ??
        (await runs.list({ ...filter, ...(only === undefined ? {} : { policyId: only }), limit: most }));
      if (withTimes !== true) return list.map((run) => presentRun(run));
      const views: RunView[] = [];
      for (const run of list)
        views.push(presentRun(run, runTimes(run, await runs.readEvents(run.id, EVENTS_OF_TIMES))));
      return views;
    },

    async get(prefix) {
      return presentRun(await look(prefix));
    },

    async *events(prefix, signal) {
      const run = await look(prefix);
      const addresses = new Map<MailboxId, string>();
      const feed = live.has(run.id) ? live.follow(run.id, signal) : await runs.readEvents(run.id);
      for await (const event of feed) {
        if (event.type === 'mailbox.planned') addresses.set(event.mailboxId, event.primarySmtpAddress);
        yield presentEvent(event, addresses);
      }
    },

    async report(prefix) {
      const run = await look(prefix);
      const events = await runs.readEvents(run.id);
      const mails = await mailsOfRun(run.id, dependencies);
      const built = await readReport(run, events, dependencies);
      const people = run.kind === 'verify' ? await namesInDrift(run, built, runs) : undefined;
      const view = presentReport(run, built, runTimes(run, events), people);
      const isWaiting = run.state === 'awaitingApproval';
      const isEdited = isWaiting && !isAsPlanned(run, await policies.readById(run.policyId));
      return {
        ...view,
        ...(isEdited ? { isPolicyEdited: true } : {}),
        ...(mails.length === 0 ? {} : { mails }),
      };
    },

    async *plan(prefix, mailbox) {
      const run = await findRun(runs, prefix);
      if (run.plansPrunedAt !== undefined)
        throw new Failure('plansPruned', { details: { run: run.id, pruned: run.plansPrunedAt } });
      const contacts = await runs.readContacts(run.id);
      const policyNames = await namesOf(policies);
      let hasFound = false;
      for await (const stored of runs.readPlans(run.id)) {
        if (mailbox !== undefined && stored.plan.primarySmtpAddress.toLowerCase() !== mailbox.toLowerCase())
          continue;
        hasFound = true;
        yield presentPlan(stored, contacts, policyNames);
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

const isSameName = (one: string, other: string) =>
  one.trim().normalize('NFC').toLowerCase() === other.trim().normalize('NFC').toLowerCase();

/** `current`: undefined where the policy was removed. */
function isAsPlanned(run: Run, current: { readonly revision: number } | undefined): boolean {
  return current?.revision === run.policyRevision || (current === undefined && run.kind === 'cleanup');
}
