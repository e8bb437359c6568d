// Asks one server in all forms: JSON, POX and SOAP. An open question comes before every signed-in one, so that the
// password goes only to a trusted server that asks for it as Exchange does, never to a public web site that happens to
// bear the name of the mail domain.

import { type Answered, type Asked, converse } from './converse.ts';
import type { DecodedAnswer, Side } from './decoded-answer.ts';
import { follow, type Inquiry, note, readableUrl, type StepMade } from './inquiry.ts';
import { decodeJson, jsonUrl } from './json.ts';
import { decodePox, encodePox } from './pox.ts';
import { decodeSoap, encodeSoap, SOAP_ACTION } from './soap.ts';
import { checkTarget, domainOf, isExchangeOnline, isOfDirectory, isTrusted } from './trust.ts';

export interface Place {
  /** Of the POX form, on a trusted host. */
  readonly url: URL;
  readonly side: Side;
  /** The bare name of the mail domain, where a public web site may stand: Basic alone is no reason to send a password. */
  readonly isWebSite?: boolean;
}

/** `onlyOnline`: the server says that the mailbox lives in Exchange Online. */
export type PlaceResult =
  | { readonly kind: 'found'; readonly ewsUrl: string; readonly serverVersion?: string }
  | { readonly kind: 'restart'; readonly address: string }
  | { readonly kind: 'passedOver'; readonly isReachable: boolean };

const PASSED_OVER: PlaceResult = { kind: 'passedOver', isReachable: true };
const NOT_REACHED: PlaceResult = { kind: 'passedOver', isReachable: false };

const MOST_REDIRECTS = 10;

interface Form {
  readonly question: 'json' | 'pox' | 'soap';
  readonly firstUrl: (place: URL, address: string) => URL;
  readonly encode?: (address: string, url: URL) => string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly decode: (text: string, side: Side) => DecodedAnswer;
}

const JSON_FORM: Form = { question: 'json', firstUrl: jsonUrl, decode: decodeJson };
const POX_FORM: Form = {
  question: 'pox',
  firstUrl: (place) => place,
  encode: encodePox,
  decode: decodePox,
};
const SOAP_FORM: Form = {
  question: 'soap',
  firstUrl: (place) => new URL(place.pathname.replace(/\.xml$/i, '.svc'), place),
  encode: encodeSoap,
  headers: { soapaction: `"${SOAP_ACTION}"` },
  decode: decodeSoap,
};

// JSON tells the outside address only, so inside it comes last. Outside it comes first: it needs no password.
const FORMS: Readonly<Record<Side, readonly Form[]>> = {
  internal: [POX_FORM, SOAP_FORM, JSON_FORM],
  external: [JSON_FORM, POX_FORM, SOAP_FORM],
};

/** Throws Failures that end the search: a refused password, cancelled. */
export async function askPlace(inquiry: Inquiry, place: Place, address: string): Promise<PlaceResult> {
  for (const form of FORMS[place.side]) {
    const result = await askInForm(inquiry, place, form, address);
    if (result.kind !== 'passedOver' || !result.isReachable) return result;
  }
  return PASSED_OVER;
}

async function askInForm(inquiry: Inquiry, place: Place, form: Form, address: string): Promise<PlaceResult> {
  const visited = new Set<string>();
  let url = form.firstUrl(place.url, address);
  for (;;) {
    visited.add(url.href);
    const asked = {
      question: form.question,
      url,
      isSignedIn: false,
      ...(form.encode === undefined ? {} : { body: form.encode(address, url) }),
      ...(form.headers === undefined ? {} : { headers: form.headers }),
    };
    const open = await converse(inquiry, asked);
    // A server that was reached through a redirect says nothing about the one that sent us there.
    if (open === undefined) return visited.size === 1 ? NOT_REACHED : PASSED_OVER;
    const { answer, isSignedIn } =
      open.status === 401 ? await signIn(inquiry, asked, open, place) : { answer: open, isSignedIn: false };
    if (answer === undefined) return PASSED_OVER;
    const made = { question: form.question, target: url, isSignedIn, status: answer.status };
    const outcome = await judge(inquiry, made, answer, place.side, form, url);
    if (outcome.kind !== 'redirect') return outcome;
    if (visited.has(outcome.url.href)) {
      note(inquiry, { ...made, detail: readableUrl(outcome.url) }, 'loop');
      return PASSED_OVER;
    }
    if (visited.size > MOST_REDIRECTS) {
      note(inquiry, made, 'tooManyRedirects');
      return PASSED_OVER;
    }
    url = outcome.url;
  }
}

