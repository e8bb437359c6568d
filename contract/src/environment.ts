// Environment configuration (specification 4): one Exchange organization and how to reach it. Secrets are never in it.

import { z } from 'zod';
import { httpsAddress, proxyAddress, serverName } from './address.ts';
import { documentName } from './document-name.ts';
import { domainName } from './domain-name.ts';

export const CLOUDS = ['global', 'usGovernment', 'usGovernmentDod', 'china'] as const;

/** Ends of a tenant's initial domain, per cloud (specification 4.3). */
export const INITIAL_DOMAIN_ENDINGS = {
  global: '.onmicrosoft.com',
  usGovernment: '.onmicrosoft.us',
  usGovernmentDod: '.onmicrosoft.us',
  china: '.partner.onmschina.cn',
} as const satisfies Record<(typeof CLOUDS)[number], string>;

const httpsUrl = httpsAddress.describe(
  'An https address: scheme, host and port; a path is not meant to be there.',
);

export const ExchangeOnline = z.strictObject({
  organization: z.string().min(1).describe("The tenant's initial domain, such as contoso.onmicrosoft.com."),
  cloud: z.enum(CLOUDS).default('global'),
  applicationId: z.guid().describe('Application (client) id of the app registration.'),
  applicationName: z.string().max(120).optional(),
  mailbox: z.email().optional().describe('Mailbox used to send and receive reports.'),
  useExchangeAdminApi: z
    .boolean()
    .default(true)
    .describe(
      'false: read through Microsoft Graph alone; what Graph cannot tell is unknown and nothing is deleted.',
    ),
  endpoints: z
    .strictObject({ login: httpsUrl, graph: httpsUrl, exchange: httpsUrl })
    .partial()
    .optional()
    .describe('Other hosts than the ones of the cloud, for example a private link or the emulator.'),
});
export type ExchangeOnline = z.infer<typeof ExchangeOnline>;

export const ActiveDirectory = z
  .strictObject({
    domain: domainName
      .optional()
      .describe('DNS name of the domain; its domain controllers are found by DNS when no servers are named.'),
    servers: z
      .array(serverName)
      .max(20)
      .default([])
      .describe('Domain controllers or global catalogs, host or host:port, tried in this order.'),
    globalCatalog: z.boolean().default(false).describe('Ask global catalogs: the whole forest at once.'),
    baseDns: z
      .array(z.string().min(3))
      .max(50)
      .default([])
      .describe('Distinguished names to search below; nothing given: the domain of the server.'),
    encryption: z.enum(['ldaps', 'startTls', 'none']).default('ldaps'),
    allowPlainLdap: z
      .boolean()
      .default(false)
      .describe('Needed for encryption none: the password then crosses the network readable.'),
    account: z
      .string()
      .min(1)
      .describe('Account that reads: DOMAIN\\user, user principal name or distinguished name.'),
  })
  .describe('How to read the directory (LDAP).');
export type ActiveDirectory = z.infer<typeof ActiveDirectory>;

export const ExchangeOAuth = z
  .strictObject({
    applicationId: z
      .string()
      .min(1)
      .describe('Application (client) id of the app registration; at AD FS the client identifier.'),
    tenant: z
      .string()
      .min(1)
      .optional()
      .describe("Of Entra ID (hybrid modern authentication): the tenant's initial domain or its id."),
    cloud: z.enum(CLOUDS).default('global').describe('The national cloud of the tenant.'),
    tokenUrl: httpsAddress
      .optional()
      .describe('Of AD FS instead of a tenant: such as https://adfs.contoso.example/adfs/oauth2/token.'),
    resource: z
      .string()
      .min(1)
      .optional()
      .describe(
        'What the token is for. Nothing given: the host of the url, such as https://mail.contoso.example/ (with the slash).',
      ),
    login: httpsUrl.optional().describe('Another host than the one of the cloud, for example the emulator.'),
    proxy: proxyAddress.optional().describe('Proxy on the way to who issues the tokens.'),
  })
  .describe('Who issues access tokens, for authentication oauth.');
