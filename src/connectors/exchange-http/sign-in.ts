// How a request is signed in, as a strategy: one file per way, so that Basic, NTLM and others stand side by side and
// nothing above knows which is used.

import type { Failure } from '../../model/failure.ts';
import type { Wire, WireAnswer, WireRequest } from './wire.ts';

export interface SignIn {
  /** As the server spells it in WWW-Authenticate; compared without regard to case. */
  readonly scheme: string;
  /**
   * One request, signed in: with a header, or in several legs on one connection of its own. Returns the last answer,
   * also a 401: that one is final. Throws Failures (passwordNeedsTls) and whatever the wire throws.
   */
  send(request: WireRequest, wire: Wire): Promise<WireAnswer>;
  /** Of a final 401; undefined or absent: a password was refused, or this way is not offered. */
  explainRefusal?(answer: WireAnswer, host: string): Failure | undefined;
  /** Gives back connections of its own. */
  close?(): Promise<void>;
}
