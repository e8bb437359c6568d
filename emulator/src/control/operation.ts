// An operation of the control API: what it takes (anything else is refused) and what it does.

import { z } from 'zod';
import type { Recipient } from '../organization/state.ts';
import type { EmulatorContext } from '../server/exchange.ts';

export interface Operation {
  /** May answer with a promise. */
  readonly run: (body: unknown, context: EmulatorContext, gone?: AbortSignal) => unknown;
}

export type Operations = Readonly<Record<string, Operation>>;

/** Why an operation was not done: the caller's mistake. */
export class ControlError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export function operation<Schema extends z.ZodType>(
  schema: Schema,
  run: (input: z.output<Schema>, context: EmulatorContext, gone?: AbortSignal) => unknown,
): Operation {
  return {
    run: (body, context, gone) => {
      const parsed = schema.safeParse(body);
      if (!parsed.success) throw new ControlError(400, 'InvalidRequest', z.prettifyError(parsed.error));
      return run(parsed.data, context, gone);
    },
  };
}

export const nothing = z.strictObject({});

/** By object id, alias, any address, user principal name, or display name where only one bears it. */
export function requireRecipient(context: EmulatorContext, who: string): Recipient {
  const wanted = who.toLowerCase();
  const all = [...context.organization.recipients.values()];
  const byKey = all.find(
    (one) =>
      one.id === wanted ||
      one.alias.toLowerCase() === wanted ||
      one.userPrincipalName?.toLowerCase() === wanted ||
      one.emailAddresses.some((address) => address.toLowerCase() === `smtp:${wanted}`),
  );
  if (byKey !== undefined) return byKey;
  const [byName, ...homonyms] = all.filter((one) => one.displayName.toLowerCase() === wanted);
  if (byName === undefined)
    throw new ControlError(404, 'RecipientNotFound', `There is no recipient '${who}'.`);
  if (homonyms.length > 0) {
    throw new ControlError(
      409,
      'RecipientAmbiguous',
      `${homonyms.length + 1} recipients are named '${who}'.`,
    );
  }
  return byName;
}
