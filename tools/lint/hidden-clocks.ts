// Time and chance come in through the ports: what asks the system for them in secret cannot be tested.

import { isTest, isTypeScript, type Rule, violationAt, withoutComments } from './rule.ts';

const HIDDEN = /\bDate\.now\b|\bnew Date\(\s*\)|\bMath\.random\b|\bperformance\.now\b|\bprocess\.hrtime\b/g;

/** Where the system is asked, and for what. */
const MAY_ASK: Readonly<Record<string, readonly string[]>> = {
  // The composition root and the clock itself.
  'src/bin.ts': ['Date.now'],
  'src/main.ts': ['Date.now', 'new Date()', 'Math.random'],
  'src/system/system-clock.ts': ['Date.now', 'new Date()'],
  // Chance as a default that tests replace: jitter of waits.
  'src/connectors/http/http-client.ts': ['Math.random'],
  'src/connectors/exchange-online/admin-api.ts': ['Math.random'],
  // The emulator's clock.
  'emulator/src/organization/clock.ts': ['Date.now', 'performance.now'],
};

export const hiddenClocks: Rule = {
  name: 'hidden-clocks',
  why: 'Only the clock and the composition root ask the system for time or chance.',
  appliesTo: (path) =>
    isTypeScript(path) && !isTest(path) && /^(src|contract\/src|emulator\/src)\//.test(path),
  check: (file) => {
    const text = withoutComments(file.text);
    const allowed = MAY_ASK[file.path] ?? [];
    return [...text.matchAll(HIDDEN)].flatMap((match) => {
      const what = match[0].replace(/\s/g, '');
      const shown = what.startsWith('new') ? 'new Date()' : what;
      return allowed.includes(shown)
        ? []
        : [violationAt(file, match.index, `${shown}: take it from the Clock, or as a parameter`)];
    });
  },
};
