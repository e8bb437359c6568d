// The last moment at which a request may be held back, on a new connection and on a kept one.

import { expect, it, onTestFinished } from 'vitest';
import { answerWith, startMisbehavingServer } from '../http/testing/misbehaving-server.ts';
import { createWire } from './wire.ts';

it('what is to be checked is checked when the connection stands; held back, nothing is sent', async () => {
  const server = await startMisbehavingServer(answerWith(200, {}, 'ok'));
  onTestFinished(() => server[Symbol.asyncDispose]());
  const wire = createWire({ additionalCa: server.caPem, connections: 1 });
  onTestFinished(() => wire.close());
  let isAllowed = false;
  const send = async () => {
    const { message } = await wire.send({
      method: 'POST',
      url: new URL(server.url),
      headers: {},
      body: 'body',
      signal: new AbortController().signal,
      checkBeforeSending() {
        if (!isAllowed) throw new Error('held back');
      },
    });
    message.resume();
    await new Promise((resolve) => message.once('close', resolve));
  };

  await expect(send()).rejects.toThrow('held back');
  isAllowed = true;
  const allowed = send();
  // Only now is it known, long before a handshake can be over.
  isAllowed = false;
  await expect(allowed).rejects.toThrow('held back');
  expect(server.received).toEqual([]);

  isAllowed = true;
  await send();
  expect(server.received).toMatchObject([{ body: 'body' }]);
  isAllowed = false;
  await expect(send()).rejects.toThrow('held back');
  expect(server.received).toHaveLength(1);
});
