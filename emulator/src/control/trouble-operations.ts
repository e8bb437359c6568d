// Scripted and random faults, limits and latency, quirks of the Graph face, and the request log.

import { z } from 'zod';
import { type Fault, fault, randomFaults } from '../faults/fault-action.ts';
import { type GraphSettings, graphSettings, setGraphSettings } from '../graph/settings.ts';
import { trafficSettings } from '../traffic/settings.ts';
import { ControlError, nothing, type Operations, operation, requireRecipient } from './operation.ts';

export type ScriptedFault = Fault;

export const troubleOperations: Operations = {
  'faults/add': operation(fault, (given, context) => {
    const { faults } = context;
    const owner = given.mailbox === undefined ? undefined : requireRecipient(context, given.mailbox);
    try {
      faults.add(
        given,
        owner === undefined ? [] : [owner.id, owner.userPrincipalName ?? '', owner.primarySmtpAddress],
      );
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new ControlError(400, 'InvalidRequest', error.message);
    }
    return { waiting: faults.unconsumed() };
  }),
  'faults/list': operation(nothing, (_, { faults }) => ({ waiting: faults.unconsumed() })),
  'faults/met': operation(nothing, (_, { faults }) => faults.met()),
  'faults/set-random': operation(randomFaults, (choice, { faults }) => {
    faults.random.choose(choice);
    return faults.random.settings;
  }),
  'faults/clear': operation(nothing, (_, { faults }) => {
    faults.clear();
    return { waiting: [] };
  }),

  'traffic/settings': operation(nothing, (_, { traffic }) => traffic.settings),
  'traffic/set-settings': operation(trafficSettings, (choice, { traffic }) => {
    traffic.choose(choice);
    return traffic.settings;
  }),
  'traffic/usage': operation(nothing, (_, { traffic }) => traffic.usage()),

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