export type ExchangeOAuth = z.infer<typeof ExchangeOAuth>;

export const ExchangeWebServices = z
  .strictObject({
    url: httpsAddress
      .optional()
      .describe(
        'Such as https://mail.contoso.example/EWS/Exchange.asmx; nothing given: Autodiscover finds it.',
      ),
    authentication: z.enum(['ntlm', 'basic', 'oauth']).default('ntlm'),
    oauth: ExchangeOAuth.optional(),
    channelBinding: z
      .enum(['auto', 'never'])
      .default('auto')
      .describe('never: a proxy in front of Exchange ends TLS with a certificate of its own.'),
    account: z
      .string()
      .min(1)
      .optional()
      .describe('Account with ApplicationImpersonation, if not the one of Active Directory.'),
    mailbox: z.email().describe('Mailbox of that account; sends and receives reports.'),
  })
  .superRefine(({ authentication, oauth, url, account }, { addIssue }) => {
    const refuse = (path: readonly string[], message: string) =>
      addIssue({ code: 'custom', path: [...path], message });
    if (authentication !== 'oauth') {
      if (oauth !== undefined) refuse(['oauth'], 'is only for authentication oauth');
      return;
    }
    if (url === undefined) refuse(['url'], 'is missing: authentication oauth needs it');
    if (account !== undefined) refuse(['account'], 'is not used with authentication oauth');
    if (oauth === undefined) refuse(['oauth'], 'is missing: authentication oauth needs it');
    else if (oauth.tenant === undefined && oauth.tokenUrl === undefined)
      refuse(['oauth', 'tenant'], 'is missing: name the tenant of Entra ID, or the tokenUrl of AD FS');
    else if (oauth.tenant !== undefined && oauth.tokenUrl !== undefined)
      refuse(['oauth', 'tokenUrl'], 'cannot stand beside a tenant: tokens come from Entra ID or from AD FS');
  })
  .describe('How to reach the mailboxes (EWS).');
export type ExchangeWebServices = z.infer<typeof ExchangeWebServices>;

export const OnPremises = z.strictObject({
  activeDirectory: ActiveDirectory,
  exchangeWebServices: ExchangeWebServices,
});
export type OnPremises = z.infer<typeof OnPremises>;

export const MailServer = z
  .strictObject({
    host: z
      .string()
      .max(253)
      .regex(
        /^[\p{L}\p{N}_](?:[\p{L}\p{N}_.-]*[\p{L}\p{N}_])?$/u,
        'must be a host name or an address of version 4',
      )
      .describe('Name of the mail server; its certificate must carry it.'),
    port: z
      .int()
      .min(1)
      .max(65_535)
      .optional()
      .describe('Nothing given: 587 with startTls, 465 with tls, 25 with none.'),
    security: z
      .enum(['startTls', 'tls', 'none'])
      .default('startTls')
      .describe('none: mails cross the network readable; only without a user.'),
    user: z
      .string()
      .min(1)
      .max(320)
      .optional()
      .describe('Who signs in, with the password of "environment set-password --for smtp".'),
    from: z.email().optional().describe("Address of the sender. Nothing given: the environment's mailbox."),
  })
  .superRefine(({ security, user }, { addIssue }) => {
    if (security === 'none' && user !== undefined)
      addIssue({
        code: 'custom',
        path: ['user'],
        message: 'cannot stand beside security none: the password would cross the network readable',
      });
  })
  .describe('A mail server, for mail through smtp.');
export type MailServer = z.infer<typeof MailServer>;

