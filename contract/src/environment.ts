// Environment configuration (specification 4): one Exchange organization and how to reach it. Secrets are never in it.

import { z } from 'zod';
import { documentName } from './document-name.ts';

export const CLOUDS = ['global', 'usGovernment', 'usGovernmentDod', 'china'] as const;

/** Ends of a tenant's initial domain, per cloud (specification 4.3). */
export const INITIAL_DOMAIN_ENDINGS = {
  global: '.onmicrosoft.com',
  usGovernment: '.onmicrosoft.us',
  usGovernmentDod: '.onmicrosoft.us',
  china: '.partner.onmschina.cn',
} as const satisfies Record<(typeof CLOUDS)[number], string>;

const httpsUrl = z.url({ protocol: /^https$/ }).describe('An https address without a path.');

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

export const Environment = z.strictObject({
  kind: z.literal('environment'),
  version: z.literal(1),
  id: z.guid(),
  name: documentName,
  description: z.string().max(2_000).optional(),
  notes: z.string().max(10_000).optional(),
  scenario: z.literal('exchangeOnline'),
  defaultCountry: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .optional()
    .describe('Two-letter country for phone numbers of people without one.'),
  timeZone: z.string().default('UTC'),
  language: z.enum(['en', 'de']).default('en').describe('Language of reports.'),
  proxy: z.url({ protocol: /^https?$/ }).optional(),
  additionalCaFile: z.string().optional().describe('PEM file with certificate authorities to trust as well.'),
  exchangeOnline: ExchangeOnline,
});
export type Environment = z.infer<typeof Environment>;
