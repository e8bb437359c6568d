// Scripted faults, quirks of the Graph face, and the request log.

import { z } from 'zod';
import { type GraphSettings, graphSettings, setGraphSettings } from '../graph/settings.ts';
import { ControlError, nothing, type Operations, operation } from './operation.ts';

const answer = {
  status: z.int().min(200).max(599),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.unknown().optional(),
};

const fault = z.strictObject({
  face: z.enum(['entra', 'graph', 'exchange-admin']).optional(),
  method: z.string().optional(),
  path: z.string().optional(),
  bodyText: z.string().optional(),
  batchPart: z.boolean().optional(),
  after: z.int().min(0).optional(),
  count: z.int().min(1).optional(),
  action: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('answer'), ...answer }),
    z.strictObject({ kind: z.literal('drop') }),
    z.strictObject({ kind: z.literal('process-then-drop') }),
    z.strictObject({ kind: z.literal('process-then-answer'), ...answer }),
    z.strictObject({ kind: z.literal('delay'), milliseconds: z.number().min(0) }),
  ]),
});

export type ScriptedFault = z.input<typeof fault>;

export const troubleOperations: Operations = {
  'faults/add': operation(fault, (given, { faults }) => {
    try {
      faults.add(JSON.parse(JSON.stringify(given)));
    } catch (error) {
      throw new ControlError(400, 'InvalidRequest', error instanceof Error ? error.message : String(error));
    }
    return { waiting: faults.unconsumed() };
  }),
  'faults/list': operation(nothing, (_, { faults }) => ({ waiting: faults.unconsumed() })),
  'faults/clear': operation(nothing, (_, { faults }) => {
    faults.clear();
    return { waiting: [] };
  }),

  'graph/settings': operation(nothing, (_, context) => graphSettings(context)),
  'graph/set-settings': operation(
    z.strictObject({
      folderExistsStatus: z.union([z.literal(409), z.literal(400)]).optional(),
      delta: z.strictObject({ emptyFirstPage: z.boolean(), duplicates: z.boolean() }).optional(),
    }),
    (settings, context) => {
      const chosen: Partial<GraphSettings> = JSON.parse(JSON.stringify(settings));
      setGraphSettings(context, chosen);
      return graphSettings(context);
    },
  ),

  'requests/list': operation(z.strictObject({ last: z.int().min(1).default(1000) }), ({ last }, { log }) =>
    log.entries.slice(-last),
  ),
  'requests/counts': operation(nothing, (_, { log }) => log.counts()),
  'requests/clear': operation(nothing, (_, { log }) => {
    log.clear();
    return {};
  }),
};
