// A file opens with what it is for; readers decide there whether to go on.

import { isTest, isTypeScript, type Rule, wholeFile } from './rule.ts';

const MAX_LINES = 8;

export const openingComment: Rule = {
  name: 'opening-comment',
  why: 'A file opens with one to five lines that say what it is for.',
  appliesTo: (path) =>
    isTypeScript(path) && !isTest(path) && /^(src|contract\/src|emulator\/src|tools)\//.test(path),
  check: (file) => {
    const lines = file.text.replace(/^#![^\n]*\n/, '').split('\n');
    const isBlock = lines[0]?.startsWith('/*') ?? false;
    const end = lines.findIndex((line) => (isBlock ? line.includes('*/') : !line.startsWith('//')));
    const length = isBlock ? end + 1 : end;
    if (length <= 0) return [wholeFile(file, 'the file does not say what it is for')];
    return length > MAX_LINES ? [wholeFile(file, `the opening comment has ${length} lines`)] : [];
  },
};
