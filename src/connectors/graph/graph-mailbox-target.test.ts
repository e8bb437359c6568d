// The contract of a mailbox target on the emulator, with the minimum of rights (specification 4.3).

import { EmulatorControl, type RunningEmulator, startEmulator } from '@contactsync/emulator';
import { afterAll, beforeAll } from 'vitest';
import { mailboxTargetContract } from '../../../test/contract/mailbox-target.ts';
import { GraphTestBed } from './testing/graph-test-bed.ts';

let emulator: RunningEmulator;
let control: EmulatorControl;

beforeAll(async () => {
  emulator = await startEmulator({ recipients: 3, mailboxes: 2 });
  control = new EmulatorControl(emulator.url, emulator.caPem);
  await control.setRoles({ graphRoles: ['Contacts.ReadWrite'], exchangeRoles: [], directoryRoles: [] });
});

afterAll(async () => {
  await control.close();
  await emulator.close();
});

mailboxTargetContract(
  'Graph on the emulator',
  async () => {
    const bed = await GraphTestBed.open(emulator, control);
    return bed.fixture();
  },
  // A list page holds 999.
  { largeFolder: 1_010 },
);
