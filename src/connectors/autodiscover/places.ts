// Where to ask, in the order of MS-OXDISCO: what Active Directory names, the two names every client tries, a redirect
// without encryption, a DNS record. Looked up only when its turn comes.

import { asFailure } from '../../model/failure.ts';
import type { ServiceRecord, ServiceResolver } from '../ldap-client/servers.ts';
import type { Place } from './ask-place.ts';
import { orderPoints, type PointReading, type ServiceConnectionPoints } from './connection-points.ts';
import { converse } from './converse.ts';
import { follow, type Inquiry, note } from './inquiry.ts';
import { isExchangeOnline } from './trust.ts';

const PATH = '/autodiscover/autodiscover.xml';

export interface Ways {
  readonly scp: ServiceConnectionPoints | undefined;
  readonly resolveSrv: ServiceResolver['resolveSrv'];
}

/** Throws Failures that end the search. */
export async function* placesToAsk(
  inquiry: Inquiry,
  { scp, resolveSrv }: Ways,
  mailDomain: string,
): AsyncGenerator<Place, void, undefined> {
  if (isExchangeOnline(mailDomain)) {
    // An address of the tenant itself: whoever is asked would be Exchange Online.
    inquiry.leadsOnline = true;
    note(inquiry, { question: 'pox', target: mailDomain }, 'exchangeOnline');
    return;
  }
  if (scp !== undefined) yield* fromDirectory(inquiry, scp, mailDomain);
  yield { url: new URL(`https://autodiscover.${mailDomain}${PATH}`), side: 'external' };
  yield { url: new URL(`https://${mailDomain}${PATH}`), side: 'external', isWebSite: true };
  yield* fromPlainRedirect(inquiry, mailDomain);
  yield* fromRecord(inquiry, resolveSrv, mailDomain);
}

async function* fromDirectory(
  inquiry: Inquiry,
  scp: ServiceConnectionPoints,
  mailDomain: string,
): AsyncGenerator<Place, void, undefined> {
  const own = await readPoints(inquiry, 'Active Directory', () => scp.read(inquiry.signal));
  if (own === undefined) return;
  const { urls, forests, otherForests } = orderPoints(own, mailDomain);
  const isKnown = urls.length > 0 || forests.length > 0;
  const proven = own.isProven === false ? [] : [...urls];
  const readForests = async (pointers: readonly string[]): Promise<readonly string[]> => {
    const found: string[] = [];
    for (const pointer of pointers.slice(0, MOST_FORESTS)) {
      const reading = await readPoints(inquiry, pointer, () => scp.readAt(pointer, inquiry.signal));
      // Pointers found there are not followed again: they could go in a circle.
      if (reading === undefined) continue;
      const there = orderPoints(reading, mailDomain).urls;
      found.push(...there);
      if (reading.isProven !== false && own.isProven !== false) proven.push(...there);
    }
    return found;
  };
  const all = [...(await readForests(forests)), ...urls, ...(isKnown ? [] : await readForests(otherForests))];
  const target = 'Active Directory';
  if (all.length === 0) note(inquiry, { question: 'connectionPoints', target }, 'noPoints');
  // What an administrator of the directory wrote there is trusted as the directory itself is; all of it before the first
  // is asked, since servers send clients to each other. What came without encryption may be anybody's word, and leads only
  // to hosts that were trusted before.
  for (const host of proven.map((text) => URL.parse(text)?.hostname ?? '')) {
    if (host !== '') inquiry.trusted.hosts.add(host);
  }
  for (const text of all) {
    const followed = follow(inquiry, { question: 'connectionPoints', target }, text);
    if (followed !== undefined) yield { url: followed, side: 'internal' };
  }
}

const MOST_FORESTS = 3;

async function readPoints(
  inquiry: Inquiry,
  target: string,
  read: () => Promise<PointReading>,
): Promise<PointReading | undefined> {
  try {
    const reading = await read();
    if (reading.points.length > 0) {
      const detail = `${reading.points.length}, site ${reading.site ?? 'unknown'}`;
      note(inquiry, { question: 'connectionPoints', target, detail }, 'pointsFound');
    }
    return reading;
  } catch (thrown) {
    const failure = asFailure(thrown);
    if (['cancelled', 'internalError'].includes(failure.code)) throw failure;
    const detail = String(failure.number);
    note(inquiry, { question: 'connectionPoints', target, detail }, 'directoryNotAsked');
    return undefined;
  }
}

/** Never with a password, and only the redirect counts: whoever is in between can write such an answer. */
async function* fromPlainRedirect(
  inquiry: Inquiry,
  mailDomain: string,
): AsyncGenerator<Place, void, undefined> {
  const url = new URL(`http://autodiscover.${mailDomain}${PATH}`);
  const answer = await converse(inquiry, { question: 'plainRedirect', url, isSignedIn: false });
  if (answer === undefined) return;
  const made = { question: 'plainRedirect', target: url, status: answer.status } as const;
  if (![301, 302, 303, 307, 308].includes(answer.status)) {
    note(inquiry, made, 'notThere');
    return;
  }
  const followed = follow(inquiry, made, answer.headers['location'] ?? '', url);
  if (followed !== undefined) yield { url: followed, side: 'external' };
}

async function* fromRecord(
  inquiry: Inquiry,
  resolveSrv: ServiceResolver['resolveSrv'],
  mailDomain: string,
): AsyncGenerator<Place, void, undefined> {
  const target = `_autodiscover._tcp.${mailDomain}`;
  const made = { question: 'srv', target } as const;
  const record = best(await lookUp(resolveSrv, target));
  if (record === undefined) {
    note(inquiry, made, 'noRecord');
    return;
  }
  if (record.port !== 443) {
    note(inquiry, { ...made, detail: String(record.port) }, 'otherPort');
    return;
  }
  const followed = follow(inquiry, made, `https://${record.name.replace(/\.$/, '')}${PATH}`);
  if (followed !== undefined) yield { url: followed, side: 'external' };
}

async function lookUp(
  resolveSrv: ServiceResolver['resolveSrv'],
  name: string,
): Promise<readonly ServiceRecord[]> {
  try {
    return await resolveSrv(name);
  } catch (thrown) {
    const failure = asFailure(thrown);
    if (failure.code === 'cancelled') throw failure;
    return [];
  }
}

/** Lowest priority, then highest weight; the target "." says that there is no such service (RFC 2782). */
function best(records: readonly ServiceRecord[]): ServiceRecord | undefined {
  return records
    .filter(({ name }) => name !== '' && name !== '.')
    .toSorted((a, b) => a.priority - b.priority || b.weight - a.weight)[0];
}
