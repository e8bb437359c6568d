// Policies: documents, clones, what they would fill, and why a contact is where it is.

import type {
  CountView,
  DocumentText,
  ExplainView,
  PolicyOperations,
  PolicyView,
} from '@contactsync/contract';
import { checkCompanions } from '../core/companions-check.ts';
import { explainText } from '../core/explain-text.ts';
import { checkPolicy } from '../core/policy-check.ts';
import { cancelOpenRuns } from '../engine/cancel-runs.ts';
import { cleanUp } from '../engine/clean-up.ts';
import { countMailboxes, forecastFill } from '../engine/count-mailboxes.ts';
import { explainContact } from '../engine/explain-contact.ts';
import type { Environment } from '../model/environment.ts';
import { asFailure, Failure } from '../model/failure.ts';
import { type PolicyId, policyId } from '../model/ids.ts';
import type { Policy } from '../model/policy.ts';
import type { DocumentRevision } from '../ports/document-store.ts';
import type { OperationsDependencies } from './dependencies.ts';
import { makeDocumentOperations } from './document-operations.ts';
import type { LiveRuns } from './live-runs.ts';
import { findDocument, findUnreadable, namesOf } from './lookup.ts';
import { presentField, presentLicense, presentRun } from './present.ts';
import { environmentOf, limitFor, storedCompanions, withPorts } from './run-context.ts';

const SCENARIO_OF_SOURCE = {
  exchangeOnline: 'exchangeOnline',
  activeDirectory: 'onPremises',
  sharedMailbox: 'any',
  publicFolder: 'any',
} as const satisfies Record<Policy['source']['type'], 'exchangeOnline' | 'onPremises' | 'any'>;

function checkScenario({ source }: Policy, { name, scenario }: Environment): void {
  const wanted = SCENARIO_OF_SOURCE[source.type];
  if (wanted === 'any' || scenario === 'hybrid' || wanted === scenario) return;
  throw new Failure('wrongScenario', { details: { environment: name, scenario, source: source.type } });
}

/** The domain controller would refuse them too, but only in the middle of a run. */
function checkLdapFilters(
  { source, mailboxes }: Policy,
  { checkLdapFilter }: Pick<OperationsDependencies, 'checkLdapFilter'>,
): void {
  const filters = {
    'source.ldapFilter': source.type === 'activeDirectory' ? source.ldapFilter : undefined,
    'mailboxes.ldapFilter': mailboxes.ldapFilter,
  };
  for (const [place, filter] of Object.entries(filters)) {
    if (filter === undefined) continue;
    try {
      checkLdapFilter(filter);
    } catch (thrown) {
      const { code, details } = asFailure(thrown);
      throw new Failure(code, { details: { place, ...details }, cause: thrown });
    }
  }
}

