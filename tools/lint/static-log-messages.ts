// Log messages are static text; what varies is data beside it. So logs can be searched, and no contact gets into a text.

import { isTest, isTypeScript, type Rule, violationAt, withoutComments } from './rule.ts';

const CALL = /\b(?:\w*[lL]og|logger)\s*\.\s*(?:error|warn|info|debug)\s*\(\s*/g;

export const staticLogMessages: Rule = {
  name: 'static-log-messages',
  why: 'A log message is a string literal; what varies goes into the data.',
  appliesTo: (path) => isTypeScript(path) && !isTest(path) && /^(src|emulator\/src)\//.test(path),
  check: (file) => {
    const text = withoutComments(file.text);
    return [...text.matchAll(CALL)].flatMap((match) => {
      const start = match.index + match[0].length;
      const literal = /^(?:'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`[^`$]*`)\s*[,)]/;
      return literal.test(text.slice(start))
        ? []
        : [violationAt(file, match.index, 'the message must be a string literal')];
    });
  },
};
