// A batch that needs several calls: what an earlier call was told is never lost with a later one.

import { describe, expect, it } from 'vitest';
import { Failure } from '../../model/failure.ts';
import type { BatchPart } from './batch.ts';
import { answerParts, graphError, scriptedClient, signal } from './testing/scripted-http.ts';

const create = (path: string): BatchPart => ({ method: 'POST', path, body: {}, isSafeToRepeat: false });
const options = { mailboxKey: 'm1' };

describe('a batch whose later call is refused as a whole', () => {
  it('still tells which parts were carried out', async () => {
    let calls = 0;
    const { client } = scriptedClient((request) => {
      calls += 1;
      if (calls > 1) return { ...graphError(401, 'InvalidAuthenticationToken'), body: undefined };
      return answerParts(({ url }) =>
        url === '/late' ? graphError(401, 'InvalidAuthenticationToken') : { status: 201 },
      )(request);
    });
    const answers = await client.batch([create('/done'), create('/late')], options, signal);
    expect(answers).toMatchObject([
      { kind: 'answered', answer: { status: 201 } },
      { kind: 'answered', answer: { status: 401 } },
    ]);
  });

  it('also when the token cannot be renewed', async () => {
    const scripted = scriptedClient(
      answerParts(({ url }) =>
        url === '/late' ? graphError(401, 'InvalidAuthenticationToken') : { status: 201 },
      ),
      { renewal: new Failure('consentMissing') },
    );
    const answers = await scripted.client.batch([create('/done'), create('/late')], options, signal);
    expect(answers).toMatchObject([{ answer: { status: 201 } }, { answer: { status: 401 } }]);
    await expect(scripted.client.batch([create('/late')], options, signal)).rejects.toMatchObject({
      code: 'consentMissing',
    });
  });

  it('throws when no part was answered at all', async () => {
    const { client } = scriptedClient(() => ({ status: 401, body: undefined }));
    await expect(client.batch([create('/a')], options, signal)).rejects.toBeInstanceOf(Failure);
  });
});
