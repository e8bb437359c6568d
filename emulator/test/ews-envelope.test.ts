// What stands around the operations of EWS: the envelope, who signs in and acts as whom, limits, mail, and who holds a
// mailbox.

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { EmulatorControl, startEmulator } from '../src/index.ts';
import {
  attributesOf,
  basic,
  type EwsTenant,
  envelope,
  impersonating,
  startEwsTenant,
  textsOf,
} from './ews-client.ts';
import { HttpsClient } from './https-client.ts';

let tenant: EwsTenant;

beforeAll(async () => {
  tenant = await startEwsTenant();
});
afterAll(() => tenant.close());
afterEach(async () => {
  await tenant.control.setSignIn({});
  await tenant.control.setEwsSettings({});
  await tenant.control.changeAccount('svc-contactsync', { impersonates: 'everybody', isLocked: false });
});

const contacts = '<t:DistinguishedFolderId Id="contacts"/>';
const getFolder = `<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:FolderIds>${contacts}</m:FolderIds></m:GetFolder>`;

function code(text: string): string | undefined {
  return textsOf(text, 'e:ResponseCode')[0];
}

function post(body: string, headers: Record<string, string> = {}): ReturnType<EwsTenant['http']['send']> {
  const { userName, password } = tenant.emulator.serviceAccount;
  return tenant.http.send('POST', tenant.emulator.ewsUrl, {
    headers: {
      'content-type': 'text/xml; charset=utf-8',
      authorization: basic(userName, password),
      ...headers,
    },
    body,
  });
}

describe('the envelope', () => {
  test('the path is taken in any case, the answer says the version', async () => {
    const { userName, password } = tenant.emulator.serviceAccount;
    const answer = await tenant.http.send('POST', `${tenant.emulator.url}/ews/exchange.ASMX`, {
      headers: { 'content-type': 'text/xml', authorization: basic(userName, password) },
      body: envelope(impersonating(tenant.alice.primarySmtpAddress), getFolder),
    });
    expect(answer.status).toBe(200);
    expect(answer.text).toContain(
      '<h:ServerVersionInfo xmlns:h="http://schemas.microsoft.com/exchange/services/2006/types" MajorVersion="15"',
    );
  });

  test.each([
    [
      'a version there is none of',
      '<t:RequestServerVersion Version="Exchange2019"/>',
      'ErrorInvalidServerVersion',
    ],
    ['a header it does not know', '<t:ManagementRole/>', 'ErrorInvalidRequest'],
    [
      'an empty impersonation',
      '<t:ExchangeImpersonation><t:ConnectingSID/></t:ExchangeImpersonation>',
      'ErrorSchemaValidation',
    ],
  ])('%s is refused', async (_, header, expected) => {
    const answer = await tenant.send(getFolder, { soapHeader: header });
    expect([answer.status, code(answer.text)]).toEqual([500, expected]);
  });

  test.each([
    ['no XML', 'hello', 'ErrorSchemaValidation'],
    ['a document type', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 'ErrorSchemaValidation'],
    ['a control character', envelope('', '<m:GetFolder>&#x1;</m:GetFolder>'), 'ErrorSchemaValidation'],
    [
      'https instead of http in the namespace',
      envelope('', getFolder).replaceAll('http://schemas.microsoft', 'https://schemas.microsoft'),
      'ErrorInvalidRequest',
    ],
    ['an operation it does not know', envelope('', '<m:GetStreamingEvents/>'), 'ErrorInvalidRequest'],
  ])('%s is refused', async (_, body, expected) => {
    const answer = await post(body);
    expect([answer.status, code(answer.text)]).toEqual([500, expected]);
  });
});

