// Where everything is kept (specification 8).

import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { posix, win32 } from 'node:path';

export interface DataDirectoryQuestion {
  /** What --data-dir says. */
  readonly option: string | undefined;
  readonly environmentVariables: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly home: string;
  /** undefined on Windows. */
  readonly userId: number | undefined;
  readonly isWritable: (path: string) => boolean;
}

const SERVICE_DIRECTORY = '/var/lib/contactsync';

export function findDataDirectory(question: DataDirectoryQuestion): string {
  const { option, environmentVariables: env, platform, home, userId, isWritable } = question;
  const { resolve, join } = platform === 'win32' ? win32 : posix;
  const named = option ?? given(env.CONTACTSYNC_DATA_DIR);
  if (named !== undefined) return resolve(named);
  if (platform === 'win32') return join(given(env.ProgramData) ?? 'C:\\ProgramData', 'contactSync');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'contactsync');
  // Root, and the account to which the service's directory was given. Everybody else gets an own directory instead of
  // a refusal.
  if (userId === 0 || isWritable(SERVICE_DIRECTORY)) return SERVICE_DIRECTORY;
  return join(given(env.XDG_DATA_HOME) ?? join(home, '.local', 'share'), 'contactsync');
}

/** The answer for this process. */
export function dataDirectory(option: string | undefined): string {
  return findDataDirectory({
    option,
    environmentVariables: process.env,
    platform: process.platform,
    home: homedir(),
    userId: process.getuid?.(),
    isWritable,
  });
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function given(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value;
}
