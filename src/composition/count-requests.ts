// How many requests one connection made, whoever made them: mailboxes, mail, the connection test, Autodiscover.

import type { ExchangeHttp } from '../connectors/exchange-http/index.ts';

export interface CountedHttp extends ExchangeHttp {
  readonly count: number;
}

export function countRequests(http: ExchangeHttp): CountedHttp {
  let count = 0;
  return {
    send(request, signal) {
      count += 1;
      return http.send(request, signal);
    },
    close: () => http.close(),
    get count() {
      return count;
    },
  };
}
