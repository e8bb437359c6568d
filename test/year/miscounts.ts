// A report that tells of more than happened, for twins.

import type { RunPorts } from '../../src/engine/run-ports.ts';

/** With a run store that adds one to every count of contacts made. */
export const miscounts = (ports: RunPorts): RunPorts => ({
  ...ports,
  runs: new Proxy(ports.runs, {
    get: (runs, name) => {
      if (name !== 'append') {
        const value: unknown = Reflect.get(runs, name, runs);
        return typeof value === 'function' ? value.bind(runs) : value;
      }
      const append: typeof runs.append = (id, events, at) =>
        runs.append(
          id,
          events.map((event) =>
            event.type === 'mailbox.applied'
              ? { ...event, counts: { ...event.counts, created: event.counts.created + 1 } }
              : event,
          ),
          at,
        );
      return append;
    },
  }),
});
