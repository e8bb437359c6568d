// Whatever stands in a name, it stays a name: in the HTML, in the subject, and in the table. What a mail is made of is
// compared with the same mail about somebody harmless.

import { escapeMarkup } from '@contactsync/contract';
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { law, twin } from '../../../test/properties/check-law.ts';
import { composeAlert, composeNotBegun, composeReport } from './compose-mail.ts';
import type { ComposedMail } from './report-mail.ts';
import { cutTo, lengthOf, plainLine } from './safe-text.ts';
import { box, input, NOTHING, report, row, run } from './testing/sample-mail.ts';
import { strangersIn, walk } from './testing/walk-html.ts';

const HARMLESS = 'Anna';

const pieces = fc.constantFrom(
  ...[
    '<',
    '>',
    '&',
    '"',
    "'",
    '</td>',
    '<b>',
    '<!--',
    '-->',
    ']]>',
    '<![CDATA[',
    '&lt;',
    '&#60;',
    '<?',
    '</style>',
  ],
  ...[
    '=',
    '+',
    '-',
    '@',
    '\t',
    '\r',
    '\n',
    '\r\n',
    ';',
    ',',
    '|',
    "=cmd|' /C calc'!A0",
    '＝',
    ' ',
    '\u00a0',
    '\u3000',
  ],
  ...[
    'Bcc: x@contoso.example',
    '\u0000',
    '\u202e',
    '\u2028',
    '\u200b',
    '\ufeff',
    '\ud800',
    'javascript:x',
    '%0d%0a',
  ],
);
const names = fc
  .array(fc.oneof(pieces, fc.string({ unit: 'grapheme', maxLength: 8 })), { minLength: 1, maxLength: 8 })
  .map((parts) => parts.join(''))
  // Somebody without a name is shown without one.
  .filter((name) => plainLine(name).trim() !== '');
const languages = fc.constantFrom('en' as const, 'de' as const);

/** The same text in every place that others fill. */
function mailAbout(name: string, language: 'en' | 'de'): ComposedMail {
  const of = run({ state: 'finishedWithErrors', policyName: name });
  const failure = {
    code: 'groupNotFound',
    number: 14_011,
    details: { group: name },
    requestId: name,
  } as const;
  const base = input(
    of,
    language,
    {
      failures: [{ failure, count: 2 }],
      perMailbox: [box({ primarySmtpAddress: name, state: 'failed', failures: [failure] })],
      applied: { ...NOTHING, created: 1 },
    },
    {
      changes: [row({ label: name, mailbox: name, properties: [name] })],
      changesInAll: 1,
      earlier: { run: run(), report: report(run()), joined: { count: 2, names: [name] } },
    },
  );
  return composeReport({ ...base, environment: { ...base.environment, name } });
}

const alertAbout = (name: string, language: 'en' | 'de'): ComposedMail =>
  composeAlert({
    environment: { name, language, timeZone: 'UTC' },
    policy: { name },
    settings: { detail: 'contacts' },
    days: 2,
    lastSuccess: undefined,
    lastRun: undefined,
  });

const notBegunAbout = (name: string, language: 'en' | 'de'): ComposedMail =>
  composeNotBegun({
    environment: { name, language, timeZone: 'UTC' },
    policy: { name },
    settings: { detail: 'contacts' },
    reason: { code: 'groupNotFound', number: 14_011, details: { group: name }, requestId: name },
    at: '2026-11-22T23:15:00.000Z',
    lastSuccess: undefined,
  });

/** The subject is the title of the page, and cut where it is long. */
const shownOf = (name: string) => walk(`<p>${escapeMarkup(plainLine(name))}</p>`).texts.join('');

function keepsItsShape(mail: ComposedMail, harmless: ComposedMail, name: string): void {
  expect(strangersIn(mail.html)).toEqual([]);
  const [walked, usual] = [walk(mail.html), walk(harmless.html)];
  expect(walked.structure).toEqual(usual.structure);
  expect(walked.texts).toContain(shownOf(name));
}

