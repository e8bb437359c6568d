// A property that is tried with other values in every run of the tests fails somebody whose change has nothing to do with
// it. What chance finds is looked for on purpose, by the search.

import { isTest, isTypeScript, type Rule, violationAt, withoutComments } from './rule.ts';

const TRIES = /\bfc\s*\.\s*(assert|check|sample)\(/g;

/** The one place that gives the seed. */
const GIVES_THE_SEED = 'test/properties/check-law.ts';

/** Up to the bracket that closes the one before `from`. */
function argumentsAt(text: string, from: number): string {
  let depth = 1;
  let end = from;
  for (; end < text.length && depth > 0; end += 1) {
    if (text.charAt(end) === '(') depth += 1;
    if (text.charAt(end) === ')') depth -= 1;
  }
  return text.slice(from, end);
}

export const seededProperties: Rule = {
  name: 'seeded-properties',
  why: 'Properties are tried with a fixed seed, by law, twin and holds; samples name theirs.',
  appliesTo: (path) => isTypeScript(path) && isTest(path) && path !== GIVES_THE_SEED,
  check: (file) => {
    const text = withoutComments(file.text);
    return [...text.matchAll(TRIES)].flatMap((match) => {
      const [call, what] = match;
      if (what === 'sample' && argumentsAt(text, match.index + call.length).includes('seed:')) return [];
      const message =
        what === 'sample' ? 'fc.sample: name a seed' : `fc.${what}: call law, twin or holds of check-law.ts`;
      return [violationAt(file, match.index, message)];
    });
  },
};
