// Names that say nothing collect everything.

import { type Rule, wholeFile } from './rule.ts';

const EMPTY_NAMES = /^(utils?|helpers?|commons?|managers?|misc)(\.|$)|-(utils?|helpers?|manager|misc)(\.|$)/i;

export const tellingNames: Rule = {
  name: 'telling-names',
  why: 'No folder or file is called utils, helpers, common, manager or misc.',
  appliesTo: () => true,
  check: (file) => {
    const part = file.path.split('/').find((name) => EMPTY_NAMES.test(name));
    return part === undefined ? [] : [wholeFile(file, `"${part}" does not say what it is for`)];
  },
};
