// Policies and environments as versioned documents.

import type { Environment } from '../model/environment.ts';
import type { Policy } from '../model/policy.ts';

export interface DocumentRevision<T> {
  readonly document: T;
  readonly revision: number;
  readonly savedAt: string;
  readonly savedBy: string;
}

export interface DocumentStore<T extends Policy | Environment> {
  /** Newest revisions, by name. */
  list(): Promise<readonly DocumentRevision<T>[]>;
  readByName(name: string): Promise<DocumentRevision<T> | undefined>;
  readById(id: string): Promise<DocumentRevision<T> | undefined>;
  /** Newest first. */
  history(id: string): Promise<readonly DocumentRevision<T>[]>;
  /**
   * Stores a new revision, or nothing when the document is the same. `expectedRevision`: 0 for a new document;
   * another newest one throws `changedMeanwhile`; a name of another document throws `nameTaken`.
   */
  save(document: T, expectedRevision: number, savedBy: string): Promise<DocumentRevision<T>>;
  /** The history stays readable by id. */
  remove(id: string, removedBy: string): Promise<void>;
}
