// Who sends mail and who asks for contacts share one way out: what either sends is counted.

import { expect, it } from 'vitest';
import { createEwsClient, createEwsMailSender } from '../connectors/ews/index.ts';
import type { ExchangeHttp } from '../connectors/exchange-http/index.ts';
import { FakeClock } from '../connectors/memory/fake-clock.ts';
import { Failure } from '../model/failure.ts';
import { silentLog } from '../ports/log.ts';
import { countRequests } from './count-requests.ts';

it('counts the requests of all clients, those that failed as well', async () => {
  let isClosed = false;
  const refusing: ExchangeHttp = {
    send: () => Promise.reject(new Failure('exchangeSignInRefused')),
    close: async () => {
      isClosed = true;
    },
  };
  const http = countRequests(refusing);
  const common = {
    url: async () => 'https://mail.contoso.example/EWS/Exchange.asmx',
    ...{ http, impersonate: false, clock: new FakeClock(), log: silentLog, random: () => 0.5 },
  };
  const signal = new AbortController().signal;
  const sender = 'contactsync@contoso.example';
  const client = createEwsClient(common);
  const mail = createEwsMailSender({ ...common, sender });
  const text = { to: [sender], subject: 'Test', body: { kind: 'text', content: 'Test' } } as const;
  const refused = { code: 'exchangeSignInRefused' };
  await expect(mail.send(text, { keepsCopy: false }, signal)).rejects.toMatchObject(refused);
  expect([http.count, client.counts.requests]).toEqual([1, 0]);
  const box = { key: sender, address: sender };
  await expect(client.write(box, { xml: '' }, 1, signal)).rejects.toMatchObject(refused);
  expect(http.count).toBe(2);
  await http.close();
  expect(isClosed).toBe(true);
});
