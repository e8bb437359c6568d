// Where the processes of the tests keep what they compiled. Every installation of a test is a new data directory, so with
// the product's own place for it (src/bin.ts) nearly every process would compile everything once more.

import { join } from 'node:path';

/** In the checkout: nobody else may write there, and `npm ci` takes it away. */
const DIRECTORY = join(import.meta.dirname, '..', 'node_modules', '.cache', 'contactsync-tests');

/** For the environment of a child process; Node checks what it finds there against the source. */
export const compiledCode = { NODE_COMPILE_CACHE: DIRECTORY };
