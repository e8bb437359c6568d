// What an administrator says of what another tool left in contact folders. An item is recognized by any one rule.

import type { ContactProperties } from './contact.ts';

export interface LeftoverRules {
  /** Names of categories. */
  readonly categories: readonly string[];
  /** Patterns for the whole of file-as: `*` stands for any text, `{guid}` for any GUID, in braces or not. */
  readonly fileAs: readonly string[];
  /** Folders below Contacts by their path, such as `Imported` or `Imported/Old`: everything that lies directly in them. */
  readonly folders: readonly string[];
}

export type LeftoverReason = 'leftoverFolder' | 'leftoverCategory' | 'leftoverFileAs';

export interface Recognized {
  readonly reason: LeftoverReason;
  /** As it was given. */
  readonly rule: string;
}

/** undefined: nothing says that another tool left it. */
export type Recognize = (path: readonly string[], properties: ContactProperties) => Recognized | undefined;
