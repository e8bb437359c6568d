// The JSON form, "version 2": of Exchange 2016 CU3 and newer, answers everybody and so needs no password.

import { type DecodedAnswer, safeCode } from './decoded-answer.ts';

export function jsonUrl(host: URL, address: string): URL {
  return new URL(
    `/autodiscover/autodiscover.json/v1.0/${encodeURIComponent(address)}?Protocol=EWS&RedirectCount=0`,
    host,
  );
}

/** Judged by the Url alone: errors come with status 400 from Exchange and with 200 from others. */
export function decodeJson(source: string): DecodedAnswer {
  let parsed: unknown;
  try {
    parsed = JSON.parse(source);
  } catch {
    return { kind: 'unreadable', why: 'not JSON' };
  }
  if (typeof parsed !== 'object' || parsed === null) return { kind: 'unreadable', why: 'not an object' };
  const members = new Map(Object.entries(parsed).map(([name, value]) => [name.toLowerCase(), value]));
  const url: unknown = members.get('url');
  if (typeof url === 'string' && url !== '') return { kind: 'urls', urls: [url] };
  const code: unknown = members.get('errorcode');
  return typeof code === 'string' ? { kind: 'error', code: safeCode(code) } : { kind: 'noUrl' };
}
