// The SOAP form: GetUserSettings, for several users at once. Errors stand on three levels: of the whole, of a user, of a
// setting.

import { child, type Element, readXml, XmlError } from '../ews/xml/reader.ts';
import { element, textElement } from '../ews/xml/writer.ts';
import type { PublicFolders } from '../organization/state.ts';
import type { EmulatorContext } from '../server/exchange.ts';
import { type Answer, type Described, legacyName } from './question.ts';

const a = 'http://schemas.microsoft.com/exchange/2010/Autodiscover';
const wsa = 'http://www.w3.org/2005/08/addressing';
const action = `${a}/Autodiscover/GetUserSettings`;

export interface SoapQuestion {
  readonly addresses: readonly string[];
  readonly settings: readonly string[];
}

/** undefined: a fault is to be answered. */
export function readSoap(body: Buffer): SoapQuestion | undefined {
  try {
    const envelope = readXml(body);
    if (envelope.name !== 's:Envelope') return undefined;
    const header = child(envelope, 's:Header');
    if (header === undefined || textIn(header, `{${wsa}}Action`) !== action) return undefined;
    if (textIn(header, `{${a}}RequestedServerVersion`) === '') return undefined;
    const message = descend(child(envelope, 's:Body'), 'GetUserSettingsRequestMessage', 'Request');
    const users = children(descend(message, 'Users'), 'User');
    const settings = children(descend(message, 'RequestedSettings'), 'Setting');
    if (users.length === 0 || settings.length === 0) return undefined;
    return {
      addresses: users.map((user) => textIn(user, `{${a}}Mailbox`)),
      settings: settings.map(({ text }) => text.trim()),
    };
  } catch (error) {
    if (error instanceof XmlError) return undefined;
    throw error;
  }
}

export function writeSoap(
  question: SoapQuestion,
  answers: readonly Answer[],
  context: EmulatorContext,
): string {
  const responses = answers.map((answer) => userResponse(answer, question.settings, context));
  const response = element(
    'Response',
    { 'xmlns:i': 'http://www.w3.org/2001/XMLSchema-instance' },
    noError(),
    element('UserResponses', {}, ...responses),
  );
  return envelope(element('GetUserSettingsResponseMessage', { xmlns: a }, response), context);
}

export function writeSoapFault(context: EmulatorContext): string {
  return envelope(
    element(
      's:Fault',
      {},
      element('faultcode', { 'xmlns:a': a }, 'a:InvalidRequest'),
      textElement('faultstring', 'The request is invalid.', { 'xml:lang': 'en-US' }),
    ),
    context,
  );
}

function userResponse(answer: Answer, names: readonly string[], context: EmulatorContext): string {
  const user = (code: string, message: string, target: string | undefined, ...content: readonly string[]) =>
    element(
      'UserResponse',
      {},
      textElement('ErrorCode', code),
      textElement('ErrorMessage', message),
      target === undefined ? nil('RedirectTarget') : textElement('RedirectTarget', target),
      ...content,
    );
  switch (answer.kind) {
    case 'error':
      return user(answer.code, 'The server reports an error.', undefined);
    case 'unknownAddress':
      return user('InvalidUser', 'The user was not found.', undefined);
    case 'redirectAddress':
      return user('RedirectAddress', 'Redirection address.', answer.address);
    case 'redirectUrl':
      return user('RedirectUrl', 'Redirection URL.', answer.url);
    case 'settings': {
      const { major, minor, build } = context.ews.settings.version;
      const { domains, publicFolders } = context.organization;
      const values: Readonly<Record<string, string | undefined>> = {
        InternalEwsUrl: answer.internalUrl,
        ExternalEwsUrl: answer.externalUrl,
        UserDisplayName: answer.owner.displayName,
        UserDN: legacyName(answer.owner),
        MailboxDN: legacyName(answer.owner),
        AutoDiscoverSMTPAddress: answer.owner.primarySmtpAddress,
        InternalMailboxServer: 'mail.contoso.example',
        InternalRpcClientServer: `${answer.owner.exchangeGuid}@${domains[0] ?? 'contoso.example'}`,
        PublicFolderInformation: shownTo(answer.owner, publicFolders)?.mailboxes[0]?.primarySmtpAddress,
        EwsSupportedSchemas:
          'Exchange2007, Exchange2007_SP1, Exchange2010, Exchange2010_SP1, Exchange2010_SP2, Exchange2013, Exchange2013_SP1, Exchange2015',
        CasVersion: `${major}.${String(minor).padStart(2, '0')}.${build}.004`,
      };
      const known = names.filter((name) => values[name] !== undefined);
      const missing = names.filter((name) => values[name] === undefined);
      return user(
        'NoError',
        'No error.',
        undefined,
        element('UserSettingErrors', {}, ...missing.map(settingError)),
        element('UserSettings', {}, ...known.map((name) => setting(name, values[name] ?? ''))),
      );
    }
  }
}

function shownTo({ hosting }: Described, folders: PublicFolders | undefined): PublicFolders | undefined {
  const isElsewhere = folders?.hosting !== undefined && hosting !== undefined && folders.hosting !== hosting;
  return isElsewhere ? undefined : folders;
}

function setting(name: string, value: string): string {
  return element(
    'UserSetting',
    { 'i:type': 'StringSetting' },
    textElement('Name', name),
    textElement('Value', value),
  );
}

function settingError(name: string): string {
  return element(
    'UserSettingError',
    {},
    textElement('ErrorCode', 'SettingIsNotAvailable'),
    textElement('ErrorMessage', `The setting '${name}' is not available.`),
    textElement('SettingName', name),
  );
}

function noError(): string {
  return `${textElement('ErrorCode', 'NoError')}${element('ErrorMessage', {})}`;
}

function nil(name: string): string {
  return element(name, { 'i:nil': 'true' });
}

function envelope(body: string, { ews }: EmulatorContext): string {
  const { major, minor, build } = ews.settings.version;
  const version = element(
    'h:ServerVersionInfo',
    { 'xmlns:h': a },
    textElement('h:MajorVersion', major),
    textElement('h:MinorVersion', minor),
    textElement('h:MajorBuildNumber', build),
    textElement('h:MinorBuildNumber', 4),
    textElement('h:Version', 'Exchange2015'),
  );
  const header = element(
    's:Header',
    {},
    textElement('a:Action', `${action}Response`, { 's:mustUnderstand': 1 }),
    version,
  );
  const namespaces = { 'xmlns:s': 'http://schemas.xmlsoap.org/soap/envelope/', 'xmlns:a': wsa };
  return element('s:Envelope', namespaces, header, element('s:Body', {}, body));
}

function descend(from: Element | undefined, ...names: readonly string[]): Element | undefined {
  return names.reduce<Element | undefined>(
    (found, name) => (found === undefined ? undefined : child(found, `{${a}}${name}`)),
    from,
  );
}

function children(from: Element | undefined, name: string): readonly Element[] {
  return from?.children.filter((one) => one.name === `{${a}}${name}`) ?? [];
}

function textIn(parent: Element, name: string): string {
  return child(parent, name)?.text.trim() ?? '';
}
