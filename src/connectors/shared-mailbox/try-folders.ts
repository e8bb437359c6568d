// Whether the folders that a policy names can be read, for the connection test: finds each and asks for one item of it at
// most. Reads no contact, follows no sub-folders, remembers nothing.

import { asFailure, Failure } from '../../model/failure.ts';
import type { PublicFolderSource, SharedMailboxSource } from '../../model/policy.ts';
import type { ContactFolders, WantedFolder } from '../../ports/contact-folders.ts';
import type { ProbeStep } from '../../ports/contact-source.ts';
import { chooseFolders } from './chosen-folders.ts';
import { type PublicFolderOptions, publicFolderFailure } from './public-folder-source.ts';
import { findMailbox, inMailbox, type SharedMailboxOptions } from './shared-mailbox-source.ts';

/** A step for each folder that the policy names; never throws for a refused right. */
export type FolderTrial<Scope> = (scope: Scope, signal: AbortSignal) => Promise<readonly ProbeStep[]>;

/** Somebody waits for the answer. */
const MOST_FOLDERS = 20;

export function createSharedMailboxTrial(
  options: Pick<SharedMailboxOptions, 'directory' | 'open' | 'location'>,
): FolderTrial<SharedMailboxSource> {
  return ({ mailbox: address, folders }, signal) => {
    const name = `Shared mailbox ${address}`;
    const nameOf = (path: readonly string[]) => `${name}: ${['Contacts', ...path].join('\\')}`;
    const toFailure = (thrown: unknown) =>
      thrown instanceof Failure ? inMailbox(thrown, address) : asFailure(thrown);
    const wanted = folders.length === 0 ? [{ path: [] }] : folders;
    const open = async () => options.open(await findMailbox(options, address, signal));
    return tryFolders(open, wanted, { name, nameOf, toFailure }, signal);
  };
}

export function createPublicFolderTrial(
  options: Pick<PublicFolderOptions, 'folders' | 'reader' | 'location'>,
): FolderTrial<PublicFolderSource> {
  const { number } = new Failure('publicFoldersOnlineEnding');
  const note = options.location === 'onPremises' ? {} : { note: `this way ends on 1 April 2027 (${number})` };
  return async ({ folders }, signal) => {
    const name = 'Public folders';
    const nameOf = (path: readonly string[]) => `Public folder \\${path.join('\\')}`;
    const toFailure = (thrown: unknown) => asFailure(publicFolderFailure(thrown, options, signal));
    const open = () => Promise.resolve(options.folders);
    return tryFolders(open, folders, { name, nameOf, toFailure, ...note }, signal);
  };
}

interface Words {
  /** Of all folders together. */
  readonly name: string;
  readonly nameOf: (path: readonly string[]) => string;
  readonly toFailure: (thrown: unknown) => Failure;
  /** Beside each folder that opens. */
  readonly note?: string;
}

async function tryFolders(
  open: () => Promise<ContactFolders>,
  folders: readonly Pick<WantedFolder, 'path'>[],
  { name, nameOf, toFailure, ...note }: Words,
  signal: AbortSignal,
): Promise<readonly ProbeStep[]> {
  const wanted = folders.slice(0, MOST_FOLDERS).map(({ path }) => ({ path, includeSubfolders: false }));
  const steps: ProbeStep[] = [];
  const attempt = async <T>(step: string, work: () => Promise<T>): Promise<T | Failure> => {
    try {
      return await work();
    } catch (thrown) {
      const failure = toFailure(thrown);
      if (signal.aborted || failure.facts.whoActs === 'us') throw failure;
      steps.push({ name: step, ok: false, failure });
      return failure;
    }
  };
  const listed = await attempt(name, async () => {
    const contacts = await open();
    return { contacts, all: await contacts.list(signal, wanted) };
  });
  if (listed instanceof Failure) return steps;
  for (const one of wanted) {
    const step = nameOf(one.path);
    const tried = await attempt(step, async () => {
      const { folders: found, gaps } = chooseFolders(listed.all, { folders: [one] });
      for (const gap of gaps) throw gap;
      for (const folder of found) await listed.contacts.tryOpen(folder, signal);
    });
    if (!(tried instanceof Failure)) steps.push({ name: step, ok: true, ...note });
    // Who is not let in anywhere does not knock at every door.
    else if (tried.facts.scope === 'run') return steps;
  }
  const more = folders.length - wanted.length;
  if (more > 0) steps.push({ name, ok: true, note: `${more} more folders of the policy were not tried` });
  return steps;
}
