// Whom a connection to a domain controller trusts; see http/trust.ts.

import type { SecureContext } from 'node:tls';
import { trustWith } from '../http/trust.ts';

/** Made when it is first needed: all authorities are parsed for it. */
export function trustOf(additionalCa: string | undefined): () => SecureContext {
  return () => trustWith(additionalCa);
}
