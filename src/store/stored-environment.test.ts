// Environments that were stored before there was a rule stay readable, so that they can be corrected, and what they
// should not have held is not shown.

import { expect, test } from 'vitest';
import { describeOnEachDatabase } from '../../test/store-places.ts';
import { openDatabases } from './open-database.ts';
import { validateEnvironment } from './validate-document.ts';
import { stringifyYaml } from './yaml-document.ts';

const id = '55555555-0000-4000-8000-000000000001';
const secret = 'S3cretInUrl';
const url = 'https://mail.contoso.example/EWS/Exchange.asmx';

const environment = (exchange: object = {}, directory: object = {}) => ({
  kind: 'environment' as const,
  version: 1,
  id,
  name: 'Head office',
  scenario: 'onPremises',
  onPremises: {
    activeDirectory: { account: 'CORP\\reader', ...directory },
    exchangeWebServices: { url, mailbox: 'contactsync@contoso.example', ...exchange },
  },
});

describeOnEachDatabase('an environment stored before the rules', (places) => {
  async function openWith(body: object) {
    const place = await places.create();
    const stores = await places.open(place);
    await stores.environments.save(validateEnvironment(environment()), 0, 'ada');
    const databases = await openDatabases(place);
    await databases.main
      .updateTable('document_revision')
      .set({ body: JSON.stringify(body) })
      .execute();
    await databases.close();
    return stores.environments;
  }

  test('with a password in its address is read, listed and exported without it', async () => {
    const withSecret = url.replace('//', `//svc:${secret}@`);
    const environments = await openWith(environment({ url: `${withSecret}#x` }));
    const found = [
      await environments.readById(id),
      await environments.readByName('Head office'),
      ...(await environments.list()),
      ...(await environments.history(id)),
    ].map((entry) => entry?.document);
    expect(found).toEqual(Array.from({ length: 4 }, () => validateEnvironment(environment())));
    for (const document of found)
      if (document !== undefined) expect(stringifyYaml(document)).toContain(`url: ${url}\n`);
    const corrected = environment({ account: 'CORP\\writer' });
    expect(await environments.save(validateEnvironment(corrected), 1, 'ada')).toMatchObject({ revision: 2 });
  });

  test('with a server that is none keeps it: it is shown, exported and removed, and refused when it is saved', async () => {
    const servers = ['ldap://dc1', 'dc2:99999'];
    const environments = await openWith(environment({}, { servers }));
    const document = (await environments.readById(id))?.document;
    if (document === undefined) throw new Error('it was stored');
    expect(document).toMatchObject({ onPremises: { activeDirectory: { servers } } });
    expect(stringifyYaml(document)).toContain('- ldap://dc1\n');
    await expect(environments.save(document, 1, 'ada')).rejects.toMatchObject({
      code: 'invalidDocument',
      details: {
        places: [
          'onPremises.activeDirectory.servers[0]: must be host or host:port, without ldap://',
          'onPremises.activeDirectory.servers[1]: must be host or host:port, with a port from 1 to 65535',
        ],
      },
    });
    await environments.remove(id, 'ada');
  });

  test('that breaks another rule says which one it is, and where', async () => {
    const environments = await openWith(
      environment({ url: `https://svc:${secret}@host/`, authentication: 'x' }),
    );
    const failure = await environments.list().catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({
      code: 'storedDocument',
      details: { id, revision: 1, places: [expect.stringMatching(/^onPremises\.\S+authentication: /)] },
    });
    expect(JSON.stringify(failure)).not.toContain(secret);
  });
});
