// Autodiscover on demand: what it asks, what it finds, and the address written into the environment if that is wished.

import type { ExchangeSearchView } from '@contactsync/contract';
import type { Environment } from '../model/environment.ts';
import { Failure } from '../model/failure.ts';
import type { DocumentRevision } from '../ports/document-store.ts';
import type { PasswordUse } from '../ports/secret-store.ts';
import type { OperationsDependencies } from './dependencies.ts';
import { destinationOf } from './destination.ts';
import { idOf } from './lookup.ts';
import { presentWithoutSteps } from './probe-environment.ts';

type WithServers = Extract<Environment, { scenario: 'onPremises' | 'hybrid' }>;

/** As the environment operations store a document; a changed destination discards the secrets. */
export type Save = (
  document: Environment,
  before: DocumentRevision<Environment>,
) => Promise<DocumentRevision<Environment>>;

export async function searchExchange(
  entry: DocumentRevision<Environment>,
  dependencies: Pick<OperationsDependencies, 'connect' | 'secrets'>,
  save: Save | undefined,
  signal: AbortSignal,
): Promise<ExchangeSearchView> {
  const { document } = entry;
  if (document.scenario === 'exchangeOnline') throw wrongScenario(document);
  const connection = await dependencies.connect(document);
  try {
    if (connection.searchExchange === undefined)
      throw wrongScenario(document, 'who signs in as an application must name the address');
    const { mailbox, steps, found } = await connection.searchExchange(signal);
    const ewsUrlBefore = document.onPremises.exchangeWebServices.url;
    const common = { environment: document.name, mailbox, steps, ewsUrlBefore };
    if (found instanceof Failure) {
      const nothing = { ewsUrl: undefined, serverVersion: undefined };
      return { ...common, ...nothing, failure: presentWithoutSteps(found, true) };
    }
    const { ewsUrl, serverVersion } = found;
    const saved =
      save === undefined ? undefined : await saveAddress(entry, document, ewsUrl, dependencies, save);
    return { ...common, ewsUrl, serverVersion, ...(saved === undefined ? {} : { saved }) };
  } finally {
    await connection.close();
  }
}

/**
 * Where no address was typed, Autodiscover has just sent the passwords there with the consent of the environment, so they
 * stay. In the place of another address they are discarded, as with every change of an address.
 */
async function saveAddress(
  entry: DocumentRevision<Environment>,
  document: WithServers,
  url: string,
  { secrets }: Pick<OperationsDependencies, 'secrets'>,
  save: Save,
): Promise<NonNullable<ExchangeSearchView['saved']>> {
  const { exchangeWebServices } = document.onPremises;
  if (exchangeWebServices.url === url) return { revision: entry.revision, keepsPasswords: true };
  const keepsPasswords = exchangeWebServices.url === undefined;
  const onPremises = { ...document.onPremises, exchangeWebServices: { ...exchangeWebServices, url } };
  const wanted: WithServers = { ...document, onPremises };
  const kept = new Map<PasswordUse, string>();
  for (const use of keepsPasswords ? (['activeDirectory', 'exchange'] as const) : []) {
    const password = await secrets.readPassword(idOf(document), use, destinationOf(document));
    if (password !== undefined) kept.set(use, password);
  }
  const { revision } = await save(wanted, entry);
  for (const [use, password] of kept)
    await secrets.savePassword(idOf(document), use, { password, destination: destinationOf(wanted) });
  return { revision, keepsPasswords };
}

const wrongScenario = ({ name, scenario }: Environment, reason?: string): Failure =>
  new Failure('wrongScenario', {
    details: { environment: name, scenario, ...(reason === undefined ? {} : { reason }) },
  });
