// The servers in the building: accounts and how they sign in, who holds which mailbox, and the EWS face with its limits,
// counts and faults.

import { z } from 'zod';
import { type EwsFault, ewsFault, randomEwsFaults } from '../ews/fault-kinds.ts';
import { usualEwsSettings } from '../ews/service.ts';
import { moveMailbox } from '../organization/hybrid.ts';
import { type Account, netbiosDomain, usualSignIn } from '../organization/on-premises.ts';
import type { EmulatorContext } from '../server/exchange.ts';
import { ControlError, nothing, type Operations, operation, requireRecipient } from './operation.ts';

export interface AccountView {
  /** `CONTOSO\name`. */
  readonly userName: string;
  readonly userPrincipalName: string;
  readonly sid: string;
  readonly password: string;
  /** A group by its object id. */
  readonly impersonates: 'nobody' | 'everybody' | { readonly membersOf: string };
  readonly isDisabled: boolean;
  readonly isPasswordExpired: boolean;
  readonly isLocked: boolean;
  readonly failedSignIns: number;
  readonly signIns: number;
}

const who = z.string();
/** `membersOf` takes any name of a group. */
const impersonates = z.union([z.enum(['nobody', 'everybody']), z.strictObject({ membersOf: z.string() })]);

export const signInChoice = z.strictObject({
  basic: z.boolean().optional(),
  ntlm: z.boolean().optional(),
  negotiate: z.boolean().optional(),
  bearer: z.boolean().optional(),
  extendedProtection: z.enum(['none', 'allow', 'require']).optional(),
  lockoutThreshold: z.int().min(0).optional(),
});
export type SignInChoice = z.input<typeof signInChoice>;

const whole = z.int().min(1);
export const ewsSettingsChoice = z.strictObject({
  maxConcurrency: whole.optional(),
  findCountLimit: whole.optional(),
  pageLimit: whole.optional(),
  restrictedPageLimit: whole.optional(),
  mostItemsInTime: whole.optional(),
  compress: z.boolean().optional(),
  version: z.strictObject({ major: z.int(), minor: z.int(), build: z.int() }).optional(),
});
export type EwsSettingsChoice = z.input<typeof ewsSettingsChoice>;

export const onPremisesOperations: Operations = {
  'accounts/list': operation(nothing, (_, { onPremises }) => onPremises.all().map(accountView)),
  'accounts/show': operation(z.strictObject({ who }), (input, context) =>
    accountView(requireAccount(context, input.who)),
  ),
  'accounts/add': operation(
    z.strictObject({
      samAccountName: z.string().regex(/^[\w.-]{1,20}$/),
      impersonates: impersonates.default('nobody'),
    }),
    (input, context) =>
      accountView(context.onPremises.addAccount(input.samAccountName, rightOf(context, input.impersonates))),
  ),
  'accounts/change': operation(
    z.strictObject({
      who,
      password: z.string().min(1).optional(),
      impersonates: impersonates.optional(),
      isDisabled: z.boolean().optional(),
      isPasswordExpired: z.boolean().optional(),
      isLocked: z.boolean().optional(),
    }),
    (input, context) => {
      const account = requireAccount(context, input.who);
      if (input.password !== undefined) account.password = input.password;
      if (input.impersonates !== undefined) account.impersonates = rightOf(context, input.impersonates);
      if (input.isDisabled !== undefined) account.isDisabled = input.isDisabled;
      if (input.isPasswordExpired !== undefined) account.isPasswordExpired = input.isPasswordExpired;
      if (input.isLocked !== undefined) {
        account.isLocked = input.isLocked;
        account.badPasswords = 0;
      }
      return accountView(account);
    },
  ),

  'authentication/settings': operation(nothing, (_, { onPremises }) => onPremises.signIn),
  'authentication/set-settings': operation(signInChoice, (choice, { onPremises }) => {
    onPremises.signIn = { ...usualSignIn, ...given(choice) };
    return onPremises.signIn;
  }),

  'mailbox/set-hosting': operation(
    z.strictObject({ mailbox: z.string(), hosting: z.enum(['both', 'onPremises', 'online']) }),
    ({ mailbox: name, hosting }, context) => {
      const { mailbox, primarySmtpAddress } = requireRecipient(context, name);
      if (mailbox === undefined) throw new ControlError(409, 'NoMailbox', `'${name}' has no mailbox.`);
      if (hosting === 'both') delete mailbox.hosting;
      else mailbox.hosting = hosting;
      mailbox.isEnabledForRest = hosting !== 'onPremises';
      return { mailbox: primarySmtpAddress, hosting };
    },
  ),

  'mailbox/move': operation(
    z.strictObject({ mailbox: z.string(), to: z.enum(['onPremises', 'online']) }),
    ({ mailbox: name, to }, context) => {
      const recipient = requireRecipient(context, name);
      if (
        recipient.mailbox === undefined ||
        !['UserMailbox', 'MailUser'].includes(recipient.recipientTypeDetails)
      )
        throw new ControlError(409, 'NoMailbox', `'${name}' has no user mailbox.`);
      moveMailbox(context.organization, recipient, to);
      recipient.whenChanged = context.clock.now();
      return { mailbox: recipient.primarySmtpAddress, hosting: to };
    },
  ),

  'ews/usage': operation(nothing, (_, { ews }) => ews.usage.view()),
  'ews/settings': operation(nothing, (_, { ews }) => ews.settings),
  'ews/set-settings': operation(ewsSettingsChoice, (choice, { ews }) => {
    ews.settings = { ...usualEwsSettings, ...given(choice) };
    return ews.settings;
  }),
  'ews/add-fault': operation(ewsFault, (fault, context) => {
    const { faults } = context.ews;
    const owner = fault.mailbox === undefined ? undefined : requireRecipient(context, fault.mailbox);
    const addressed: EwsFault = owner === undefined ? fault : { ...fault, mailbox: owner.primarySmtpAddress };
    faults.add(addressed);
    return { waiting: faults.unconsumed() };
  }),
  'ews/faults': operation(nothing, (_, { ews }) => ({ waiting: ews.faults.unconsumed() })),
  'ews/faults-met': operation(nothing, (_, { ews }) => ews.faults.met()),
  'ews/set-random-faults': operation(randomEwsFaults, (choice, { ews }) => {
    ews.faults.chooseRandom(choice);
    return choice;
  }),
  'ews/clear-faults': operation(nothing, (_, { ews }) => {
    ews.faults.clear();
    return { waiting: [] };
  }),
};

/** What is set at all: an absent member must not hide the usual value. */
function given<Choice extends object>(
  choice: Choice,
): { [Key in keyof Choice]-?: Exclude<Choice[Key], undefined> } {
  return JSON.parse(JSON.stringify(choice));
}

function requireAccount(context: EmulatorContext, name: string): Account {
  const account = context.onPremises.find(name);
  if (account !== undefined) return account;
  const recipient = requireRecipient(context, name);
  if (recipient.mailbox === undefined) throw new ControlError(404, 'NoAccount', `'${name}' has no account.`);
  return context.onPremises.accountOf(recipient);
}

function rightOf(context: EmulatorContext, choice: z.output<typeof impersonates>): Account['impersonates'] {
  return typeof choice === 'string' ? choice : { membersOf: requireRecipient(context, choice.membersOf).id };
}

function accountView(account: Account): AccountView {
  const { samAccountName, ownerId: _, badPasswords: __, ...rest } = account;
  return { ...rest, userName: `${netbiosDomain}\\${samAccountName}` };
}
