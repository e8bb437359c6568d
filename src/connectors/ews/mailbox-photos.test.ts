// Photos in mailboxes: what the emulated server has, and what becomes of answers that are none.

import { EmulatorControl, type RunningEmulator, startEmulator } from '@contactsync/emulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectEws, ewsEntryOf } from '../../../test/ews-targets.ts';
import { Failure } from '../../model/failure.ts';
import { silentLog } from '../../ports/log.ts';
import { impatientClock } from '../graph/testing/graph-test-bed.ts';
import { createEwsClient } from './ews-client.ts';
import { createMailboxPhotos } from './mailbox-photos.ts';
import { MESSAGES_NS, SOAP_NS, TYPES_NS } from './namespaces.ts';
import { answeringExchange, type ScriptedAnswer } from './testing/scripted-exchange.ts';

const signal = new AbortController().signal;
const EWS = 'https://mail.contoso.example/EWS/Exchange.asmx';
const READER = 'svc-contactsync@contoso.example';

const told = (photos: readonly (Uint8Array | Failure | undefined)[]) =>
  photos.map((photo) =>
    photo instanceof Failure ? photo.code : photo === undefined ? 'none' : Buffer.from(photo).toString('hex'),
  );

const response = (attributes: string, content: string) =>
  `<s:Envelope xmlns:s="${SOAP_NS}"><s:Body xmlns:m="${MESSAGES_NS}" xmlns:t="${TYPES_NS}"><m:GetUserPhotoResponse ${attributes}>${content}</m:GetUserPhotoResponse></s:Body></s:Envelope>`;
const photo = (bytes: string) =>
  response(
    'ResponseClass="Success"',
    `<m:ResponseCode>NoError</m:ResponseCode><m:HasChanged>true</m:HasChanged><m:PictureData>${Buffer.from(bytes).toString('base64')}</m:PictureData>`,
  );
const refusal = (code: string) =>
  response(
    'ResponseClass="Error"',
    `<m:ResponseCode>${code}</m:ResponseCode><m:HasChanged>false</m:HasChanged>`,
  );

/** Each person by what the server says about them. */
function scripted(answers: Readonly<Record<string, ScriptedAnswer>>) {
  const http = answeringExchange((body) => answers[/<m:Email>([^@]+)@/.exec(body)?.[1] ?? '']);
  const client = createEwsClient({
    url: async () => EWS,
    http,
    impersonate: false,
    clock: impatientClock(),
    log: silentLog,
    random: () => 0,
  });
  const photos = createMailboxPhotos({ client, reader: READER });
  const read = async (...people: readonly string[]) =>
    told(
      await photos.read(
        people.map((one) => `${one}@contoso.example`),
        signal,
      ),
    );
  return { http, read };
}

describe('photos in mailboxes of the emulated server', () => {
  let emulator: RunningEmulator;
  let control: EmulatorControl;
  beforeAll(async () => {
    emulator = await startEmulator({ recipients: 12, mailboxes: 10 });
    control = new EmulatorControl(emulator.url, emulator.caPem);
  });
  afterAll(async () => {
    await control.close();
    await emulator.close();
  });

  it('are read in the size that is wanted, through NTLM, several at once', async () => {
    const jpeg = (side: number) => {
      const bytes = Buffer.from('ffd8ffc00011080000000003012200021101031101', 'hex');
      bytes.writeUInt16BE(side, 7);
      bytes.writeUInt16BE(side, 9);
      return bytes;
    };
    const people = await control.people('UserMailbox');
    for (const { id } of people.slice(0, 8))
      await control.setMailboxPhoto(id, jpeg(648), jpeg(360), jpeg(96));
    const ews = connectEws(ewsEntryOf(emulator), silentLog, emulator.clock);
    const photos = createMailboxPhotos({ client: ews.clientInOwnName, reader: READER });
    const addresses = people.map(({ primarySmtpAddress }) => primarySmtpAddress);
    const read = await photos.read(addresses, signal);
    await ews.close();
    expect(told(read)).toEqual([
      ...Array.from({ length: 8 }, () => jpeg(360).toString('hex')),
      ...people.slice(8).map(() => 'none'),
    ]);
  });
});

describe('what is no photo', () => {
  it('is none where the server says so, in whatever way', async () => {
    const { read } = scripted({
      anna: { body: photo('a') },
      message: { body: refusal('ErrorItemNotFound') },
      status: { status: 404, body: refusal('ErrorItemNotFound') },
      bare: { status: 404, headers: { 'content-type': 'text/html' }, body: '' },
      elsewhere: { body: refusal('ErrorNonExistentMailbox') },
      empty: { body: photo('') },
    });
    expect(await read('anna', 'message', 'status', 'bare', 'elsewhere', 'empty')).toEqual([
      Buffer.from('a').toString('hex'),
      ...Array.from({ length: 5 }, () => 'none'),
    ]);
  });

  it('of one person leaves the others alone, and is asked for once', async () => {
    const { http, read } = scripted({
      anna: { body: photo('a') },
      nobody: { status: 500, headers: { 'content-type': 'text/html' }, body: '' },
    });
    expect(await read('nobody', 'anna', 'nobody', 'anna')).toEqual([
      'serviceUnavailable',
      '61',
      'serviceUnavailable',
      '61',
    ]);
    expect(http.sent).toHaveLength(4);
  });

  it('whose answer was lost on an old connection is asked for once more', async () => {
    const { http, read } = scripted({ anna: { body: new Failure('answerLost') } });
    expect(await read('anna')).toEqual(['answerLost']);
    expect(http.sent).toHaveLength(2);
  });

  it('is not taken from an answer to another request', async () => {
    const { read } = scripted({
      anna: { body: photo('a').replaceAll('GetUserPhotoResponse', 'GetItemResponse') },
    });
    expect(await read('anna')).toEqual(['unreadableExchangeAnswer']);
  });
});

describe('a server that gives out none', () => {
  const many = Array.from({ length: 30 }, () => 'anna');

  it.each([
    ['its refusal', { body: refusal('ErrorAccessDenied') }, 'mailboxPhotosRefused', 4],
    ['its firewall', { status: 403, body: '' }, 'mailboxPhotosRefused', 4],
    ['its load', { body: refusal('ErrorServerBusy') }, 'throttledTooLong', 4],
    [
      'a password that is refused',
      { body: new Failure('exchangeSignInRefused') },
      'exchangeSignInRefused',
      4,
    ],
    [
      'its trouble',
      { status: 500, headers: { 'content-type': 'text/html' }, body: '' },
      'serviceUnavailable',
      8,
    ],
  ] as const)('for %s is left alone', async (_name, answer, code, most) => {
    const { http, read } = scripted({ anna: answer });
    expect(await read(...many)).toEqual(many.map(() => code));
    expect(await read('anna')).toEqual([code]);
    expect(http.sent.length).toBeLessThanOrEqual(most);
  });

  it('meets a single request at first: a refused password is not sent twice', async () => {
    const { http, read } = scripted({ anna: { body: new Failure('exchangeSignInRefused') } });
    await read('anna');
    await read(...many);
    expect(http.sent).toHaveLength(1);
  });
});