async function signIn(
  inquiry: Inquiry,
  asked: Asked,
  open: Answered,
  place: Place,
): Promise<{ readonly answer: Answered | undefined; readonly isSignedIn: boolean }> {
  const made = { question: asked.question, target: asked.url, status: 401 };
  const offered = offeredSchemes(open.headers['www-authenticate'] ?? '');
  const detail = offered.join(', ');
  // The JSON form never asks for a password; whatever does so in its place is something else.
  const isUsable = asked.question !== 'json' && takes(offered, inquiry.signInScheme);
  if (!isUsable || !isTrusted(inquiry.trusted, asked.url.hostname)) {
    note(inquiry, { ...made, detail }, 'signInNotOffered');
    return { answer: undefined, isSignedIn: false };
  }
  if (place.isWebSite === true && !looksLikeExchange(offered, open)) {
    note(inquiry, { ...made, detail }, 'notExchange');
    return { answer: undefined, isSignedIn: false };
  }
  note(inquiry, { ...made, detail }, 'wantsSignIn');
  return { answer: await converse(inquiry, { ...asked, isSignedIn: true }), isSignedIn: true };
}

type Judging = StepMade & { readonly target: URL; readonly isSignedIn: boolean };
type Judged = PlaceResult | { readonly kind: 'redirect'; readonly url: URL };

async function judge(
  inquiry: Inquiry,
  made: Judging,
  answer: Answered,
  side: Side,
  form: Form,
  url: URL,
): Promise<Judged> {
  if ([301, 302, 303, 307, 308].includes(answer.status)) {
    const next = follow(inquiry, made, answer.headers['location'] ?? '', url);
    return next === undefined ? PASSED_OVER : { kind: 'redirect', url: next };
  }
  // Errors of the JSON form and faults of the SOAP form come with an error status; their text says more.
  const isJudgedByText = answer.status === 200 || form.question === 'json';
  if (!isJudgedByText && answer.status !== 500) {
    note(inquiry, made, answer.status >= 500 ? 'serverError' : 'notThere');
    return PASSED_OVER;
  }
  if (isWebPage(answer)) {
    note(inquiry, made, answer.status === 200 ? 'webPage' : 'notThere');
    return PASSED_OVER;
  }
  const decoded = form.decode(answer.text, side);
  switch (decoded.kind) {
    case 'urls':
      return judgeUrls(inquiry, made, decoded);
    case 'redirectUrl': {
      const next = follow(inquiry, made, decoded.url);
      return next === undefined ? PASSED_OVER : { kind: 'redirect', url: next };
    }
    case 'redirectAddress':
      return judgeAddress(inquiry, made, decoded.address);
    case 'error':
      note(inquiry, { ...made, detail: decoded.code }, 'serverError');
      return PASSED_OVER;
    case 'noUrl':
      note(inquiry, made, 'noAddress');
      return PASSED_OVER;
    case 'unreadable':
      if (answer.status === 200) note(inquiry, { ...made, detail: decoded.why }, 'unreadable');
      else note(inquiry, made, 'notThere');
      return PASSED_OVER;
  }
}

/**
 * Whoever bears a name of the mail domain may ask for a password and answer whatever comes: that proves nothing of it, and
 * it names trusted servers only. One that Active Directory names may name another one, after the sign-in.
 */
