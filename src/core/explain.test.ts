import { describe, expect, it } from 'vitest';
import { Failure } from '../model/failure.ts';
import { itemId, mailboxId, policyId, sourceObjectId } from '../model/ids.ts';
import type { ManagedContact } from '../model/mailbox.ts';
import {
  CHANGE_REASONS,
  type ContactChange,
  type ContactPlan,
  PLAN_NOTICES,
  type PlanNotice,
} from '../model/plan.ts';
import { EXCLUSION_REASONS } from '../model/run.ts';
import type { SourceObject } from '../model/source-object.ts';
import { type ExplainInput, explain, mailboxVerdict, selectionVerdict } from './explain.ts';
import { explainText } from './explain-text.ts';
import { mapContact } from './map.ts';
import { selectContacts } from './select.ts';
import { targetMailboxes } from './target-mailboxes.ts';
import { testPolicy } from './test-policy.ts';

const id = sourceObjectId('00000000-0000-4000-8000-00000000000a');
const other = sourceObjectId('00000000-0000-4000-8000-00000000000b');
const anna: SourceObject = {
  id,
  kind: 'userMailbox',
  attributes: { displayName: ['Anna Kern'], emailAddresses: ['anna@contoso.example'] },
  isHidden: false,
  isDisabled: false,
  isGuest: false,
};
const managed: ManagedContact = {
  itemId: itemId('i1'),
  version: 'v1',
  folderKey: '',
  createdAt: '2026-01-01T00:00:00Z',
  mark: {
    version: 1,
    policyId: policyId(testPolicy().id),
    sourceObjectId: id,
    fingerprint: 'x',
    fieldFingerprints: '',
  },
};

function plan(changes: readonly ContactChange[], notices: readonly PlanNotice[] = []): ContactPlan {
  return {
    mailboxId: mailboxId('00000000-0000-4000-8000-000000000001'),
    primarySmtpAddress: 'jan@contoso.example',
    policyId: policyId(testPolicy().id),
    purpose: 'fill',
    folders: [],
    changes,
    counts: { create: 0, update: 0, delete: 0, handOver: 0, adopt: 0, keep: 0, foreign: 0 },
    managedCount: 0,
    notices,
    respectedDeletions: [],
  };
}

