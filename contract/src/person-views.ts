// Where a person's data lies.

import type { FailureView } from './operation-error.ts';

export interface PersonView {
  readonly id: string;
  readonly label: string;
  /** As of the latest run that knew the person; empty when none does. */
  readonly addresses: readonly string[];
}

export interface PersonPlaceView {
  readonly policy: string;
  readonly policyId: string;
  /** The policy was removed and its contacts stayed. */
  readonly isPolicyRemoved: boolean;
  readonly primarySmtpAddress: string;
  /** `unknown`: the ledger cannot tell, or the mailbox could not be read. */
  readonly state: 'held' | 'unknown';
  /** More than one where the user made copies; undefined where nobody looked. */
  readonly items?: number;
  readonly failure?: FailureView;
}

export interface WithheldView {
  readonly id: string;
  readonly label: string;
  readonly since: string;
  readonly by: string;
}

/** Of merged policies that meet by address: a contact of another policy that may hold this person's values, too. */
export interface MergedPersonView {
  /** As that policy knows the person. */
  readonly person: PersonView;
  /** Policies that want the asked person there. */
  readonly mergedWith: readonly string[];
  readonly places: readonly PersonPlaceView[];
}

export interface WhereView {
  readonly person: PersonView;
  readonly places: readonly PersonPlaceView[];
  /** What is removed of the person asked for leaves these, which are somebody's own. */
  readonly merged: readonly MergedPersonView[];
  /** Mailboxes whose users were given the contact: it is theirs, and contactSync does not touch it. */
  readonly handedOver: readonly string[];
  readonly withheld?: WithheldView;
}
