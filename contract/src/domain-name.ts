// The name of a domain as DNS has it: what stands there is asked of DNS, and the password goes to servers below it.

import { z } from 'zod';

const LONGEST_NAME = 253;
const LABEL = /^[\p{L}\p{M}\p{N}_](?:[\p{L}\p{M}\p{N}_-]{0,61}[\p{L}\p{M}\p{N}_])?$/u;

export const domainName = z
  .string()
  .min(1)
  .superRefine((text, { addIssue }) => {
    if (isDomainName(text)) return;
    addIssue({
      code: 'custom',
      message: 'must be the DNS name of the domain, such as corp.contoso.example',
      // Younger than environments that may be stored; those stay readable, or nobody could correct them.
      params: { earlier: { standIn: 'example.com', kept: text } },
    });
  });

function isDomainName(text: string): boolean {
  const labels = text.replace(/\.$/, '').split('.');
  // A number at the end makes it an address, which has no domain controllers.
  const isAddress = /^\d+$/.test(labels.at(-1) ?? '');
  return text.length <= LONGEST_NAME && !isAddress && labels.every((label) => LABEL.test(label));
}