describe('who signs in', () => {
  test('a wrong password is counted and five lock the account, right ones included', async () => {
    const account = await tenant.control.addAccount('svc-lock', 'everybody');
    const send = (password: string) =>
      tenant.send(getFolder, { headers: { authorization: basic(account.userName, password) } });
    expect((await send(account.password)).status).toBe(200);
    for (let number = 0; number < 5; number += 1) {
      const answer = await send('wrong');
      expect([answer.status, answer.text]).toEqual([401, '']);
      expect(answer.headers['www-authenticate']).toContain('NTLM');
    }
    expect((await send(account.password)).status).toBe(401);
    expect(await tenant.control.account('svc-lock')).toMatchObject({
      isLocked: true,
      failedSignIns: 6,
      signIns: 1,
    });
  });

  test.each(['isDisabled', 'isPasswordExpired', 'isLocked'] as const)(
    'an account that %s gets a bare 401, as for a wrong password',
    async (state) => {
      const account = await tenant.control.addAccount(`svc-${state.toLowerCase()}`.slice(0, 20), 'everybody');
      await tenant.control.changeAccount(account.userName, { [state]: true });
      const answer = await tenant.send(getFolder, {
        headers: { authorization: basic(account.userName, account.password) },
      });
      expect([answer.status, answer.text]).toEqual([401, '']);
      expect((await tenant.control.account(account.userName)).failedSignIns).toBe(
        state === 'isLocked' ? 1 : 0,
      );
      await tenant.control.changeAccount(account.userName, { [state]: false });
      expect(
        (
          await tenant.send(getFolder, {
            headers: { authorization: basic(account.userName, account.password) },
          })
        ).status,
      ).toBe(200);
    },
  );

  test('a user acts in the own mailbox without impersonation, by any spelling of the name', async () => {
    const { password, userPrincipalName, userName } = await tenant.control.account(
      tenant.alice.primarySmtpAddress,
    );
    for (const name of [userPrincipalName, userName, userName.replace('CONTOSO', 'contoso.example')]) {
      const answer = await tenant.send(getFolder, {
        soapHeader: '',
        headers: { authorization: basic(name, password) },
      });
      expect(textsOf(answer.text, 'm:ResponseCode')).toEqual(['NoError']);
    }
    const other = await tenant.send(
      getFolder.replace(
        '"contacts"/>',
        `"contacts"><t:Mailbox><t:EmailAddress>${tenant.bob.primarySmtpAddress}</t:EmailAddress></t:Mailbox></t:DistinguishedFolderId>`,
      ),
      { soapHeader: '', headers: { authorization: basic(userName, password) } },
    );
    expect(textsOf(other.text, 'm:ResponseCode')).toEqual(['ErrorAccessDenied']);
  });

  test('a token of Entra needs full_access_as_app and impersonation', async () => {
    const [app] = tenant.emulator.organization.apps.values();
    if (app === undefined) throw new Error('no app');
    const send = (soapHeader?: string) =>
      tenant.send(getFolder, {
        ...(soapHeader === undefined ? {} : { soapHeader }),
        headers: { authorization: `Bearer ${tenant.emulator.issueToken(app.clientId, 'exchange')}` },
      });
    expect(code((await send()).text)).toBe('ErrorImpersonateUserDenied');
    app.exchangeRoles.push('full_access_as_app');
    expect((await send()).status).toBe(200);
    expect(code((await send('')).text)).toBe('ErrorInvalidRequest');
    const bad = await tenant.send(getFolder, { headers: { authorization: 'Bearer a.b.c' } });
    expect([bad.status, bad.headers['x-ms-diagnostics']]).toEqual([
      401,
      expect.stringContaining('invalid_token'),
    ]);
  });
});

