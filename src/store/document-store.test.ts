// What the document stores promise beyond the contract suite: names, audit, validation, removal.

import { expect, test } from 'vitest';
import { describeOnEachDatabase } from '../../test/store-places.ts';
import { openDatabases } from './open-database.ts';
import { validateEnvironment, validatePolicy } from './validate-document.ts';

const id = (number: number) => `55555555-0000-4000-8000-${String(number).padStart(12, '0')}`;

const policy = (number: number, name: string, more: object = {}) =>
  validatePolicy({
    kind: 'policy',
    version: 1,
    id: id(number),
    name,
    environment: 'Contoso',
    source: { type: 'exchangeOnline' },
    ...more,
  });
const environment = (number: number, name: string) =>
  validateEnvironment({
    kind: 'environment',
    version: 1,
    id: id(number),
    name,
    scenario: 'exchangeOnline',
    exchangeOnline: { organization: 'contoso.onmicrosoft.com', applicationId: id(99) },
  });

describeOnEachDatabase('documents', (places) => {
  test('a policy and an environment may have one name and even one id', async () => {
    const { policies, environments } = await places.open();
    await policies.save(policy(1, 'Contoso'), 0, 'ada');
    await environments.save(environment(1, 'Contoso'), 0, 'ada');
    expect((await policies.readByName('Contoso'))?.document.kind).toBe('policy');
    expect((await environments.readByName('Contoso'))?.document.kind).toBe('environment');
    await policies.remove(id(1), 'ada');
    expect(await environments.readById(id(1))).toBeDefined();
  });

  test('names that look alike are one name', async () => {
    const { policies } = await places.open();
    await policies.save(policy(1, 'Köln'), 0, 'ada');
    for (const name of ['köln', 'KO\u0308LN']) {
      expect((await policies.readByName(name))?.document.id).toBe(id(1));
      await expect(policies.save(policy(2, name), 0, 'ada')).rejects.toMatchObject({ code: 'nameTaken' });
    }
    // The same document may change how its own name is written.
    expect(await policies.save(policy(1, 'KÖLN'), 1, 'ada')).toMatchObject({ revision: 2 });
  });

  test('ids are found however they are written', async () => {
    const { policies } = await places.open();
    const upper = 'ABCDEF00-0000-4000-8000-00000000ABCD';
    await policies.save(policy(1, 'Staff', { id: upper }), 0, 'ada');
    expect(await policies.readById(upper)).toMatchObject({ document: { id: upper.toLowerCase() } });
    expect(await policies.readById(upper.toLowerCase())).toBeDefined();
    await policies.remove(upper, 'ada');
    expect(await policies.history(upper)).toHaveLength(1);
  });

  test('a removed document may come back, and its revisions go on counting', async () => {
    const { policies } = await places.open();
    await policies.save(policy(1, 'Staff'), 0, 'ada');
    await policies.remove(id(1), 'ada');
    await policies.save(policy(2, 'Staff'), 0, 'ada');
    await expect(policies.save(policy(1, 'Staff'), 0, 'ada')).rejects.toMatchObject({ code: 'nameTaken' });
    expect(await policies.save(policy(1, 'Staff again'), 0, 'ada')).toMatchObject({ revision: 2 });
    expect((await policies.history(id(1))).map(({ revision }) => revision)).toEqual([2, 1]);
  });

  test('who saved and removed what is in the audit trail, and nothing is when nothing changed', async () => {
    const { policies, audit } = await places.open();
    await policies.save(policy(1, 'Staff'), 0, 'ada');
    await policies.save(policy(1, 'Staff'), 1, 'bob');
    await policies.save(policy(1, 'Everybody'), 1, 'bob');
    await expect(policies.save(policy(2, 'Everybody'), 0, 'eve')).rejects.toThrow();
    await policies.remove(id(1), 'cid');
    const entries = await audit.list();
    expect(
      entries.map(({ who, action, subject, details }) => [who, action, subject, details.revision]),
    ).toEqual([
      ['cid', 'policy.remove', 'Everybody', 2],
      ['bob', 'policy.save', 'Everybody', 2],
      ['ada', 'policy.save', 'Staff', 1],
    ]);
    expect(await audit.list({ action: 'policy.save', limit: 1 })).toHaveLength(1);
  });

  test('what does not fit the schema is not stored', async () => {
    const { policies } = await places.open();
    const broken = { ...policy(1, 'Staff'), unknown: true };
    await expect(policies.save(broken, 0, 'ada')).rejects.toMatchObject({ code: 'invalidDocument' });
    expect(await policies.list()).toEqual([]);
  });

  test('a stored document that does not fit any more says which one it is', async () => {
    const place = await places.create();
    const { policies } = await places.open(place);
    await policies.save(policy(1, 'Staff'), 0, 'ada');
    const databases = await openDatabases(place);
    await databases.main.updateTable('document_revision').set({ body: '{"kind":"policy"}' }).execute();
    await databases.close();
    await expect(policies.list()).rejects.toMatchObject({
      code: 'storedDocument',
      details: {
        kind: 'policy',
        id: id(1),
        revision: 1,
        places: expect.arrayContaining(['name: is missing']),
      },
    });
  });

  test('one that cannot be read stands apart, keeps nobody else back, and is replaced or removed', async () => {
    const place = await places.create();
    const { policies } = await places.open(place);
    await policies.save(policy(1, 'Staff'), 0, 'ada');
    const other = await policies.save(policy(2, 'Board'), 0, 'ada');
    expect(await policies.survey()).toMatchObject({
      readable: [{ revision: 1 }, { revision: 1 }],
      unreadable: [],
    });
    const damage = async () => {
      const databases = await openDatabases(place);
      const rows = databases.main.updateTable('document_revision').set({ body: '{"kind":"poli' });
      await rows.where('id', '=', id(1)).execute();
      await databases.close();
    };
    await damage();
    expect(await policies.survey()).toMatchObject({
      readable: [other],
      unreadable: [{ id: id(1), name: 'Staff', revision: 1, reason: { code: 'storedDocument' } }],
    });
    expect(await policies.history(id(1))).toEqual([]);
    await expect(policies.readByName('Staff')).rejects.toMatchObject({ code: 'storedDocument' });
    await expect(policies.save(policy(1, 'Staff'), 0, 'ada')).rejects.toMatchObject({
      code: 'changedMeanwhile',
    });
    expect(await policies.save(policy(1, 'Staff'), 1, 'ada')).toMatchObject({ revision: 2 });
    await damage();
    await policies.remove(id(1), 'ada');
    expect(await policies.list()).toEqual([other]);
  });

  test('of two who save at once one wins and the other is told', async () => {
    const place = await places.create();
    const first = await places.open(place);
    const second = await places.open(place);
    await first.policies.save(policy(1, 'Staff'), 0, 'ada');
    const answers = await Promise.allSettled(
      [first, second, first, second].map(({ policies }, index) =>
        policies.save(policy(1, 'Staff', { description: String(index) }), 1, 'ada'),
      ),
    );
    const refused = answers.filter((answer) => answer.status === 'rejected').map(({ reason }) => reason.code);
    expect(refused).toEqual(['changedMeanwhile', 'changedMeanwhile', 'changedMeanwhile']);
    expect(await first.policies.history(id(1))).toHaveLength(2);
  });

  test('of two who take a name at once one wins and the other is told', async () => {
    const place = await places.create();
    const [one, other] = [await places.open(place), await places.open(place)];
    const answers = await Promise.allSettled(
      [1, 2, 3, 4].map((number) =>
        (number % 2 === 0 ? one : other).policies.save(policy(number, 'Staff'), 0, 'ada'),
      ),
    );
    const refused = answers.filter((answer) => answer.status === 'rejected').map(({ reason }) => reason.code);
    expect(refused).toEqual(['nameTaken', 'nameTaken', 'nameTaken']);
  });
});
