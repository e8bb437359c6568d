import type { Handler } from '../server/exchange.ts';
export const handleEntra: Handler = () => ({ status: 501 });