describe('who acts as whom', () => {
  const as = (kind: string, text: string) =>
    tenant.send(getFolder, {
      soapHeader: `<t:ExchangeImpersonation><t:ConnectingSID><t:${kind}>${text}</t:${kind}></t:ConnectingSID></t:ExchangeImpersonation>`,
    });

  test('by address, principal name and SID', async () => {
    const { primarySmtpAddress, userPrincipalName = '' } = tenant.alice;
    const { sid } = await tenant.control.account(primarySmtpAddress);
    expect((await as('PrimarySmtpAddress', primarySmtpAddress)).status).toBe(200);
    expect((await as('PrincipalName', userPrincipalName)).status).toBe(200);
    expect((await as('SID', sid)).status).toBe(200);
    const secondary = tenant.alice.emailAddresses.find((one) => one.startsWith('smtp:'))?.slice(5) ?? '';
    expect((await as('SmtpAddress', secondary)).status).toBe(200);
    const refused = await as('PrimarySmtpAddress', secondary);
    expect(code(refused.text)).toBe('ErrorNonPrimarySmtpAddress');
    expect(refused.text).toContain(`<t:Value Name="Primary">${primarySmtpAddress}</t:Value>`);
  });

  test('in the scope of a group only', async () => {
    await tenant.control.addPerson({
      displayName: 'Scope',
      alias: 'scope',
      recipientTypeDetails: 'MailUniversalSecurityGroup',
      members: [tenant.alice.id],
    });
    await tenant.control.changeAccount('svc-contactsync', { impersonates: { membersOf: 'scope' } });
    expect((await tenant.send(getFolder)).status).toBe(200);
    expect(code((await tenant.send(getFolder, { who: tenant.bob.primarySmtpAddress })).text)).toBe(
      'ErrorImpersonateUserDenied',
    );
  });

  test('anchors and cookies are counted, the cookie of another mailbox, too', async () => {
    const before = await tenant.control.ewsUsage();
    const first = await tenant.send(getFolder);
    const cookie = (first.headers['set-cookie'] ?? '').split(';')[0] ?? '';
    expect(cookie).toMatch(/^X-BackEndCookie=/);
    expect((await tenant.send(getFolder, { headers: { cookie } })).headers['set-cookie']).toBeUndefined();
    await tenant.send(getFolder, { who: tenant.bob.primarySmtpAddress, headers: { cookie } });
    await tenant.send(getFolder, { headers: { 'x-anchormailbox': tenant.bob.primarySmtpAddress } });
    await post(envelope(impersonating(tenant.alice.primarySmtpAddress), getFolder));
    const usage = await tenant.control.ewsUsage();
    expect([
      usage.ownCookies - before.ownCookies,
      usage.foreignCookies - before.foreignCookies,
      usage.wrongAnchors - before.wrongAnchors,
      usage.missingAnchors - before.missingAnchors,
    ]).toEqual([1, 1, 1, 1]);
    expect(usage.mailboxes[tenant.bob.primarySmtpAddress]?.byOperation).toMatchObject({
      GetFolder: expect.any(Number),
    });
  });
});

test('answers are compressed where that is switched on and the client takes it', async () => {
  const headers = { 'accept-encoding': 'gzip, deflate' };
  expect((await tenant.send(getFolder, { headers })).headers['content-encoding']).toBeUndefined();
  await tenant.control.setEwsSettings({ compress: true });
  expect((await tenant.send(getFolder, { headers })).headers['content-encoding']).toBe('gzip');
  expect((await tenant.send(getFolder)).headers['content-encoding']).toBeUndefined();
});

describe('limits', () => {
  test('too many open requests of one account', async () => {
    await tenant.control.setEwsSettings({ maxConcurrency: 2 });
    await tenant.control.setTraffic({ latency: { milliseconds: 300 }, latencyFaces: ['ews'] });
    const answers = await Promise.all([1, 2, 3].map(() => tenant.send(getFolder)));
    expect(answers.map((one) => one.status).toSorted((a, b) => a - b)).toEqual([200, 200, 500]);
    expect(code(answers.find((one) => one.status === 500)?.text ?? '')).toBe('ErrorExceededConnectionCount');
    await tenant.control.setTraffic({});
  });

  test('a batch that runs out of time is done in part', async () => {
    await tenant.control.setEwsSettings({ mostItemsInTime: 2 });
    const items = ['1', '2', '3', '4'].map(
      (name) => `<t:Contact><t:DisplayName>${name}</t:DisplayName></t:Contact>`,
    );
    const { text } = await tenant.send(`<m:CreateItem><m:Items>${items.join('')}</m:Items></m:CreateItem>`);
    expect(textsOf(text, 'm:ResponseCode')).toEqual([
      'NoError',
      'NoError',
      'ErrorTimeoutExpired',
      'ErrorBatchProcessingStopped',
    ]);
  });
});

