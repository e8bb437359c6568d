// What a policy remembers between runs, in contactsync.db.

import type { MailboxId, PolicyId, SourceObjectId } from '../model/ids.ts';
import type { TargetMailbox } from '../model/mailbox.ts';
import { type Offer, withoutPerson } from '../model/offer.ts';
import type { PolicyMemory } from '../ports/policy-memory.ts';
import type { MainDatabase } from './database-tables.ts';
import { packJson, unpackJson } from './packed-json.ts';

const ROWS_PER_STATEMENT = 500;

interface PackedSelection {
  readonly completedAt: string;
  readonly sourceObjectIds: readonly SourceObjectId[];
  readonly mailboxIds: readonly MailboxId[];
}

export function createPolicyMemory(db: MainDatabase): PolicyMemory {
  async function save(policyId: string, values: { last_selection: Uint8Array } | { departures: Uint8Array }) {
    await db
      .insertInto('policy_memory')
      .values({ policy_id: policyId, last_selection: null, departures: null, ...values })
      .onConflict((conflict) => conflict.column('policy_id').doUpdateSet(values))
      .execute();
  }
  async function read<Column extends 'last_selection' | 'departures'>(policyId: string, column: Column) {
    const row = await db
      .selectFrom('policy_memory')
      .select(['last_selection', 'departures'])
      .where('policy_id', '=', policyId)
      .executeTakeFirst();
    return row?.[column] ?? undefined;
  }

  return {
    async readLastSelection(policyId) {
      const packed = await read(policyId, 'last_selection');
      if (packed === undefined) return undefined;
      const { completedAt, sourceObjectIds, mailboxIds } = unpackJson<PackedSelection>(packed);
      return { completedAt, sourceObjectIds: new Set(sourceObjectIds), mailboxIds: new Set(mailboxIds) };
    },

    async saveLastSelection(policyId, { completedAt, sourceObjectIds, mailboxIds }) {
      const selection: PackedSelection = {
        completedAt,
        sourceObjectIds: [...sourceObjectIds],
        mailboxIds: [...mailboxIds],
      };
      await save(policyId, { last_selection: packJson(selection) });
    },

    async readDepartures(policyId) {
      const packed = await read(policyId, 'departures');
      return new Map(
        packed === undefined ? [] : unpackJson<readonly (readonly [SourceObjectId, string])[]>(packed),
      );
    },

    async saveDepartures(policyId, departures) {
      await save(policyId, { departures: packJson([...departures]) });
    },

    async writtenPolicies() {
      const rows = await db
        .selectFrom('written_mailbox')
        .select('policy_id')
        .distinct()
        .orderBy('policy_id')
        .execute();
      return rows.map((row) => row.policy_id as PolicyId);
    },

    async readWrittenMailboxes(policyId) {
      const rows = await db
        .selectFrom('written_mailbox')
        .select('body')
        .where('policy_id', '=', policyId)
        .orderBy('mailbox_id')
        .execute();
      return rows.map(({ body }): TargetMailbox => {
        const mailbox = JSON.parse(body) as TargetMailbox;
        return { ...mailbox, ownerId: mailbox.ownerId };
      });
    },

    async addWrittenMailbox(policyId, mailbox) {
      const body = JSON.stringify(mailbox);
      await db
        .insertInto('written_mailbox')
        .values({ policy_id: policyId, mailbox_id: mailbox.id, body })
        .onConflict((conflict) => conflict.columns(['policy_id', 'mailbox_id']).doUpdateSet({ body }))
        .execute();
    },

    async removeWrittenMailbox(policyId, mailboxId) {
      await db
        .deleteFrom('written_mailbox')
        .where('policy_id', '=', policyId)
        .where('mailbox_id', '=', mailboxId)
        .execute();
    },

    async readRespectedDeletions(policyId, mailboxId) {
      const rows = await db
        .selectFrom('respected_deletion')
        .select('source_object_id')
        .where('policy_id', '=', policyId)
        .where('mailbox_id', '=', mailboxId)
        .execute();
      return new Set(rows.map((row) => row.source_object_id as SourceObjectId));
    },

    async addRespectedDeletions(policyId, mailboxId, ids) {
      const rows = ids.map((id) => ({ policy_id: policyId, mailbox_id: mailboxId, source_object_id: id }));
      await db.transaction().execute(async (step) => {
        for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) {
          await step
            .insertInto('respected_deletion')
            .values(rows.slice(start, start + ROWS_PER_STATEMENT))
            .onConflict((conflict) => conflict.doNothing())
            .execute();
        }
      });
    },

    async readOffer(policyId) {
      const row = await db
        .selectFrom('offer')
        .select('body')
        .where('policy_id', '=', policyId)
        .executeTakeFirst();
      return row === undefined ? undefined : unpackJson<Offer>(row.body);
    },

    async saveOffer(policyId, offer) {
      const body = packJson(offer);
      await db
        .insertInto('offer')
        .values({ policy_id: policyId, body })
        .onConflict((conflict) => conflict.column('policy_id').doUpdateSet({ body }))
        .execute();
    },

    async removeOffer(policyId) {
      await db.deleteFrom('offer').where('policy_id', '=', policyId).execute();
    },

    async removeFromOffers(person) {
      await db.transaction().execute(async (step) => {
        for (const { policy_id, body } of await step.selectFrom('offer').selectAll().execute()) {
          const rest = withoutPerson(unpackJson<Offer>(body), person);
          await step
            .updateTable('offer')
            .set({ body: packJson(rest) })
            .where('policy_id', '=', policy_id)
            .execute();
        }
      });
    },

    async forget(policyId) {
      await db.transaction().execute(async (step) => {
        await step.deleteFrom('offer').where('policy_id', '=', policyId).execute();
        await step.deleteFrom('policy_memory').where('policy_id', '=', policyId).execute();
        await step.deleteFrom('written_mailbox').where('policy_id', '=', policyId).execute();
        await step.deleteFrom('respected_deletion').where('policy_id', '=', policyId).execute();
      });
    },
  };
}
