// The Graph client: what other connectors may use of it.

export {
  type BatchAnswer,
  bytesIn,
  errorOf,
  type GraphAnswer,
  isForeignPage,
  isRecord,
  isSuccess,
  isThrottledOrBusy,
  retryAfterMs,
} from './answer.ts';
export { type BatchPart, longestWait } from './batch.ts';
export { MAX_BATCH_PARTS } from './batch-widths.ts';
export { createGraphClient, type GraphClient, type GraphClientOptions, type GraphCounts } from './client.ts';
export { graphFailure, requireSuccess, type ToFailure } from './failures.ts';
export { dateOf, type GraphPage } from './pages.ts';
export type { GraphHttp, GraphHttpRequest, GraphHttpResponse, GraphTokens } from './transport.ts';
