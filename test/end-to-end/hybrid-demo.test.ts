// The demo of a hybrid organization as a machine without Samba shows it, with its commands called in this process. The whole
// of it, as processes and with a directory, is run by .ci/run.

import { expect, it, onTestFinished } from 'vitest';
import { tellHybrid } from '../../tools/demo/hybrid.ts';
import { Stage } from '../../tools/demo/stage.ts';
import { callCommand } from './called-command.ts';

it('its online half is told to the end, and every claim in it holds', async () => {
  const told: string[] = [];
  const { write } = process.stdout;
  process.stdout.write = (text) => told.push(String(text)) > 0;
  onTestFinished(() => {
    process.stdout.write = write;
  });
  const stage = new Stage((args) => callCommand(args, { NO_COLOR: '1' }));
  onTestFinished(() => stage.close());
  const { failures } = await tellHybrid(stage, false);
  const text = told.join('');
  expect(failures, text).toBe(0);
  expect(text).toContain('only the online half is shown');
  expect(text).toContain('Everything was as claimed.');
});
