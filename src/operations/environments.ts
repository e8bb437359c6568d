// Environments: documents, the certificate assigned to each, and the test whether everything is in reach.

import type { EnvironmentOperations, EnvironmentView, PasswordUse } from '@contactsync/contract';
import type { Environment } from '../model/environment.ts';
import { Failure } from '../model/failure.ts';
import { environmentId } from '../model/ids.ts';
import type { DocumentRevision } from '../ports/document-store.ts';
import type { OperationsDependencies } from './dependencies.ts';
import { destinationOf, mailDestinationOf, webhookDestinationOf } from './destination.ts';
import { makeDocumentOperations } from './document-operations.ts';
import { findCertificate, findUnreadable, idOf } from './lookup.ts';
import { presentCertificate } from './present.ts';
import { probeEnvironment } from './probe-environment.ts';
import { heldSinceKey } from './refused-passwords.ts';
import { searchExchange } from './search-exchange.ts';
import { testAnnouncement } from './test-announcement.ts';

/** Bound to the servers and accounts of Exchange. */
const ACCOUNT_USES = ['activeDirectory', 'exchange'] as const satisfies readonly PasswordUse[];
const PASSWORD_USES: readonly PasswordUse[] = [...ACCOUNT_USES, 'smtp', 'webhook'];

/** Of what signs announcements: whoever gets one could try all shorter ones at home. */
const SHORTEST_SECRET = 16;

export function makeEnvironmentOperations(dependencies: OperationsDependencies): EnvironmentOperations {
  const { environments, policies, secrets, settings, clock, audit, user } = dependencies;

  async function policiesOf(name: string) {
    return (await policies.survey()).readable.filter((entry) => entry.document.environment === name);
  }

  /** Throws `environmentInUse`, or `storedDocument` where a policy that cannot be read may use it. */
  async function refuseToRemove(name: string): Promise<void> {
    const users = await policiesOf(name);
    if (users.length > 0)
      throw new Failure('environmentInUse', {
        details: { environment: name, policies: users.map((policy) => policy.document.name) },
      });
    const [doubtful] = (await policies.survey()).unreadable;
    if (doubtful !== undefined) throw doubtful.reason;
  }

  async function present(entry: DocumentRevision<Environment>): Promise<EnvironmentView> {
    const { document, revision, savedAt, savedBy } = entry;
    const certificate = await secrets.readAssigned(idOf(document), destinationOf(document));
    const passwords: PasswordUse[] = [];
    for (const use of PASSWORD_USES) {
      const destination = destinationFor(use, document);
      if (destination === undefined) continue;
      const password = await secrets.readPassword(idOf(document), use, destination);
      if (password !== undefined) passwords.push(use);
    }
    return {
      environment: document,
      revision,
      savedAt,
      savedBy,
      certificate: certificate === undefined ? undefined : presentCertificate(certificate, clock.now()),
      passwords,
      policies: (await policiesOf(document.name)).map((policy) => policy.document.name),
    };
  }

  async function saved(document: Environment, before: Environment | undefined): Promise<void> {
    if (before === undefined) return;
    // Going there and back must not bring the secret back either.
    if (destinationOf(before) !== destinationOf(document)) {
      await secrets.unassign(idOf(document));
      await secrets.removePasswords(idOf(document), ACCOUNT_USES);
    }
    if (mailDestinationOf(before) !== mailDestinationOf(document))
      await secrets.removePasswords(idOf(document), ['smtp']);
    if (webhookDestinationOf(before) !== webhookDestinationOf(document))
      await secrets.removePasswords(idOf(document), ['webhook']);
    if (before.name === document.name) return;
    for (const { document: policy, revision } of await policiesOf(before.name))
      await policies.save({ ...policy, environment: document.name }, revision, user);
  }

  const documents = makeDocumentOperations({
    kind: 'environment',
    store: environments,
    user,
    present,
    format: dependencies.format,
    parse: async (text) => dependencies.format.parseEnvironment(text),
    check: async (document, before) => checkEnvironment(dependencies, document, before),
    saved,
  });

  return {
    list: documents.list,
    unreadable: documents.unreadable,
    get: documents.get,
    export: documents.export,
    validate: documents.validate,
    apply: documents.apply,
    history: documents.history,
    diff: documents.diff,
    diffWith: documents.diffWith,
    rename: documents.rename,

    async remove(name) {
      const unreadable = await findUnreadable(environments, name);
      const { document } = unreadable === undefined ? await documents.find(name) : { document: unreadable };
      await refuseToRemove(document.name);
      const id = environmentId(document.id);
      await secrets.unassign(id);
      await secrets.removePasswords(id);
      await environments.remove(id, user);
      await settings.remove(heldSinceKey(id));
    },

    async probe(name, signal = new AbortController().signal, options = {}) {
      const { document } = await documents.find(name);
      return probeEnvironment(document, dependencies, options, signal);
    },

    async testAnnouncement(name, signal = new AbortController().signal) {
      const { document } = await documents.find(name);
      return testAnnouncement(document, dependencies, signal);
    },

    async search(name, { save = false } = {}, signal = new AbortController().signal) {
      const entry = await documents.find(name);
      const write = (document: Environment, before: DocumentRevision<Environment>) =>
        documents.save(document, before, before.revision);
      return searchExchange(entry, dependencies, save ? write : undefined, signal);
    },

    async setCertificate(name, thumbprint) {
      const entry = await documents.find(name);
      if (!signsInWithCertificate(entry.document))
        throw new Failure('wrongScenario', {
          details: { environment: entry.document.name, scenario: entry.document.scenario },
        });
      const certificate = await findCertificate(secrets, thumbprint);
      if (presentCertificate(certificate, clock.now()).state === 'expired')
        throw new Failure('certificateExpired', {
          details: { certificate: certificate.thumbprint, notAfter: certificate.notAfter },
        });
      await secrets.assign(idOf(entry.document), certificate.thumbprint, destinationOf(entry.document));
      await audit.append({
        who: user,
        action: 'environment.setCertificate',
        subject: entry.document.name,
        details: { certificate: certificate.thumbprint },
      });
      return present(entry);
    },

    async setPassword(name, use, password) {
      const { document, ...revision } = await documents.find(name);
      const destination = destinationFor(use, document);
      if (destination === undefined || (isOfAccount(use) && document.scenario === 'exchangeOnline'))
        throw new Failure('wrongScenario', {
          details: { environment: document.name, scenario: document.scenario },
        });
      if (use === 'webhook' && password.length < SHORTEST_SECRET)
        throw new Failure('usage', {
          details: { reason: `a secret of fewer than ${SHORTEST_SECRET} characters can be guessed` },
        });
      await secrets.savePassword(idOf(document), use, { password, destination });
      await audit.append({
        who: user,
        action: 'environment.setPassword',
        subject: document.name,
        details: { use },
      });
      return present({ document, ...revision });
    },
  };
}

