// Placeholder of the Graph face until its handlers land.

import type { Handler } from '../server/exchange.ts';

export const handleGraph: Handler = () => ({
  status: 501,
  body: { error: { code: 'NotImplemented', message: 'Graph' } },
});
