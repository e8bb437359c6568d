// Tries step by step whether reading works, in the order in which an administrator would mend it.

import { asFailure, Failure } from '../../model/failure.ts';
import type { ProbeStep } from '../../ports/contact-source.ts';
import type { Log } from '../../ports/log.ts';
import type { TokenProvider, TokenResource } from '../entra/token-provider.ts';
import type { ExchangeAdminApi } from './admin-api.ts';
import { text } from './admin-row.ts';
import { type OpenContactFolders, requireContactAccess, TRIED_MAILBOXES } from './contact-access.ts';
import { readGraphRights } from './granted-graph.ts';
import type { GraphDirectory } from './graph-directory.ts';
import { checkRights, hasRight } from './required-rights.ts';

export interface ContactTrial {
  readonly tokens: TokenProvider;
  readonly openContactFolders: OpenContactFolders;
  /** The environment's own mailbox, tried first. */
  readonly ownMailbox: string | undefined;
}

export interface ProbedParts extends ContactTrial {
  readonly api: ExchangeAdminApi;
  readonly graph: GraphDirectory;
  readonly log: Log;
}

/** Each may be refused by itself when the application has a custom role. */
const READING_CMDLETS = ['Get-Recipient', 'Get-User', 'Get-Contact', 'Get-Mailbox'];

export async function probeExchangeOnline(
  parts: ProbedParts,
  signal: AbortSignal,
): Promise<readonly ProbeStep[]> {
  const steps: ProbeStep[] = [];
  const attempt = async (name: string, run: () => Promise<string | undefined>) => {
    const step = await tryStep(name, run, signal);
    steps.push(step);
    return step.ok;
  };
  const mayExchange = await probeSignIn(parts.tokens, 'exchange', steps, signal);
  if (mayExchange) {
    const reads = await attempt('Exchange Online: Get-OrganizationConfig', () =>
      firstRow(parts.api, 'Get-OrganizationConfig', {}, signal),
    );
    for (const cmdlet of reads ? READING_CMDLETS : []) {
      await attempt(`Exchange Online: ${cmdlet}`, () =>
        firstRow(parts.api, cmdlet, { ResultSize: 1 }, signal),
      );
    }
  }
  const mayGraph = await probeSignIn(parts.tokens, 'graph', steps, signal);
  if (mayGraph) {
    await probeContacts(parts, mayExchange ? mailboxesOf(parts.api, signal) : [], steps, signal);
    const rights = await readGraphRights(parts.tokens, parts.log, signal);
    if (rights.users) await attempt('Microsoft Graph: users', () => firstPage(parts.graph.users(signal)));
    if (rights.orgContacts)
      await attempt('Microsoft Graph: mail contacts', () => firstPage(parts.graph.orgContacts(signal)));
  }
  return steps;
}

/** Opens contact folders where the token does not name the right to do so. */
export async function probeContacts(
  { tokens, openContactFolders, ownMailbox }: ContactTrial,
  mailboxes: AsyncIterable<string> | Iterable<string>,
  steps: ProbeStep[],
  signal: AbortSignal,
): Promise<void> {
  const { roles } = await tokens.token('graph', signal);
  if (hasRight(roles, 'Contacts.ReadWrite')) return;
  async function* ownFirst() {
    if (ownMailbox !== undefined) yield ownMailbox;
    yield* mailboxes;
  }
  const run = async () => {
    // Opening would succeed with it, and every write fail.
    if (roles.includes('Contacts.Read'))
      throw new Failure('consentMissing', {
        details: {
          permission: 'Contacts.ReadWrite',
          resource: 'Microsoft Graph',
          granted: 'Contacts.Read',
        },
      });
    return requireContactAccess(openContactFolders, ownFirst(), signal);
  };
  steps.push(await tryStep('Microsoft Graph: contact folders of a mailbox', run, signal));
}

async function* mailboxesOf(api: ExchangeAdminApi, signal: AbortSignal): AsyncGenerator<string> {
  const pages = api.invoke(
    'Get-Mailbox',
    { ResultSize: TRIED_MAILBOXES },
    { select: ['ExternalDirectoryObjectId', 'PrimarySmtpAddress'] },
    signal,
  );
  for await (const page of pages) {
    for (const row of page) {
      const name = text(row, 'ExternalDirectoryObjectId') || text(row, 'PrimarySmtpAddress');
      if (name !== '') yield name;
    }
  }
}

/** Signs in and compares the token's roles with the table; true: the resource can be tried. */
export async function probeSignIn(
  tokens: TokenProvider,
  resource: TokenResource,
  steps: ProbeStep[],
  signal: AbortSignal,
): Promise<boolean> {
  const service = resource === 'graph' ? 'Microsoft Graph' : 'Exchange Online';
  let roles: readonly string[] = [];
  const signIn = await tryStep(
    `${service}: sign-in`,
    async () => {
      const token = await tokens.token(resource, signal);
      roles = token.roles;
      return `tenant ${token.tenantId}`;
    },
    signal,
  );
  steps.push(signIn);
  if (!signIn.ok) return false;
  const { missing, optional, excess } = checkRights(resource, roles);
  const certain = missing.filter((right) => !right.canBeScoped);
  // A trial call tells it of contacts; sending cannot be tried without sending.
  const scoped = missing.filter((right) => right.canBeScoped && right.name !== 'Contacts.ReadWrite');
  const notes = [
    ...scoped.map((right) => `${right.name} is not granted tenant-wide; RBAC for Applications may grant it.`),
    ...optional.map(
      ({ name, usedFor, neededInHybrid }) =>
        `Not granted: ${name}. ${usedFor}${neededInHybrid === undefined ? '' : ' Hybrid environments need it.'}`,
    ),
    ...(excess.length > 0 ? [`Granted and not needed: ${excess.join(', ')}.`] : []),
  ];
  steps.push({
    name: `${service}: permissions`,
    ok: certain.length === 0,
    ...(certain.length === 0
      ? {}
      : {
          failure: new Failure('consentMissing', {
            details: { permission: certain.map((right) => right.name), resource: service },
          }),
        }),
    ...(notes.length === 0 ? {} : { note: notes.join(' ') }),
  });
  return certain.length === 0;
}

async function tryStep(
  name: string,
  run: () => Promise<string | undefined>,
  signal: AbortSignal,
): Promise<ProbeStep> {
  try {
    const note = await run();
    return { name, ok: true, ...(note === undefined ? {} : { note }) };
  } catch (thrown) {
    const failure = asFailure(thrown);
    if (signal.aborted) throw failure;
    return { name, ok: false, failure };
  }
}

async function firstRow(
  api: ExchangeAdminApi,
  cmdlet: string,
  parameters: Readonly<Record<string, number>>,
  signal: AbortSignal,
): Promise<string | undefined> {
  for await (const page of api.invoke(cmdlet, parameters, {}, signal)) {
    return page.length === 0 ? 'no rows' : undefined;
  }
  return 'no rows';
}

async function firstPage(pages: AsyncIterable<readonly unknown[]>): Promise<string | undefined> {
  for await (const _page of pages) return undefined;
  return 'no rows';
}