describe('in the HTML', () => {
  law(
    'a name opens no element, closes none, and is read as it is written',
    fc.property(names, languages, (name, language) => {
      keepsItsShape(mailAbout(name, language), mailAbout(HARMLESS, language), name);
      keepsItsShape(alertAbout(name, language), alertAbout(HARMLESS, language), name);
      keepsItsShape(notBegunAbout(name, language), notBegunAbout(HARMLESS, language), name);
    }),
  );

  twin(
    'names that are put in without being escaped',
    /deeply equal|disallowed|unclosed|entity|not allowed|unexpected|contain/i,
    fc.property(names, languages, (name, language) => {
      const mail = mailAbout(HARMLESS, language);
      keepsItsShape({ ...mail, html: mail.html.replaceAll(HARMLESS, () => plainLine(name)) }, mail, name);
    }),
  );
});

const isOneLine = ({ subject }: Pick<ComposedMail, 'subject'>, name: string): void => {
  // oxlint-disable-next-line no-control-regex -- they are what must not be there.
  expect(subject).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
  expect(lengthOf(subject)).toBeLessThanOrEqual(160);
  expect(subject.startsWith(cutTo(`contactSync: ${plainLine(name)}`, 150).slice(0, 20))).toBe(true);
};

describe('in the subject', () => {
  law(
    'a name stays on its line, whatever its length',
    fc.property(names, languages, fc.integer({ min: 1, max: 60 }), (name, language, times) => {
      isOneLine(mailAbout(name.repeat(times), language), name);
      isOneLine(alertAbout(name.repeat(times), language), name);
      isOneLine(notBegunAbout(name.repeat(times), language), name);
    }),
  );

  twin(
    'names as they come',
    /not to match|160/,
    fc.property(names, (name) => isOneLine({ subject: `contactSync: ${name}` }, name)),
  );
});

/** RFC 4180, written down anew. */
function rowsOf(content: string, separator: string): string[][] {
  const rows: string[][] = [[]];
  let cell = '';
  let isQuoted = false;
  const characters = Array.from(content.replace(/^\ufeff/, ''));
  const endCell = () => {
    rows.at(-1)?.push(cell);
    cell = '';
  };
  for (let index = 0; index < characters.length; index += 1) {
    const character = characters[index] ?? '';
    if (isQuoted) {
      if (character !== '"') cell += character;
      else if (characters[index + 1] === '"') {
        cell += '"';
        index += 1;
      } else isQuoted = false;
    } else if (character === '"') isQuoted = true;
    else if (character === separator) endCell();
    else if (character === '\n') {
      endCell();
      rows.push([]);
    } else if (character !== '\r') cell += character;
  }
  return rows.slice(0, -1);
}

function isATableOf(csv: string, name: string, language: 'en' | 'de'): void {
  const rows = rowsOf(csv, language === 'de' ? ';' : ',');
  expect(rows.map(({ length }) => length)).toEqual([6, 6]);
  const [mailbox, contact] = rows[1] ?? [];
  expect(mailbox).toBe(contact);
  // What a spreadsheet calculates, also behind blanks.
  for (const cell of rows.flat()) expect(cell).not.toMatch(/^\s*[=+\-@＝＋－＠\t\r]/);
  expect(contact?.replace(/^'/, '')).toBe(plainLine(name).replace(/^'/, ''));
}

describe('in the table', () => {
  law(
    'a name is one cell, and never a formula',
    fc.property(names, languages, (name, language) => {
      isATableOf(mailAbout(name, language).csv?.content ?? '', name, language);
    }),
    { fixedRuns: 200 },
  );

  twin(
    'cells that are quoted and nothing else',
    /not to match/,
    fc.property(names, languages, (name, language) => {
      const cell = `"${plainLine(name).replaceAll('"', '""')}"`;
      const mark = language === 'de' ? ';' : ',';
      const line = [cell, cell, 'a', 'b', 'c', 'd'].join(mark);
      isATableOf(`\ufeff${['a', 'b', 'c', 'd', 'e', 'f'].join(mark)}\r\n${line}\r\n`, name, language);
    }),
    400,
  );
});
