// One request for a token with a certificate, to whoever issues it: Entra ID (ask-entra.ts) or AD FS (ask-adfs.ts).

import type { Failure } from '../../model/failure.ts';
import type { StsAnswer } from './failures.ts';

export interface Credential {
  /** Of the certificate's DER, in upper-case hex. */
  readonly thumbprintSha1: string;
  readonly thumbprintSha256: string;
  /** PKCS#8 */
  readonly privateKeyPem: string;
}

export interface TokenRequest {
  /** What the token is for, as its issuer knows it. */
  readonly resource: string;
  readonly credential: Credential;
  readonly timeBudgetMs: number;
}

export interface TokenAnswer {
  readonly refused: Failure | undefined;
  /** What was answered last, whether refused or not. */
  readonly last: StsAnswer | undefined;
}

/** Never throws: what went wrong is `refused`. */
export type AskForToken = (request: TokenRequest, signal: AbortSignal) => Promise<TokenAnswer>;
