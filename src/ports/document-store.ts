// Policies and environments as versioned documents.

import type { Environment } from '../model/environment.ts';
import type { Failure } from '../model/failure.ts';
import type { Policy } from '../model/policy.ts';

export interface DocumentRevision<T> {
  readonly document: T;
  readonly revision: number;
  readonly savedAt: string;
  readonly savedBy: string;
}

/** Stored, and no document any more: its schema has changed, or what was stored was damaged. */
export interface UnreadableDocument {
  readonly id: string;
  readonly name: string;
  readonly revision: number;
  /** `storedDocument`, with the places. */
  readonly reason: Failure;
}

export interface StoredDocuments<T> {
  readonly readable: readonly DocumentRevision<T>[];
  readonly unreadable: readonly UnreadableDocument[];
}

/** Whoever asks for a document that cannot be read is refused with `storedDocument`. */
export interface DocumentStore<T extends Policy | Environment> {
  /** Newest revisions, by name: all, or none where one of them cannot be read. */
  list(): Promise<readonly DocumentRevision<T>[]>;
  /** The same, with those apart that cannot be read: for whoever needs not every one of them. */
  survey(): Promise<StoredDocuments<T>>;
  readByName(name: string): Promise<DocumentRevision<T> | undefined>;
  readById(id: string): Promise<DocumentRevision<T> | undefined>;
  /** Newest first, without what cannot be read. */
  history(id: string): Promise<readonly DocumentRevision<T>[]>;
  /**
   * Stores a new revision, or nothing when the document is the same. `expectedRevision`: 0 for a new document;
   * another newest one throws `changedMeanwhile`; a name of another document throws `nameTaken`. One that cannot be
   * read is replaced like any other.
   */
  save(document: T, expectedRevision: number, savedBy: string): Promise<DocumentRevision<T>>;
  /** The history stays readable by id. */
  remove(id: string, removedBy: string): Promise<void>;
}
