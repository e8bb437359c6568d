// Life in the directory: people join, change, are marked, hidden, moved and leave; groups change.

import { z } from 'zod';
import { setMailboxPhotos } from '../organization/mailbox-photos.ts';
import {
  addRecipient,
  addressListsOf,
  changeType,
  removeRecipient,
  setSmtpAddresses,
} from '../organization/recipients.ts';
import type { Recipient, RecipientTypeDetails } from '../organization/state.ts';
import { setUserPhoto } from '../organization/user-photos.ts';
import type { EmulatorContext } from '../server/exchange.ts';
import { ControlError, type Operations, operation, requireRecipient } from './operation.ts';
import { pictureFrom } from './picture.ts';
import { recipientView } from './views.ts';

const types = [
  'UserMailbox',
  'SharedMailbox',
  'RoomMailbox',
  'EquipmentMailbox',
  'MailUser',
  'GuestMailUser',
  'MailContact',
  'MailUniversalDistributionGroup',
  'MailUniversalSecurityGroup',
  'DynamicDistributionGroup',
  'GroupMailbox',
] as const satisfies readonly RecipientTypeDetails[];

const text = z.string().nullable().optional();
const texts = z.array(z.string()).nullable().optional();

/** null takes a value away, what is absent stays. */
const person = z.strictObject({
  firstName: text,
  initials: text,
  lastName: text,
  title: text,
  department: text,
  company: text,
  office: text,
  phone: text,
  otherTelephone: texts,
  mobilePhone: text,
  homePhone: text,
  otherHomePhone: texts,
  fax: text,
  otherFax: texts,
  pager: text,
  streetAddress: text,
  postOfficeBox: texts,
  city: text,
  stateOrProvince: text,
  postalCode: text,
  country: text,
  webPage: text,
  notes: text,
  assistantName: text,
  telephoneAssistant: text,
});

/** By number 1 to 15; '' takes the value away. */
const customAttributes = z.record(z.string().regex(/^([1-9]|1[0-5])$/), z.string());

const changeable = {
  displayName: z.string().optional(),
  person: person.optional(),
  hiddenFromAddressLists: z.boolean().optional(),
  accountEnabled: z.boolean().optional(),
  customAttributes: customAttributes.optional(),
  /** Anybody `who` would find; null: none. */
  manager: z.string().nullable().optional(),
  otherAddresses: z.array(z.string()).optional(),
  externalEmailAddress: z.string().optional(),
  recipientFilter: z.string().optional(),
  /** Of people who come from a directory in the building: its id in base64. */
  onPremisesImmutableId: z.string().nullable().optional(),
};

const change = z.strictObject({
  who: z.string(),
  ...changeable,
  primarySmtpAddress: z.string().optional(),
  recipientTypeDetails: z.enum(types).optional(),
  /** Whether the mailbox answers Graph at all. */
  mailboxEnabledForRest: z.boolean().optional(),
});

export type PersonChange = z.input<typeof change>;

const addition = z.strictObject({
  ...changeable,
  displayName: z.string(),
  alias: z.string().regex(/^[\w.-]+$/),
  recipientTypeDetails: z.enum(types),
  /** Default: the alias at the organization's first domain. */
  primarySmtpAddress: z.string().optional(),
  /** For somebody who comes back as who they were. */
  id: z.guid().optional(),
  /** For a mailbox that another directory knows by this id. */
  exchangeGuid: z.guid().optional(),
  members: z.array(z.string()).optional(),
});

export type PersonAddition = z.input<typeof addition>;

