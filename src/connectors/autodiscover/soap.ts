// The SOAP form, GetUserSettings: of Exchange 2010 and newer, and the only one that says inside and outside apart by name.
// https://learn.microsoft.com/exchange/client-developer/web-service-reference/getusersettings-operation-soap

import { type DecodedAnswer, type Side, safeCode } from './decoded-answer.ts';
import {
  childrenOf,
  descend,
  escapeText,
  readXmlAnswer,
  textOf,
  UnreadableAnswer,
  type XmlNode,
} from './xml-answer.ts';

const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/';
const AUTODISCOVER = 'http://schemas.microsoft.com/exchange/2010/Autodiscover';
const ADDRESSING = 'http://www.w3.org/2005/08/addressing';

export const SOAP_ACTION = `${AUTODISCOVER}/Autodiscover/GetUserSettings`;

const SETTINGS = ['InternalEwsUrl', 'ExternalEwsUrl'] as const;

export function encodeSoap(address: string, url: URL, names: readonly string[] = SETTINGS): string {
  const settings = names.map((name) => `<a:Setting>${name}</a:Setting>`).join('');
  return `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="${SOAP}" xmlns:a="${AUTODISCOVER}" xmlns:wsa="${ADDRESSING}"><s:Header><a:RequestedServerVersion>Exchange2013</a:RequestedServerVersion><wsa:Action>${SOAP_ACTION}</wsa:Action><wsa:To>${escapeText(url.href)}</wsa:To></s:Header><s:Body><a:GetUserSettingsRequestMessage><a:Request><a:Users><a:User><a:Mailbox>${escapeText(address)}</a:Mailbox></a:User></a:Users><a:RequestedSettings>${settings}</a:RequestedSettings></a:Request></a:GetUserSettingsRequestMessage></s:Body></s:Envelope>`;
}

export function decodeSoap(source: string, side: Side): DecodedAnswer {
  const answer = decodeSettings(source);
  if (answer.kind !== 'settings') return answer;
  const { values, serverVersion } = answer;
  const names = side === 'internal' ? SETTINGS : SETTINGS.toReversed();
  const urls = names.map((name) => values.get(name) ?? '').filter((url) => url !== '');
  if (urls.length === 0) return { kind: 'noUrl' };
  return {
    kind: 'urls',
    urls: [...new Set(urls)],
    ...(serverVersion === undefined ? {} : { serverVersion }),
  };
}

/** What the server has of the settings asked for, by name. */
export interface UserSettings {
  readonly kind: 'settings';
  readonly values: ReadonlyMap<string, string>;
  readonly serverVersion?: string;
}

export function decodeSettings(
  source: string,
): UserSettings | Exclude<DecodedAnswer, { readonly kind: 'urls' | 'noUrl' }> {
  let root: XmlNode;
  try {
    root = readXmlAnswer(source);
  } catch (thrown) {
    if (!(thrown instanceof UnreadableAnswer)) throw thrown;
    return { kind: 'unreadable', why: thrown.message };
  }
  if (root.name !== 'Envelope' || root.namespace !== SOAP) {
    return { kind: 'unreadable', why: 'no SOAP envelope' };
  }
  const body = descend(root, 'Body');
  if (descend(body, 'Fault') !== undefined) return { kind: 'error', code: 'Fault' };
  const response = descend(body, 'GetUserSettingsResponseMessage', 'Response');
  if (response === undefined) return { kind: 'unreadable', why: 'no answer of Autodiscover' };
  // Errors stand on three levels: of the whole, of the user, of a setting. The last kind is just a missing setting.
  const user = descend(response, 'UserResponses', 'UserResponse');
  for (const level of [response, user]) {
    const code = textOf(level, 'ErrorCode');
    const target = textOf(level, 'RedirectTarget');
    if (code === 'RedirectAddress') return { kind: 'redirectAddress', address: target };
    if (code === 'RedirectUrl') return { kind: 'redirectUrl', url: target };
    if (code !== '' && code !== 'NoError') return { kind: 'error', code: safeCode(code) };
  }
  const values = new Map(
    childrenOf(descend(user, 'UserSettings'), 'UserSetting').map(
      (one) => [textOf(one, 'Name'), textOf(one, 'Value')] as const,
    ),
  );
  const serverVersion = versionIn(descend(root, 'Header', 'ServerVersionInfo'));
  return { kind: 'settings', values, ...(serverVersion === undefined ? {} : { serverVersion }) };
}

function versionIn(info: XmlNode | undefined): string | undefined {
  const parts = ['MajorVersion', 'MinorVersion', 'MajorBuildNumber'].map((name) => textOf(info, name));
  return parts.every((part) => /^\d{1,5}$/.test(part)) ? parts.join('.') : undefined;
}
