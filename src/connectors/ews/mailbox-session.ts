// One mailbox as this connector works in it, and what the rows of an answer say about id, version and mark.

import { Failure } from '../../model/failure.ts';
import { type FolderId, folderId, type ItemId, itemId } from '../../model/ids.ts';
import type { OwnershipMark, TargetMailbox } from '../../model/mailbox.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { MarkCodec } from '../../ports/mark-codec.ts';
import type { FoundMark } from '../contact-folder/found-mark.ts';
import type { EwsAnswer, EwsClient, EwsMailbox, PublicFolderRoute } from './ews-client.ts';
import {
  CARRIED_PROPERTY,
  type ExtendedValue,
  extendedIn,
  FIELDS_PROPERTY,
  IDENTITY_PROPERTY,
} from './mapi-property.ts';
import type { ResponseMessage } from './response-message.ts';
import { childOf, textOf, type XmlElement } from './xml-element.ts';
import { element, type Xml } from './xml-writer.ts';

export interface MailboxSession {
  readonly clock: Clock;
  readonly log: Log;
  /** For the jitter of waits. */
  readonly random: () => number;
  /** Contacts, by its distinguished id: its name is localized. */
  readonly contacts: Xml;
  ask(operation: Xml, signal: AbortSignal): Promise<ResponseMessage>;
  askEach<Input, Output>(
    inputs: readonly Input[],
    operation: (portion: readonly Input[]) => Xml,
    decode: (message: ResponseMessage, input: Input) => Output,
    signal: AbortSignal,
  ): Promise<readonly Output[]>;
  /** `inputs`: how many messages the answer should have. */
  write(operation: Xml, inputs: number, signal: AbortSignal): Promise<EwsAnswer>;
}

export interface SessionOptions {
  readonly client: EwsClient;
  readonly impersonate: boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
}

export function sessionOf(
  mailbox: TargetMailbox,
  { client, impersonate, clock, log, random }: SessionOptions,
): MailboxSession {
  const address = mailbox.primarySmtpAddress;
  // Who is impersonated needs no address: the folder is the caller's own.
  const owner = impersonate ? undefined : element('t:Mailbox', {}, element('t:EmailAddress', {}, address));
  return {
    ...addressedSession({ key: mailbox.id, address }, { client, clock, log, random }),
    contacts: element('t:DistinguishedFolderId', { Id: 'contacts' }, owner),
  };
}

/** The top of the public folders stands for Contacts. */
export function publicFolderSession(
  address: string,
  route: PublicFolderRoute,
  options: Omit<SessionOptions, 'impersonate'>,
): MailboxSession {
  const key = `public folders ${route.publicFolderMailbox} ${address}`;
  return {
    ...addressedSession({ key, address, route }, options),
    contacts: element('t:DistinguishedFolderId', { Id: 'publicfoldersroot' }),
  };
}

function addressedSession(
  addressed: EwsMailbox,
  { client, clock, log, random }: Omit<SessionOptions, 'impersonate'>,
): Omit<MailboxSession, 'contacts'> {
  return {
    clock,
    log,
    random,
    ask: (operation, signal) => client.ask(addressed, operation, signal),
    askEach: (inputs, operation, decode, signal) =>
      client.askEach(addressed, inputs, operation, decode, signal),
    write: (operation, inputs, signal) => client.write(addressed, operation, inputs, signal),
  };
}

/** The message, if it was done. */
export function requireDone(message: ResponseMessage): XmlElement {
  if (message.refusal !== undefined) throw message.refusal.failure;
  return message.element;
}

export function folderIdElement(id: FolderId): Xml {
  return element('t:FolderId', { Id: id });
}

export function itemIdElement(id: ItemId, version?: string): Xml {
  return element('t:ItemId', { Id: id, ChangeKey: version });
}

export function itemIdOf(item: XmlElement): ItemId {
  return itemId(requireAttribute(childOf(item, 'ItemId'), 'Id'));
}

export function versionOf(item: XmlElement): string {
  return requireAttribute(childOf(item, 'ItemId'), 'ChangeKey');
}

export function folderIdOf(folder: XmlElement): FolderId {
  return folderId(requireAttribute(childOf(folder, 'FolderId'), 'Id'));
}

/** '' where the answer does not tell. */
export function parentFolderIdOf(owner: XmlElement): string {
  return childOf(owner, 'ParentFolderId')?.attributes['Id'] ?? '';
}

export function createdAtOf(item: XmlElement): string {
  return textOf(item, 'DateTimeCreated');
}

function requireAttribute(owner: XmlElement | undefined, name: string): string {
  const value = owner?.attributes[name] ?? '';
  if (value === '') throw new Failure('unexpectedAnswer', { details: { code: `${name}Missing` } });
  return value;
}

export function markOf(owner: XmlElement, codec: MarkCodec): FoundMark {
  const extended = extendedIn(owner);
  const identity = extended.get(IDENTITY_PROPERTY.key) ?? '';
  return identity === '' ? undefined : codec.decode(identity, extended.get(FIELDS_PROPERTY.key) ?? '');
}

export function markValues(mark: OwnershipMark, codec: MarkCodec): readonly ExtendedValue[] {
  const { identity, fields, carried } = codec.encode(mark);
  return [
    { property: IDENTITY_PROPERTY, value: identity },
    { property: FIELDS_PROPERTY, value: fields },
    ...(carried === undefined ? [] : [{ property: CARRIED_PROPERTY, value: carried }]),
  ];
}

export const NO_MARK: readonly ExtendedValue[] = [
  { property: IDENTITY_PROPERTY, value: '' },
  { property: FIELDS_PROPERTY, value: '' },
];
