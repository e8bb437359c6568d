// A file tells one story. What grew beyond this tells several and is split by stage.

import { isTypeScript, type Rule, wholeFile } from './rule.ts';

export const MAX_LINES = 500;

/** Tests may be longer: a list of cases is read one at a time. */
export const MAX_TEST_LINES = 800;

export const fileSize: Rule = {
  name: 'file-size',
  why: `A file has at most ${MAX_LINES} lines (a test ${MAX_TEST_LINES}).`,
  appliesTo: isTypeScript,
  check: (file) => {
    const lines = file.text.split('\n').length - 1;
    const limit = file.path.endsWith('.test.ts') ? MAX_TEST_LINES : MAX_LINES;
    return lines > limit ? [wholeFile(file, `${lines} lines, at most ${limit}`)] : [];
  },
};
