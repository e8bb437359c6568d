// What policies and environments have in common: versioned documents that are listed, exported, checked, applied,
// compared and renamed.

import type { ApplyView, DiffView, DocumentText, RevisionView, UnreadableView } from '@contactsync/contract';
import type { Environment } from '../model/environment.ts';
import { Failure } from '../model/failure.ts';
import type { Policy } from '../model/policy.ts';
import type { DocumentRevision, DocumentStore } from '../ports/document-store.ts';
import type { DocumentFormat } from './dependencies.ts';
import { findDocument, findUnreadable } from './lookup.ts';
import { presentFailure } from './present.ts';

export interface DocumentKind<T extends Policy | Environment, View> {
  readonly kind: 'policy' | 'environment';
  readonly store: DocumentStore<T>;
  readonly user: string;
  readonly format: DocumentFormat;
  present(revision: DocumentRevision<T>): Promise<View> | View;
  /** With the names in it as they are known. */
  parse(text: DocumentText): Promise<T>;
  /** Throws what makes the document unusable; returns what is only worth knowing. */
  check(document: T, before: T | undefined): Promise<readonly string[]>;
  /** After a new revision was stored. */
  saved(document: T, before: T | undefined): Promise<void>;
}

export async function unreadableOf<T extends Policy | Environment>(
  kind: UnreadableView['kind'],
  store: DocumentStore<T>,
): Promise<readonly UnreadableView[]> {
  return (await store.survey()).unreadable.map(({ id, name, reason }) => ({
    ...{ kind, id, name, failure: presentFailure(reason.toRecord()) },
  }));
}

export function makeDocumentOperations<T extends Policy | Environment, View>(of: DocumentKind<T, View>) {
  const { store } = of;
  const find = (name: string) => findDocument(store, of.kind, name);

  async function atRevision(name: string, revision: number): Promise<DocumentRevision<T>> {
    const newest = await find(name);
    const history = await store.history(newest.document.id);
    const found = history.find((entry) => entry.revision === revision);
    if (found === undefined)
      throw new Failure('notFound', {
        details: { [of.kind]: name, revision, newest: newest.revision },
      });
    return found;
  }

  /** By id; a document of the same name but another id is another document. */
  async function compare(document: T): Promise<{
    readonly before: DocumentRevision<T> | undefined;
    /** 0: it is new. */
    readonly stored: number;
    readonly diff: DiffView;
  }> {
    // What cannot be read any more is mended by applying it anew.
    const unreadable = await findUnreadable(store, document.id);
    const before = unreadable === undefined ? await store.readById(document.id) : undefined;
    return {
      before,
      stored: (unreadable ?? before)?.revision ?? 0,
      diff: {
        name: document.name,
        from: (unreadable ?? before)?.revision,
        to: undefined,
        changes: of.format.differences(before?.document ?? {}, document),
      },
    };
  }

  async function save(document: T, before: DocumentRevision<T> | undefined, expectedRevision: number) {
    const stored = await store.save(document, expectedRevision, of.user);
    if (stored.revision !== before?.revision) await of.saved(stored.document, before?.document);
    return stored;
  }

  return {
    find,
    save,

    async list(): Promise<readonly View[]> {
      return Promise.all((await store.survey()).readable.map((revision) => of.present(revision)));
    },

    unreadable: () => unreadableOf(of.kind, store),

    async get(name: string): Promise<View> {
      return of.present(await find(name));
    },

    async export(name: string, revision?: number): Promise<string> {
      const found = revision === undefined ? await find(name) : await atRevision(name, revision);
      return of.format.write(found.document);
    },

    async validate(text: DocumentText): Promise<DiffView & { readonly warnings: readonly string[] }> {
      const document = await of.parse(text);
      const { before, diff } = await compare(document);
      await refuseTakenName(document);
      return { ...diff, warnings: await of.check(document, before?.document) };
    },

    async apply(text: DocumentText, expectedRevision?: number): Promise<ApplyView> {
      const document = await of.parse(text);
      const { before, stored: newest, diff } = await compare(document);
      const warnings = await of.check(document, before?.document);
      const stored = await save(document, before, expectedRevision ?? newest);
      const isUnchanged = stored.revision === newest;
      return {
        name: document.name,
        id: document.id,
        result: isUnchanged ? 'unchanged' : newest === 0 ? 'created' : 'changed',
        revision: stored.revision,
        changes: isUnchanged || before === undefined ? [] : diff.changes,
        warnings,
      };
    },

    async history(name: string): Promise<readonly RevisionView[]> {
      const newest = await find(name);
      return (await store.history(newest.document.id)).map(({ revision, savedAt, savedBy }) => ({
        revision,
        savedAt,
        savedBy,
      }));
    },

    async diff(name: string, from?: number, to?: number): Promise<DiffView> {
      const newest = await find(name);
      const after = to === undefined ? newest : await atRevision(name, to);
      const earlier = from ?? after.revision - 1;
      const before = earlier < 1 ? undefined : await atRevision(name, earlier);
      return {
        name: newest.document.name,
        from: before?.revision,
        to: after.revision,
        changes: of.format.differences(before?.document ?? {}, after.document),
      };
    },

    async diffWith(text: DocumentText): Promise<DiffView> {
      return (await compare(await of.parse(text))).diff;
    },

    async rename(name: string, newName: string): Promise<View> {
      const before = await find(name);
      // Through the text, so that the new name meets the same rules as any other.
      const renamed = await of.parse({ text: JSON.stringify({ ...before.document, name: newName }) });
      return of.present(await save(renamed, before, before.revision));
    },
  };

  async function refuseTakenName(document: T): Promise<void> {
    const unreadable = await findUnreadable(store, document.name);
    const other = unreadable ?? (await store.readByName(document.name))?.document;
    if (other !== undefined && other.id !== document.id)
      throw new Failure('nameTaken', { details: { [of.kind]: document.name } });
  }
}
