import { expect, test } from 'vitest';
import { type DataDirectoryQuestion, findDataDirectory } from './data-directory.ts';

const linux: DataDirectoryQuestion = {
  option: undefined,
  environmentVariables: {},
  platform: 'linux',
  home: '/home/ada',
  userId: 1000,
  isWritable: () => false,
};
const windows: DataDirectoryQuestion = {
  ...linux,
  platform: 'win32',
  home: 'C:\\Users\\ada',
  userId: undefined,
};

test.each<[string, DataDirectoryQuestion, string]>([
  [
    'the option first',
    { ...linux, option: '/data', environmentVariables: { CONTACTSYNC_DATA_DIR: '/other' } },
    '/data',
  ],
  ['then the variable', { ...linux, environmentVariables: { CONTACTSYNC_DATA_DIR: '/other' } }, '/other'],
  [
    'an empty variable says nothing',
    { ...linux, environmentVariables: { CONTACTSYNC_DATA_DIR: '' } },
    '/home/ada/.local/share/contactsync',
  ],
  ['root on Linux', { ...linux, userId: 0 }, '/var/lib/contactsync'],
  [
    'the account of the service',
    { ...linux, isWritable: (path) => path === '/var/lib/contactsync' },
    '/var/lib/contactsync',
  ],
  ['a person on Linux', { ...linux, environmentVariables: { XDG_DATA_HOME: '/xdg' } }, '/xdg/contactsync'],
  [
    'macOS',
    { ...linux, platform: 'darwin', home: '/Users/ada' },
    '/Users/ada/Library/Application Support/contactsync',
  ],
  ['Windows', { ...windows, environmentVariables: { ProgramData: 'D:\\Data' } }, 'D:\\Data\\contactSync'],
  ['Windows without the variable', windows, 'C:\\ProgramData\\contactSync'],
  ['the option on Windows', { ...windows, option: 'E:\\sync' }, 'E:\\sync'],
])('%s', (_, question, expected) => {
  expect(findDataDirectory(question)).toBe(expected);
});

test('a relative option is made absolute, so that a change of folder does not matter', () => {
  expect(findDataDirectory({ ...linux, option: 'data' })).toMatch(/^\/.+\/data$/);
});
