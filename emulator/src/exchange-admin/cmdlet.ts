// What a cmdlet is here: its name, the parameters it knows (anything else is refused by name) and how it reads
// its rows. One file per cmdlet beside this one.

import type { Organization, Recipient } from '../organization/state.ts';
import {
  ambiguousParameterSet,
  cmdletFailure,
  invalidArgument,
  objectAmbiguous,
  objectNotFound,
} from './admin-error.ts';
import type { CmdletResult } from './cursors.ts';
import { type Filter, FilterError, parseFilter } from './opath.ts';
import { directoryNames, distinguishedName } from './recipient-row.ts';
import type { Row } from './row.ts';

export type ParameterKind = 'text' | 'texts' | 'switch' | 'size';
type ParameterValue = string | number | boolean | readonly string[];
export type BoundParameters = Readonly<Record<string, ParameterValue>>;

export interface CmdletCall {
  readonly organization: Organization;
  readonly now: Date;
  /** Names as the cmdlet spells them. */
  readonly parameters: BoundParameters;
  readonly nameOf: (recipient: Recipient) => string;
}

export interface Cmdlet {
  readonly name: string;
  readonly parameters: Readonly<Record<string, ParameterKind>>;
  /** Parameters that must be there. */
  readonly required?: readonly string[];
  /** Pairs that belong to different parameter sets. */
  readonly exclusive?: readonly (readonly [string, string])[];
  /** The management role it takes, where that is none of the usual ones for reading recipients. */
  readonly managementRole?: string;
  run(call: CmdletCall): CmdletResult;
}

export function textParameter(call: CmdletCall, name: string): string | undefined {
  const value = call.parameters[name];
  return typeof value === 'string' ? value : undefined;
}

export function listParameter(call: CmdletCall, name: string): readonly string[] | undefined {
  const value = call.parameters[name];
  return typeof value === 'object' ? value : undefined;
}

type RowOf = (recipient: Recipient) => Row;

/** The recipients of the given types that Identity or Filter name. */
export function selectRecipients(
  call: CmdletCall,
  types: readonly string[] | undefined,
  row: RowOf,
): Recipient[] {
  const identity = textParameter(call, 'Identity');
  if (identity !== undefined) return [requireRecipient(call, identity, types)];
  const recipients = [...call.organization.recipients.values()].filter((one) => isOfType(one, types));
  const text = textParameter(call, 'Filter');
  if (text === undefined) return recipients;
  const filter = filterFor(text, row);
  return recipients.filter((recipient) => filter(row(recipient)));
}

/** Rows for the recipients, cut by ResultSize. */
export function resultOf(call: CmdletCall, recipients: readonly Recipient[], row: RowOf): CmdletResult {
  const { kept, warnings } = cutToResultSize(recipients, call.parameters['ResultSize']);
  return {
    source: { length: kept.length, rows: (from, to) => kept.slice(from, to).map(row) },
    warnings,
    propertyNames: Object.keys(row(sampleRecipient)),
  };
}

export function filterFor(text: string, row: RowOf): Filter {
  const names = new Map(Object.keys(row(sampleRecipient)).map((name) => [name.toLowerCase(), name]));
  // Dynamic groups' filters, as Exchange writes them, name the type this way.
  if (names.has('recipienttypedetails')) names.set('recipienttypedetailsvalue', 'RecipientTypeDetails');
  try {
    return parseFilter(text, names);
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    throw cmdletFailure({
      status: 400,
      code: 'BadRequest',
      type: 'System.Management.Automation.ParameterBindingException',
      text: `Cannot bind parameter 'Filter' to the target. Exception setting "Filter": "${error.message}"`,
    });
  }
}

/** By GUID, object id, distinguished name, name, alias, user principal name or any SMTP address. */
export function requireRecipient(call: CmdletCall, identity: string, types?: readonly string[]): Recipient {
  const wanted = identity.toLowerCase();
  const found = [...call.organization.recipients.values()].filter(
    (recipient) =>
      isOfType(recipient, types) &&
      identitiesOf(call, recipient).some((one) => one !== undefined && one.toLowerCase() === wanted),
  );
  const [first] = found;
  if (first === undefined) throw objectNotFound(identity);
  if (found.length > 1) throw objectAmbiguous(identity);
  return first;
}

