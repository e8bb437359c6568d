// npm run demo: the whole product against emulated servers, told step by step, every claim checked from outside by
// looking into the mailboxes. With --once it ends after the last step; otherwise it stays up to be played with.

import { parseArgs } from 'node:util';
import { tellHybrid } from './demo/hybrid.ts';
import { failed } from './demo/show.ts';
import { Stage } from './demo/stage.ts';
import { tellTenant } from './demo/tenant.ts';

const { values } = parseArgs({
  options: {
    once: { type: 'boolean', default: false },
    scenario: { type: 'string', default: 'tenant' },
    /** For the hybrid scenario: shows what a machine without Samba would show. */
    'without-samba': { type: 'boolean', default: false },
  },
});
const stage = new Stage();
const stories = new Map([
  ['tenant', () => tellTenant(stage)],
  ['hybrid', () => tellHybrid(stage, !values['without-samba'])],
]);

const interrupted = Promise.withResolvers<'interrupted'>();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => interrupted.resolve('interrupted'));
// Nobody watches any more ("| head"): the servers are stopped all the same, and nothing stays behind.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', () => interrupted.resolve('interrupted'));

try {
  const tell = stories.get(values.scenario);
  if (tell === undefined)
    throw new Error(`there is no scenario '${values.scenario}', only ${[...stories.keys()].join(' and ')}`);
  const ended = await Promise.race([tell(), interrupted.promise]);
  if (ended === 'interrupted') process.exitCode = 1;
  else {
    process.exitCode = ended.failures === 0 ? 0 : 1;
    if (!values.once) {
      ended.whatNext();
      await interrupted.promise;
    }
  }
} catch (thrown) {
  failed(thrown instanceof Error ? thrown.message : String(thrown));
  process.exitCode = 1;
} finally {
  await stage.close();
}
