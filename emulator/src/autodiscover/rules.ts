// What Autodiscover is told to do otherwise than usual, by host and form: redirects, refusals and answers that no server
// should give. The first rule that matches counts.

import { z } from 'zod';

export const forms = ['json', 'pox', 'soap', 'plain'] as const;
export type Form = (typeof forms)[number];

const action = z.discriminatedUnion('kind', [
  /** As if there were no Autodiscover. */
  z.strictObject({ kind: z.literal('not-found') }),
  z.strictObject({
    kind: z.literal('http-redirect'),
    status: z
      .union([z.literal(301), z.literal(302), z.literal(303), z.literal(307), z.literal(308)])
      .default(302),
    /** As it stands in the header, relative ones too; `{n}` becomes the number of redirects so far. */
    location: z.string(),
  }),
  z.strictObject({ kind: z.literal('redirect-url'), url: z.string() }),
  z.strictObject({ kind: z.literal('redirect-address'), address: z.string() }),
  z.strictObject({
    kind: z.literal('settings'),
    internalUrl: z.string().optional(),
    externalUrl: z.string().optional(),
  }),
  z.strictObject({ kind: z.literal('error'), code: z.string() }),
  z.strictObject({ kind: z.literal('sign-in-page') }),
  z.strictObject({
    kind: z.literal('body'),
    status: z.int().min(200).max(599).default(200),
    contentType: z.string().default('text/xml; charset=utf-8'),
    text: z.string(),
  }),
  /** The usual answer with so many bytes more. */
  z.strictObject({ kind: z.literal('bloated'), bytes: z.int().min(1) }),
  /** The usual answer behind a DTD whose entities would grow without end. */
  z.strictObject({ kind: z.literal('entity-bomb') }),
  /** The usual answer with a reference to a character that XML does not allow. */
  z.strictObject({ kind: z.literal('illegal-character') }),
  z.strictObject({ kind: z.literal('cut') }),
  /** Asks for another way to sign in than the servers of the organization. */
  z.strictObject({
    kind: z.literal('foreign-challenge'),
    challenge: z.string().default('Basic realm="web shop"'),
  }),
]);

export const autodiscoverRule = z.strictObject({
  /** Without port; absent: every host. */
  host: z.string().optional(),
  form: z.enum(forms).optional(),
  /** Mail address that is asked about. */
  address: z.string().optional(),
  /** open: before anybody signed in; signedIn (the usual): once the password was right. */
  stage: z.enum(['open', 'signedIn']).default('signedIn'),
  action,
});

export type AutodiscoverRule = z.input<typeof autodiscoverRule>;
export type Rule = z.output<typeof autodiscoverRule>;
export type RuleAction = Rule['action'];
