// Whom a connection trusts: the usual authorities, those of the operating system, where a company's own authority is put
// by its administrators, and the one the environment names.

import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';

/** Made once, when it is first needed: all authorities are parsed for it. */
export function trustOf(additionalCa: string | undefined): () => SecureContext {
  let context: SecureContext | undefined;
  return () => {
    context ??= createSecureContext({
      ca: [
        ...getCACertificates('default'),
        ...getCACertificates('system'),
        ...(additionalCa === undefined ? [] : [additionalCa]),
      ],
    });
    return context;
  };
}
