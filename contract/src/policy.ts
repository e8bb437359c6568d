// A policy (specification 5.1): which contacts go into which mailboxes, and how.

import { z } from 'zod';
import { documentName } from './document-name.ts';
import { Schedule } from './schedule.ts';

export const RECIPIENT_TYPES = [
  'userMailbox',
  'linkedMailbox',
  'sharedMailbox',
  'roomMailbox',
  'equipmentMailbox',
  'remoteMailbox',
  'groupMailbox',
  'mailUser',
  'guestMailUser',
  'mailContact',
  'distributionGroup',
  'dynamicDistributionGroup',
  'publicFolder',
] as const;

export const MAILBOX_TYPES = [
  'userMailbox',
  'linkedMailbox',
  'sharedMailbox',
  'roomMailbox',
  'equipmentMailbox',
] as const;

export const FILTER_OPERATORS = [
  'equals',
  'notEquals',
  'contains',
  'startsWith',
  'endsWith',
  'isEmpty',
  'isNotEmpty',
  'matches',
] as const;

/** One row of an object filter; text compares without regard to case. A list attribute fits when any value fits
 * (negated operators: when no value fits). */
export const FilterRow = z.strictObject({
  property: z.string().min(1).describe('A source attribute, such as department or customAttribute3.'),
  operator: z.enum(FILTER_OPERATORS),
  value: z
    .string()
    .max(1_000)
    .optional()
    .describe('Not used by isEmpty and isNotEmpty. matches: an RE2 expression.'),
});
export type FilterRow = z.infer<typeof FilterRow>;

const filterSets = z
  .array(z.array(FilterRow).min(1).max(50))
  .max(50)
  .describe('Sets of rows: an object fits a set when every row fits, and fits when any set fits.');

const groupNames = z
  .array(z.string().min(1))
  .describe('Groups by mail address, name or id; members of members count.');

/** Nothing named in a scope: the whole organization. Otherwise whoever is in any of what is named. */
const sourceParts = {
  groups: groupNames.default([]),
  addressLists: z.array(z.string().min(1)).default([]).describe('Address lists by name or path.'),
  recipientTypes: z.array(z.enum(RECIPIENT_TYPES)).min(1).default(['userMailbox', 'mailUser', 'mailContact']),
  excludeHidden: z.boolean().default(true),
  excludeDisabled: z.boolean().default(true),
  excludeWithoutPhone: z.boolean().default(false),
  excludeWithoutEmail: z.boolean().default(false),
  include: filterSets.default([]).describe('Nothing given: everything is included.'),
  exclude: filterSets.default([]),
};

export const ExchangeOnlineSource = z.strictObject({
  type: z.literal('exchangeOnline'),
  ...sourceParts,
  recipientFilter: z.string().max(4_000).optional().describe('OPATH filter evaluated by Exchange.'),
  excludeGuests: z.boolean().default(true),
});
export type ExchangeOnlineSource = z.infer<typeof ExchangeOnlineSource>;

export const OrganizationalUnit = z.strictObject({
  dn: z
    .string()
    .min(3)
    .max(2_000)
    .describe('Distinguished name, such as OU=Sales,DC=corp,DC=example,DC=com.'),
  includeChildren: z.boolean().default(true),
});
export type OrganizationalUnit = z.infer<typeof OrganizationalUnit>;

const ldapFilter = z
  .string()
  .max(4_000)
  .describe('LDAP filter evaluated by the domain controller, such as (department=Sales).');

export const ActiveDirectorySource = z.strictObject({
  type: z.literal('activeDirectory'),
  ...sourceParts,
  organizationalUnits: z.array(OrganizationalUnit).max(100).default([]),
  objects: z
    .array(z.string().min(1))
    .default([])
    .describe('Single objects by distinguished name, mail address or objectGUID.'),
  ldapFilter: ldapFilter.optional(),
});
export type ActiveDirectorySource = z.infer<typeof ActiveDirectorySource>;

export const SourceFolder = z.strictObject({
  path: z
    .array(z.string().min(1).max(255))
    .max(20)
    .default([])
    .describe(
      'Names from the folder below Contacts down, such as [Customers, North]; a name may hold any character. Empty: Contacts itself.',
    ),
  includeSubfolders: z.boolean().default(false),
});
export type SourceFolder = z.infer<typeof SourceFolder>;

/** Which contacts of the folders are taken. */
const itemParts = {
  categories: z
    .array(z.string().trim().min(1).max(255))
    .max(100)
    .default([])
    .describe('Only contacts with any of these categories. Nothing given: all.'),
  includePrivate: z.boolean().default(false).describe('true: contacts marked as private are copied too.'),
  excludeWithoutPhone: z.boolean().default(false),
  excludeWithoutEmail: z.boolean().default(false),
  include: filterSets.default([]).describe('Nothing given: everything is included.'),
  exclude: filterSets.default([]),
};