export const peopleOperations: Operations = {
  'people/list': operation(
    z.strictObject({ recipientTypeDetails: z.enum(types).optional() }),
    ({ recipientTypeDetails: type }, { organization }) =>
      [...organization.recipients.values()]
        .filter((one) => type === undefined || one.recipientTypeDetails === type)
        .map(recipientView),
  ),

  'people/show': operation(z.strictObject({ who: z.string() }), ({ who }, context) =>
    recipientView(requireRecipient(context, who)),
  ),

  'people/add': operation(addition, (given, context) => {
    const { organization, clock } = context;
    const taken = [...organization.recipients.values()].find(
      (one) => one.alias === given.alias || one.id === given.id,
    );
    if (taken !== undefined)
      throw new ControlError(409, 'AlreadyThere', `'${taken.displayName}' has this alias or id.`);
    const primarySmtpAddress = given.primarySmtpAddress ?? `${given.alias}@${organization.domains[0]}`;
    const recipient = addRecipient(organization, {
      key: `added:${given.alias}:${clock.now().toISOString()}`,
      ...(given.id === undefined ? {} : { id: given.id }),
      ...(given.exchangeGuid === undefined ? {} : { exchangeGuid: given.exchangeGuid }),
      recipientTypeDetails: given.recipientTypeDetails,
      displayName: given.displayName,
      alias: given.alias,
      primarySmtpAddress,
      ...(given.members === undefined
        ? {}
        : { memberIds: given.members.map((member) => requireRecipient(context, member).id) }),
      ...(['MailUser', 'GuestMailUser', 'MailContact'].includes(given.recipientTypeDetails)
        ? { externalEmailAddress: given.externalEmailAddress ?? primarySmtpAddress }
        : {}),
      whenChanged: clock.now(),
    });
    applyChanges(context, recipient, given);
    return recipientView(recipient);
  }),

  'people/change': operation(change, (changes, context) => {
    const recipient = requireRecipient(context, changes.who);
    if (changes.recipientTypeDetails !== undefined) {
      changeType(
        context.organization,
        recipient,
        changes.recipientTypeDetails,
        changes.externalEmailAddress ?? recipient.externalEmailAddress,
      );
    }
    applyChanges(context, recipient, changes);
    if (changes.mailboxEnabledForRest !== undefined) {
      if (recipient.mailbox === undefined) throw noMailbox(recipient);
      recipient.mailbox.isEnabledForRest = changes.mailboxEnabledForRest;
    }
    return recipientView(recipient);
  }),

  'people/set-photo': operation(
    z.strictObject({
      who: z.string(),
      /** JPEG or PNG in base64; null takes it away. */
      picture: z.string().nullable(),
    }),
    ({ who, picture }, context) => {
      setUserPhoto(requireRecipient(context, who), picture === null ? undefined : pictureFrom(picture));
      return {};
    },
  ),

  'people/set-mailbox-photo': operation(
    z.strictObject({
      who: z.string(),
      /** JPEG or PNG in base64, the same photo in different sizes; none takes it away. */
      pictures: z.array(z.string()),
    }),
    ({ who, pictures }, context) => {
      const recipient = requireRecipient(context, who);
      if (recipient.mailbox === undefined) throw noMailbox(recipient);
      setMailboxPhotos(recipient.mailbox, pictures.map(pictureFrom));
      return {};
    },
  ),

  'people/remove': operation(z.strictObject({ who: z.string() }), ({ who }, context) => {
    const recipient = requireRecipient(context, who);
    const view = recipientView(recipient);
    removeRecipient(context.organization, recipient);
    return view;
  }),

  'groups/change-members': operation(
    z.strictObject({
      group: z.string(),
      add: z.array(z.string()).default([]),
      remove: z.array(z.string()).default([]),
    }),
    ({ group, add, remove }, context) => {
      const recipient = requireRecipient(context, group);
      if (recipient.memberIds === undefined) {
        throw new ControlError(
          409,
          'NoMembers',
          `'${recipient.displayName}' is no group with members of its own.`,
        );
      }
      const members = new Set(recipient.memberIds);
      for (const who of add) members.add(requireRecipient(context, who).id);
      for (const who of remove) members.delete(requireRecipient(context, who).id);
      recipient.memberIds = [...members];
      recipient.whenChanged = context.clock.now();
      return recipientView(recipient);
    },
  ),
};

function applyChanges(
  context: EmulatorContext,
  recipient: Recipient,
  changes: Omit<z.output<typeof change>, 'who' | 'recipientTypeDetails' | 'mailboxEnabledForRest'>,
): void {
  if (changes.onPremisesImmutableId === null) delete recipient.onPremisesImmutableId;
  else if (changes.onPremisesImmutableId !== undefined)
    recipient.onPremisesImmutableId = changes.onPremisesImmutableId;
  if (changes.displayName !== undefined) recipient.displayName = changes.displayName;
  for (const [field, value] of Object.entries(changes.person ?? {})) {
    if (value === undefined) continue;
    if (value === null || value.length === 0) delete recipient.person[field as keyof Recipient['person']];
    else Object.assign(recipient.person, { [field]: value });
  }
  for (const [number, value] of Object.entries(changes.customAttributes ?? {})) {
    recipient.customAttributes[Number(number) - 1] = value;
  }
  if (changes.hiddenFromAddressLists !== undefined)
    recipient.hiddenFromAddressLists = changes.hiddenFromAddressLists;
  if (changes.accountEnabled !== undefined) recipient.accountEnabled = changes.accountEnabled;
  if (changes.manager === null) delete recipient.managerId;
  else if (changes.manager !== undefined) recipient.managerId = requireRecipient(context, changes.manager).id;
  if (changes.externalEmailAddress !== undefined)
    recipient.externalEmailAddress = changes.externalEmailAddress;
  if (changes.recipientFilter !== undefined) recipient.recipientFilter = changes.recipientFilter;
  if (changes.primarySmtpAddress !== undefined || changes.otherAddresses !== undefined) {
    const others = recipient.emailAddresses
      .filter((one) => one.startsWith('smtp:'))
      .map((one) => one.slice(5));
    setSmtpAddresses(
      recipient,
      changes.primarySmtpAddress ?? recipient.primarySmtpAddress,
      // The former primary address stays as a secondary one, as Exchange keeps it.
      changes.otherAddresses ?? [recipient.primarySmtpAddress, ...others],
    );
  }
  recipient.addressListMembership = addressListsOf(recipient);
  recipient.whenChanged = context.clock.now();
}

function noMailbox(recipient: Recipient): ControlError {
  return new ControlError(409, 'NoMailbox', `'${recipient.displayName}' has no mailbox.`);
}
