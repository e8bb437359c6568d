// The SOAP envelope: reads and checks that of a request, wraps answers and faults.

import type { EmulatorResponse } from '../server/exchange.ts';
import { type EwsError, EwsFault, value } from './errors.ts';
import { headers, requests } from './schema/requests.ts';
import { SchemaViolation, validate } from './schema/types.ts';
import type { EwsSettings } from './service.ts';
import { namespaces } from './xml/names.ts';
import { type Element, localName, readXml, type XmlError } from './xml/reader.ts';
import { element, escaped, textElement } from './xml/writer.ts';

export interface Envelope {
  /** The operation: the one element of the body. */
  readonly operation: Element;
  readonly version: string | undefined;
  readonly impersonation: Element | undefined;
}

// There is no Exchange2019: the enumeration of the schema of Exchange SE.
const versions = new Set([
  ...['Exchange2007', 'Exchange2007_SP1', 'Exchange2009', 'Exchange2010', 'Exchange2010_SP1'],
  ...['Exchange2010_SP2', 'Exchange2012', 'Exchange2013', 'Exchange2013_SP1', 'Exchange2015'],
  ...['Exchange2016', 'V2015_10_05', 'V2016_01_06', 'V2016_04_13', 'V2016_07_13', 'V2016_10_10'],
  ...['V2017_01_07', 'V2017_04_14', 'V2017_07_11'],
]);

export function readEnvelope(bytes: Buffer): Envelope {
  const root = readXml(bytes);
  if (root.name !== 's:Envelope')
    throw new SchemaViolation(`The root element '${root.name}' is no SOAP 1.1 envelope.`, root);
  const [first, second, ...rest] = root.children;
  const header = first?.name === 's:Header' ? first : undefined;
  const body = header === undefined ? first : second;
  const isWhole =
    body?.name === 's:Body' && (header === undefined ? second === undefined : rest.length === 0);
  if (body === undefined || !isWhole)
    throw new SchemaViolation('The envelope holds a Header at most and one Body.', root);
  const known = readHeaders(header);
  const versionElement = known.get('t:RequestServerVersion');
  const version = versionElement?.attributes.get('Version');
  if (version !== undefined && !versions.has(version)) {
    throw new EwsFault('ErrorInvalidServerVersion', 'The specified server version is invalid.');
  }
  const [operation, ...more] = body.children;
  if (operation === undefined || more.length > 0)
    throw new EwsFault('ErrorInvalidRequest', 'The request is invalid.: the body holds one operation.');
  const type = requests[operation.name];
  if (type === undefined)
    throw new EwsFault('ErrorInvalidRequest', `The emulator does not know the operation ${operation.name}.`);
  validate(operation, type);
  return { operation, version, impersonation: known.get('t:ExchangeImpersonation') };
}

function readHeaders(header: Element | undefined): Map<string, Element> {
  const known = new Map<string, Element>();
  for (const one of header?.children ?? []) {
    const type = headers[one.name];
    if (type === undefined) {
      if (one.name.startsWith('t:') || one.attributes.get('s:mustUnderstand') === '1')
        throw new EwsFault('ErrorInvalidRequest', `The emulator does not know the header ${one.name}.`);
      continue;
    }
    if (known.has(one.name)) throw new SchemaViolation(`The header '${one.name}' comes twice.`, one);
    validate(one, type);
    known.set(one.name, one);
  }
  return known;
}

export function answerEnvelope(operation: Element, inner: string, settings: EwsSettings): EmulatorResponse {
  return responseEnvelope(operation, {}, inner, settings);
}

/** With attributes of the response itself, where it is no list of messages. */
export function responseEnvelope(
  operation: Element,
  attributes: Readonly<Record<string, string>>,
  inner: string,
  settings: EwsSettings,
): EmulatorResponse {
  const name = `m:${localName(operation)}Response`;
  return {
    status: 200,
    headers: xmlHeaders,
    body: Buffer.from(wrapped(serverVersion(settings), element(name, attributes, inner)), 'utf8'),
  };
}

const xmlHeaders = { 'Content-Type': 'text/xml; charset=utf-8', 'Cache-Control': 'private' };

function wrapped(header: string, body: string): string {
  const { s, m, t } = namespaces;
  return `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="${s}"><s:Header>${header}</s:Header><s:Body xmlns:m="${m}" xmlns:t="${t}">${body}</s:Body></s:Envelope>`;
}

function serverVersion({ version }: EwsSettings): string {
  const { major, minor, build } = version;
  return element('h:ServerVersionInfo', {
    'xmlns:h': namespaces.t,
    MajorVersion: major,
    MinorVersion: minor,
    MajorBuildNumber: build,
    MinorBuildNumber: 4,
    Version: major === 15 && minor === 0 ? 'V2_23' : 'V2017_07_11',
  });
}

/** HTTP 500 with the fault's code, message and details. */
export function faultResponse(error: EwsError, settings: EwsSettings): EmulatorResponse {
  const code = escaped(error.code);
  const text = escaped(error.message);
  const { t, e } = namespaces;
  const details =
    error.details === undefined ? '' : `<t:MessageXml xmlns:t="${t}">${error.details}</t:MessageXml>`;
  const fault =
    `<s:Fault><faultcode xmlns:a="${t}">a:${code}</faultcode><faultstring xml:lang="en-US">${text}</faultstring>` +
    `<detail><e:ResponseCode xmlns:e="${e}">${code}</e:ResponseCode><e:Message xmlns:e="${e}">${text}</e:Message>${details}</detail></s:Fault>`;
  return {
    status: 500,
    headers: xmlHeaders,
    body: Buffer.from(wrapped(serverVersion(settings), fault), 'utf8'),
  };
}

/** What is wrong with the XML or its order, with the place of it. */
export function schemaFault(error: XmlError | SchemaViolation): EwsFault {
  return new EwsFault(
    'ErrorSchemaValidation',
    `The request failed schema validation: ${error.message}`,
    value('LineNumber', error.line) + value('LinePosition', error.column) + value('Violation', error.message),
  );
}

export function successMessage(name: string, inner: string): string {
  return element(name, { ResponseClass: 'Success' }, textElement('m:ResponseCode', 'NoError'), inner);
}

/** `inner`: what the schema demands of the message even where nothing came of it. */
export function errorMessage(
  name: string,
  error: EwsError,
  inner: string,
  responseClass: 'Error' | 'Warning' = 'Error',
): string {
  return element(
    name,
    { ResponseClass: responseClass },
    textElement('m:MessageText', error.message),
    textElement('m:ResponseCode', error.code),
    textElement('m:DescriptiveLinkKey', 0),
    error.details === undefined ? '' : element('m:MessageXml', {}, error.details),
    inner,
  );
}
