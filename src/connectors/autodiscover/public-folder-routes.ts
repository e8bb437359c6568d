// Which mailboxes keep the public folders: the server of Exchange Web Services is asked for the settings of the mailbox that
// reads, then for those of the public folder mailboxes, and what it says goes into the headers of requests.
// https://learn.microsoft.com/exchange/client-developer/exchange-web-services/how-to-route-public-folder-hierarchy-requests
// https://learn.microsoft.com/exchange/client-developer/exchange-web-services/how-to-route-public-folder-content-requests

import { Failure, type FailureDetails } from '../../model/failure.ts';
import type { ExchangeHttp } from '../exchange-http/index.ts';
import { readAll } from './converse.ts';
import { encodePox, ownAddressIn } from './pox.ts';
import { decodeSettings, encodeSoap, SOAP_ACTION } from './soap.ts';
import { domainOf } from './trust.ts';

export interface PublicFolderRoutesOptions {
  readonly http: ExchangeHttp;
  /** Of Exchange.asmx: Autodiscover answers on the same host, so that no other one gets the password. */
  readonly ewsUrl: (signal: AbortSignal) => Promise<string>;
  /** Address of the mailbox that reads. */
  readonly reader: string;
}

interface Route {
  readonly anchorMailbox: string;
  readonly publicFolderMailbox: string;
}

export interface FoundPublicFolderRoutes {
  hierarchy(signal: AbortSignal): Promise<Route>;
  contents(mailboxGuid: string, signal: AbortSignal): Promise<Route>;
}

const HIERARCHY_MAILBOX = 'PublicFolderInformation';
/** The mailbox as GUID@domain, in spite of its name. */
const GUID_AT_DOMAIN = 'InternalRpcClientServer';
const STEP_MS = 30_000;

/** Each found out once; both throw `publicFoldersNotFound` and what the way there throws. */
export function findPublicFolderRoutes(options: PublicFolderRoutesOptions): FoundPublicFolderRoutes {
  let hierarchy: Promise<Route> | undefined;
  const contents = new Map<string, Promise<Route>>();
  const hierarchyOnce = (signal: AbortSignal) => {
    hierarchy ??= findHierarchy(options, signal);
    return hierarchy;
  };
  return {
    hierarchy: hierarchyOnce,
    async contents(mailboxGuid, signal) {
      const { publicFolderMailbox } = await hierarchyOnce(signal);
      const found =
        contents.get(mailboxGuid) ??
        findContents(options, mailboxGuid, domainOf(publicFolderMailbox), signal);
      contents.set(mailboxGuid, found);
      return found;
    },
  };
}

async function findHierarchy(options: PublicFolderRoutesOptions, signal: AbortSignal): Promise<Route> {
  const anchorMailbox = (await settingsOf(options, options.reader, signal)).get(HIERARCHY_MAILBOX) ?? '';
  if (anchorMailbox === '') throw notFound({ reason: 'noPublicFolderMailbox', mailbox: options.reader });
  // The same setting of the reader names the reader's own mailbox.
  const publicFolderMailbox = (await settingsOf(options, anchorMailbox, signal)).get(GUID_AT_DOMAIN) ?? '';
  if (!publicFolderMailbox.includes('@'))
    throw notFound({ reason: 'noMailboxGuid', publicFolderMailbox: anchorMailbox });
  return { anchorMailbox, publicFolderMailbox };
}

async function findContents(
  options: PublicFolderRoutesOptions,
  mailboxGuid: string,
  domain: string,
  signal: AbortSignal,
): Promise<Route> {
  const url = await placeOf(options, 'xml', signal);
  const address = ownAddressIn(await ask(options, url, encodePox(`${mailboxGuid}@${domain}`), {}, signal));
  if (address === undefined) throw notFound({ reason: 'noContentMailbox', host: url.host, mailboxGuid });
  return { anchorMailbox: address, publicFolderMailbox: address };
}

async function settingsOf(
  options: PublicFolderRoutesOptions,
  address: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const url = await placeOf(options, 'svc', signal);
  const body = encodeSoap(address, url, [HIERARCHY_MAILBOX, GUID_AT_DOMAIN]);
  const answer = decodeSettings(await ask(options, url, body, { soapaction: `"${SOAP_ACTION}"` }, signal));
  if (answer.kind === 'settings') return answer.values;
  // A mailbox that lives elsewhere is not followed: its public folders are not those of this server.
  const reason = answer.kind === 'error' ? answer.code : answer.kind;
  throw notFound({ reason, host: url.host, mailbox: address });
}

async function placeOf(
  { ewsUrl }: PublicFolderRoutesOptions,
  form: 'svc' | 'xml',
  signal: AbortSignal,
): Promise<URL> {
  return new URL(`/autodiscover/autodiscover.${form}`, await ewsUrl(signal));
}

async function ask(
  { http }: PublicFolderRoutesOptions,
  url: URL,
  body: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<string> {
  const response = await http.send(
    {
      method: 'POST',
      url: url.href,
      headers: { 'content-type': 'text/xml; charset=utf-8', ...headers },
      body,
      timeBudgetMs: STEP_MS,
      isSafeToRepeat: true,
    },
    signal,
  );
  const text = await readAll(response);
  if (response.status === 200 && text !== undefined) return text;
  throw notFound({ reason: `HTTP ${response.status}`, host: url.host }, response.requestId);
}

function notFound(details: FailureDetails, requestId?: string): Failure {
  return new Failure('publicFoldersNotFound', {
    details,
    ...(requestId === undefined ? {} : { requestId }),
  });
}