/** undefined: the environment has no use for such a password. */
function destinationFor(use: PasswordUse, environment: Environment): string | undefined {
  if (use === 'smtp') return mailDestinationOf(environment);
  return use === 'webhook' ? webhookDestinationOf(environment) : destinationOf(environment);
}

const isOfAccount = (use: PasswordUse): boolean => ACCOUNT_USES.some((one) => one === use);

/** What the schema cannot say. */
function checkEnvironment(
  { checkTenantName }: OperationsDependencies,
  document: Environment,
  before: Environment | undefined,
): readonly string[] {
  if (document.scenario !== 'onPremises') {
    const { organization, cloud } = document.exchangeOnline;
    const problem = checkTenantName(organization, cloud);
    if (problem !== undefined) throw problem;
  }
  const { timeZone } = document;
  if (timeZone !== 'UTC' && !Intl.supportedValuesOf('timeZone').includes(timeZone))
    throw new Failure('invalidDocument', {
      details: { places: [`timeZone: ${JSON.stringify(timeZone)} is not a time zone such as Europe/Berlin`] },
    });
  const plain = sendsPasswordReadable(document)
    ? ['The password of the account of Active Directory crosses the network readable: encryption is none.']
    : [];
  const mailWarning =
    before !== undefined &&
    mailDestinationOf(before) !== undefined &&
    mailDestinationOf(before) !== mailDestinationOf(document)
      ? [
          'The mail server, its user or the additional CA file changed: the stored password of the mail server is discarded. Store it again with "contactsync environment set-password --for smtp".',
        ]
      : [];
  const secretWarning =
    before !== undefined &&
    webhookDestinationOf(before) !== undefined &&
    webhookDestinationOf(before) !== webhookDestinationOf(document)
      ? [
          'The webhook, the proxy on the way to it or the additional CA file changed: the stored secret of the webhook is discarded. Store it again with "contactsync environment set-password --for webhook".',
        ]
      : [];
  const { webhook } = document.announce ?? {};
  const queryWarning =
    webhook === undefined || new URL(webhook).search === ''
      ? []
      : [
          'The address of the webhook has a query (after the ?). Whoever may see this environment, its exports or the database reads it: it is no place for what must be secret, if the program behind it can check signatures instead.',
        ];
  const warnings = [...plain, ...mailWarning, ...secretWarning, ...queryWarning];
  if (before === undefined || destinationOf(before) === destinationOf(document)) return warnings;
  if (document.scenario === 'hybrid')
    return [
      ...warnings,
      'A server, an account, the tenant, the application, an address, the proxy or the additional CA file changed: the stored passwords are discarded and the certificate is no longer assigned. Store them again with "contactsync environment set-password" and assign it again with "contactsync environment set-certificate".',
    ];
  if (document.scenario === 'onPremises')
    return [
      ...warnings,
      'A server, the account, its mail domain, the way to sign in or the additional CA file changed: the stored passwords are discarded. Store them again with "contactsync environment set-password".',
      ...(signsInWithCertificate(document)
        ? [
            'The certificate is no longer assigned either. Assign it again with "contactsync environment set-certificate".',
          ]
        : []),
    ];
  return [
    ...warnings,
    'Tenant, cloud, application, an address, the proxy or the additional CA file changed: the certificate is no longer assigned. Assign it again with "contactsync environment set-certificate".',
  ];
}

function signsInWithCertificate(environment: Environment): boolean {
  return (
    environment.scenario !== 'onPremises' ||
    environment.onPremises.exchangeWebServices.authentication === 'oauth'
  );
}

function sendsPasswordReadable(environment: Environment): boolean {
  if (environment.scenario === 'exchangeOnline') return false;
  const { encryption, allowPlainLdap } = environment.onPremises.activeDirectory;
  return encryption === 'none' && allowPlainLdap;
}
