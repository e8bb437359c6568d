// What the Autodiscover face keeps: which forms and hosts are served, which addresses it names, the rules of a test.

import type { Form, Rule, RuleAction } from './rules.ts';

export interface AutodiscoverSettings {
  /** Of the server; the older ones know no JSON. */
  readonly forms: readonly Exclude<Form, 'plain'>[];
  /** Hosts that serve Autodiscover, without port; undefined: every name that leads here. */
  readonly hosts: readonly string[] | undefined;
  /** undefined: EWS under the host that was asked; null: none. */
  readonly internalUrl: string | null | undefined;
  readonly externalUrl: string | null | undefined;
}

export const usualAutodiscoverSettings: AutodiscoverSettings = {
  forms: ['json', 'pox', 'soap'],
  hosts: undefined,
  internalUrl: undefined,
  externalUrl: undefined,
};

export interface Circumstances {
  readonly host: string;
  readonly form: Form;
  readonly address: string;
  readonly stage: Rule['stage'];
}

export class AutodiscoverService {
  settings: AutodiscoverSettings = usualAutodiscoverSettings;
  #rules: Rule[] = [];
  #redirects = 0;

  addRule(rule: Rule): void {
    this.#rules.push(rule);
  }

  get rules(): readonly Rule[] {
    return this.#rules;
  }

  actionFor({ host, form, address, stage }: Circumstances): RuleAction | undefined {
    const same = (wanted: string | undefined, found: string) =>
      wanted === undefined || wanted.toLowerCase() === found.toLowerCase();
    return this.#rules.find(
      (rule) =>
        rule.stage === stage && same(rule.host, host) && same(rule.form, form) && same(rule.address, address),
    )?.action;
  }

  nextRedirect(): number {
    this.#redirects += 1;
    return this.#redirects;
  }

  clearRules(): void {
    this.#rules = [];
    this.#redirects = 0;
  }

  reset(): void {
    this.settings = usualAutodiscoverSettings;
    this.clearRules();
  }
}
