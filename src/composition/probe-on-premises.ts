// The connection test of the mailboxes on-premises: the address, the account's own mailbox, then another one through
// impersonation. Stops at the first thing that is missing; with a refused password nobody else is asked.

import { asFailure, Failure } from '../model/failure.ts';
import { mailboxId } from '../model/ids.ts';
import type { TargetMailbox } from '../model/mailbox.ts';
import type { MailboxesPart } from '../model/policy.ts';
import type { ProbeStep } from '../ports/contact-source.ts';
import type { SearchExchange } from '../ports/exchange-search.ts';
import type { MailboxDirectory } from '../ports/mailbox-directory.ts';
import type { MailboxTargets } from '../ports/mailbox-target.ts';

export interface ProbedExchange {
  /** As the administrator wrote it, for the cmdlet that grants the right; undefined: an application, with rights elsewhere. */
  readonly account: string | undefined;
  readonly ownAddress: string;
  /** undefined: the environment names the address. */
  readonly findAddress: SearchExchange | undefined;
  readonly url: (signal: AbortSignal) => Promise<string>;
  /** Without impersonation, where there is an account. */
  readonly own: MailboxTargets;
  readonly targets: MailboxTargets;
  readonly directory: MailboxDirectory;
}

const EVERY_MAILBOX: MailboxesPart = {
  groups: [],
  organizationalUnits: [],
  addresses: [],
  exclude: [],
  types: ['userMailbox'],
};

const MOST_TRIED = 10;

type Findings = Pick<ProbeStep, 'note' | 'search'>;

export async function probeOnPremises(
  parts: ProbedExchange,
  signal: AbortSignal,
): Promise<readonly ProbeStep[]> {
  const steps: ProbeStep[] = [];
  const attempt = async (name: string, work: () => Promise<Findings>): Promise<boolean> => {
    try {
      steps.push({ name, ok: true, ...(await work()) });
      return true;
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (signal.aborted || failure.facts.whoActs === 'us') throw thrown;
      steps.push({ name, ok: false, failure });
      return false;
    }
  };
  const address = await probeAddress(parts, signal);
  steps.push(address);
  if (!address.ok) return steps;
  const isOpened = await attempt('Exchange Web Services: own mailbox', () => openOwn(parts, signal));
  if (!isOpened) return steps;
  await attempt('Exchange Web Services: another mailbox by impersonation', async () => {
    const { mailboxes } = await parts.directory.readMailboxes(EVERY_MAILBOX, signal);
    const others = mailboxes.filter(
      ({ location, primarySmtpAddress }) =>
        location === 'onPremises' && primarySmtpAddress.toLowerCase() !== parts.ownAddress.toLowerCase(),
    );
    return { note: await openAny(others.slice(0, MOST_TRIED), parts, signal) };
  });
  return steps;
}

async function probeAddress({ findAddress, url }: ProbedExchange, signal: AbortSignal): Promise<ProbeStep> {
  const name = 'Exchange Web Services: address';
  if (findAddress === undefined) return { name, ok: true, note: await url(signal) };
  const { found, steps } = await findAddress(signal);
  if (found instanceof Failure) return { name, ok: false, failure: found, search: steps };
  const { ewsUrl, serverVersion } = found;
  const version = serverVersion === undefined ? '' : `, version ${serverVersion}`;
  return { name, ok: true, note: `${ewsUrl}${version}`, search: steps };
}

async function openOwn({ own, ownAddress }: ProbedExchange, signal: AbortSignal): Promise<Findings> {
  try {
    await own.scan(mailboxAt(ownAddress), signal);
    return { note: ownAddress };
  } catch (thrown) {
    const failure = asFailure(thrown);
    if (!isOfMailbox(failure)) throw failure;
    // Signed in, but there is no such mailbox here.
    return { note: `not opened (${failure.number}); only reports by mail need it` };
  }
}

/** A management scope may leave some out, and a new mailbox may not be there yet: one that opens is enough. */
async function openAny(
  mailboxes: readonly TargetMailbox[],
  { targets, account }: ProbedExchange,
  signal: AbortSignal,
): Promise<string> {
  const refusals: { readonly address: string; readonly failure: Failure }[] = [];
  for (const mailbox of mailboxes) {
    const { primarySmtpAddress: address } = mailbox;
    try {
      await targets.scan(mailbox, signal);
      return refusals.length === 0 ? address : `${address}; refused before it: ${refusals.length}`;
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (!isOfMailbox(failure)) throw failure;
      refusals.push({ address, failure });
    }
  }
  const denied = refusals.find(({ failure }) => failure.code === 'impersonationDenied');
  if (denied !== undefined)
    throw account === undefined ? denied.failure : withCmdlet(denied.failure, denied.address, account);
  const [first] = refusals;
  if (first !== undefined) throw first.failure;
  return 'there is no other mailbox to try';
}

/** A server that does not answer says nothing of the mailbox, and the next ones would wait as long. */
function isOfMailbox({ facts, code }: Failure): boolean {
  return facts.scope === 'mailbox' && code !== 'answerLost';
}

/** The line to type, with this account in it. */
function withCmdlet(denied: Failure, mailbox: string, account: string): Failure {
  const { code, details, requestId } = denied;
  const cmdlet = `New-ManagementRoleAssignment -Name contactSync -Role ApplicationImpersonation -User '${account.replaceAll("'", "''")}'`;
  return new Failure(code, {
    details: { ...details, mailbox, account, right: 'ApplicationImpersonation', cmdlet },
    ...(requestId === undefined ? {} : { requestId }),
    cause: denied,
  });
}

function mailboxAt(primarySmtpAddress: string): TargetMailbox {
  return {
    // It need not stand in Active Directory; the id only keeps its connection apart from those of others.
    id: mailboxId('00000000-0000-0000-0000-000000000000'),
    displayName: primarySmtpAddress,
    primarySmtpAddress,
    location: 'onPremises',
    ownerId: undefined,
  };
}
