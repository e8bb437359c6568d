// Tokens straight from the emulator, for tests whose service is ahead of the system's clock by days or minutes: MSAL signs
// by the system's, and what it signs would be old there.

import type { RunningEmulator } from '@contactsync/emulator';
import type { TokenProvider } from '../src/connectors/entra/token-provider.ts';

interface Claims {
  readonly exp: number;
  readonly tid: string;
  readonly roles?: readonly string[];
  readonly wids?: readonly string[];
}

export function issuedTokens(emulator: RunningEmulator, applicationId: string): TokenProvider {
  return {
    async token(resource) {
      const value = emulator.issueToken(applicationId, resource);
      const claims = JSON.parse(Buffer.from(value.split('.')[1] ?? '', 'base64url').toString()) as Claims;
      return {
        value,
        expiresAt: new Date(claims.exp * 1_000),
        roles: claims.roles ?? [],
        directoryRoles: claims.wids ?? [],
        tenantId: claims.tid,
      };
    },
  };
}
