// A process that makes a backup, or restores one, and keeps copies of what a death at each step would leave. Arguments: what
// it does, the backup, the data directory, the folder to watch, the folder for the copies. Says on standard output which
// steps it heard.

import { createBackup } from '../../src/store/create-backup.ts';
import { restoreBackup } from '../../src/store/restore-backup.ts';
import { systemClock } from '../../src/system/system-clock.ts';
import { PASSPHRASE } from './backup-passphrase.ts';
import { watchFolder } from './watch-folder.ts';

const [work, file = '', dataDirectory = '', watched = '', copies = ''] = process.argv.slice(2);
const place = { dataDirectory, clock: systemClock, version: '1', user: 'ada', environmentVariables: {} };
const steps = watchFolder(watched, copies);
if (work === 'backup') await createBackup(place, { target: file, passphrase: PASSPHRASE });
else await restoreBackup(place, { file, replace: true, passphrase: PASSPHRASE });
process.stdout.write(JSON.stringify(steps));
