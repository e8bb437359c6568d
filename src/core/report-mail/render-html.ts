// A mail as HTML that Outlook renders: tables for layout and styles on the elements, because the Word engine of Outlook
// knows neither flexbox nor much of a style sheet; the style sheet only adds dark colors, which Outlook for Windows makes
// itself. Well-formed as XML. Nothing is loaded, nothing is clicked; every value is escaped.
// https://learn.microsoft.com/previous-versions/office/developer/office-2007/aa338201(v=office.12)

import { escapeMarkup } from '@contactsync/contract';
import type { Block, MailContent, Row, Tone } from './mail-content.ts';
import { plainLine } from './safe-text.ts';

/** What the mail may consist of; a test reads every mail back against it. */
export const ALLOWED_ELEMENTS: Readonly<Record<string, readonly string[]>> = {
  html: ['xmlns', 'lang'],
  head: [],
  meta: ['charset', 'name', 'content', 'http-equiv'],
  title: [],
  style: [],
  body: ['class', 'style', 'bgcolor'],
  table: ['class', 'style', 'role', 'width', 'cellpadding', 'cellspacing', 'border', 'align', 'bgcolor'],
  tr: [],
  th: ['class', 'style', 'align', 'valign', 'width', 'scope'],
  td: ['class', 'style', 'align', 'valign', 'width', 'bgcolor'],
  h1: ['class', 'style'],
  h2: ['class', 'style'],
  p: ['class', 'style'],
  span: ['class', 'style'],
  strong: ['class', 'style'],
  br: [],
};

/** Of styles on elements. */
export const ALLOWED_STYLES: readonly string[] = [
  'background-color',
  'border',
  'border-bottom',
  'border-collapse',
  'border-left',
  'color',
  'font-family',
  'font-size',
  'font-weight',
  'line-height',
  'margin',
  'max-width',
  'overflow-wrap',
  'padding',
  'text-align',
  'vertical-align',
  'width',
  'word-break',
];

const markup = (text: string): string => escapeMarkup(plainLine(text));

const FONT = "font-family: 'Segoe UI', Arial, sans-serif";
const MONO = "font-family: Consolas, 'Courier New', monospace";
const WRAP = 'overflow-wrap: anywhere; word-break: break-word';

const COLORS: Readonly<Record<Tone, { readonly ink: string; readonly ground: string }>> = {
  good: { ink: '#116329', ground: '#dff3e4' },
  warn: { ink: '#7a4b00', ground: '#fff1cf' },
  bad: { ink: '#a4161a', ground: '#fde3e3' },
  plain: { ink: '#1b1f24', ground: '#eef1f4' },
};

// Outlook on the web marks what it recolors with data-ogsc, and then leaves these rules alone.
const DARK = `
.page, .page td { background-color: #14181d !important; }
.card, .card td { background-color: #1c2128 !important; }
.ink { color: #e6e9ed !important; }
.soft { color: #aab4bf !important; }
.line { border-color: #3a424c !important; }
.good { color: #6fd08c !important; } .warn { color: #f0c24b !important; } .bad { color: #ff8f87 !important; }
.onGood, .card td.onGood { background-color: #12351d !important; color: #8ce0a4 !important; }
.onWarn, .card td.onWarn { background-color: #3a2c05 !important; color: #f5d279 !important; }
.onBad, .card td.onBad { background-color: #431718 !important; color: #ffb0aa !important; }
.onPlain, .card td.onPlain { background-color: #2a313a !important; color: #e6e9ed !important; }`;

const STYLE = `:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {${DARK}
}`;

const ON: Readonly<Record<Tone, string>> = { good: 'onGood', warn: 'onWarn', bad: 'onBad', plain: 'onPlain' };

const inkClass = (tone: Tone) => (tone === 'plain' ? 'ink' : tone);

export function renderHtml({
  language,
  subject,
  title,
  badge,
  summary,
  blocks,
  footer,
}: MailContent): string {
  return `<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" lang="${markup(language)}">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="color-scheme" content="light dark" />
<meta name="supported-color-schemes" content="light dark" />
<title>${markup(subject)}</title>
<style>${STYLE}</style>
</head>
<body class="page" bgcolor="#f3f5f7" style="margin: 0; padding: 0; background-color: #f3f5f7">
<table class="page" role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" bgcolor="#f3f5f7" style="width: 100%; background-color: #f3f5f7">
<tr><td align="center" style="padding: 12px 8px">
<table class="card line" role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" align="center" bgcolor="#ffffff" style="width: 100%; max-width: 640px; background-color: #ffffff; border: 1px solid #d5dbe1">
<tr><td style="padding: 18px 18px 4px 18px; text-align: left">
<h1 class="ink" style="${FONT}; font-size: 20px; line-height: 26px; font-weight: 600; color: #1b1f24; margin: 0; ${WRAP}">${markup(title)}</h1>
</td></tr>
<tr><td style="padding: 4px 18px; text-align: left">${badgeHtml(badge)}</td></tr>
<tr><td style="padding: 4px 18px 6px 18px; text-align: left">${paragraph(summary, 'ink', '#1b1f24')}</td></tr>
${blocks.map((block) => `<tr><td style="padding: 10px 18px; text-align: left">\n${blockHtml(block)}\n</td></tr>`).join('\n')}
<tr><td class="line" style="padding: 12px 18px 16px 18px; text-align: left; border-bottom: 0">
${footer.map((line) => paragraph(line, 'soft', '#566270', '12px')).join('\n')}
</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`;
}

