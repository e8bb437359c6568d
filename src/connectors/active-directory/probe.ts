// Tries step by step whether reading works, in the order in which an administrator would mend it.

import { asFailure, Failure } from '../../model/failure.ts';
import type { ProbeStep } from '../../ports/contact-source.ts';
import type { LdapReader } from '../ldap-client/reader.ts';
import { readAddressLists } from './address-lists.ts';
import { RECIPIENT_ATTRIBUTES } from './attributes.ts';
import { DirectorySchema } from './directory-schema.ts';
import type { DirectoryParts } from './reading-directory.ts';
import { RECIPIENTS } from './recipient-kinds.ts';

export async function probeActiveDirectory(
  parts: DirectoryParts,
  signal: AbortSignal,
): Promise<readonly ProbeStep[]> {
  const steps: ProbeStep[] = [];
  const attempt = async (name: string, run: (reader: LdapReader) => Promise<string | undefined>) => {
    const step = await tryStep(name, () => parts.session.read(run, signal), signal);
    steps.push(step);
    return step.ok;
  };
  const isSignedIn = await attempt(
    'Active Directory: connection and sign-in',
    async ({ facts }) => facts.dnsHostName || undefined,
  );
  if (!isSignedIn) return steps;
  await attempt('Active Directory: sequence numbers', async (reader) => {
    const isTold = reader.facts.invocationId !== undefined && (await reader.highestUsn(signal)) !== undefined;
    return isTold ? undefined : 'Not readable: every run reads the whole directory.';
  });
  await attempt('Active Directory: schema', (reader) => schemaNote(reader, parts, signal));
  for (const base of await basesOf(parts, signal)) {
    const name = base === '' ? 'the forest' : base;
    await attempt(`Active Directory: recipients below ${name}`, (reader) =>
      firstRecipient(reader, base, signal),
    );
  }
  await attempt('Active Directory: address lists', async (reader) => {
    const lists = await readAddressLists(reader, signal);
    return lists.length === 0 ? 'No Exchange organization was found.' : `${lists.length} address lists`;
  });
  return steps;
}

async function basesOf(
  { session, baseDns, globalCatalog }: DirectoryParts,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (baseDns.length > 0) return baseDns;
  if (globalCatalog) return [''];
  return session.read(async ({ facts }) => [facts.defaultNamingContext], signal);
}

async function schemaNote(
  reader: LdapReader,
  { globalCatalog }: DirectoryParts,
  signal: AbortSignal,
): Promise<string | undefined> {
  const schema = new DirectorySchema(reader, globalCatalog, signal);
  await schema.learn(RECIPIENT_ATTRIBUTES);
  const missing = schema.missing(RECIPIENT_ATTRIBUTES);
  if (missing.includes('msExchRecipientTypeDetails'))
    return 'Without the attributes of Exchange: not prepared for it.';
  const notHeld = schema.notHeld(RECIPIENT_ATTRIBUTES).length;
  if (notHeld > 0)
    return `The global catalog leaves out ${notHeld} of ${RECIPIENT_ATTRIBUTES.length} attributes; what is written of them stays.`;
  return undefined;
}

/** One page is enough to know. */
async function firstRecipient(
  reader: LdapReader,
  base: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const isFound = await reader.hasAny({ base, scope: 'sub', filter: RECIPIENTS }, signal);
  return isFound ? undefined : 'No recipients: there are none, or the account may not see them.';
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
    if (signal.aborted) throw new Failure('cancelled', { cause: signal.reason });
    return { name, ok: false, failure: asFailure(thrown) };
  }
}
