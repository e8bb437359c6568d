// The way to Exchange servers on-premises: what ews, autodiscover and the composition root may use.

export { basicSignIn } from './basic-sign-in.ts';
export { type BearerOptions, bearerSignIn } from './bearer-sign-in.ts';
export type { ExchangeHttp, ExchangeRequest, ExchangeResponse } from './exchange-http.ts';
export { createExchangeHttp, type ExchangeHttpOptions } from './exchange-http-client.ts';
export { type NtlmOptions, ntlmSignIn } from './ntlm-sign-in.ts';
export type { SignIn } from './sign-in.ts';
export { createTlsAgent } from './wire.ts';
