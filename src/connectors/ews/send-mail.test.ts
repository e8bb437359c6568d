import { describe, expect, it } from 'vitest';
import { failureOf } from '../../model/testing/failure-of.ts';
import { silentLog } from '../../ports/log.ts';
import type { OutgoingMail } from '../../ports/mail-sender.ts';
import { createEwsClient } from './ews-client.ts';
import { sendMail } from './send-mail.ts';
import { bed, control, emulator, signal, useEwsBench } from './testing/ews-bench.ts';

useEwsBench();

const MAIL: OutgoingMail = {
  to: ['admin@contoso.example', 'second@contoso.example'],
  subject: 'Report <1> & more',
  body: { kind: 'html', content: '<p>Ünïcode</p>' },
  attachments: [{ name: 'report.csv', contentType: 'text/csv', content: Buffer.from('a;b\r\n') }],
};

const send = (keepsCopy: boolean) => {
  const { http, clock, mailbox, address } = bed;
  const client = createEwsClient({
    url: () => Promise.resolve(emulator.ewsUrl),
    http,
    impersonate: true,
    clock,
    log: silentLog,
    random: () => 0,
  });
  return sendMail(client, { key: mailbox.id, address }, MAIL, { keepsCopy }, signal);
};

describe('a mail', () => {
  it.each([true, false])(
    'is sent with subject, body and attachment (keeps a copy: %s)',
    async (keepsCopy) => {
      await send(keepsCopy);
      const [sent] = await control.sentMessages(bed.address);
      expect(sent).toMatchObject({
        to: ['admin@contoso.example', 'second@contoso.example'],
        subject: 'Report <1> & more',
        body: '<p>Ünïcode</p>',
      });
      expect(sent?.attachments[0]).toMatchObject({ name: 'report.csv', contentType: 'text/csv' });
    },
  );

  it('whose answer is lost is not sent twice', async () => {
    await control.addFault({ face: 'ews', bodyText: '<m:CreateItem', action: { kind: 'process-then-drop' } });
    const failure = await failureOf(send(false));
    expect(failure).toMatchObject({ code: 'mailPerhapsSent', number: 18013 });
    expect(await control.sentMessages(bed.address)).toHaveLength(1);
  });

  it.each([true, false])('that was perhaps sent is not sent again (it was: %s)', async (isDone) => {
    await control.addEwsFault({
      operation: 'CreateItem',
      action: { kind: 'soap-fault', code: 'ErrorInternalServerTransientError', isDone },
    });
    expect((await failureOf(send(false))).code).toBe('mailPerhapsSent');
    expect(await control.sentMessages(bed.address)).toHaveLength(isDone ? 1 : 0);
  });

  it('is sent once when the server was too busy to do anything', async () => {
    await control.addEwsFault({ operation: 'CreateItem', action: { kind: 'server-busy' } });
    await send(false);
    expect(await control.sentMessages(bed.address)).toHaveLength(1);
  });

  it.each([
    ['ErrorInvalidRecipients', 'mailRefused'],
    ['ErrorSendAsDenied', 'sendingNotAllowed'],
    ['ErrorMessageSizeExceeded', 'mailTooLarge'],
    ['ErrorInvalidPropertySet', 'mailRefused'],
    ['ErrorQuotaExceeded', 'mailboxFull'],
  ])('that is refused says why: %s', async (code, expected) => {
    await control.addEwsFault({ operation: 'CreateItem', action: { kind: 'soap-fault', code } });
    const failure = await failureOf(send(false));
    expect(failure.code).toBe(expected);
    expect(failure.details).toMatchObject({ code });
    expect(await control.sentMessages(bed.address)).toEqual([]);
  });
});
