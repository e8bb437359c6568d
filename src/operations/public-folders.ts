// Copying a public folder into a mailbox, told step by step.

import type { CopyEventView, CopyPlanView, CopyRequest, PublicFolderOperations } from '@contactsync/contract';
import { type CopyOutcome, copyContacts, type PlannedCopy } from '../engine/copy-contacts.ts';
import { Failure } from '../model/failure.ts';
import type { OperationsDependencies } from './dependencies.ts';
import { findDocument } from './lookup.ts';
import { presentThrown } from './present.ts';

export function makePublicFolderOperations(dependencies: OperationsDependencies): PublicFolderOperations {
  return {
    copy: (request, signal = new AbortController().signal) => copy(dependencies, request, signal),
  };
}

async function* copy(
  dependencies: OperationsDependencies,
  {
    environment: name,
    path,
    includeSubfolders,
    mailbox,
    targetFolder = path.at(-1) ?? '',
    mode,
  }: CopyRequest,
  signal: AbortSignal,
): AsyncGenerator<CopyEventView> {
  if (targetFolder.trim() === '')
    throw new Failure('usage', { details: { reason: 'the folder has no name' } });
  const { document: environment } = await findDocument(dependencies.environments, 'environment', name);
  const { leases, holder, connect, log } = dependencies;
  const connection = await connect(environment);
  try {
    const { directory, copying } = connection;
    if (copying === undefined) throw new Failure('publicFoldersNotFound', { details: { environment: name } });
    const queue = new Queue<CopyEventView>();
    const listener = {
      planned: (planned: PlannedCopy) => queue.add({ type: 'planned', plan: presentPlan(planned, path) }),
      progress: (done: number, of: number) => queue.add({ type: 'progress', done, of }),
    };
    const request = { folder: { path, includeSubfolders }, mailbox, targetFolder, mode, holder };
    const copied = copyContacts(request, { ...copying, directory, leases }, listener, signal).then(
      (outcome) => {
        if (outcome !== undefined) {
          const { failures, ...counts } = outcome;
          log.info('public folder copied', { ...counts, failures: failures.length });
          queue.add({ type: 'finished', outcome: presentOutcome(outcome) });
        }
        queue.end();
      },
      (thrown: unknown) => queue.fail(thrown),
    );
    yield* queue.items();
    await copied;
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
  const { mailbox, targetFolder, reading, plan, pictures, cut } = planned;
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
    pictures,
    keptForUser: plan.keptForUser,
    withoutOriginal: plan.withoutOriginal,
    notCarried: {
      contactLists,
      otherItems,
      ofPolicies,
      withAttachments: contacts.filter(({ hasAttachments }) => hasAttachments === true).length,
      cut,
    },
    gaps: gaps.map(presentThrown),
  };
}

function presentOutcome({ failures, ...counts }: CopyOutcome) {
  return {
    ...counts,
    failures: failures.map(({ failure, count }) => ({ failure: presentThrown(failure), count })),
  };
}
