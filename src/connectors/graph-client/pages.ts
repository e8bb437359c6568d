// Paging: nextLink is followed verbatim, never to another host, never twice, and not forever.

import { Failure } from '../../model/failure.ts';
import { type GraphAnswer, isRecord } from './answer.ts';
import { requireSuccess, type ToFailure } from './failures.ts';

const MAX_PAGES = 20_000;

export interface GraphPage {
  readonly value: readonly unknown[];
  /** Only on the last page of a delta round. */
  readonly deltaLink: string | undefined;
  /** By the clock of the service; undefined where it does not tell. */
  readonly answeredAt: Date | undefined;
}

export async function* followPages(
  first: string,
  read: (pathOrLink: string) => Promise<GraphAnswer>,
  toFailure?: ToFailure,
): AsyncGenerator<GraphPage, void, undefined> {
  const seen = new Set<string>();
  let next: string | undefined = first;
  while (next !== undefined) {
    if (seen.has(next)) throw new Failure('unexpectedAnswer', { details: { code: 'repeatedNextLink' } });
    if (seen.size >= MAX_PAGES) throw new Failure('unexpectedAnswer', { details: { code: 'endlessPages' } });
    seen.add(next);
    const answer: GraphAnswer = requireSuccess(await read(next), toFailure);
    const page = decodePage(answer);
    const { value, deltaLink } = page;
    yield { value, deltaLink, answeredAt: dateOf(answer) };
    next = page.nextLink;
  }
}

/** By the clock of the service. */
export function dateOf({ headers }: GraphAnswer): Date | undefined {
  const time = Date.parse(headers.date ?? '');
  return Number.isNaN(time) ? undefined : new Date(time);
}

function decodePage(
  answer: GraphAnswer,
): Omit<GraphPage, 'answeredAt'> & { readonly nextLink: string | undefined } {
  const body = isRecord(answer.body) ? answer.body : {};
  const value = body.value;
  if (!Array.isArray(value)) {
    const requestId = answer.requestId === undefined ? {} : { requestId: answer.requestId };
    throw new Failure('unexpectedAnswer', { details: { code: 'pageWithoutValue' }, ...requestId });
  }
  return { value, nextLink: linkOf(body, '@odata.nextLink'), deltaLink: linkOf(body, '@odata.deltaLink') };
}

function linkOf(body: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const link = body[name];
  return typeof link === 'string' && link !== '' ? link : undefined;
}