function asked(changes: Partial<ExplainInput> = {}) {
  const explanation = explain({
    sourceObjectId: id,
    label: 'Anna Kern',
    mailbox: 'jan@contoso.example',
    selection: { kind: 'selected' },
    isSourceComplete: true,
    mapped: mapContact(anna, testPolicy(), {}),
    target: { kind: 'target' },
    isMailboxListComplete: true,
    plan: plan([]),
    planFailure: undefined,
    managed: undefined,
    entry: undefined,
    ...changes,
  });
  for (const sentence of [explanation.answer, ...explanation.steps.map((step) => step.sentence)]) {
    const text = explainText(sentence);
    expect(text).not.toMatch(/[{}]|undefined/);
    expect(text).toMatch(/^[A-Za-z{].*\.$/);
  }
  return {
    ...explanation,
    text: explainText(explanation.answer),
    missing: explanation.steps.filter(({ ok }) => !ok),
  };
}

const common = { sourceObjectId: id, itemId: itemId('i1'), version: 'v1' } as const;

describe('explain', () => {
  it('answers for a contact that is there', () => {
    const answer = asked({ managed });
    expect(answer.text).toBe('Anna Kern is in jan@contoso.example and up to date.');
    expect(answer.missing).toEqual([]);
    expect(answer.steps.map(({ name }) => name)).toEqual([
      'source',
      'selection',
      'mapping',
      'mailbox',
      'ledger',
      'plan',
    ]);
  });

  it.each<readonly [ContactChange, string]>([
    [{ kind: 'create', sourceObjectId: id, folderKey: '', reason: 'new' }, 'willBeCreated'],
    [{ kind: 'adopt', ...common, fields: [], reason: 'adopted' }, 'willBeAdopted'],
    [
      {
        kind: 'update',
        ...common,
        fields: [{ property: 'notes', from: 'a', to: 'b' }],
        reason: 'changedAtSource',
      },
      'isThereAndChanges',
    ],
    [{ kind: 'delete', ...common, mode: 'hard', reason: 'leftSelection', label: 'Anna' }, 'willBeDeleted'],
    [{ kind: 'handOver', ...common, reason: 'leftSelection', label: 'Anna' }, 'willBeHandedOver'],
  ])('reads the planned change %j', (change, code) => {
    const answer = asked({ plan: plan([change]) });
    expect(answer.answer.code).toBe(code);
    expect(answer.fields).toHaveLength(change.kind === 'update' ? 1 : 0);
    expect(asked({ plan: plan([{ ...change, sourceObjectId: other }]) }).answer.code).not.toBe(code);
  });

  it('knows a move to a sub-folder', () => {
    const move = plan([
      { kind: 'delete', ...common, mode: 'hard', reason: 'movedToSubfolder', label: 'Anna' },
      { kind: 'create', sourceObjectId: id, folderKey: 'contoso.example', reason: 'movedToSubfolder' },
    ]);
    expect(asked({ managed, plan: move }).answer.code).toBe('isThereAndMoves');
  });

  it('says where the way into the mailbox ends', () => {
    const { excluded } = selectContacts([{ ...anna, isHidden: true }], testPolicy().source);
    const [why] = excluded;
    if (why === undefined) throw new Error('nobody was excluded');
    const hidden = asked({ selection: { kind: 'excluded', why }, mapped: undefined });
    expect(hidden.answer.code).toBe('isNotThere');
    expect(hidden.missing.map(({ sentence }) => explainText(sentence))).toEqual([
      'The policy leaves the contact out: it is hidden from address lists.',
    ]);

    const skipped = asked({ target: { kind: 'skipped', reason: 'noMailboxSync' }, plan: undefined });
    expect(skipped.missing.map(({ name }) => name)).toEqual(['mailbox']);
    expect(
      asked({ target: { kind: 'notListed' }, plan: undefined, isMailboxListComplete: false }).missing[0]
        ?.sentence.code,
    ).toBe('mailboxNotListedIncomplete');
    expect(
      asked({ selection: { kind: 'notRead' }, mapped: undefined, isSourceComplete: false }).missing.map(
        ({ sentence }) => sentence.code,
      ),
    ).toEqual(['notInSource', 'sourceIncomplete']);
    expect(
      asked({ plan: undefined, planFailure: new Failure('mailboxFull').toRecord() }).missing[0]?.sentence
        .params.number,
    ).toBe(15012);
  });

  it('names the own contact, which no list mentions', () => {
    expect(asked().answer.code).toBe('isOwnContact');
  });

  it('shows notices about the person or the whole mailbox, and no others', () => {
    const notices: readonly PlanNotice[] = [
      { kind: 'userDeletionRespected', count: 1, sourceObjectIds: [id] },
      { kind: 'copyLeftAlone', count: 1, sourceObjectIds: [other] },
      { kind: 'userValueKept', count: 1, sourceObjectIds: [id], properties: ['notes', 'jobTitle'] },
      { kind: 'folderRenamedByUser', count: 1 },
    ];
    const answer = asked({ plan: plan([], notices) });
    expect(answer.answer.code).toBe('isNotThere');
    const texts = answer.steps
      .filter(({ name }) => name === 'plan')
      .map(({ sentence }) => explainText(sentence));
    expect(texts).toHaveLength(4);
    expect(texts).toContain("In this mailbox: the user's values stay in notes, jobTitle.");
  });

  it('has words for every reason', () => {
    for (const reason of EXCLUSION_REASONS)
      expect(explainText({ code: 'excluded', params: { reason } })).not.toContain(`: ${reason}.`);
    for (const notice of PLAN_NOTICES)
      expect(explainText({ code: 'notice', params: { notice } })).not.toContain(`: ${notice}.`);
    for (const reason of CHANGE_REASONS)
      expect(explainText({ code: 'planned', params: { change: 'update', reason } })).not.toContain(
        `: ${reason}.`,
      );
  });

  it('does not fill in braces that stand in a name', () => {
    expect(explainText({ code: 'inSource', params: { contact: '{mailbox} $&' } })).toBe(
      'The source has {mailbox} $&.',
    );
  });
});

describe('verdicts', () => {
  it('look the person and the mailbox up in what was decided', () => {
    const policy = testPolicy();
    const selection = selectContacts([anna, { ...anna, id: other, isHidden: 'unknown' }], policy.source);
    expect(selectionVerdict(selection, id)).toEqual({ kind: 'selected' });
    expect(selectionVerdict(selection, other)).toMatchObject({
      kind: 'undecided',
      why: { reason: 'unknownHidden' },
    });
    expect(selectionVerdict(selection, undefined)).toEqual({ kind: 'notRead' });

    const box = {
      id: mailboxId('00000000-0000-4000-8000-000000000001'),
      kind: 'userMailbox',
      displayName: 'Jan',
      primarySmtpAddress: 'jan@contoso.example',
      location: 'exchangeOnline',
      ownerId: undefined,
      customAttributes: [],
    } as const;
    const targets = targetMailboxes({ mailboxes: [box], notFound: ['x@contoso.example'] }, policy, {
      maxMailboxes: undefined,
      preferred: new Set(),
    });
    expect(mailboxVerdict(targets, [], 'JAN@contoso.example ')).toEqual({ kind: 'target' });
    expect(mailboxVerdict(targets, [], 'x@contoso.example')).toEqual({ kind: 'skipped', reason: 'notFound' });
    expect(mailboxVerdict({ targets: [], skipped: [] }, [box], 'jan@contoso.example')).toEqual({
      kind: 'leaving',
    });
    expect(mailboxVerdict({ targets: [], skipped: [] }, [], 'jan@contoso.example')).toEqual({
      kind: 'notListed',
    });
  });
});
