// The envelope of every request: which schema we speak, and for whose mailbox.

import { MESSAGES_NS, SOAP_NS, TYPES_NS } from './namespaces.ts';
import { element, type Xml } from './xml-writer.ts';

/** Known to every server from 2013 SP1 on and enough for everything here; without the header an older one is assumed. */
const SERVER_VERSION = 'Exchange2013_SP1';

export function envelope(operation: Xml, impersonated: string | undefined): string {
  const header = element(
    's:Header',
    {},
    element('t:RequestServerVersion', { Version: SERVER_VERSION }),
    impersonated === undefined
      ? undefined
      : element(
          't:ExchangeImpersonation',
          {},
          element('t:ConnectingSID', {}, element('t:PrimarySmtpAddress', {}, impersonated)),
        ),
  );
  const namespaces = { 'xmlns:s': SOAP_NS, 'xmlns:m': MESSAGES_NS, 'xmlns:t': TYPES_NS };
  const document = element('s:Envelope', namespaces, header, element('s:Body', {}, operation));
  return `<?xml version="1.0" encoding="utf-8"?>${document.xml}`;
}
