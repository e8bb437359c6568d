// Where the secrets of an environment may be sent. A change of any of it discards them, so that nobody who may edit
// an environment can have its credentials sent to a host of their own (specification 4).

import { createHash } from 'node:crypto';
import type { Environment, ExchangeOAuth, ExchangeOnline, OnPremises } from '../model/environment.ts';

export function destinationOf(environment: Environment): string {
  const { scenario, additionalCaFile } = environment;
  const parts = [
    ...(environment.scenario === 'onPremises' ? [] : tenantParts(environment.exchangeOnline)),
    ...(environment.scenario === 'exchangeOnline' ? [] : serverParts(environment.onPremises)),
  ];
  const proxy = environment.scenario === 'onPremises' ? undefined : environment.proxy;
  // Together they may stand in for every host: a proxy of one's own with an authority of one's own.
  const all = [scenario, ...parts, proxy ?? '', additionalCaFile ?? ''];
  return createHash('sha256').update(JSON.stringify(all)).digest('hex');
}

/** Of the password of the mail server alone; undefined: the environment names none. */
export function mailDestinationOf({ mail, additionalCaFile }: Environment): string | undefined {
  if (mail?.smtp === undefined) return undefined;
  const { host, port, security, user } = mail.smtp;
  const all = ['smtp', host.toLowerCase(), port ?? '', security, user ?? '', additionalCaFile ?? ''];
  return createHash('sha256').update(JSON.stringify(all)).digest('hex');
}

/** Of the secret that signs announcements; undefined: the environment names no webhook. */
export function webhookDestinationOf(environment: Environment): string | undefined {
  const { announce, additionalCaFile } = environment;
  if (announce?.webhook === undefined) return undefined;
  const proxy = webhookProxyOf(environment);
  const all = ['webhook', announce.webhook, additionalCaFile ?? '', ...(proxy === undefined ? [] : [proxy])];
  return createHash('sha256').update(JSON.stringify(all)).digest('hex');
}

/** undefined: directly, as always to a program on this computer. */
export function webhookProxyOf(environment: Environment): string | undefined {
  const { webhook, proxy } = environment.announce ?? {};
  if (webhook === undefined || proxy === 'none') return undefined;
  if (['localhost', '127.0.0.1', '[::1]'].includes(new URL(webhook).hostname)) return undefined;
  return proxy ?? (environment.scenario === 'onPremises' ? undefined : environment.proxy);
}

function tenantParts({ organization, cloud, applicationId, endpoints }: ExchangeOnline): readonly string[] {
  return [
    organization.toLowerCase(),
    cloud,
    applicationId.toLowerCase(),
    endpoints?.login ?? '',
    endpoints?.graph ?? '',
    endpoints?.exchange ?? '',
  ];
}

function serverParts({ activeDirectory, exchangeWebServices }: OnPremises): readonly string[] {
  const { domain, servers, encryption, account } = activeDirectory;
  const { url, authentication, account: mailboxAccount, mailbox, oauth } = exchangeWebServices;
  const mailDomain = mailbox.slice(mailbox.lastIndexOf('@') + 1);
  return [
    domain ?? '',
    JSON.stringify(servers),
    encryption,
    account,
    url ?? '',
    authentication,
    mailboxAccount ?? '',
    // Autodiscover asks there who is to get the password.
    mailDomain,
    ...(oauth === undefined ? [] : issuerParts(oauth)),
  ].map((part) => part.toLowerCase());
}

function issuerParts({ tenant, cloud, tokenUrl, applicationId, resource, login, proxy }: ExchangeOAuth) {
  return [tenant ?? '', cloud, tokenUrl ?? '', applicationId, resource ?? '', login ?? '', proxy ?? ''];
}
