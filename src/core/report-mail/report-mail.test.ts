// What mails say, that they consist of nothing but what Outlook renders, and that nothing in a name gets out of its place.

import { describe, expect, it } from 'vitest';
import type { FailureRecord } from '../../model/failure.ts';
import { composeAlert, composeNotBegun, composeReport } from './compose-mail.ts';
import { changesCsv, csvCell } from './csv.ts';
import { isWanted, levelOf } from './level.ts';
import type { Language } from './report-mail.ts';
import { lengthOf } from './safe-text.ts';
import { box, input, NOTHING, report, row, run } from './testing/sample-mail.ts';
import { strangersIn } from './testing/walk-html.ts';
import { wordsOf } from './words.ts';

const HOSTILE = '<script>alert(1)</script>"\' onload=x &amp; \u202egnp\r\nBcc: everybody@contoso.example';

const failed = run({ state: 'finishedWithErrors', policyName: HOSTILE });
const hostileFailure = { code: 'groupNotFound', number: 14_011, details: { group: HOSTILE } } as const;
const waiting = run({ state: 'awaitingApproval', endedAt: undefined });
const engaged = {
  brake: {
    type: 'brake.engaged' as const,
    digest: '8c1d6f1f0b6e4a1c',
    reasons: [
      { rule: 'people' as const, count: 2_600, base: 10_240, limit: 20, unit: 'percent' as const },
      { rule: 'mailboxes' as const, count: 1, base: 935, limit: 0, unit: 'count' as const },
      {
        rule: 'mailbox' as const,
        mailboxId: box().mailboxId,
        count: 9,
        base: 12,
        limit: 20,
        unit: 'percent' as const,
      },
    ],
  },
  perMailbox: [box({ state: 'planned', applied: undefined })],
};

const mails = (language: Language) => ({
  quiet: composeReport(input(run(), language)),
  waiting: composeReport(input(waiting, language, engaged)),
  hostile: composeReport(
    input(
      failed,
      language,
      {
        failures: [{ failure: hostileFailure, count: 2 }],
        perMailbox: [
          box({ primarySmtpAddress: HOSTILE, state: 'failed', failures: [hostileFailure] }),
          box({ notices: [{ kind: 'deletionsHeldBack', count: 2 }] }),
        ],
        photos: {
          type: 'photos.written',
          people: 3,
          written: 2,
          removed: 1,
          kept: 0,
          left: 0,
          postponed: 0,
          failed: 1,
          failures: [hostileFailure],
        },
      },
      {
        changes: [row({ label: HOSTILE, mailbox: HOSTILE })],
        changesInAll: 1,
        earlier: {
          run: run({ startedAt: '2026-11-21T23:15:00.000Z' }),
          report: report(run()),
          joined: { count: 7, names: [HOSTILE] },
          left: { count: 1, names: [HOSTILE] },
        },
      },
    ),
  ),
  notBegun: composeNotBegun({
    environment: { name: HOSTILE, language, timeZone: 'Europe/Berlin' },
    policy: { name: HOSTILE },
    settings: { detail: 'contacts' },
    reason: hostileFailure,
    at: '2026-11-22T23:15:00.000Z',
    lastSuccess: undefined,
  }),
  alert: composeAlert({
    environment: { name: HOSTILE, language, timeZone: 'Europe/Berlin' },
    policy: { name: HOSTILE },
    settings: { detail: 'contacts' },
    days: 8,
    lastSuccess: undefined,
    lastRun: { run: failed, report: report(failed, { failures: [{ failure: hostileFailure, count: 1 }] }) },
  }),
});

