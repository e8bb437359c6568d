// Whom a connection to a listener trusts.

import type { SecureContext } from 'node:tls';
import { trustWith } from '../http/trust.ts';

export const tlsOptions = (
  additionalCa: string | undefined,
): { readonly secureContext: SecureContext; readonly rejectUnauthorized: true } => ({
  secureContext: trustWith(additionalCa),
  // Said aloud: NODE_TLS_REJECT_UNAUTHORIZED in the environment must not open the way to a stranger.
  rejectUnauthorized: true,
});
