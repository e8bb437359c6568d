// What the connection test makes of a server that is there and does not answer.

import { expect, it } from 'vitest';
import { createEwsTargets } from '../connectors/ews/index.ts';
import type { ExchangeHttp } from '../connectors/exchange-http/index.ts';
import { impatientClock } from '../connectors/graph/testing/graph-test-bed.ts';
import { Failure } from '../model/failure.ts';
import type { FailureCode } from '../model/failure-codes.ts';
import { mailboxId } from '../model/ids.ts';
import { silentLog } from '../ports/log.ts';
import { folderMark, markCodec } from './marks.ts';
import { probeOnPremises } from './probe-on-premises.ts';

async function probe(failing: FailureCode) {
  let sent = 0;
  const http: ExchangeHttp = {
    async send() {
      sent += 1;
      throw new Failure(failing);
    },
    close: () => Promise.resolve(),
  };
  const url = () => Promise.resolve('https://mail.contoso.example/EWS/Exchange.asmx');
  const targets = createEwsTargets({
    url,
    http,
    markCodec,
    folderMark,
    impersonate: true,
    isWaitedFor: true,
    clock: impatientClock(),
    log: silentLog,
    random: () => 0,
  });
  const mailboxes = ['anna', 'bob'].map((name, index) => ({
    id: mailboxId(`00000000-0000-0000-0000-00000000000${index + 1}`),
    kind: 'userMailbox' as const,
    displayName: name,
    primarySmtpAddress: `${name}@contoso.example`,
    location: 'onPremises' as const,
    ownerId: undefined,
    customAttributes: [],
  }));
  const steps = await probeOnPremises(
    {
      account: 'CONTOSO\\svc',
      ownAddress: 'contactsync@contoso.example',
      findAddress: undefined,
      url,
      own: targets,
      targets,
      directory: { readMailboxes: async () => ({ mailboxes, notFound: [], isComplete: true, gaps: [] }) },
    },
    new AbortController().signal,
  );
  return { steps, sent };
}

it.each(['answerLost', 'exchangeServerConnection'] as const)(
  '%s: one try, and no other mailbox',
  async (code) => {
    const { steps, sent } = await probe(code);
    expect(steps.map(({ ok, failure }) => failure?.code ?? ok)).toEqual([true, code]);
    expect(sent).toBe(1);
  },
);

it('a mailbox that does not open says nothing of the others', async () => {
  const { steps, sent } = await probe('mailboxNotProvisioned');
  expect(steps.map(({ ok }) => ok)).toEqual([true, true, false]);
  expect(sent).toBe(3);
});
