// The server's side of NTLM: challenge, then proof.
import type { Account } from '../../organization/on-premises.ts';
import type { EmulatorContext } from '../exchange.ts';

export interface NtlmConnection {
  account?: Account;
}
export type NtlmStep =
  | { readonly kind: 'challenge'; readonly message: Buffer }
  | { readonly kind: 'accepted'; readonly account: Account }
  | { readonly kind: 'refused'; readonly account: Account | undefined };

export function continueNtlm(_c: NtlmConnection, _m: Buffer, _x: EmulatorContext): NtlmStep {
  return { kind: 'refused', account: undefined };
}
