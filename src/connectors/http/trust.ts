// Whom a connection to a server in the building trusts: the usual authorities, those of the operating system, where a
// company's own authority is put by its administrators, and the one the environment names.

import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';

const trusts = new Map<string | undefined, SecureContext>();

/**
 * Made once for all connections of the process: parsing hundreds of authorities takes longer than many requests, and NTLM
 * has an agent for each connection.
 */
export function trustWith(additionalCa: string | undefined): SecureContext {
  const known = trusts.get(additionalCa);
  if (known !== undefined) return known;
  const ca = [...getCACertificates('default'), ...getCACertificates('system')];
  const trust = createSecureContext({ ca: additionalCa === undefined ? ca : [...ca, additionalCa] });
  trusts.set(additionalCa, trust);
  return trust;
}
