// What is no item and no folder: resolving names in the directory, and the probe that ConvertId is used as.

import type { Organization, Recipient } from '../../organization/state.ts';
import { answerEach } from '../batch.ts';
import { type EwsCall, requireMailbox } from '../call.ts';
import { errorMessage, successMessage } from '../envelope.ts';
import { EwsError, notEmulated } from '../errors.ts';
import { findFolderById, requireItemById, storeId } from '../ids.ts';
import { attribute, requireChild } from '../xml/reader.ts';
import { element, textElement } from '../xml/writer.ts';

const mostResolutions = 100;

export function resolveNames(call: EwsCall): string {
  const { operation, organization } = call;
  const scope = operation.attributes.get('SearchScope') ?? 'ActiveDirectoryContacts';
  if (scope === 'Contacts') throw notEmulated('resolving names in the mailbox alone');
  const wanted = requireChild(operation, 'm:UnresolvedEntry').text.trim();
  const isFull = /^(?:true|1)$/.test(attribute(operation, 'ReturnFullContactData'));
  const found = matching(organization, wanted);
  const name = 'm:ResolveNamesResponseMessage';
  if (found.length === 0) {
    const error = new EwsError('ErrorNameResolutionNoResults', 'No results were found.');
    return element('m:ResponseMessages', {}, errorMessage(name, error, ''));
  }
  const shown = found.slice(0, mostResolutions);
  const set = element(
    'm:ResolutionSet',
    { TotalItemsInView: shown.length, IncludesLastItemInRange: found.length <= mostResolutions },
    ...shown.map((one) => resolution(one, isFull)),
  );
  if (found.length === 1) return element('m:ResponseMessages', {}, successMessage(name, set));
  const several = new EwsError('ErrorNameResolutionMultipleResults', 'Multiple results were found.');
  return element('m:ResponseMessages', {}, errorMessage(name, several, set, 'Warning'));
}

function matching(organization: Organization, wanted: string): Recipient[] {
  const all = [...organization.recipients.values()].filter((one) => !one.hiddenFromAddressLists);
  const lower = wanted.toLowerCase();
  if (lower.startsWith('smtp:'))
    return all.filter((one) => one.emailAddresses.some((address) => address.toLowerCase() === lower));
  return all.filter((one) =>
    [
      one.displayName,
      one.alias,
      one.primarySmtpAddress,
      one.person.lastName ?? '',
      one.person.firstName ?? '',
    ].some((text) => text.toLowerCase().startsWith(lower)),
  );
}

const mailboxTypes: Readonly<Partial<Record<Recipient['recipientTypeDetails'], string>>> = {
  MailContact: 'Contact',
  MailUniversalDistributionGroup: 'PublicDL',
  MailUniversalSecurityGroup: 'PublicDL',
  DynamicDistributionGroup: 'PublicDL',
  GroupMailbox: 'GroupMailbox',
};

function resolution(recipient: Recipient, isFull: boolean): string {
  const mailbox = element(
    't:Mailbox',
    {},
    textElement('t:Name', recipient.displayName),
    textElement('t:EmailAddress', recipient.primarySmtpAddress),
    textElement('t:RoutingType', 'SMTP'),
    textElement('t:MailboxType', mailboxTypes[recipient.recipientTypeDetails] ?? 'Mailbox'),
  );
  return element('t:Resolution', {}, mailbox, isFull ? directoryContact(recipient) : '');
}

function directoryContact(recipient: Recipient): string {
  const { person } = recipient;
  const part = (name: string, text: string | undefined): string =>
    text === undefined ? '' : textElement(`t:${name}`, text);
  const phones = {
    BusinessFax: person.fax,
    BusinessPhone: person.phone,
    HomePhone: person.homePhone,
    MobilePhone: person.mobilePhone,
  };
  const entries = recipient.emailAddresses.slice(0, 3);
  return element(
    't:Contact',
    {},
    part('DisplayName', recipient.displayName),
    part('GivenName', person.firstName),
    part('Initials', person.initials),
    part('CompanyName', person.company),
    element(
      't:EmailAddresses',
      {},
      ...entries.map((address, index) =>
        textElement('t:Entry', address, { Key: `EmailAddress${index + 1}` }),
      ),
    ),
    element(
      't:PhoneNumbers',
      {},
      ...Object.entries(phones).flatMap(([key, number]) =>
        number === undefined ? [] : [textElement('t:Entry', number, { Key: key })],
      ),
    ),
    part('AssistantName', person.assistantName),
    part('ContactSource', 'ActiveDirectory'),
    part('Department', person.department),
    part('JobTitle', person.title),
    part('OfficeLocation', person.office),
    part('Surname', person.lastName),
  );
}

/** Clients learn their own address that way: the answer names the mailbox that owns the id. */
export function convertId(call: EwsCall): string {
  const format = attribute(call.operation, 'DestinationFormat');
  return answerEach(call, requireChild(call.operation, 'm:SourceIds').children, (source) => {
    const { owner, mailbox } = requireMailbox(call);
    const id = attribute(source, 'Id');
    if (attribute(source, 'Format') !== 'EwsId' || format !== 'EwsId')
      throw notEmulated('ids in another format than EwsId');
    if (findFolderById(mailbox, storeId(id)) === undefined) requireItemById(mailbox, id);
    return element('m:AlternateId', {
      'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
      'xsi:type': 't:AlternateIdType',
      Format: 'EwsId',
      Id: id,
      Mailbox: owner.primarySmtpAddress,
    });
  });
}