function badgeHtml({ tone, text }: MailContent['badge']): string {
  const { ink, ground } = COLORS[tone];
  return `<table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr><td class="${ON[tone]}" bgcolor="${ground}" style="padding: 3px 10px; background-color: ${ground}; color: ${ink}; ${FONT}; font-size: 13px; font-weight: 600">${markup(text)}</td></tr></table>`;
}

const paragraph = (text: string, name: string, color: string, size = '14px', margin = '0 0 4px 0') =>
  `<p class="${name}" style="${FONT}; font-size: ${size}; line-height: 1.45; color: ${color}; margin: ${margin}; ${WRAP}">${markup(text)}</p>`;

const heading = (title: string | undefined) =>
  title === undefined
    ? ''
    : `<h2 class="ink" style="${FONT}; font-size: 15px; line-height: 20px; font-weight: 600; color: #1b1f24; margin: 0 0 6px 0">${markup(title)}</h2>\n`;

const DATA_TABLE =
  'width="100%" cellpadding="0" cellspacing="0" border="0" style="width: 100%; border-collapse: collapse"';
/** Words of ours stay whole; only what others wrote is broken where it does not fit. */
const SHORT_CELL = `${FONT}; font-size: 14px; line-height: 1.4; padding: 5px 8px 5px 0; border-bottom: 1px solid #e3e7eb; text-align: left; vertical-align: top`;
const CELL = `${SHORT_CELL}; ${WRAP}`;

function blockHtml(block: Block): string {
  switch (block.kind) {
    case 'facts':
      return `${heading(block.title)}<table role="presentation" ${DATA_TABLE}>
${block.facts
  .map(
    ({ label, value, note }) =>
      `<tr><td class="soft line" width="40%" style="${SHORT_CELL}; width: 40%; color: #566270">${markup(label)}</td><td class="ink line" style="${CELL}; color: #1b1f24">${markup(value)}${note === undefined ? '' : `<br /><span class="soft" style="color: #566270; font-size: 13px">${markup(note)}</span>`}</td></tr>`,
  )
  .join('\n')}
</table>`;
    case 'notice': {
      const { ink, ground } = COLORS[block.tone];
      const on = ON[block.tone];
      const line = (text: string, style = FONT) =>
        `<p class="${on}" style="${style}; font-size: 14px; line-height: 1.45; color: ${ink}; margin: 0 0 6px 0; ${WRAP}">${markup(text)}</p>`;
      const commands = (block.commands ?? []).map((text) =>
        line(text, `${MONO}; padding: 4px 0 4px 8px; border-left: 3px solid ${ink}`),
      );
      return `<table role="presentation" ${DATA_TABLE}><tr><td class="${on}" bgcolor="${ground}" style="padding: 12px 14px; background-color: ${ground}; text-align: left">
<h2 class="${on}" style="${FONT}; font-size: 15px; line-height: 20px; font-weight: 600; color: ${ink}; margin: 0 0 6px 0">${markup(block.title)}</h2>
${[...block.lines.map((text) => line(text)), ...commands, ...(block.after === undefined ? [] : [line(block.after)])].join('\n')}
</td></tr></table>`;
    }
    case 'problems':
      return `${heading(block.title)}<table role="presentation" ${DATA_TABLE}>
${block.problems
  .map(
    ({ tone, text, remedy }) =>
      `<tr><td class="line" style="${CELL}"><span class="${inkClass(tone)}" style="color: ${COLORS[tone].ink}">${markup(text)}</span>${remedy === undefined ? '' : `<br /><span class="soft" style="color: #566270">→ ${markup(remedy)}</span>`}</td></tr>`,
  )
  .join('\n')}
</table>`;
    case 'table':
      return `${heading(block.title)}<table ${DATA_TABLE}>
<tr>${block.head.map((text) => `<th class="soft line" scope="col" style="${SHORT_CELL}; font-weight: 600; color: #566270">${markup(text)}</th>`).join('')}</tr>
${block.rows.map(rowHtml).join('\n')}
</table>${block.rest === undefined ? '' : `\n${paragraph(block.rest, 'soft', '#566270', '14px', '6px 0 4px 0')}`}`;
  }
}

function rowHtml({ who, where, tone, what, more }: Row): string {
  const soft = (text: string | undefined) =>
    text === undefined
      ? ''
      : `<br /><span class="soft" style="color: #566270; font-size: 12px">${markup(text)}</span>`;
  return `<tr><td class="ink line" width="65%" style="${CELL}; width: 65%; color: #1b1f24">${markup(who)}${soft(where)}</td><td class="${inkClass(tone)} line" style="${SHORT_CELL}; color: ${COLORS[tone].ink}">${markup(what)}${soft(more)}</td></tr>`;
}
