// Reads what may be copied; never writes. One implementation per policy type.

import type { Failure } from '../model/failure.ts';
import type { SourceObjectId } from '../model/ids.ts';
import type { PublicFolderSource, SharedMailboxSource, SourcePart } from '../model/policy.ts';
import type { SourceObject } from '../model/source-object.ts';
import type { SearchStep } from './exchange-search.ts';

export interface SourceReading {
  /**
   * All objects of the scope, each id once, in no particular order. The scope (the union of what is named) is what the source itself must
   * resolve: organization, groups (members of members, cycles allowed), address lists, recipient filter. Types,
   * hidden, disabled, guests, filter rows and marks are NOT applied here but by core/select.ts.
   */
  readonly objects: readonly SourceObject[];
  /** false: something is missing or unknown. Then nothing may be deleted because of this reading. */
  readonly isComplete: boolean;
  /**
   * Who is there and could not be read; not in `objects`. Their contacts are neither changed nor deleted because of this
   * reading, which is complete all the same when nothing else is missing. In an incomplete one also those of `objects` who
   * may be known by another id: they are not created.
   */
  readonly unreadable?: ReadonlySet<SourceObjectId>;
  /** Who has a picture, where the reading itself tells. */
  readonly pictured?: ReadonlySet<SourceObjectId>;
  /** Contacts in the folders that contactSync wrote itself: no source, and shown only to whoever asks why. */
  readonly ours?: readonly SourceObject[];
  /**
   * Why it is incomplete. In a complete one nothing, or `directoryObjectNotFound`: a name in the policy that nobody bears,
   * because of which nobody is missing, `sourceItemKept` with `unreadable`, `peopleNotJoined`, or `publicFoldersOnlineEnding`.
   */
  readonly gaps: readonly Failure[];
}

export interface ProbeStep {
  readonly name: string;
  readonly ok: boolean;
  readonly failure?: Failure;
  readonly note?: string;
  /** Where Autodiscover was asked. */
  readonly search?: readonly SearchStep[];
}

export type FolderSource = SharedMailboxSource | PublicFolderSource;

export interface ContactSource {
  /**
   * Reads everything in the scope. A reading that stopped half way returns what it has with `isComplete` false and
   * the reason in `gaps`; it is never returned as a shorter complete list. Throws a Failure only when nothing could
   * be read at all (no connection, sign-in refused, permission missing, invalid filter) or when aborted.
   */
  read(scope: SourcePart, signal: AbortSignal): Promise<SourceReading>;
  /** Says step by step whether reading works and which right is missing; never throws for a refused right. */
  probe(signal: AbortSignal): Promise<readonly ProbeStep[]>;
  /**
   * The same of the folders that such a policy names, a step for each: opens them without reading what lies in them.
   * Absent where contacts come from directories only.
   */
  readonly probeFolders?: (scope: FolderSource, signal: AbortSignal) => Promise<readonly ProbeStep[]>;
}
