// Clean-up: what carries our mark is looked for, and what one policy wrote is removed, also of a policy that is stored no
// more or that only its marks in the mailboxes remember.

import { createHash } from 'node:crypto';
import type { CleanUpRequest, RunOperations, ScannedPolicyView, ScanView } from '@contactsync/contract';
import { saysSomething } from '../core/recognize-leftovers.ts';
import { type CleanUpBrake, cleanUp } from '../engine/clean-up.ts';
import { cleanUpLeftovers } from '../engine/clean-up-leftovers.ts';
import type { RunPorts } from '../engine/run-ports.ts';
import { type ScannedMailbox, scanMailboxes } from '../engine/scan-mailboxes.ts';
import type { Environment } from '../model/environment.ts';
import { Failure } from '../model/failure.ts';
import { isUuid, type MailboxId, type PolicyId, policyId, type RunId, uuidOfHash } from '../model/ids.ts';
import type { TargetMailbox } from '../model/mailbox.ts';
import type { MailboxesPart, Policy, PolicyRevision } from '../model/policy.ts';
import type { MarkedFolder } from '../ports/mailbox-target.ts';
import type { OperationsDependencies } from './dependencies.ts';
import type { LiveRuns } from './live-runs.ts';
import { findDocument, namesOf } from './lookup.ts';
import { presentRun, presentThrown } from './present.ts';
import { withPorts } from './run-context.ts';

/** Every type: a mailbox may have had another one when it was filled. */
const WHOLE_ORGANIZATION: MailboxesPart = {
  groups: [],
  organizationalUnits: [],
  addresses: [],
  exclude: [],
  types: ['userMailbox', 'linkedMailbox', 'sharedMailbox', 'roomMailbox', 'equipmentMailbox'],
};

const LEFTOVERS = 'leftovers of other tools';

/** How many runs of a removed policy are looked through for one that wrote. */
const LOOK_BACK = 50;

interface Remembered extends PolicyRevision {
  readonly isStored: boolean;
}

