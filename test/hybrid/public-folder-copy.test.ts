// `public-folder copy` in a hybrid company: the folder on one side, the mailbox on the other, or both on the same.

import { afterEach, describe, expect, it } from 'vitest';
import { copyContacts, type PlannedCopy } from '../../src/engine/copy-contacts.ts';
import type { CopyOutcome } from '../../src/engine/copy-writing.ts';
import { addressOf, HybridCompany } from './company.ts';
import { type CopyingSide, copyingOnline, copyingOnPremises } from './copying.ts';

type Side = 'onPremises' | 'online';

let company: HybridCompany;
let sides: { readonly local: CopyingSide; readonly online: CopyingSide } | undefined;
afterEach(async () => {
  await sides?.local.close();
  await sides?.online.close();
  sides = undefined;
  await company.close();
});

const PATH = ['Customers'];
const [ON_PREMISES, ONLINE] = ['anna', 'carla'] as const;

async function start(folderSide: Side): Promise<void> {
  company = await HybridCompany.start([ON_PREMISES, 'bruno']);
  const { control, emulator } = company;
  await control.createPublicFolder(PATH);
  await control.setPublicFolderHosting(folderSide);
  for (const displayName of ['Kern KG', 'Maß AG'])
    await control.createPublicContact(PATH, { properties: { displayName, spouseName: 'Tom' } });
  await control.setRoles({ exchangeRoles: ['Exchange.ManageAsApp', 'full_access_as_app'] });
  const address = addressOf('bruno');
  // The emulator's Exchange Web Services know mailboxes of both sides, and online ones only as those.
  const { primarySmtpAddress: onlineReader, id } = await control.addPerson({
    alias: 'reader',
    displayName: 'Reader',
    recipientTypeDetails: 'UserMailbox',
  });
  await control.setHosting(id, 'both');
  sides = {
    local: copyingOnPremises(emulator, { ...(await control.account(address)), address }),
    online: copyingOnline(emulator, onlineReader),
  };
}

async function copyTo(
  mailbox: string,
): Promise<{ plan: PlannedCopy | undefined; outcome: CopyOutcome | undefined }> {
  const connection = company.connect(
    'hybrid',
    sides === undefined ? {} : { local: sides.local.parts, online: sides.online.parts },
  );
  const { copying, directory } = connection;
  if (copying === undefined) throw new Error('both sides can copy');
  let plan: PlannedCopy | undefined;
  try {
    const outcome = await copyContacts(
      {
        folder: { path: PATH, includeSubfolders: false },
        ...{ mailbox, targetFolder: 'Customers', mode: 'run', holder: 'test' },
      },
      { ...copying, directory, leases: company.stores.leases, ledger: company.stores.ledger },
      {
        planned(made) {
          plan = made;
        },
        progress: () => {},
      },
      new AbortController().signal,
    );
    return { plan, outcome };
  } finally {
    await connection.close();
  }
}

async function copiesIn(mailbox: string): Promise<readonly string[]> {
  const { items } = await company.control.mailbox(mailbox);
  return items
    .filter(({ folderPath }) => folderPath === 'Contacts/Customers')
    .map(({ properties }) => String(properties['displayName']))
    .sort();
}

const planned = ({ plan }: Awaited<ReturnType<typeof copyTo>>) => plan?.plan.changes.map(({ kind }) => kind);
const BOTH = ['Kern KG', 'Maß AG'];

describe('a public folder of a hybrid company', () => {
  it('on-premises is copied into mailboxes of both sides; one that moves keeps its copies', async () => {
    await start('onPremises');
    await expectCopiesOnBothSides();
    const mailbox = addressOf(ON_PREMISES);
    for (const to of ['online', 'onPremises', 'online'] as const) {
      await company.control.moveMailbox(mailbox, to);
      expect(planned(await copyTo(mailbox))).toEqual([]);
    }
    await company.control.createPublicContact(PATH, { properties: { displayName: 'Neu GmbH' } });
    expect((await copyTo(mailbox)).outcome).toMatchObject({ created: 1, updated: 0, failures: [] });
    expect(await copiesIn(mailbox)).toEqual([...BOTH, 'Neu GmbH']);
  });

  it('online is copied into mailboxes of both sides, unless the side here only failed to say that it has none', async () => {
    await start('online');
    await expectCopiesOnBothSides();
    const { control } = company;
    await control.addAutodiscoverRule({ form: 'soap', action: { kind: 'error', code: '500' } });
    await expect(copyTo(addressOf(ONLINE))).rejects.toMatchObject({ code: 'publicFoldersNotFound' });
  });
});

async function expectCopiesOnBothSides(): Promise<void> {
  for (const person of [ON_PREMISES, ONLINE]) {
    const mailbox = addressOf(person);
    expect((await copyTo(mailbox)).outcome).toMatchObject({ created: 2, failures: [] });
    expect(await copiesIn(mailbox)).toEqual(BOTH);
    expect(planned(await copyTo(mailbox))).toEqual([]);
  }
}
