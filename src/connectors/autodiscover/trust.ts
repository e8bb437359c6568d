// Who may be asked with a password. An answer, a redirect or a DNS record that anybody may have made leads only to hosts
// that were trusted before: those of the mail domain, those that Active Directory names, those that an administrator
// named. Everything else ends in the log, and a person decides by typing the URL.

import { plainName } from '../ldap-client/plain-name.ts';
import type { StepOutcome } from './steps.ts';

export interface TrustedHosts {
  /** A domain with everything below it. */
  readonly domains: ReadonlySet<string>;
  /** Single hosts, from Active Directory. */
  readonly hosts: Set<string>;
}

export function isTrusted(trusted: TrustedHosts, host: string): boolean {
  if (isOfDirectory(trusted, host)) return true;
  const name = plainName(host);
  return [...trusted.domains].some((domain) => name === domain || name.endsWith(`.${domain}`));
}

/** An administrator of the directory wrote it there, and it came encrypted. */
export function isOfDirectory({ hosts }: TrustedHosts, host: string): boolean {
  return hosts.has(plainName(host));
}

// Hosts and address domains of Exchange Online, all clouds:
// https://learn.microsoft.com/microsoft-365/enterprise/urls-and-ip-address-ranges
const ONLINE =
  /(^|\.)(outlook\.com|office365\.com|office\.com|office365\.us|outlook\.us|outlook\.cn|onmicrosoft\.com|onmicrosoft\.us|onmschina\.cn|microsoftonline\.com)$/;

export function isExchangeOnline(hostOrDomain: string): boolean {
  return ONLINE.test(plainName(hostOrDomain));
}

export type Target = { readonly url: URL } | { readonly refused: StepOutcome; readonly host?: string };

/** Where a redirect, a record or an answer leads to, by the rules; `location` may be relative. */
export function checkTarget(trusted: TrustedHosts, location: string, from?: URL): Target {
  const url = URL.parse(location.trim(), from?.href);
  if (url === null || url.hostname === '' || url.username !== '' || url.password !== '') {
    return { refused: 'badRedirect' };
  }
  if (isExchangeOnline(url.hostname)) return { refused: 'exchangeOnline', host: url.hostname };
  if (url.protocol === 'http:') return { refused: 'notEncrypted', host: url.hostname };
  if (url.protocol !== 'https:') return { refused: 'badRedirect' };
  url.hash = '';
  return isTrusted(trusted, url.hostname) ? { url } : { refused: 'outside', host: url.hostname };
}

export function domainOf(address: string): string {
  return plainName(address.slice(address.lastIndexOf('@') + 1));
}