export function makePolicyOperations(dependencies: OperationsDependencies, live: LiveRuns): PolicyOperations {
  const { policies, environments, memory, ledger, queue, user, newId, format } = dependencies;

  const present = ({ document, ...revision }: DocumentRevision<Policy>): PolicyView => ({
    policy: document,
    ...revision,
  });

  /** Environments are found in any case, and compared by name in many places. */
  async function parsePolicy(text: DocumentText): Promise<Policy> {
    const policy = format.parsePolicy(text);
    const environment = await environments.readByName(policy.environment);
    return environment === undefined ? policy : { ...policy, environment: environment.document.name };
  }

  const documents = makeDocumentOperations({
    kind: 'policy',
    store: policies,
    user,
    present,
    format,
    parse: parsePolicy,
    check: async (document) => {
      const { document: environment } = await findDocument(environments, 'environment', document.environment);
      checkScenario(document, environment);
      checkPolicy(document);
      checkCompanions(document, await storedCompanions(document, dependencies));
      checkLdapFilters(document, dependencies);
      return [];
    },
    saved: async () => {},
  });

  /** Which environments there are, for a policy that names none. */
  async function withChoice<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (failure.code !== 'environmentNeeded') throw thrown;
      const known = [...(await namesOf(environments)).values()];
      const details = { ...failure.details, ...(known.length === 0 ? {} : { known: known.slice(0, 20) }) };
      throw new Failure('environmentNeeded', { details, cause: thrown });
    }
  }

  async function forget(id: PolicyId): Promise<void> {
    await cancelOpenRuns(id, () => true, dependencies.holder, dependencies);
    await policies.remove(id, user);
    await queue.forget(id);
    await memory.removeOffer(id);
  }

  return {
    list: documents.list,
    unreadable: documents.unreadable,
    get: documents.get,
    export: documents.export,
    validate: (document) => withChoice(documents.validate(document)),
    apply: (document, expectedRevision) => withChoice(documents.apply(document, expectedRevision)),
    history: documents.history,
    diff: documents.diff,
    diffWith: (document) => withChoice(documents.diffWith(document)),
    rename: documents.rename,

    async clone(name, newName) {
      const { document } = await documents.find(name);
      const clone = { ...document, id: newId(), name: newName, enabled: false };
      return present(await documents.save(await parsePolicy({ text: JSON.stringify(clone) }), undefined, 0));
    },

    async setEnabled(name, enabled) {
      const before = await documents.find(name);
      return present(await documents.save({ ...before.document, enabled }, before, before.revision));
    },

    async writtenMailboxes(name) {
      const { id } = (await findUnreadable(policies, name)) ?? (await documents.find(name)).document;
      return (await memory.readWrittenMailboxes(policyId(id))).length;
    },

    async remove(name, { removeContacts }, signal) {
      const unreadable = removeContacts ? undefined : await findUnreadable(policies, name);
      if (unreadable !== undefined) {
        await forget(policyId(unreadable.id));
        return { removed: true, run: undefined };
      }
      const found = await documents.find(name);
      const id = policyId(found.document.id);
      let run: Awaited<ReturnType<typeof cleanUp>> | undefined;
      const mailboxes = await memory.readWrittenMailboxes(id);
      if (removeContacts && mailboxes.length > 0) {
        // Its next run would take the place of a plan that waits, and fill again what was emptied.
        const { document, revision } = found.document.enabled
          ? await documents.save({ ...found.document, enabled: false }, found, found.revision)
          : found;
        const written = new Set(mailboxes.map((mailbox) => mailbox.id));
        const environment = await environmentOf(dependencies, document);
        const started = await live.start((runId, onEvent, ownSignal) =>
          withPorts(dependencies, environment, (ports) =>
            cleanUp(
              {
                runId,
                revision: { policy: document, revision },
                mailboxes,
                brake: { limits: document.brake, written },
                mode: 'run',
                holder: dependencies.holder,
                onEvent,
              },
              ports,
              signal === undefined ? ownSignal : AbortSignal.any([ownSignal, signal]),
            ),
          ),
        );
        for await (const _event of live.follow(started)) {
          // Until it is over; the report is read from the store.
        }
        run = await dependencies.runs.read(started);
        if (run?.state !== 'finished')
          return { removed: false, run: run === undefined ? undefined : presentRun(run) };
      }
      await forget(id);
      // Of contacts that stay, the ledger still tells whose they are.
      if (removeContacts) await ledger.forget(id);
      return { removed: true, run: run === undefined ? undefined : presentRun(run) };
    },

    async count(name, signal = new AbortController().signal): Promise<CountView> {
      const { document, revision } = await documents.find(name);
      const environment = await environmentOf(dependencies, document);
      const limit = await limitFor(dependencies, 'test', document);
      return withPorts(dependencies, environment, async (ports) => {
        const counted = { policy: document, revision };
        const { fill, skipped, isComplete } = await countMailboxes(
          { revision: counted, limit },
          ports,
          signal,
        );
        return {
          forecast: await forecastFill(counted, fill, ports),
          targets: fill.map(({ primarySmtpAddress, displayName }) => ({
            primarySmtpAddress,
            displayName,
          })),
          skipped: skipped.map(({ primarySmtpAddress, reason }) => ({ primarySmtpAddress, reason })),
          isComplete,
          license: presentLicense(limit, dependencies.clock.now()),
        };
      });
    },

    async explain(name, question, signal = new AbortController().signal): Promise<ExplainView> {
      const { document, revision } = await documents.find(name);
      const environment = await environmentOf(dependencies, document);
      const limit = await limitFor(dependencies, 'test', document);
      const policyNames = await namesOf(policies);
      return withPorts(dependencies, environment, async (ports) => {
        const { mailbox, label, explanation } = await explainContact(
          {
            revision: { policy: document, revision },
            mailboxAddress: question.mailbox,
            contact: question.contact,
            limit,
            defaultCountry: environment.defaultCountry,
          },
          ports,
          signal,
        );
        return {
          mailbox,
          contact: label,
          answer: explainText(explanation.answer),
          steps: explanation.steps.map(({ name, ok, sentence }) => ({
            name,
            ok,
            text: explainText(sentence),
          })),
          fields: explanation.fields.map((field) => presentField(field, policyNames)),
        };
      });
    },
  };
}
