// The tables as Kysely's types. Times are ISO 8601 text, so that they sort; `bigint` only where arithmetic is needed.

import type { Generated, Kysely } from 'kysely';

type Bytes = Uint8Array;

export interface MainTables {
  /** Documents that exist; their revisions stay when they are removed. */
  document: { kind: string; id: string; name: string; name_key: string; revision: number };
  document_revision: {
    kind: string;
    id: string;
    revision: number;
    body: string;
    saved_at: string;
    saved_by: string;
  };
  run: {
    seq: Generated<number>;
    id: string;
    kind: string;
    policy_id: string;
    policy_name: string;
    policy_revision: number;
    undoes: string | null;
    state: string;
    started_at: string;
    ended_at: string | null;
    holder: string;
    revision_body: string;
    approval_digest: string | null;
    approval_since: string | null;
    images_pruned_at: string | null;
    plans_pruned_at: string | null;
  };
  run_event: { seq: Generated<number>; run_id: string; at: string; body: string };
  run_contacts: { seq: Generated<number>; run_id: string; body: Bytes };
  run_plan: { seq: Generated<number>; run_id: string; mailbox_id: string; progress: string; body: Bytes };
  journal: {
    id: Generated<number>;
    run_id: string;
    mailbox_id: string;
    smtp_address: string;
    /** Place within one call of `intend`: tells which returned id is whose. */
    place: number;
    change: string;
    source_object_id: string | null;
    item_id: string | null;
    folder_id: string | null;
    folder_key: string;
    /** Label, fields and before-image, sealed. */
    sealed: Bytes;
    outcome: string | null;
    new_item_id: string | null;
    new_version: string | null;
  };
  policy_memory: { policy_id: string; last_selection: Bytes | null; departures: Bytes | null };
  offer: { policy_id: string; body: Bytes };
  written_mailbox: { policy_id: string; mailbox_id: string; body: string };
  respected_deletion: { policy_id: string; mailbox_id: string; source_object_id: string };
  lease: {
    name: string;
    token: string;
    holder: string;
    since: string;
    expires_ms: number;
    end_asked_by: string | null;
  };
  certificate: { thumbprint: string; body: string; sealed_key: Bytes };
  certificate_assignment: { environment_id: string; thumbprint: string; sealed: Bytes };
  password: { environment_id: string; use: string; sealed: Bytes; refusal: string | null };
  run_queue: {
    seq: Generated<number>;
    policy_id: string;
    due_at: string;
    reason: string;
    is_running: number;
  };
  schedule_state: { policy_id: string; considered_until: string };
  withheld_person: { source_object_id: string; since: string; sealed: Bytes };
  report_mail: {
    id: Generated<number>;
    key: string;
    policy_id: string;
    run_id: string | null;
    occasion: string;
    state: string;
    created_at: string;
    tries: number;
    at: string;
    failure: string | null;
    reason: string | null;
  };
  announcement: {
    id: Generated<number>;
    environment_id: string;
    listener: string;
    run_id: string;
    event: string;
    at: string;
    tries: number;
    due_at: string;
    failure: string | null;
  };
  setting: { key: string; value: string };
  audit: {
    seq: Generated<number>;
    at: string;
    who: string;
    action: string;
    subject: string;
    details: string;
  };
}

export interface LedgerTables {
  ledger: { policy_id: string; mailbox_id: string; is_dirty: number; body: Bytes | null };
  directory_cache: { key: string; body: Bytes; used_at: string };
}

export type MainDatabase = Kysely<MainTables>;
export type LedgerDatabase = Kysely<LedgerTables>;