export function makeCleanUpOperations(
  dependencies: OperationsDependencies,
  live: LiveRuns,
): Pick<RunOperations, 'scan' | 'cleanUp' | 'cleanUpLeftovers'> {
  const { runs, policies, environments, memory, holder, format, audit, user } = dependencies;

  /** As it is stored, otherwise as it was when it last ran. */
  async function remembered(name: string): Promise<Remembered | undefined> {
    const stored =
      (await policies.readByName(name)) ??
      (isUuid(name) ? await policies.readById(name.toLowerCase()) : undefined);
    if (stored !== undefined) return { policy: stored.document, revision: stored.revision, isStored: true };
    if (!isUuid(name)) return undefined;
    const list = await runs.list({ policyId: policyId(name), limit: LOOK_BACK });
    const last = list.find(({ kind }) => kind === 'run') ?? list[0];
    const revision = last === undefined ? undefined : await runs.readRevision(last.id);
    if (last === undefined || revision === undefined) return undefined;
    if (last.kind === 'run') return { ...revision, isStored: false };
    // An earlier clean-up may have been told to look into Contacts itself; that was said for that time alone.
    const folder = { ...revision.policy.folder, useDefaultContacts: false };
    return { ...revision, policy: { ...revision.policy, folder }, isStored: false };
  }

  /** Of a policy that only its marks remember: what a removal has to know of it. */
  function forgotten(id: PolicyId, environment: Environment, folderName: string): Policy {
    return format.parsePolicy({
      text: JSON.stringify({
        kind: 'policy',
        version: 1,
        id,
        name: `forgotten policy ${id.slice(0, 8)}`,
        environment: environment.name,
        source: { type: 'exchangeOnline' },
        folder: { name: folderName },
      }),
    });
  }

  async function describe(id: string, found: readonly MarkedFolder[]): Promise<ScannedPolicyView['state']> {
    if ((await policies.readById(id)) !== undefined) return 'stored';
    const [first] = found;
    if (first === undefined) return 'unknown';
    const known = await runs.list({ policyId: first.policyId, limit: 1 });
    return known.length > 0 || (await memory.writtenPolicies()).includes(first.policyId)
      ? 'removed'
      : 'unknown';
  }

  async function scannedPolicies(scanned: readonly ScannedMailbox[]): Promise<readonly ScannedPolicyView[]> {
    const all = scanned.flatMap(({ mailbox, folders }) => folders.map((folder) => ({ mailbox, folder })));
    const views: ScannedPolicyView[] = [];
    for (const [id, found] of Map.groupBy(all, ({ folder }) => folder.policyId)) {
      const folders = found.map(({ folder }) => folder);
      const state = await describe(id, folders);
      const [last] = await runs.list({ policyId: id, limit: 1 });
      const name = (await policies.readById(id))?.document.name ?? last?.policyName;
      const lastChangedAt = folders
        .flatMap((folder) => folder.lastChangedAt ?? [])
        .toSorted()
        .at(-1);
      views.push({
        policyId: id,
        state,
        ...(name === undefined ? {} : { name }),
        ...(last === undefined ? {} : { lastRunAt: last.startedAt }),
        ...(lastChangedAt === undefined ? {} : { lastChangedAt }),
        mailboxes: new Set(found.map(({ mailbox }) => mailbox.id)).size,
        items: folders.reduce((sum, folder) => sum + folder.itemCount, 0),
      });
    }
    return views;
  }

  /** Where the policy wrote as far as is remembered, and where its marks are found. */
  async function mailboxesOf(
    request: CleanUpRequest,
    id: PolicyId,
    known: Remembered | undefined,
    ports: RunPorts,
  ): Promise<{ readonly mailboxes: readonly TargetMailbox[]; readonly folderName: string | undefined }> {
    const written = await memory.readWrittenMailboxes(id);
    // Where somebody says whose mailboxes, what is remembered of a removed policy may not be all.
    const isAll = known !== undefined && (known.isStored || request.environment === undefined);
    if (request.isSearching !== true && isAll) return { mailboxes: written, folderName: undefined };
    const scope = { ...WHOLE_ORGANIZATION, addresses: [...(request.mailboxes ?? [])] };
    const scan = await scanMailboxes({ scope }, ports, new AbortController().signal);
    const inContacts = known?.policy.folder.useDefaultContacts === true || request.inContacts === true;
    const marked = scan.mailboxes.flatMap(({ mailbox, folders, failure }) => {
      const mine = folders.filter((one) => one.policyId === id && (inContacts || one.isContacts !== true));
      // One that could not be looked into fails in the run, by name, instead of passing for empty.
      return mine.length > 0 || failure !== undefined ? [{ mailbox, mine }] : [];
    });
    const found = marked.flatMap(({ mine }) => mine);
    if (found.length === 0 && written.length === 0)
      throw new Failure('notFound', { details: { policy: request.policy } });
    const byId = new Map([...written, ...marked.map(({ mailbox }) => mailbox)].map((one) => [one.id, one]));
    const folderName = found.find(({ isContacts }) => isContacts !== true)?.name;
    return { mailboxes: [...byId.values()], folderName };
  }

  /** Those with these addresses; one that the policy is not known to have written to is looked up. */
  async function chosen(
    all: readonly TargetMailbox[],
    addresses: readonly string[],
    ports: Pick<RunPorts, 'directory'>,
  ): Promise<readonly TargetMailbox[]> {
    if (addresses.length === 0) return all;
    const known = new Map(all.map((mailbox) => [mailbox.primarySmtpAddress.toLowerCase(), mailbox]));
    const unknown = addresses.filter((address) => !known.has(address.toLowerCase()));
    const found = new Map<MailboxId, TargetMailbox>();
    for (const address of addresses) {
      const mailbox = known.get(address.toLowerCase());
      if (mailbox !== undefined) found.set(mailbox.id, mailbox);
    }
    if (unknown.length > 0) {
      const scope = { ...WHOLE_ORGANIZATION, addresses: unknown };
      const reading = await ports.directory.readMailboxes(scope, new AbortController().signal);
      const [missing] = reading.notFound;
      if (missing !== undefined) throw new Failure('notFound', { details: { mailbox: missing } });
      for (const mailbox of reading.mailboxes) found.set(mailbox.id, mailbox);
    }
    return [...found.values()];
  }

  /** For runs, histories and leases; the same one for all clean-ups of the environment. */
  function standIn(environment: Environment): Policy {
    const hash = createHash('sha256').update(`leftovers ${environment.id}`).digest('hex');
    return { ...forgotten(policyId(uuidOfHash(hash)), environment, 'Contacts'), name: LEFTOVERS };
  }

  async function begun(id: RunId, mode: 'run' | 'test', subject: string, mailboxes: number) {
    if (mode === 'run')
      await audit.append({ who: user, action: 'run.cleanUp', subject, details: { run: id, mailboxes } });
    const run = await runs.read(id);
    if (run === undefined) throw new Failure('notFound', { details: { run: id } });
    return presentRun(run);
  }

  return {
    async scan(environmentName, signal = new AbortController().signal, { mailboxes: addresses = [] } = {}) {
      const { document: environment } = await findDocument(environments, 'environment', environmentName);
      const scope = { ...WHOLE_ORGANIZATION, addresses: [...addresses] };
      const { mailboxes, isComplete } = await withPorts(dependencies, environment, (ports) =>
        scanMailboxes({ scope }, ports, signal),
      );
      const names = await namesOf(policies);
      const view: ScanView = {
        isComplete: isComplete && mailboxes.every(({ failure }) => failure === undefined),
        mailboxes: mailboxes.length,
        policies: await scannedPolicies(mailboxes),
        folders: mailboxes.flatMap(({ mailbox, folders }) =>
          folders.map(({ name, itemCount, policyId: id, lastChangedAt, isContacts }) => ({
            primarySmtpAddress: mailbox.primarySmtpAddress,
            folder: name,
            items: itemCount,
            policyId: id,
            policyName: names.get(id),
            ...(lastChangedAt === undefined ? {} : { lastChangedAt }),
            ...(isContacts === undefined ? {} : { isContacts }),
          })),
        ),
        failures: mailboxes.flatMap(({ mailbox, failure }) =>
          failure === undefined
            ? []
            : [{ primarySmtpAddress: mailbox.primarySmtpAddress, failure: presentThrown(failure) }],
        ),
      };
      return view;
    },

    async cleanUp(request) {
      const { environment: environmentName, policy: name, mode } = request;
      const known = await remembered(name);
      const where = environmentName ?? known?.policy.environment;
      if (where === undefined || (known === undefined && !isUuid(name)))
        throw new Failure('notFound', { details: { policy: name } });
      const { document: environment } = await findDocument(environments, 'environment', where);
      const id = policyId(known?.policy.id ?? name);
      const { all, mailboxes, folderName } = await withPorts(dependencies, environment, async (ports) => {
        const found = await mailboxesOf(request, id, known, ports);
        const those = await chosen(found.mailboxes, request.mailboxes ?? [], ports);
        return { all: found.mailboxes, mailboxes: those, folderName: found.folderName };
      });
      const policy = known?.policy ?? forgotten(id, environment, folderName ?? 'Contacts');
      const revision: PolicyRevision = {
        policy:
          request.inContacts === true
            ? { ...policy, folder: { ...policy.folder, useDefaultContacts: true } }
            : policy,
        revision: known?.revision ?? 1,
      };
      const brake: CleanUpBrake = {
        // Whose policy nobody here can look at may be at work elsewhere: a person sees the plan first, however small.
        limits: known?.isStored === true ? policy.brake : { ...policy.brake, maxMailboxes: 0 },
        written: new Set(all.map((mailbox) => mailbox.id)),
      };
      const started = await live.start((runId, onEvent, signal) =>
        withPorts(dependencies, environment, (ports) =>
          cleanUp({ runId, revision, mailboxes, brake, mode, holder, onEvent }, ports, signal),
        ),
      );
      return begun(started, mode, policy.name, mailboxes.length);
    },

    async cleanUpLeftovers({ environment: environmentName, mailboxes: addresses = [], rules, mode }) {
      const given = [...rules.categories, ...rules.fileAs, ...rules.folders];
      if (given.length === 0 || !given.every(saysSomething))
        throw new Failure('usage', {
          details: {
            reason:
              'say what to look for: categories, file-as or folders, and none that stands for everything',
          },
        });
      const { document: environment } = await findDocument(environments, 'environment', environmentName);
      const scope = { ...WHOLE_ORGANIZATION, addresses: [...addresses] };
      const { mailboxes, notFound, isComplete, gaps } = await withPorts(dependencies, environment, (ports) =>
        ports.directory.readMailboxes(scope, new AbortController().signal),
      );
      const [missing] = notFound;
      if (missing !== undefined) throw new Failure('notFound', { details: { mailbox: missing } });
      // What is not listed would pass for clean.
      if (!isComplete && gaps[0] !== undefined) throw gaps[0];
      const policy = standIn(environment);
      const request = { revision: { policy, revision: 1 }, rules, mailboxes, mode, holder };
      const started = await live.start((runId, onEvent, signal) =>
        withPorts(dependencies, environment, (ports) =>
          cleanUpLeftovers({ runId, ...request, onEvent }, ports, signal),
        ),
      );
      return begun(started, mode, policy.name, mailboxes.length);
    },
  };
}
