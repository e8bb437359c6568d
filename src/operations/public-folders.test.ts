// What is refused before anything is asked of an organization.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openOperations } from '../main.ts';

it('a folder that no mailbox could have is not copied into', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'contactsync-copy-'));
  const operations = await openOperations(directory, (dependencies) => dependencies);
  onTestFinished(async () => {
    await operations.close();
    rmSync(directory, { recursive: true, force: true });
  });
  const copyInto = async (targetFolder: string) => {
    const events = operations.publicFolders.copy({
      ...{ environment: 'nowhere', path: ['Customers'], includeSubfolders: false },
      ...{ mailbox: 'customers@contoso.example', targetFolder, mode: 'run' },
    });
    for await (const event of events) expect(event).toBeUndefined();
  };
  for (const name of [' ', 'x'.repeat(256)])
    await expect(copyInto(name)).rejects.toMatchObject({ failure: { code: 'usage' } });
  await expect(copyInto('x'.repeat(255))).rejects.toMatchObject({ failure: { code: 'notFound' } });
});
