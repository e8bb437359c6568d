import type { Handler } from '../server/exchange.ts';
export const handleControl: Handler = () => ({ status: 501 });
