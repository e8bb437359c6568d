// What is a format, and what servers put around plain text by themselves.

import { describe, expect, it } from 'vitest';
import { isFormatted } from './formatted-notes.ts';

describe('notes as HTML', () => {
  it.each([
    '<p>Pays <b>late</b></p>',
    '<p>Pays <STRONG class="x">late</STRONG></p>',
    '<a href="https://contoso.example">x</a>',
    '<ul><li>one</li></ul>',
    '<table><tr><td>1</td></tr></table>',
    '<img src="cid:1">',
    '<span style="color:red">x</span>',
    '<font color="#1F497D">x</font>',
    '<span style="background:yellow">x</span>',
  ])('are formatted: %s', (html) => {
    expect(isFormatted(`<html><body>${html}</body></html>`)).toBe(true);
  });

  it.each([
    '',
    'Pays late',
    '<!-- Converted from text/plain format --><p><font size="2">Pays<br>late &lt;b&gt;</font></p>',
    '<div class="WordSection1"><p class="MsoNormal"><span style="font-size:11pt;color:windowtext">x</span></p></div>',
    '<font color="#000000">x</font>',
    '<blockquote>x</blockquote>',
  ])('are plain text: %s', (html) => {
    const head = '<head><style>b { color: red }</style><!-- <b> --></head>';
    expect(isFormatted(`<html>${head}<body>${html}</body></html>`)).toBe(false);
  });
});
