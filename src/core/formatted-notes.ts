// Whether notes as HTML say more than their text: servers make HTML of plain text as well, and that text is better carried
// as it is.

const FORMAT = /<(?:a|b|i|u|s|em|strong|strike|sub|sup|h[1-6]|img|li|ol|ul|table)\b/i;
/** What Outlook and Exchange put into everything: their own names for the usual size and face are no format. */
const COLOR = /(?:color|background)\s*[:=]\s*["']?(?!(?:black|windowtext|auto|inherit|#0{3,6})\b)[#\w]/i;

export function isFormatted(html: string): boolean {
  const body = html.replace(/<head\b[\s\S]*?<\/head>/i, '').replace(/<!--[\s\S]*?-->/g, '');
  return FORMAT.test(body) || COLOR.test(body);
}
