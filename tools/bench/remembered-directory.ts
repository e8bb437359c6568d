// How long the process stands still, and how much memory it takes, while a large directory is remembered and recalled in
// ledger.db; the objects are made up. `node tools/bench/remembered-directory.ts [objects]`.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { decodeRecipient } from '../../src/connectors/active-directory/decode-recipient.ts';
import type { DirectoryEntry } from '../../src/connectors/active-directory/directory-entry.ts';
import { inSteps } from '../../src/connectors/active-directory/in-steps.ts';
import {
  type Remembered,
  readRemembered,
  saveRemembered,
} from '../../src/connectors/active-directory/remembered.ts';
import { FakeClock } from '../../src/connectors/memory/fake-clock.ts';
import { silentLog } from '../../src/ports/log.ts';
import { openStores } from '../../src/store/open-stores.ts';

const OBJECTS = Number(process.argv[2] ?? 100_000);
const clock = new FakeClock();
const dataDirectory = mkdtempSync(join(tmpdir(), 'contactsync-bench-'));
try {
  const stores = await openStores({ dataDirectory, clock, log: silentLog, environmentVariables: {} });
  await measure('nothing', async () => {});
  const directory = directoryOf(OBJECTS);
  await measure('remembered', () => saveRemembered(stores.directoryCache, 'bench', directory));
  const recalled = await measure('recalled', () =>
    readRemembered(stores.directoryCache, 'bench', clock.now(), 1n),
  );
  if (recalled?.wanted.length !== OBJECTS) throw new Error('not everything came back');
  const names = { displayName: () => undefined, addressList: () => undefined, isWhole: true };
  const { signal } = new AbortController();
  await measure('understood as recipients', () =>
    inSteps([...recalled.entries.values()], (entry) => decodeRecipient(entry, names), signal),
  );
  await stores.close();
} finally {
  rmSync(dataDirectory, { recursive: true });
}

/** In processor time of this thread: other processes on the machine do not change it. */
async function measure<T>(what: string, run: () => Promise<T>): Promise<T> {
  const cpuMs = (): number => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1_000;
  };
  const start = cpuMs();
  let last = start;
  let longest = 0;
  let peak = 0;
  const look = (): void => {
    const now = cpuMs();
    longest = Math.max(longest, now - last);
    last = now;
    peak = Math.max(peak, process.memoryUsage().rss);
  };
  const timer = setInterval(look, 1);
  try {
    return await run();
  } finally {
    const all = cpuMs() - start;
    await pause(10);
    look();
    clearInterval(timer);
    const numbers = [
      `${Math.round(all)} ms of work`,
      `longest stretch ${Math.round(longest)} ms`,
      `up to ${Math.round(peak / 1e6)} MB`,
    ];
    console.log(what.padEnd(28), ...numbers.map((text) => text.padStart(26)));
  }
}

function directoryOf(count: number): Remembered {
  const entries = new Map(Array.from({ length: count }, (_, number) => entryOf(number)));
  const names = [...entries.values()].map(({ guid, dn }) => `<GUID=${guid}>;${dn}`);
  return {
    readAt: clock.now().toISOString(),
    highestUsn: '1',
    entries,
    members: new Map([[guidOf(0), { usn: '1', names }]]),
    wanted: [...entries.keys()],
    displayNames: new Map(),
    addressLists: new Map(),
    notFound: [],
  };
}

function guidOf(number: number): string {
  return `${number.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`;
}

function entryOf(number: number): [string, DirectoryEntry] {
  const guid = guidOf(number);
  const root = 'DC=corp,DC=contoso,DC=example';
  const lists = `CN=Address Lists Container,CN=Contoso,CN=Microsoft Exchange,CN=Services,CN=Configuration,${root}`;
  const values = {
    objectClass: ['organizationalPerson', 'person', 'top', 'user'],
    displayName: [`Person ${number}`],
    givenName: ['Person'],
    sn: [`${number}`],
    mail: [`person${number}@contoso.example`],
    mailNickname: [`person${number}`],
    proxyAddresses: [`SMTP:person${number}@contoso.example`, `smtp:p${number}@contoso.example`],
    telephoneNumber: [`+49 30 5550${number}`],
    mobile: [`+49 170 5550${number}`],
    department: [`Department ${number % 50}`],
    company: ['Contoso'],
    l: ['Berlin'],
    c: ['DE'],
    manager: [`<GUID=${guidOf(number % 100)}>;CN=Person ${number % 100},OU=People,${root}`],
    showInAddressBook: [
      `<GUID=${guidOf(1)}>;CN=All Users,CN=All Address Lists,${lists}`,
      `<GUID=${guidOf(2)}>;CN=Default Global Address List,CN=All Global Address Lists,${lists}`,
    ],
    userAccountControl: ['512'],
    msExchRecipientTypeDetails: ['1'],
    msExchMailboxGuid: [guid],
    uSNChanged: [`${number}`],
  };
  const dn = `CN=Person ${number},OU=Department ${number % 50},OU=People,${root}`;
  return [guid, { guid, dn, sid: undefined, usn: `${number}`, values }];
}
