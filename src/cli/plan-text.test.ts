import type { ChangeView, MailboxPlanView } from '@contactsync/contract';
import { describe, expect, it } from 'vitest';
import { mailboxPlanLines, planLines, SHORT_PLAN, WHOLE_PLAN } from './plan-text.ts';
import { plainPaint } from './terminal-text.ts';

const NO_COUNTS = { create: 0, update: 0, delete: 0, handOver: 0, adopt: 0, keep: 0, foreign: 0 };

function change(of: Partial<ChangeView>): ChangeView {
  return {
    kind: 'create',
    reason: 'new',
    sourceObjectId: 'id',
    label: 'Somebody',
    folder: '',
    fields: [],
    ...of,
  };
}

function plan(of: Partial<MailboxPlanView>): MailboxPlanView {
  return {
    mailboxId: 'm',
    primarySmtpAddress: 'anna@contoso.example',
    displayName: 'Anna',
    purpose: 'fill',
    progress: 'planned',
    folders: [],
    counts: NO_COUNTS,
    changes: [],
    notices: [],
    ...of,
  };
}

async function* each(...plans: MailboxPlanView[]) {
  yield* plans;
}

async function lines(limits: typeof SHORT_PLAN, ...plans: MailboxPlanView[]) {
  const all: string[] = [];
  for await (const line of planLines(each(...plans), limits, plainPaint)) all.push(line);
  return all;
}

describe('a plan', () => {
  it('reads like a diff: mailbox, people, fields old -> new, losses first', () => {
    const shown = mailboxPlanLines(
      plan({
        counts: { ...NO_COUNTS, create: 1, update: 1, delete: 1, handOver: 1, keep: 3 },
        folders: [{ kind: 'create', name: 'Company Contacts' }],
        notices: [{ kind: 'copyLeftAlone', count: 1 }],
        changes: [
          change({
            label: 'Jan Novák',
            fields: [
              { property: 'emailAddress1', from: '', to: 'jan@contoso.example' },
              { property: 'companyName', from: '', to: 'Contoso' },
            ],
          }),
          change({
            kind: 'update',
            reason: 'changedAtSource',
            label: 'Bea Maier',
            fields: [
              { property: 'jobTitle', from: 'Engineer', to: 'Head' },
              { property: 'pager', from: '12', to: '' },
            ],
          }),
          change({ kind: 'delete', reason: 'leftSelection', label: 'Old Hand', isPermanent: false }),
          change({ kind: 'handOver', reason: 'leftSelection', label: 'Kept Friend' }),
        ],
      }),
      SHORT_PLAN,
      plainPaint,
    ).lines;
    expect(shown).toEqual([
      'anna@contoso.example  1 new, 1 to change, 1 to delete, 1 to hand over, 3 unchanged',
      '  folder "Company Contacts" is created',
      '  note: copies made by the user, left alone (1)',
      '  - Old Hand  left the selection, to Deleted Items',
      '  > Kept Friend  left the selection, left to the user',
      '  ~ Bea Maier  changed at the source',
      '      jobTitle  Engineer -> Head',
      '      pager     12 -> (empty)',
      '  + Jan Novák  Contoso, jan@contoso.example',
    ]);
  });

  it('cuts long lists of people and says how many more there are', () => {
    const people = Array.from({ length: 13 }, (_, index) => change({ label: `Person ${index}` }));
    const shown = mailboxPlanLines(plan({ changes: people }), SHORT_PLAN, plainPaint).lines;
    expect(shown.at(-1)).toBe('  … and 3 more changes (--all)');
    expect(shown).toHaveLength(12);
    expect(mailboxPlanLines(plan({ changes: people }), WHOLE_PLAN, plainPaint).lines).toHaveLength(14);
  });

  it('cuts long lists of mailboxes and only counts those with nothing to do', async () => {
    const busy = plan({ counts: { ...NO_COUNTS, create: 1 }, changes: [change({})] });
    const quiet = plan({ counts: { ...NO_COUNTS, keep: 5 } });
    const shown = await lines(SHORT_PLAN, busy, quiet, busy, busy, busy, busy, busy, busy, quiet);
    expect(shown.slice(-3)).toEqual(['', '… and 2 more mailboxes (--all)', '2 mailboxes with nothing to do']);
    expect(await lines(SHORT_PLAN, quiet)).toEqual(['1 mailbox with nothing to do']);
    expect(await lines(SHORT_PLAN)).toEqual(['No mailbox was planned.']);
  });

  it('does not repeat what stands right above', async () => {
    const changes = [change({ label: 'Anna' }), change({ label: 'Zoe' })];
    const same = plan({ counts: { ...NO_COUNTS, create: 2 }, changes });
    expect(await lines(SHORT_PLAN, same, same)).toEqual([
      'anna@contoso.example  2 new',
      '  + Anna',
      '  + Zoe',
      '',
      'anna@contoso.example  2 new',
      '  the same as above',
    ]);
    expect((await lines(WHOLE_PLAN, same, same)).filter((line) => line.includes('Zoe'))).toHaveLength(2);
  });

  it('shows no control characters of a name', () => {
    const shown = mailboxPlanLines(
      plan({ changes: [change({ label: 'Eve\u001b[2J', fields: [] })] }),
      SHORT_PLAN,
      plainPaint,
    ).lines;
    expect(shown.join('')).not.toContain('\u001b');
  });
});