export const SharedMailboxSource = z.strictObject({
  type: z.literal('sharedMailbox'),
  mailbox: z.string().trim().min(3).max(320).describe('The mailbox by mail address.'),
  folders: z
    .array(SourceFolder)
    .max(100)
    .default([])
    .describe('Contact folders that are read. Nothing given: Contacts itself, without sub-folders.'),
  ...itemParts,
});
export type SharedMailboxSource = z.infer<typeof SharedMailboxSource>;

export const PublicFolder = z.strictObject({
  path: z
    .array(z.string().min(1).max(255))
    .min(1)
    .max(20)
    .describe(
      'Names from the top of the public folders down, such as [Customers, North]; a name may hold any character.',
    ),
  includeSubfolders: z.boolean().default(false),
});
export type PublicFolder = z.infer<typeof PublicFolder>;

export const PublicFolderSource = z.strictObject({
  type: z.literal('publicFolder'),
  folders: z.array(PublicFolder).min(1).max(100).describe('Public folders that are read.'),
  ...itemParts,
});
export type PublicFolderSource = z.infer<typeof PublicFolderSource>;

export const Source = z.discriminatedUnion('type', [
  ExchangeOnlineSource,
  ActiveDirectorySource,
  SharedMailboxSource,
  PublicFolderSource,
]);
export type Source = z.infer<typeof Source>;

export const Mailboxes = z.strictObject({
  /** Nothing named: the whole organization. Otherwise whoever is in any of them. */
  groups: groupNames.default([]),
  organizationalUnits: z.array(OrganizationalUnit).max(100).default([]).describe('Active Directory only.'),
  recipientFilter: z.string().max(4_000).optional().describe('OPATH filter; Exchange Online only.'),
  ldapFilter: ldapFilter.optional().describe('LDAP filter; Active Directory only.'),
  addresses: z.array(z.string().min(1)).default([]).describe('Single mailboxes by mail address.'),
  exclude: z
    .array(z.string().min(1))
    .default([])
    .describe('Mailboxes by mail address that are never filled.'),
  types: z.array(z.enum(MAILBOX_TYPES)).min(1).default(['userMailbox']),
});
export type Mailboxes = z.infer<typeof Mailboxes>;

export const Folder = z.strictObject({
  name: z.string().trim().min(1).max(255).default('Company Contacts'),
  subfolderPerDomain: z
    .boolean()
    .default(false)
    .describe('One sub-folder for each SMTP domain of the source.'),
  useDefaultContacts: z
    .boolean()
    .default(false)
    .describe(
      'Write into the Contacts folder itself, among the contacts of the user. The category marks ours. Not together with sub-folders.',
    ),
  existing: z
    .enum(['refuse', 'adopt', 'use'])
    .default('refuse')
    .describe('What to do with a folder of that name that contactSync did not make.'),
  merge: z
    .strictObject({
      meetBy: z
        .enum(['emailAddress', 'id'])
        .describe(
          'What tells that two policies mean the same person: the primary mail address at the source, or the id, which two directories of one organization share.',
        ),
      priority: z
        .int()
        .min(1)
        .max(1_000)
        .describe('1 comes before 2; no two policies of a folder share one.'),
    })
    .optional()
    .describe(
      'Other policies fill the same folder: a person whom several of them select stands there once, each property from the first policy that has it.',
    ),
});
export type Folder = z.infer<typeof Folder>;

export const PropertyRule = z.strictObject({
  mode: z
    .enum(['overwrite', 'keepEdited', 'fillIfBlank', 'off'])
    .default('overwrite')
    .describe(
      'overwrite: the source wins; keepEdited: a value the user changed stays; fillIfBlank; off: never touched.',
    ),
  whenEmpty: z
    .enum(['clear', 'keep'])
    .default('clear')
    .describe('When the source no longer has a value that we wrote.'),
  /** At most one of from, template, constant. */
  from: z.string().optional().describe('Another source attribute than the usual one.'),
  template: z.string().max(1_000).optional().describe('Such as {surname}[, {givenName}].'),
  constant: z.string().max(1_000).optional(),
  prefix: z.string().max(255).optional(),
  suffix: z.string().max(255).optional(),
  replace: z
    .array(z.strictObject({ find: z.string().min(1).max(255), with: z.string().max(255) }))
    .max(20)
    .default([])
    .describe('Plain text replacements, in order.'),
});
export type PropertyRule = z.infer<typeof PropertyRule>;

