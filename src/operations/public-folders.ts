// Copying a public folder into a mailbox, told step by step.

import type {
  CopyEventView,
  CopyPlanView,
  CopyRequest,
  PublicFolderOperations,
  UndoCopyRequest,
  UndoEventView,
} from '@contactsync/contract';
import { LONGEST_FOLDER_NAME } from '../core/copy-folders.ts';
import { copyContacts, type PlannedCopy } from '../engine/copy-contacts.ts';
import { type PlannedUndo, undoCopy } from '../engine/undo-copy.ts';
import { Failure } from '../model/failure.ts';
import type { Connection, CopyParts, OperationsDependencies } from './dependencies.ts';
import { findDocument } from './lookup.ts';
import { presentThrown } from './present.ts';
import { storedPolicies } from './run-context.ts';

export function makePublicFolderOperations(dependencies: OperationsDependencies): PublicFolderOperations {
  return {
    copy: (request, signal = new AbortController().signal) => copy(dependencies, request, signal),
    undoCopy: (request, signal = new AbortController().signal) => undo(dependencies, request, signal),
  };
}

async function* copy(
  dependencies: OperationsDependencies,
  {
    environment,
    path,
    includeSubfolders,
    mailbox,
    targetFolder = path.at(-1) ?? '',
    mode,
    restoreDeleted = false,
  }: CopyRequest,
  signal: AbortSignal,
): AsyncGenerator<CopyEventView> {
  const { leases, ledger, holder, log } = dependencies;
  yield* told<CopyEventView>(dependencies, environment, targetFolder, async ({ directory, copying }, add) => {
    const outcome = await copyContacts(
      { folder: { path, includeSubfolders }, mailbox, targetFolder, mode, restoreDeleted, holder },
      { ...copying, directory, leases, ledger },
      {
        planned: (planned) => add({ type: 'planned', plan: presentPlan(planned, path) }),
        progress: (done, of) => add({ type: 'progress', done, of }),
      },
      signal,
    );
    if (outcome === undefined) return;
    const { failures, ...counts } = outcome;
    log.info('public folder copied', { ...counts, failures: failures.length });
    add({ type: 'finished', outcome: presentOutcome(outcome) });
  });
}

async function* undo(
  dependencies: OperationsDependencies,
  { environment, mailbox, targetFolder, mode }: UndoCopyRequest,
  signal: AbortSignal,
): AsyncGenerator<UndoEventView> {
  const { leases, ledger, holder, log } = dependencies;
  const readBy = await readersOf(dependencies, environment, mailbox, targetFolder);
  yield* told<UndoEventView>(dependencies, environment, targetFolder, async ({ directory, copying }, add) => {
    const outcome = await undoCopy(
      { mailbox, targetFolder, mode, holder },
      { targets: copying.targets, directory, leases, ledger },
      {
        planned: (plan: PlannedUndo) => add({ type: 'planned', plan: { ...plan, readBy } }),
        progress: (done, of) => add({ type: 'progress', done, of }),
      },
      signal,
    );
    if (outcome === undefined) return;
    const { failures, ...counts } = outcome;
    log.info('copies of a public folder taken back', { ...counts, failures: failures.length });
    add({ type: 'finished', outcome: presentOutcome(outcome) });
  });
}

/** Policies that copy from the folder, or from one below it. */
async function readersOf(
  dependencies: OperationsDependencies,
  environmentName: string,
  mailbox: string,
  targetFolder: string,
): Promise<readonly string[]> {
  const { document: environment } = await findDocument(
    dependencies.environments,
    'environment',
    environmentName,
  );
  const isSame = (one: string, other: string) => one.trim().toLowerCase() === other.trim().toLowerCase();
  return (await storedPolicies(dependencies)).flatMap(({ name, environment: where, source }) => {
    if (source.type !== 'sharedMailbox' || !isSame(where, environment.name)) return [];
    if (!isSame(source.mailbox, mailbox)) return [];
    const isRead = source.folders.some(({ path: [top], includeSubfolders }) =>
      top === undefined ? includeSubfolders : isSame(top, targetFolder),
    );
    return isRead ? [name] : [];
  });
}

interface CopyConnection extends Pick<Connection, 'directory'> {
  readonly copying: CopyParts;
}

/** What the work tells, as it tells it. */
async function* told<Event>(
  dependencies: OperationsDependencies,
  name: string,
  targetFolder: string,
  work: (connection: CopyConnection, add: (event: Event) => void) => Promise<void>,
): AsyncGenerator<Event> {
  if (targetFolder.trim() === '')
    throw new Failure('usage', { details: { reason: 'the folder has no name' } });
  if (targetFolder.length > LONGEST_FOLDER_NAME) {
    const reason = `the name of the folder is longer than ${LONGEST_FOLDER_NAME} characters`;
    throw new Failure('usage', { details: { reason } });
  }
  const { document: environment } = await findDocument(dependencies.environments, 'environment', name);
  const connection = await dependencies.connect(environment);
  try {
    const { directory, copying } = connection;
    if (copying === undefined) throw new Failure('publicFoldersNotFound', { details: { environment: name } });
    const queue = new Queue<Event>();
    const worked = work({ directory, copying }, (event) => queue.add(event)).then(
      () => queue.end(),
      (thrown: unknown) => queue.fail(thrown),
    );
    yield* queue.items();
    await worked;
  } finally {
    await connection.close();
  }
}

/** From whoever tells as it happens to whoever asks for the next. */
class Queue<Item> {
  readonly #items: Item[] = [];
  #thrown: { readonly thrown: unknown } | undefined;
  #hasEnded = false;
  #wake: () => void = () => {};

  add(item: Item): void {
    this.#items.push(item);
    this.#wake();
  }

  end(): void {
    this.#hasEnded = true;
    this.#wake();
  }

  fail(thrown: unknown): void {
    this.#thrown = { thrown };
    this.end();
  }

  async *items(): AsyncGenerator<Item> {
    for (;;) {
      const item = this.#items.shift();
      if (item !== undefined) yield item;
      else if (this.#thrown !== undefined) throw this.#thrown.thrown;
      else if (this.#hasEnded) return;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }
}

function presentPlan(planned: PlannedCopy, path: readonly string[]): CopyPlanView {
  const { mailbox, targetFolder, reading, plan, keptForUser, pictures, withFiles, withoutFiles, cut } =
    planned;
  const { contacts, contactLists, otherItems, ofPolicies, gaps } = reading;
  const ofKind = (kind: 'create' | 'update') => plan.changes.filter((change) => change.kind === kind).length;
  return {
    path,
    mailbox,
    targetFolder,
    contacts: contacts.length,
    create: ofKind('create'),
    update: ofKind('update'),
    unchanged: plan.unchanged,
    leftDeleted: plan.leftDeleted,
    pictures,
    withFiles,
    keptForUser,
    withoutOriginal: plan.withoutOriginal,
    notCarried: {
      contactLists,
      otherItems,
      ofPolicies,
      withAttachments: withoutFiles,
      cut,
    },
    gaps: gaps.map(presentThrown),
  };
}

function presentOutcome<Counts extends object>({
  failures,
  ...counts
}: Counts & {
  readonly failures: readonly { readonly failure: Failure; readonly count: number }[];
}) {
  return {
    ...counts,
    failures: failures.map(({ failure, count }) => ({ failure: presentThrown(failure), count })),
  };
}