/** Checks names and kinds; what comes back has the cmdlet's own spelling of the names. */
export function bindParameters(cmdlet: Cmdlet, given: Readonly<Record<string, unknown>>): BoundParameters {
  const bound: Record<string, ParameterValue> = {};
  for (const [sentName, value] of Object.entries(given)) {
    const name = Object.keys(cmdlet.parameters).find((one) => one.toLowerCase() === sentName.toLowerCase());
    if (name === undefined) {
      throw invalidArgument(`A parameter cannot be found that matches parameter name '${sentName}'.`);
    }
    bound[name] = bindValue(name, cmdlet.parameters[name] ?? 'text', value);
  }
  for (const name of cmdlet.required ?? []) {
    if (bound[name] === undefined) {
      throw invalidArgument(
        `Cannot process command because of one or more missing mandatory parameters: ${name}.`,
      );
    }
  }
  for (const [one, other] of cmdlet.exclusive ?? []) {
    if (bound[one] !== undefined && bound[other] !== undefined) throw ambiguousParameterSet();
  }
  return bound;
}

/** For parameters that name kinds of things: refuses what is none of them. */
export function requireKnownValues(
  parameter: string,
  values: readonly string[],
  known: readonly string[],
): string[] {
  return values.map((value) => {
    const match = known.find((one) => one.toLowerCase() === value.toLowerCase());
    if (match === undefined) {
      throw invalidArgument(
        `Cannot bind parameter '${parameter}'. Cannot convert value "${value}" to type "${parameter}". Possible values are: ${known.join(', ')}.`,
      );
    }
    return match;
  });
}

function bindValue(name: string, kind: ParameterKind, value: unknown): ParameterValue {
  if (kind === 'switch') {
    if (typeof value === 'boolean') return value;
  } else if (kind === 'texts') {
    const list = Array.isArray(value) ? value : [value];
    // OData sends one text with commas where PowerShell would send a list.
    if (list.every((one) => typeof one === 'string'))
      return list.flatMap((one) => one.split(',').map((part) => part.trim()));
  } else if (kind === 'size') {
    if (typeof value === 'string' && value.toLowerCase() === 'unlimited') return 'Unlimited';
    if (/^[1-9]\d*$/.test(String(value))) return Number(value);
  } else if (typeof value === 'string' && value !== '') {
    return value;
  }
  throw invalidArgument(`Cannot process argument transformation on parameter '${name}'.`);
}

const defaultResultSize = 1000;

function cutToResultSize<T>(
  items: readonly T[],
  size: unknown,
): { readonly kept: readonly T[]; readonly warnings: readonly string[] } {
  if (size === 'Unlimited') return { kept: items, warnings: [] };
  const limit = typeof size === 'number' ? size : defaultResultSize;
  if (items.length <= limit) return { kept: items, warnings: [] };
  const warning =
    typeof size === 'number'
      ? 'There are more results available than are currently displayed. To view them, increase the value for the ResultSize parameter.'
      : `By default, only the first ${defaultResultSize} items are returned. Use the ResultSize parameter to specify the number of items returned. To return all items, specify "-ResultSize Unlimited". Be aware that, depending on the actual number of items, returning all items can take a long time and consume a large amount of memory. Also, we don't recommend storing the results in a variable. Instead, pipe the results to another task or script to perform batch changes.`;
  return { kept: items.slice(0, limit), warnings: [warning] };
}

function isOfType(recipient: Recipient, types: readonly string[] | undefined): boolean {
  return types === undefined || types.includes(recipient.recipientTypeDetails);
}

function identitiesOf(call: CmdletCall, recipient: Recipient): readonly (string | undefined)[] {
  const name = call.nameOf(recipient);
  return [
    recipient.id,
    recipient.exchangeObjectGuid,
    recipient.mailbox?.exchangeGuid,
    name,
    distinguishedName(call.organization, name),
    recipient.alias,
    recipient.userPrincipalName,
    ...recipient.emailAddresses.filter((one) => /^smtp:/i.test(one)).map((one) => one.slice('smtp:'.length)),
  ];
}

export function cmdletCall(organization: Organization, now: Date, parameters: BoundParameters): CmdletCall {
  return { organization, now, parameters, nameOf: directoryNames(organization) };
}

// Rows of all recipients have the same properties except for those of mailboxes: one with everything tells them.
const sampleRecipient: Recipient = {
  id: '00000000-0000-4000-8000-000000000000',
  exchangeObjectGuid: '00000000-0000-4000-8000-000000000000',
  recipientTypeDetails: 'UserMailbox',
  displayName: '',
  alias: '',
  primarySmtpAddress: '',
  emailAddresses: [],
  person: {},
  hiddenFromAddressLists: false,
  customAttributes: Array.from({ length: 15 }, () => ''),
  addressListMembership: [],
  whenChanged: new Date(0),
  mailbox: {
    exchangeGuid: '00000000-0000-4000-8000-000000000000',
    isEnabledForRest: true,
    rootFolderId: '',
    folders: new Map(),
    contactsFolderId: '',
    deletedItemsFolderId: '',
    items: new Map(),
    changeNumber: 0,
    sentMessages: [],
    receivedMessages: [],
  },
};