export const Contact = z.strictObject({
  displayName: z.string().max(1_000).default('{displayName}').describe('Template.'),
  fileAs: z
    .string()
    .max(1_000)
    .default('{surname}[, {givenName}]')
    .describe('Template; empty result: the display name.'),
  properties: z
    .record(z.string(), PropertyRule)
    .default({})
    .describe('Rules by contact property; the rest keep the defaults.'),
  phones: z
    .strictObject({
      format: z.enum(['e164', 'asIs']).default('e164'),
      defaultCountry: z
        .string()
        .regex(/^[A-Z]{2}$/)
        .optional()
        .describe("Otherwise the environment's."),
      dropInternalShorterThan: z
        .int()
        .min(0)
        .max(8)
        .default(6)
        .describe('Numbers with fewer digits and no + are internal and dropped; 0 keeps all.'),
    })
    .prefault({}),
  categories: z
    .array(
      z
        .string()
        .trim()
        .min(1)
        .max(255)
        .regex(/^[^;,]*$/),
    )
    .max(25)
    .default([]),
  isPrivate: z.boolean().default(false),
  photo: z
    .boolean()
    .default(false)
    .describe('true: the photo of the person, unless the user set a picture of their own.'),
  photoMegabytes: z
    .number()
    .int()
    .min(1)
    .max(140)
    .default(100)
    .describe('Photos written into one mailbox in one run at most; the next run goes on.'),
  rewriteDomains: z
    .array(z.strictObject({ from: z.string().min(1), to: z.string().min(1) }))
    .max(50)
    .default([])
    .describe('Rewrites the domain of mail addresses.'),
  includeOwn: z.boolean().default(false).describe('true: a mailbox also gets the contact of its own owner.'),
});
export type Contact = z.infer<typeof Contact>;

export const Deletion = z.strictObject({
  strategy: z
    .enum(['never', 'remove', 'grace', 'handOver'])
    .default('remove')
    .describe(
      'What becomes of a contact that the source lost. handOver: it is left to the user when the user added data.',
    ),
  graceDays: z.int().min(1).max(3_650).default(14),
  mailboxLeft: z.enum(['remove', 'leave']).default('remove'),
  deletedByUser: z.enum(['restore', 'respect']).default('restore'),
  keepInDeletedItems: z
    .boolean()
    .default(false)
    .describe('true: deleted contacts go to Deleted Items instead of being purged.'),
});
export type Deletion = z.infer<typeof Deletion>;

export const Brake = z.strictObject({
  maxPeople: z.int().min(0).default(100),
  maxPeoplePercent: z.number().min(0).max(100).default(20),
  percentFromPeople: z.int().min(0).default(20).describe('The percentage counts from this many objects on.'),
  maxMailboxes: z.int().min(0).default(10),
  maxMailboxesPercent: z.number().min(0).max(100).default(20),
  maxUnexplainedPercentPerMailbox: z.number().min(0).max(100).default(20),
});
export type Brake = z.infer<typeof Brake>;

export const Canary = z.strictObject({
  mailboxes: z.array(z.string().min(1)).max(5).default([]).describe('Filled first, by mail address.'),
  percent: z.number().min(0).max(100).default(0).describe('Filled second; then the rest.'),
});
export type Canary = z.infer<typeof Canary>;

export const REPORT_OCCASIONS = ['always', 'onChange', 'onWarning', 'onError'] as const;
export const REPORT_DETAILS = ['numbers', 'mailboxes', 'contacts'] as const;

export const Report = z.strictObject({
  recipients: z
    .array(z.email().max(320))
    .max(50)
    .default([])
    .describe('Who gets the report of a run by mail. Nobody named: no mail is sent.'),
  when: z
    .enum(REPORT_OCCASIONS)
    .default('onChange')
    .describe('Each includes the ones after it: a failed run changed nothing and is told all the same.'),
  detail: z.enum(REPORT_DETAILS).default('mailboxes').describe('Each includes the ones before it.'),
  csv: z.boolean().default(true).describe('true: a table of all changes of contacts is attached.'),
  alertAfterDays: z
    .int()
    .min(0)
    .max(365)
    .default(0)
    .describe('A mail when no run succeeded for so many days; 0: none.'),
});
export type Report = z.infer<typeof Report>;

export const Policy = z.strictObject({
  kind: z.literal('policy'),
  version: z.literal(1),
  id: z.guid(),
  name: documentName,
  description: z.string().max(2_000).optional(),
  environment: z.string().min(1).describe('Name of the environment.'),
  enabled: z.boolean().default(true),
  source: Source,
  mailboxes: Mailboxes.prefault({}),
  folder: Folder.prefault({}),
  contact: Contact.prefault({}),
  deletion: Deletion.prefault({}),
  brake: Brake.prefault({}),
  canary: Canary.prefault({}),
  schedule: Schedule.optional().describe('When the service runs the policy; without it only by hand.'),
  report: Report.prefault({}),
});
export type Policy = z.infer<typeof Policy>;
