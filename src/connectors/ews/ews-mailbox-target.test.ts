// The contract of a mailbox target on the emulator, by an account that has ApplicationImpersonation and nothing else.

import { EmulatorControl, type RunningEmulator, startEmulator } from '@contactsync/emulator';
import { afterAll, beforeAll } from 'vitest';
import { mailboxTargetContract } from '../../../test/contract/mailbox-target.ts';
import { EwsTestBed } from './testing/ews-test-bed.ts';

let emulator: RunningEmulator;
let control: EmulatorControl;

beforeAll(async () => {
  emulator = await startEmulator({ recipients: 3, mailboxes: 2 });
  control = new EmulatorControl(emulator.url, emulator.caPem);
});

afterAll(async () => {
  await control.close();
  await emulator.close();
});

mailboxTargetContract(
  'EWS on the emulator',
  async () => {
    const bed = await EwsTestBed.open(emulator, control);
    return bed.fixture();
  },
  // An answer of SyncFolderItems holds 512.
  { largeFolder: 1_030 },
);
