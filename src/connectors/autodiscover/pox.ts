// "Plain old XML", the oldest form, known by every Exchange server (MS-OXDSCLI).

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

const REQUEST = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006';
const SETTINGS = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a';
const ANSWER = 'http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006';

export function encodePox(address: string): string {
  return `<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="${REQUEST}"><Request><EMailAddress>${escapeText(address)}</EMailAddress><AcceptableResponseSchema>${SETTINGS}</AcceptableResponseSchema></Request></Autodiscover>`;
}

export function decodePox(source: string, side: Side): DecodedAnswer {
  let root: XmlNode;
  try {
    root = readXmlAnswer(source);
  } catch (thrown) {
    if (!(thrown instanceof UnreadableAnswer)) throw thrown;
    return { kind: 'unreadable', why: thrown.message };
  }
  if (root.name !== 'Autodiscover' || root.namespace !== ANSWER) {
    return { kind: 'unreadable', why: 'no answer of Autodiscover' };
  }
  const response = descend(root, 'Response');
  const error = descend(response, 'Error');
  if (error !== undefined) return { kind: 'error', code: safeCode(textOf(error, 'ErrorCode')) };
  const account = descend(response, 'Account');
  switch (textOf(account, 'Action').toLowerCase()) {
    case 'redirectaddr':
      return { kind: 'redirectAddress', address: textOf(account, 'RedirectAddr') };
    case 'redirecturl':
      return { kind: 'redirectUrl', url: textOf(account, 'RedirectUrl') };
    case 'settings':
      return settings(childrenOf(account, 'Protocol'), side);
    default:
      return { kind: 'unreadable', why: 'no action' };
  }
}

/** The address under which the mailbox is known itself, whatever it was asked for by. */
export function ownAddressIn(source: string): string | undefined {
  try {
    const address = textOf(descend(readXmlAnswer(source), 'Response', 'User'), 'AutoDiscoverSMTPAddress');
    return address.includes('@') ? address : undefined;
  } catch (thrown) {
    if (thrown instanceof UnreadableAnswer) return undefined;
    throw thrown;
  }
}

// EXCH is for clients inside and EXPR for those outside. EXHTTP comes twice, inside first, and replaces both where the
// client says that it speaks MAPI over HTTP; we do not, but some servers send it to everybody.
function settings(protocols: readonly XmlNode[], side: Side): DecodedAnswer {
  const of = (type: string) => protocols.filter((one) => typeOf(one) === type);
  const inward = [...of('EXCH'), ...of('EXHTTP'), ...of('EXPR')];
  const ordered = side === 'internal' ? inward : inward.toReversed();
  const urls = ordered.map(urlOf).filter((url) => url !== '');
  if (urls.length === 0) return { kind: 'noUrl' };
  const serverVersion = protocols.map((one) => versionOf(textOf(one, 'ServerVersion'))).find(Boolean);
  return {
    kind: 'urls',
    urls: [...new Set(urls)],
    ...(serverVersion === undefined ? {} : { serverVersion }),
  };
}

function typeOf(protocol: XmlNode): string {
  return (textOf(protocol, 'Type') || (protocol.attributes['Type'] ?? '')).toUpperCase();
}

/** ASUrl is the same under its older name. */
function urlOf(protocol: XmlNode): string {
  return textOf(protocol, 'EwsUrl') || textOf(protocol, 'ASUrl');
}

/**
 * 32 bits as hexadecimal text: four of them the version of this form, then major (6), minor (6), a flag and the build
 * (15): MS-OXDSCLI 2.2.4.1.1.2.7.2.37. `73C18880` is 15.1.2176.
 */
export function versionOf(hex: string): string | undefined {
  if (!/^[0-9A-Fa-f]{8}$/.test(hex)) return undefined;
  const bits = Number.parseInt(hex, 16);
  return `${(bits >>> 22) & 0x3f}.${(bits >>> 16) & 0x3f}.${bits & 0x7fff}`;
}
