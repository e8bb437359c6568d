import { EmulatorControl, type RunningEmulator, startEmulator } from '@contactsync/emulator';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { failureOf } from '../../model/testing/failure-of.ts';
import type { OutgoingMail } from '../../ports/mail-sender.ts';
import { createGraphMailSender } from './send-mail.ts';
import { GraphTestBed } from './testing/graph-test-bed.ts';

const signal = new AbortController().signal;
const MAIL: OutgoingMail = {
  to: ['admin@contoso.example', 'second@contoso.example'],
  subject: 'Report <1> & more',
  body: { kind: 'html', content: '<p>Ünïcode</p>' },
  attachments: [{ name: 'report.csv', contentType: 'text/csv', content: Buffer.from('a;b\r\n') }],
};

let emulator: RunningEmulator;
let control: EmulatorControl;
let bed: GraphTestBed;
beforeAll(async () => {
  emulator = await startEmulator({ recipients: 3, mailboxes: 2 });
  control = new EmulatorControl(emulator.url, emulator.caPem);
});
afterAll(async () => {
  await control.close();
  await emulator.close();
});
beforeEach(async () => {
  bed = await GraphTestBed.open(emulator, control);
});
afterEach(() => bed.close());

const send = (mail: OutgoingMail = MAIL, sender: string | undefined = bed.address) =>
  createGraphMailSender({ client: bed.client, sender, now: () => bed.clock.now() }).send(
    mail,
    { keepsCopy: false },
    signal,
  );

describe('a mail', () => {
  it('is sent with subject, body and attachment', async () => {
    await send();
    const [sent, ...more] = await control.sentMessages(bed.address);
    expect(more).toEqual([]);
    expect(sent).toMatchObject({
      to: ['admin@contoso.example', 'second@contoso.example'],
      subject: 'Report <1> & more',
      contentType: 'html',
      body: '<p>Ünïcode</p>',
      attachments: [
        {
          name: 'report.csv',
          contentType: 'text/csv',
          contentBytes: Buffer.from('a;b\r\n').toString('base64'),
        },
      ],
    });
  });

  it.each([
    ['the answer is lost', { kind: 'process-then-drop' }, 1],
    ['a gateway gives up', { kind: 'gateway-timeout-after-success' }, 1],
    ['a proxy answers instead', { kind: 'proxy-page', status: 200 }, 0],
  ] as const)('is handed over once, and perhaps sent, when %s', async (_, action, sent) => {
    await control.addFault({ method: 'POST', path: '/sendMail', action });
    expect((await failureOf(send())).code).toBe('mailPerhapsSent');
    expect(await control.sentMessages(bed.address)).toHaveLength(sent);
    expect(await control.unconsumedFaults()).toEqual([]);
  });

  it.each([
    ['too many requests', { kind: 'throttled', retryAfterSeconds: 5 }, 'throttledTooLong'],
    ['too many requests, without a time', { kind: 'throttled' }, 'throttledTooLong'],
    ['the service is unavailable', { kind: 'unavailable' }, 'serviceUnavailable'],
  ] as const)('is handed over once, and can be tried again: %s', async (_, action, code) => {
    await control.addFault({ method: 'POST', path: '/sendMail', action });
    expect((await failureOf(send())).code).toBe(code);
    expect(await control.sentMessages(bed.address)).toEqual([]);
    expect(await control.unconsumedFaults()).toEqual([]);
  });

  it.each([
    ['ErrorInvalidRecipients', 400, 'mailRefused'],
    ['ErrorSendAsDenied', 403, 'sendingNotAllowed'],
    ['ErrorAccessDenied', 403, 'sendingNotAllowed'],
    ['RequestEntityTooLarge', 413, 'mailTooLarge'],
    ['ErrorInvalidUser', 404, 'mailboxNotFound'],
    ['MailboxNotEnabledForRESTAPI', 404, 'mailboxNotProvisioned'],
  ])('that is refused says why: %s', async (code, status, expected) => {
    const body = { error: { code, message: 'No.' } };
    await control.addFault({ method: 'POST', path: '/sendMail', action: { kind: 'answer', status, body } });
    const failure = await failureOf(send());
    expect(failure).toMatchObject({ code: expected, details: { status } });
  });

  it('that is larger than the service takes is not sent', async () => {
    const content = Buffer.alloc(3_000_000, 'x');
    const large = { ...MAIL, attachments: [{ name: 'a.csv', contentType: 'text/csv', content }] };
    expect((await failureOf(send(large))).code).toBe('mailTooLarge');
  });

  it('needs a mailbox that sends it', async () => {
    const sender = createGraphMailSender({
      client: bed.client,
      sender: undefined,
      now: () => bed.clock.now(),
    });
    expect((await failureOf(sender.send(MAIL, { keepsCopy: false }, signal))).code).toBe('senderMissing');
  });
});