describe.each(['en', 'de'] as const)('a mail in %s', (language) => {
  it.each(Object.entries(mails(language)))(
    'consists of what Outlook renders, and of nothing that loads or runs: %s',
    (_, mail) => {
      expect(strangersIn(mail.html)).toEqual([]);
      expect(mail.html).not.toMatch(/<script|javascript:|src=|href=/i);
    },
  );

  it.each(Object.entries(mails(language)))(
    'has one line for its subject and no hidden character: %s',
    (_, mail) => {
      // oxlint-disable-next-line no-control-regex -- they are what must not be there.
      expect(mail.subject).not.toMatch(/[\u0000-\u001f\u007f\u2028\u2029\u202a-\u202e]/);
      expect(lengthOf(mail.subject)).toBeLessThanOrEqual(160);
      expect(mail.text).not.toMatch(/\u202e|^Bcc:/m);
      expect(mail.text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    },
  );

  it('says the same in both forms', () => {
    const { html, text } = mails(language).waiting;
    for (const said of ['All staff', 'anna@contoso.example', 'approve 3f2a9c10 --digest 8c1d6f1f0b6e4a1c']) {
      expect(html).toContain(said);
      expect(text).toContain(said);
    }
  });
});

it('the list of allowed elements is one: a stranger is found', () => {
  expect(
    strangersIn('<table><tr><td onclick="x" style="position: fixed"><img src="x" /></td></tr></table>'),
  ).toEqual(['td onclick', 'td style position', 'img', 'img src']);
});

it('numbers and times are those of the language and the time zone', () => {
  const english = composeReport(input(run(), 'en'));
  expect(english.text).toContain('10,240 of 12,500 objects selected');
  expect(english.text).toContain('23 Nov 2026, 00:15 CET');
  const german = composeReport(input(run(), 'de'));
  expect(german.text).toContain('10.240 von 12.500 Objekten ausgewählt');
  expect(german.text).toContain('00:15 MEZ');
});

it('the brake says its numbers, and what one is', () => {
  const { text } = mails('de').waiting;
  const inOneLine = text.replaceAll(/\s+/g, ' ');
  expect(inOneLine).toContain('2.600 Personen von 10.240 sind nicht mehr ausgewählt (Grenze 20 %)');
  expect(inOneLine).toContain(
    '1 Postfach von 935 gehört nicht mehr zur Richtlinie und würde geleert (Grenze 0)',
  );
  expect(inOneLine).toContain('anna@contoso.example verlöre 9 Kontakte von 12');
});

it('names stand in no mail that is to hold numbers alone', () => {
  const base = input(
    run(),
    'en',
    { perMailbox: [box()] },
    {
      changes: [row()],
      changesInAll: 1,
      earlier: {
        run: run({ startedAt: '2026-11-21T23:15:00.000Z' }),
        report: report(run()),
        joined: { count: 1, names: ['Erika Mustermann'] },
        left: { count: 0, names: [] },
      },
    },
  );
  const named = composeReport(base);
  expect(named.text).toContain('Erika Mustermann');
  expect(named.text).toContain('anna@contoso.example');
  const numbers = composeReport({ ...base, settings: { detail: 'numbers', csv: false } });
  expect(`${numbers.text}${numbers.html}`).not.toMatch(/Erika|anna@/);
  const details = { mailbox: 'anna@contoso.example', status: 403 };
  const failures = [{ failure: { code: 'mailboxAccessDenied', number: 15_011, details } as const, count: 1 }];
  const stopped = { ...base, report: { ...report(waiting, engaged), failures }, run: waiting };
  expect(composeReport(stopped).text).toMatch(/15011 .*anna@/);
  const unnamed = composeReport({ ...stopped, settings: { detail: 'numbers', csv: false } });
  expect(unnamed.text).toMatch(/15011 .*status 403/);
  expect(unnamed.text).toContain('a mailbox would lose 9 contacts of 12');
  expect(`${unnamed.text}${unnamed.html}`).not.toMatch(/Erika|anna@/);
  expect(numbers.csv).toBeUndefined();
  expect(composeReport({ ...base, settings: { detail: 'mailboxes', csv: false } }).text).toContain('anna@');
});

describe('the attached table', () => {
  it.each([
    ['=1+1', '"\'=1+1"'],
    [' @SUM(A1)', '"\' @SUM(A1)"'],
    ['\t=1', `"' =1"`],
    ['+49 89 1234', '"\'+49 89 1234"'],
    ['＝1', '"\'＝1"'],
    ['a"b', '"a""b"'],
    ['a;b', '"a;b"'],
    ['a\r\n=b', 'a =b'],
    ['plain', 'plain'],
  ])('never holds a formula: %j', (value, cell) => {
    expect(csvCell(value)).toBe(cell);
  });

  it('has the separator of the language, and says what does not fit', () => {
    expect(changesCsv([row()], 3, wordsOf('de')).content).toBe(
      '\uFEFFPostfach;Kontakt;Änderung;Grund;Felder;Ergebnis\r\nanna@contoso.example;Erika Mustermann;neu;neu;mobilePhone;erledigt\r\n2 weitere Änderungen sind nicht aufgeführt\r\n',
    );
    expect(changesCsv([row()], 1, wordsOf('en')).content).toContain(
      'anna@contoso.example,Erika Mustermann,new',
    );
  });

  it('stays within what fits into a mail', () => {
    const rows = Array.from({ length: 30_000 }, (_, number) =>
      row({ label: `Erika Mustermann-Ö ${number}` }),
    );
    const { content, rest } = changesCsv(rows, rows.length, wordsOf('en'));
    expect(Buffer.byteLength(content)).toBeLessThan(2_100_000);
    const listed = content.trim().split('\r\n').length - 2;
    expect(rest).toBe(30_000 - listed);
    expect(content).toContain(`${rest} more changes are not listed`);
    const said = (changes: typeof rows) =>
      composeReport(input(run(), 'en', {}, { changes, changesInAll: changes.length })).text;
    expect(said(rows)).toContain('The first changes stand in the attached table');
    expect(said(rows.slice(0, 10))).toContain('All changes stand in the attached table');
  });
});

describe('the level of a run', () => {
  const readWith = (gap: FailureRecord) => ({
    type: 'source.read' as const,
    objects: 1,
    selected: 1,
    excluded: {},
    isComplete: true,
    gaps: [gap],
  });
  it.each([
    ['finished', {}, 'quiet'],
    ['finished', { applied: { ...NOTHING, created: 1 } }, 'change'],
    ['finished', { perMailbox: [box({ notices: [{ kind: 'deletionsHeldBack', count: 1 }] })] }, 'warning'],
    ['finished', { source: readWith({ code: 'directoryObjectNotFound', number: 11_033 }) }, 'warning'],
    ['finished', { source: readWith({ code: 'peopleNotJoined', number: 14_035 }) }, 'quiet'],
    ['finished', { source: readWith({ code: 'sourceItemsOurs', number: 14_036 }) }, 'quiet'],
    ['cancelled', {}, 'warning'],
    ['finishedWithErrors', {}, 'error'],
    ['failed', {}, 'error'],
    ['interrupted', {}, 'error'],
    ['awaitingApproval', {}, 'error'],
  ] as const)('%s with %j is %s', (state, more, level) => {
    expect(levelOf(report(run({ state }), more))).toBe(level);
  });

  it('decides who is written to', () => {
    const recipients = ['admin@contoso.example'];
    expect(isWanted({ when: 'onWarning', recipients }, 'change')).toBe(false);
    expect(isWanted({ when: 'onWarning', recipients }, 'warning')).toBe(true);
    expect(isWanted({ when: 'always', recipients: [] }, 'error')).toBe(false);
  });
});

it('a run that could not begin says why in the language of the environment', () => {
  const { subject, text } = composeNotBegun({
    environment: { name: 'contoso', language: 'de', timeZone: 'Europe/Berlin' },
    policy: { name: 'All staff' },
    settings: { detail: 'numbers' },
    reason: { code: 'trialOver', number: 16_010, details: { since: '2026-11-01' } },
    at: '2026-11-22T23:15:00.000Z',
    lastSuccess: '2026-11-20T23:15:00.000Z',
  });
  expect(subject).toBe('contactSync: All staff: ein Lauf konnte nicht beginnen');
  expect(text.replaceAll(/\s+/g, ' ')).toMatch(
    /16010 Die Testzeit.*Versucht 23\. Nov\. 2026, 00:15 MEZ.*Letzter Erfolg 21\. Nov/,
  );
});
