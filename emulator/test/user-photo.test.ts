// GetUserPhoto, by hand: no client of another author that we have can ask for it. The example of the operation's page tells
// the form of request and answer.

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type EwsTenant, startEwsTenant, textsOf } from './ews-client.ts';

let tenant: EwsTenant;
beforeAll(async () => {
  tenant = await startEwsTenant();
});
afterEach(() => tenant.control.setMailboxPhoto(tenant.bob.id));
afterAll(() => tenant.close());

/** The frame header of a JPEG, which tells its size. */
const jpeg = (side: number) => {
  const bytes = Buffer.from('ffd8ffc00011080000000003012200021101031101', 'hex');
  bytes.writeUInt16BE(side, 7);
  bytes.writeUInt16BE(side, 9);
  return bytes;
};

/** As the service account in its own name. */
const ask = (address: string, size: string, headers: Record<string, string> = {}) =>
  tenant.send(
    `<m:GetUserPhoto><m:Email>${address}</m:Email><m:SizeRequested>${size}</m:SizeRequested></m:GetUserPhoto>`,
    { soapHeader: '<t:RequestServerVersion Version="Exchange2013_SP1"/>', headers },
  );

test('is answered by the message itself, in the size that was asked for or the largest', async () => {
  const { control, bob } = tenant;
  await control.setMailboxPhoto(bob.id, jpeg(96), jpeg(648));
  for (const [size, shown] of [
    ['HR96x96', 96],
    ['HR360x360', 648],
    ['HR648x648', 648],
  ] as const) {
    const { status, text } = await ask(bob.primarySmtpAddress, size);
    expect(status).toBe(200);
    expect(text).toContain('<m:GetUserPhotoResponse ResponseClass="Success"><m:ResponseCode>NoError');
    expect(text).not.toContain('ResponseMessages');
    expect(textsOf(text, 'm:HasChanged')).toEqual(['true']);
    expect(textsOf(text, 'm:PictureData')).toEqual([jpeg(shown).toString('base64')]);
  }
});

test('is not sent again to who names its ETag, until it changes', async () => {
  const { control, bob } = tenant;
  await control.setMailboxPhoto(bob.id, jpeg(96));
  const { headers } = await ask(bob.primarySmtpAddress, 'HR96x96');
  const again = () => ask(bob.primarySmtpAddress, 'HR96x96', { 'if-none-match': headers['etag'] ?? '' });
  const same = await again();
  expect(textsOf(same.text, 'm:HasChanged')).toEqual(['false']);
  expect(textsOf(same.text, 'm:PictureData')).toEqual([]);
  await control.setMailboxPhoto(bob.id, jpeg(120));
  expect(textsOf((await again()).text, 'm:HasChanged')).toEqual(['true']);
});

test('who has none, whose mailbox is elsewhere, and who is nobody', async () => {
  const { control, bob } = tenant;
  const none = await ask(bob.primarySmtpAddress, 'HR96x96');
  expect([none.status, textsOf(none.text, 'm:ResponseCode')]).toEqual([404, ['ErrorItemNotFound']]);
  await control.setMailboxPhoto(bob.id, jpeg(96));
  await control.moveMailbox(bob.primarySmtpAddress, 'online');
  expect((await ask(bob.primarySmtpAddress, 'HR96x96')).status).toBe(404);
  await control.moveMailbox(bob.primarySmtpAddress, 'onPremises');
  expect((await ask(bob.primarySmtpAddress, 'HR96x96')).status).toBe(200);
  expect(await ask('nobody@contoso.example', 'HR96x96')).toMatchObject({ status: 500, text: '' });
});

test('sizes and order are those of the schema', async () => {
  const { bob } = tenant;
  for (const size of ['HR100x100', '96x96', 'hr96x96', '']) {
    const { status, text } = await ask(bob.primarySmtpAddress, size);
    expect([status, textsOf(text, 'e:ResponseCode')]).toEqual([500, ['ErrorSchemaValidation']]);
  }
  const turned = await tenant.send(
    `<m:GetUserPhoto><m:SizeRequested>HR96x96</m:SizeRequested><m:Email>${bob.primarySmtpAddress}</m:Email></m:GetUserPhoto>`,
  );
  expect(turned.text).toContain('ErrorSchemaValidation');
});
