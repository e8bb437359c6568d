// Autodiscover as a test wants it: which forms and hosts are served, which addresses are named, and rules for trouble.

import { z } from 'zod';
import { autodiscoverRule } from '../autodiscover/rules.ts';
import { usualAutodiscoverSettings } from '../autodiscover/service.ts';
import { nothing, type Operations, operation } from './operation.ts';

export const autodiscoverChoice = z.strictObject({
  forms: z.array(z.enum(['json', 'pox', 'soap'])).optional(),
  hosts: z.array(z.string()).optional(),
  internalUrl: z.string().nullable().optional(),
  externalUrl: z.string().nullable().optional(),
});
export type AutodiscoverChoice = z.input<typeof autodiscoverChoice>;

export const autodiscoverOperations: Operations = {
  'autodiscover/settings': operation(nothing, (_, { autodiscover }) => autodiscover.settings),
  'autodiscover/set-settings': operation(autodiscoverChoice, (choice, { autodiscover }) => {
    autodiscover.settings = {
      forms: choice.forms ?? usualAutodiscoverSettings.forms,
      hosts: choice.hosts,
      internalUrl: choice.internalUrl,
      externalUrl: choice.externalUrl,
    };
    return autodiscover.settings;
  }),
  'autodiscover/add-rule': operation(autodiscoverRule, (rule, { autodiscover }) => {
    autodiscover.addRule(rule);
    return { rules: autodiscover.rules };
  }),
  'autodiscover/clear-rules': operation(nothing, (_, { autodiscover }) => {
    autodiscover.clearRules();
    return { rules: autodiscover.rules };
  }),
};