test('a message is sent at once and arrives', async () => {
  const message = `<t:Message><t:Subject>Report</t:Subject><t:Body BodyType="HTML">&lt;p&gt;done&lt;/p&gt;</t:Body><t:ToRecipients><t:Mailbox><t:EmailAddress>${tenant.bob.primarySmtpAddress}</t:EmailAddress></t:Mailbox></t:ToRecipients></t:Message>`;
  const answer = await tenant.send(
    `<m:CreateItem MessageDisposition="SendOnly"><m:Items>${message}</m:Items></m:CreateItem>`,
  );
  expect(answer.text).toContain('<m:ResponseCode>NoError</m:ResponseCode><m:Items />');
  const [received] = await tenant.control.receivedMessages(tenant.bob.primarySmtpAddress);
  expect(received).toMatchObject({
    from: tenant.alice.primarySmtpAddress,
    subject: 'Report',
    contentType: 'html',
    body: '<p>done</p>',
  });
});

test('names resolve: one, several, none', async () => {
  const resolve = async (name: string) => {
    const { text } = await tenant.send(
      `<m:ResolveNames ReturnFullContactData="true" SearchScope="ActiveDirectory" ContactDataShape="AllProperties"><m:UnresolvedEntry>${name}</m:UnresolvedEntry></m:ResolveNames>`,
    );
    return [textsOf(text, 'm:ResponseCode')[0], textsOf(text, 't:EmailAddress').length];
  };
  expect(await resolve(`smtp:${tenant.alice.primarySmtpAddress}`)).toEqual(['NoError', 1]);
  expect(await resolve('nobody by that name')).toEqual(['ErrorNameResolutionNoResults', 0]);
});

test('ConvertId names the mailbox that owns an id', async () => {
  const [folder = ''] = attributesOf((await tenant.send(getFolder)).text, 't:FolderId', 'Id');
  const { text } = await tenant.send(
    `<m:ConvertId DestinationFormat="EwsId"><m:SourceIds><t:AlternateId Format="EwsId" Id="${folder}" Mailbox="x@example.com"/></m:SourceIds></m:ConvertId>`,
  );
  expect(attributesOf(text, 'm:AlternateId', 'Mailbox')).toEqual([tenant.alice.primarySmtpAddress]);
});

test('a hybrid organization: each mailbox is shown by the servers that hold it', async () => {
  const emulator = await startEmulator({ recipients: 12, mailboxes: 4, onPremisesMailboxes: 1 });
  const control = new EmulatorControl(emulator.url, emulator.caPem);
  try {
    const people = await control.people();
    const [online] = people.filter((one) => one.recipientTypeDetails === 'UserMailbox');
    const [inside] = people.filter((one) => one.recipientTypeDetails === 'MailUser' && one.hasMailbox);
    expect(people.filter((one) => one.recipientTypeDetails === 'UserMailbox')).toHaveLength(3);
    const { userName, password } = emulator.serviceAccount;
    const client = new HttpsClient(emulator.caPem);
    const status = async (address: string | undefined): Promise<string | undefined> => {
      const answer = await client.send('POST', emulator.ewsUrl, {
        headers: { 'content-type': 'text/xml', authorization: basic(userName, password) },
        body: envelope(impersonating(address ?? ''), getFolder),
      });
      return textsOf(answer.text, 'm:ResponseCode')[0] ?? code(answer.text);
    };
    expect(await status(inside?.primarySmtpAddress)).toBe('NoError');
    expect(await status(online?.primarySmtpAddress)).toBe('ErrorNonExistentMailbox');
    const [app = ''] = emulator.organization.apps.keys();
    const authorization = `Bearer ${emulator.issueToken(app, 'graph')}`;
    const graph = async (id: string | undefined): Promise<number> =>
      (await client.send('GET', `${emulator.url}/v1.0/users/${id}/contacts`, { headers: { authorization } }))
        .status;
    expect([await graph(online?.id), await graph(inside?.id)]).toEqual([200, 404]);
    await client.close();
  } finally {
    await control.close();
    await emulator.close();
  }
});
