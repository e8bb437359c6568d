// What a verify run found: where mailboxes differ from what was written there.

export interface DriftFindingView {
  /** Such as `missing`, `edited`, `copied`; later releases may know more of them. */
  readonly kind: string;
  /** undefined: it is about a folder. */
  readonly sourceObjectId?: string;
  /** The person's name, as the latest runs knew it; the id where none did. */
  readonly label?: string;
  /** Sub-folder where it lies, or lay; '' is the contact folder itself. */
  readonly folder: string;
  /** Not there but in another contact folder: names from below Contacts down; empty: Contacts itself. */
  readonly elsewhere?: readonly string[];
  /** Names of contact properties. */
  readonly properties?: readonly string[];
  /** true: the policy's rules leave it as it is, and a repair does too. */
  readonly isLeft: boolean;
}

export interface MailboxDriftView {
  /** Managed contacts, copies not counted. */
  readonly contacts: number;
  readonly foreign: number;
  /** Something is to be repaired, be it only a folder. */
  readonly differs: boolean;
  /** People with something that a repair would change. */
  readonly differing: number;
  /** People with something that is left as it is. */
  readonly left: number;
  /** How often each kind was found that is to be repaired, and each that is left. */
  readonly counts: Readonly<Record<string, number>>;
  readonly leftCounts: Readonly<Record<string, number>>;
  /** The first of them, what is to be repaired before what is left. */
  readonly findings: readonly DriftFindingView[];
  /** `lastSelection`: the ledger was lost, or a run was cut off. `nothing`: nobody can be said to be missing. */
  readonly missingBy: 'ledger' | 'lastSelection' | 'nothing';
}

/** Of all mailboxes. */
export interface DriftView {
  readonly mailboxes: number;
  readonly mailboxesDiffering: number;
  readonly contacts: number;
  readonly differing: number;
  readonly left: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly leftCounts: Readonly<Record<string, number>>;
}
