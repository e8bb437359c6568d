// One line of the table of what the Graph face answers.
import type { EmulatorResponse, TokenNeed } from '../server/exchange.ts';
import type { GraphCall } from './call.ts';
import type { PreferenceName } from './request-headers.ts';

export interface Route {
  readonly method: string;
  /** Segments in braces are parameters. */
  readonly path: string;
  readonly need: TokenNeed;
  /** Query options, preferences and headers that mean something here; all others are refused. */
  readonly options: readonly string[];
  readonly preferences: readonly PreferenceName[];
  readonly headers: readonly string[];
  readonly handle: (call: GraphCall) => EmulatorResponse | Promise<EmulatorResponse>;
}