async function judgeUrls(
  inquiry: Inquiry,
  made: Judging,
  decoded: Extract<DecodedAnswer, { kind: 'urls' }>,
): Promise<PlaceResult> {
  const mayNameOutside = made.isSignedIn && isOfDirectory(inquiry.trusted, made.target.hostname);
  for (const text of decoded.urls) {
    const target = checkTarget(inquiry.trusted, text);
    const named = 'url' in target ? target.url : mayNameOutside ? acceptOutside(target, text) : undefined;
    if (named === undefined) {
      follow(inquiry, made, text);
      continue;
    }
    note(inquiry, { ...made, detail: readableUrl(named) }, 'named');
    if (!(await isServed(inquiry, named))) continue;
    const { serverVersion } = decoded;
    return { kind: 'found', ewsUrl: named.href, ...(serverVersion === undefined ? {} : { serverVersion }) };
  }
  return PASSED_OVER;
}

function acceptOutside(target: ReturnType<typeof checkTarget>, text: string): URL | undefined {
  return 'refused' in target && target.refused === 'outside' ? new URL(text.trim()) : undefined;
}

/** An address that only others can reach, such as the inside one from outside, is of no use. Asked without password. */
async function isServed(inquiry: Inquiry, url: URL): Promise<boolean> {
  const answer = await converse(inquiry, { question: 'ews', url, isSignedIn: false });
  if (answer === undefined) return false;
  const made = { question: 'ews', target: url, status: answer.status } as const;
  const isExchange = [401, 405].includes(answer.status);
  note(inquiry, made, isExchange ? 'served' : 'noExchangeWebServices');
  return isExchange;
}

function judgeAddress(inquiry: Inquiry, made: StepMade, address: string): PlaceResult {
  const domain = domainOf(address);
  const refuse = (
    why: 'badRedirect' | 'exchangeOnline' | 'outside' | 'loop',
    detail?: string,
  ): PlaceResult => {
    note(inquiry, { ...made, detail }, why);
    return PASSED_OVER;
  };
  if (!/^[^\s@<>]+@[^\s@<>/?#:]+$/.test(address)) return refuse('badRedirect');
  if (isExchangeOnline(domain)) {
    inquiry.leadsOnline = true;
    return refuse('exchangeOnline', domain);
  }
  if (!isTrusted(inquiry.trusted, domain)) {
    inquiry.outsideHosts.add(domain);
    return refuse('outside', domain);
  }
  if (inquiry.addresses.has(address.toLowerCase())) return refuse('loop', 'the same mail address');
  if (inquiry.addresses.size > MOST_REDIRECTS) {
    note(inquiry, made, 'tooManyRedirects');
    return PASSED_OVER;
  }
  note(inquiry, { ...made, detail: `another mail address in ${domain}` }, 'leadsOn');
  return { kind: 'restart', address };
}

/** The type alone does not tell: some servers send their XML as text/html. */
function isWebPage({ headers, text }: Answered): boolean {
  const isTypeOfPages = /^\s*(text\/html|application\/xhtml)/i.test(headers['content-type'] ?? '');
  const isXml = /^\uFEFF?\s*<(\?xml|Autodiscover)\b/.test(text);
  return (isTypeOfPages && !isXml) || /^\uFEFF?\s*<(!doctype\s+html|html)\b/i.test(text);
}

function offeredSchemes(challenge: string): readonly string[] {
  const names = challenge.split(',').map((one) => /^\s*([A-Za-z]+)(\s|$)/.exec(one)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))];
}

/** A Windows server, or a header that Exchange puts on every answer. */
function looksLikeExchange(offered: readonly string[], { headers }: Answered): boolean {
  const isWindows = offered.some((name) => ['ntlm', 'negotiate'].includes(name.toLowerCase()));
  return isWindows || ['x-feserver', 'x-soap-enabled'].some((name) => headers[name] !== undefined);
}

/** IIS takes NTLM under the name of Negotiate too. */
function takes(offered: readonly string[], scheme: string | undefined): boolean {
  const names = offered.map((name) => name.toLowerCase());
  if (scheme === undefined) return names.some((name) => ['ntlm', 'negotiate', 'basic'].includes(name));
  const wanted = scheme.toLowerCase();
  return names.includes(wanted) || (wanted === 'ntlm' && names.includes('negotiate'));
}
