import type { Handler } from '../server/exchange.ts';
export const handleExchangeAdmin: Handler = () => ({ status: 501 });