export const Mail = z
  .strictObject({
    through: z
      .enum(['graph', 'ews', 'smtp'])
      .describe('Microsoft Graph, Exchange Web Services or a mail server.'),
    smtp: MailServer.optional(),
  })
  .superRefine(({ through, smtp }, { addIssue }) => {
    if (through === 'smtp' && smtp === undefined)
      addIssue({ code: 'custom', path: ['smtp'], message: 'is missing: mail through smtp needs it' });
    if (through !== 'smtp' && smtp !== undefined)
      addIssue({ code: 'custom', path: ['smtp'], message: 'is only for mail through smtp' });
  })
  .describe(
    'How reports are sent. Nothing given: through Microsoft Graph where the environment names a mailbox in Exchange Online, otherwise through Exchange Web Services.',
  );
export type Mail = z.infer<typeof Mail>;

/** Without TLS only to a program on this computer. */
const webhookAddress = z.url({ protocol: /^https?$/ }).refine((address) => {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, username, password, hash } = new URL(address);
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  return (protocol === 'https:' || isLoopback) && username === '' && password === '' && hash === '';
}, 'must begin with https:// (http:// only for this computer), without user, password and #');

export const Syslog = z
  .strictObject({
    host: z
      .string()
      .regex(
        /^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62}[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,62}[A-Za-z0-9_])?)*$/,
        'must be a host name or an address of version 4',
      ),
    port: z.int().min(1).max(65_535).optional().describe('Nothing given: 6514 with tls, otherwise 514.'),
    transport: z
      .enum(['tls', 'tcp', 'udp'])
      .default('tls')
      .describe('tcp and udp cross the network readable.'),
  })
  .describe('A syslog server (RFC 5424).');
export type Syslog = z.infer<typeof Syslog>;

export const Announce = z
  .strictObject({
    webhook: webhookAddress
      .optional()
      .describe('Gets a POST for each, signed with the secret of "environment set-password --for webhook".'),
    proxy: z
      .union([z.literal('none'), proxyAddress])
      .optional()
      .describe(
        'Proxy on the way to the webhook; nothing given: that of the environment, if it has one. none: directly.',
      ),
    syslog: Syslog.optional(),
    file: z
      .string()
      .max(1_000)
      .regex(/^(\/|[A-Za-z]:[\\/]|\\\\)/, 'must be a whole path')
      .optional()
      .describe('File that gets a line of JSON for each.'),
  })
  .describe('Programs that are told when a run starts, waits for an approval, and ends.');
export type Announce = z.infer<typeof Announce>;

const common = {
  kind: z.literal('environment'),
  version: z.literal(1),
  id: z.guid(),
  name: documentName,
  description: z.string().max(2_000).optional(),
  notes: z.string().max(10_000).optional(),
};

const defaults = {
  defaultCountry: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .optional()
    .describe('Two-letter country for phone numbers of people without one.'),
  timeZone: z.string().default('UTC'),
  language: z.enum(['en', 'de']).default('en').describe('Language of reports.'),
  additionalCaFile: z
    .string()
    .optional()
    .describe('PEM or DER file with certificate authorities to trust as well.'),
  mail: Mail.optional(),
  announce: Announce.optional(),
};

export const Environment = z
  .discriminatedUnion('scenario', [
    z.strictObject({
      ...common,
      scenario: z.literal('exchangeOnline'),
      ...defaults,
      proxy: proxyAddress.optional(),
      exchangeOnline: ExchangeOnline,
    }),
    z.strictObject({ ...common, scenario: z.literal('onPremises'), ...defaults, onPremises: OnPremises }),
    z.strictObject({
      ...common,
      scenario: z.literal('hybrid'),
      ...defaults,
      proxy: proxyAddress.optional().describe('Proxy on the way to Exchange Online.'),
      onPremises: OnPremises,
      exchangeOnline: ExchangeOnline,
    }),
  ])
  .superRefine(({ scenario, mail }, { addIssue }) => {
    const missing =
      mail?.through === 'graph' ? 'onPremises' : mail?.through === 'ews' ? 'exchangeOnline' : undefined;
    if (scenario === missing)
      addIssue({
        code: 'custom',
        path: ['mail', 'through'],
        message: `cannot be ${mail?.through} in an environment of the scenario ${scenario}`,
      });
  });
export type Environment = z.infer<typeof Environment>;
