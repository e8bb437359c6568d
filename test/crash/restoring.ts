// A process that restores a backup and, before each step of that in the file system or a database, keeps a copy of the
// data directory as a death at that step would leave it. Arguments: backup, data directory, folder for the copies. Says on
// standard output which steps it heard.

import fs from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src/system/system-clock.ts';
import { hearSystem } from './system-steps.ts';

const [file = '', dataDirectory = '', copies = ''] = process.argv.slice(2);
const { cpSync } = fs;
const { restoreBackup } = await import('../../src/store/restore-backup.ts');
const steps: string[] = [];
let isCopying = false;
hearSystem(
  (step) => {
    if (isCopying) return;
    // Copying takes steps of its own.
    isCopying = true;
    cpSync(dataDirectory, join(copies, String(steps.length)), { recursive: true });
    isCopying = false;
    steps.push(step);
  },
  ['rename', 'mkdir', 'copyFile'],
);
const place = { dataDirectory, clock: systemClock, version: '1', user: 'ada', environmentVariables: {} };
await restoreBackup(place, { file, replace: true });
process.stdout.write(JSON.stringify(steps));
