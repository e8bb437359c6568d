// The form of plain XML (MS-OXDSCLI). A request that cannot be read is answered 600 with status 200, also a GET.

import { child, readXml, XmlError } from '../ews/xml/reader.ts';
import { element, textElement } from '../ews/xml/writer.ts';
import type { EmulatorContext } from '../server/exchange.ts';
import { type Answer, legacyName } from './question.ts';

const requestSchema = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006';
const settingsSchema = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a';
const answerSchema = 'http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006';

/** The address asked about, or the error that is to be answered. */
export function readPox(body: Buffer): { readonly address: string } | { readonly error: string } {
  try {
    const root = readXml(body);
    const request = child(root, `{${requestSchema}}Request`);
    if (root.name !== `{${requestSchema}}Autodiscover` || request === undefined) return { error: '600' };
    const schema = child(request, `{${requestSchema}}AcceptableResponseSchema`)?.text.trim();
    if (schema !== settingsSchema) return { error: '601' };
    const address = child(request, `{${requestSchema}}EMailAddress`)?.text.trim() ?? '';
    return address.includes('@') ? { address } : { error: '600' };
  } catch (error) {
    if (error instanceof XmlError) return { error: '600' };
    throw error;
  }
}

const messages: Readonly<Record<string, string>> = {
  '500': "The email address can't be found.",
  '600': 'Invalid Request',
  '601': 'Provider is not available',
};

export function writePoxError(code: string, { clock }: EmulatorContext): string {
  const time = clock.now().toISOString().slice(11, 23);
  return wrapped(
    element(
      'Response',
      {},
      element(
        'Error',
        { Time: `${time}0000`, Id: '2477272013' },
        textElement('ErrorCode', code),
        textElement('Message', messages[code] ?? 'The server reports an error.'),
        element('DebugData', {}),
      ),
    ),
  );
}

export function writePox(answer: Answer, context: EmulatorContext): string {
  switch (answer.kind) {
    case 'error':
      return writePoxError(answer.code, context);
    case 'unknownAddress':
      return writePoxError('500', context);
    case 'redirectAddress':
      return settings(textElement('Action', 'redirectAddr'), textElement('RedirectAddr', answer.address));
    case 'redirectUrl':
      return settings(textElement('Action', 'redirectUrl'), textElement('RedirectUrl', answer.url));
    case 'settings': {
      const { owner, internalUrl, externalUrl } = answer;
      const user = element(
        'User',
        {},
        textElement('DisplayName', owner.displayName),
        textElement('LegacyDN', legacyName(owner)),
        textElement('AutoDiscoverSMTPAddress', owner.primarySmtpAddress),
        textElement('DeploymentId', '6f1a3c52-9a0c-4c50-9b6d-2f6f4f0f7a11'),
      );
      return wrapped(
        element(
          'Response',
          { xmlns: settingsSchema },
          user,
          element(
            'Account',
            {},
            textElement('AccountType', 'email'),
            textElement('Action', 'settings'),
            textElement('MicrosoftOnline', 'False'),
            protocol('EXCH', internalUrl, context),
            protocol('EXPR', externalUrl, context),
            element('Protocol', {}, textElement('Type', 'WEB')),
          ),
        ),
      );
    }
  }
}

function protocol(type: string, url: string | undefined, { ews }: EmulatorContext): string {
  const { major, minor, build } = ews.settings.version;
  // MS-OXDSCLI 2.2.4.1.1.2.7.2.37
  const version = ((0x7 << 28) | (major << 22) | (minor << 16) | (1 << 15) | build) >>> 0;
  const urls = url === undefined ? [] : [textElement('ASUrl', url), textElement('EwsUrl', url)];
  return element(
    'Protocol',
    {},
    textElement('Type', type),
    textElement('Server', 'mail.contoso.example'),
    textElement('ServerVersion', version.toString(16).toUpperCase().padStart(8, '0')),
    ...urls,
    textElement('AuthPackage', 'Ntlm'),
  );
}

function settings(...content: readonly string[]): string {
  const account = element('Account', {}, textElement('AccountType', 'email'), ...content);
  return wrapped(element('Response', { xmlns: settingsSchema }, account));
}

function wrapped(response: string): string {
  return `<?xml version="1.0" encoding="utf-8"?>${element('Autodiscover', { xmlns: answerSchema }, response)}`;
}
