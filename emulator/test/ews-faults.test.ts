// Every kind of trouble that EWS makes, as a client sees it; and the trouble of every face in the words of EWS.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ewsFaultAction } from '../src/ews/fault-kinds.ts';
import type { EwsFaultKind } from '../src/index.ts';
import { attributesOf, type EwsTenant, startEwsTenant, textsOf } from './ews-client.ts';
import type { PlainAnswer } from './https-client.ts';

let tenant: EwsTenant;

beforeAll(async () => {
  tenant = await startEwsTenant();
});
afterAll(() => tenant.close());
beforeEach(async () => {
  await tenant.control.clearEwsFaults();
  await tenant.control.clearFaults();
});

const contacts = '<t:DistinguishedFolderId Id="contacts"/>';
const getFolder = `<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:FolderIds>${contacts}</m:FolderIds></m:GetFolder>`;
const findItem = `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties><t:FieldURI FieldURI="contacts:DisplayName"/></t:AdditionalProperties></m:ItemShape><m:ParentFolderIds>${contacts}</m:ParentFolderIds></m:FindItem>`;

function createItems(...names: string[]): string {
  const items = names.map((name) => `<t:Contact><t:DisplayName>${name}</t:DisplayName></t:Contact>`);
  return `<m:CreateItem><m:Items>${items.join('')}</m:Items></m:CreateItem>`;
}

function sync(state: string): string {
  return `<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:SyncFolderId>${contacts}</m:SyncFolderId><m:SyncState>${state}</m:SyncState><m:MaxChangesReturned>512</m:MaxChangesReturned></m:SyncFolderItems>`;
}

async function names(): Promise<string[]> {
  const { items } = await tenant.control.mailbox(tenant.alice.primarySmtpAddress);
  return items.map((item) => String(item.properties['displayName']));
}

function codeOf(answer: PlainAnswer): string {
  return textsOf(answer.text, 'e:ResponseCode')[0] ?? '';
}

const faultCodes: Readonly<Partial<Record<EwsFaultKind, string>>> = {
  'server-busy': 'ErrorServerBusy',
  'transient-error': 'ErrorInternalServerTransientError',
  'store-unavailable': 'ErrorMailboxStoreUnavailable',
  'mailbox-moving': 'ErrorMailboxMoveInProgress',
  'timeout-expired': 'ErrorTimeoutExpired',
  'too-many-connections': 'ErrorExceededConnectionCount',
  'mailbox-gone': 'ErrorNonExistentMailbox',
  'impersonation-denied': 'ErrorImpersonateUserDenied',
  'password-expired': 'ErrorPasswordExpired',
  'account-disabled': 'ErrorAccountDisabled',
};

const seen = new Set<string>(Object.keys(faultCodes));

function shows(kind: EwsFaultKind, title: string, work: () => Promise<void>): void {
  seen.add(kind);
  test(`${kind}: ${title}`, async () => {
    await work();
    expect(await tenant.control.unconsumedEwsFaults()).toEqual([]);
    expect(await tenant.control.ewsFaultsMet()).toEqual({ [kind]: 1 });
  });
}

describe('every kind', () => {
  test.each(Object.entries(faultCodes))('%s: a SOAP fault %s, nothing is done', async (kind, code) => {
    const before = await names();
    await tenant.control.addEwsFault({
      operation: 'CreateItem',
      action: { kind: kind as 'timeout-expired' },
    });
    expect((await tenant.send(getFolder)).status).toBe(200);
    const answer = await tenant.send(createItems('never'));
    expect([answer.status, codeOf(answer)]).toEqual([500, code]);
    expect(await names()).toEqual(before);
    expect((await tenant.send(getFolder)).status).toBe(200);
    expect(await tenant.control.unconsumedEwsFaults()).toEqual([]);
  });

  shows('server-busy', 'as a message in HTTP 200 it says how long, too', async () => {
    await tenant.control.addEwsFault({
      action: { kind: 'server-busy', as: 'message', backOffMilliseconds: 4321 },
    });
    const answer = await tenant.send(getFolder);
    expect(answer.status).toBe(200);
    expect(textsOf(answer.text, 'm:ResponseCode')).toEqual(['ErrorServerBusy']);
    expect(answer.text).toContain(
      '<m:MessageXml><t:Value Name="BackOffMilliseconds">4321</t:Value></m:MessageXml>',
    );
  });

  shows('server-busy', 'inside of another error it says how long, too', async () => {
    await tenant.control.addEwsFault({
      action: { kind: 'server-busy', as: 'nested', backOffMilliseconds: 4321 },
    });
    const answer = await tenant.send(getFolder);
    expect([answer.status, codeOf(answer)]).toEqual([500, 'ErrorInternalServerError']);
    expect(answer.text).toContain(
      '<t:Value Name="InnerErrorResponseCode">ErrorServerBusy</t:Value><t:Value Name="BackOffMilliseconds">4321</t:Value>',
    );
  });

  shows('find-count-exceeded', 'an error of the one response', async () => {
    await tenant.control.addEwsFault({ action: { kind: 'find-count-exceeded' } });
    expect(textsOf((await tenant.send(getFolder)).text, 'm:ResponseCode')).toEqual(['NoError']);
    const answer = await tenant.send(findItem);
    expect(textsOf(answer.text, 'm:ResponseCode')).toEqual(['ErrorExceededFindCountLimit']);
  });

  shows('sign-in-again', '401 in the middle', async () => {
    await tenant.control.addEwsFault({ action: { kind: 'sign-in-again' } });
    expect((await tenant.send(getFolder)).status).toBe(401);
    expect((await tenant.send(getFolder)).status).toBe(200);
  });

  shows('sync-state-invalid', 'a good state is refused, with what clients read of an error', async () => {
    const [state = ''] = textsOf((await tenant.send(sync(''))).text, 'm:SyncState');
    await tenant.control.addEwsFault({ action: { kind: 'sync-state-invalid' } });
    expect((await tenant.send(sync(''))).text).toContain('NoError');
    const { text } = await tenant.send(sync(state));
    expect(textsOf(text, 'm:ResponseCode')).toEqual(['ErrorInvalidSyncStateData']);
    expect(text).toContain('<m:SyncState /><m:IncludesLastItemInRange>true</m:IncludesLastItemInRange>');
  });

  shows('batch-stopped', 'the rest of a batch is not tried and says so', async () => {
    await tenant.control.addEwsFault({ action: { kind: 'batch-stopped', afterItems: 2 } });
    const { text } = await tenant.send(createItems('stop 1', 'stop 2', 'stop 3', 'stop 4', 'stop 5'));
    expect(textsOf(text, 'm:ResponseCode')).toEqual([
      ...['NoError', 'NoError', 'ErrorMailboxStoreUnavailable'],
      ...['ErrorBatchProcessingStopped', 'ErrorBatchProcessingStopped'],
    ]);
    expect(attributesOf(text, 'm:CreateItemResponseMessage', 'ResponseClass')).toEqual([
      ...['Success', 'Success', 'Error', 'Warning', 'Warning'],
    ]);
    expect((await names()).filter((name) => name.startsWith('stop'))).toEqual(['stop 1', 'stop 2']);
  });

  shows('items-unreadable', 'some items of a batch fail to open', async () => {
    const made = attributesOf((await tenant.send(createItems('a', 'b', 'c'))).text, 't:ItemId', 'Id');
    await tenant.control.addEwsFault({ action: { kind: 'items-unreadable' } });
    const ids = made.map((id) => `<t:ItemId Id="${id}"/>`).join('');
    const { text } = await tenant.send(
      `<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:ItemIds>${ids}</m:ItemIds></m:GetItem>`,
    );
    expect(textsOf(text, 'm:ResponseCode')).toEqual(['ErrorCorruptData', 'NoError', 'ErrorCorruptData']);
  });

  shows('quota-exceeded', 'nothing is stored, each item says so', async () => {
    await tenant.control.addEwsFault({ action: { kind: 'quota-exceeded' } });
    const { text } = await tenant.send(createItems('full 1', 'full 2'));
    expect(textsOf(text, 'm:ResponseCode')).toEqual(['ErrorQuotaExceeded', 'ErrorQuotaExceeded']);
    expect((await names()).filter((name) => name.startsWith('full'))).toEqual([]);
  });

  shows('access-denied-here', 'of the folder', async () => {
    await tenant.control.addEwsFault({ action: { kind: 'access-denied-here' } });
    const { text } = await tenant.send(getFolder);
    expect(textsOf(text, 'm:ResponseCode')).toEqual(['ErrorAccessDenied']);
  });

  shows('malformed-xml', 'the work is done, the answer cannot be read', async () => {
    await tenant.control.addEwsFault({ action: { kind: 'malformed-xml' } });
    const answer = await tenant.send(createItems('malformed'));
    expect(answer.status).toBe(200);
    expect(answer.text).not.toContain('</s:Body>');
    expect(await names()).toContain('malformed');
  });

  shows('sign-in-page', 'a redirect to a page for people', async () => {
    await tenant.control.addEwsFault({ action: { kind: 'sign-in-page' } });
    const answer = await tenant.send(getFolder);
    expect([answer.status, answer.headers['location']]).toEqual([302, expect.stringContaining('logon.aspx')]);
  });

  shows('damaged-characters', 'texts with characters that XML does not have', async () => {
    await tenant.send(createItems('damaged'));
    await tenant.control.addEwsFault({ action: { kind: 'damaged-characters' } });
    expect((await tenant.send(findItem)).text).toContain('&#x0;&#xD800;damaged');
  });

  shows('document-type', 'an answer that would fill the memory of who expands it', async () => {
    await tenant.control.addEwsFault({ action: { kind: 'document-type' } });
    const { text } = await tenant.send(getFolder);
    expect(text).toContain('<!DOCTYPE bomb [<!ENTITY l0 "lol">');
    expect(text.length).toBeLessThan(5000);
  });

  shows('huge-answer', 'many megabytes of nothing', async () => {
    await tenant.control.addEwsFault({ action: { kind: 'huge-answer', megabytes: 3 } });
    expect((await tenant.send(getFolder)).text.length).toBeGreaterThan(3 * 1024 * 1024);
  });

  shows('soap-fault', 'any code, the work done or not', async () => {
    await tenant.control.addEwsFault({
      action: { kind: 'soap-fault', code: 'ErrorADUnavailable', isDone: true },
    });
    const answer = await tenant.send(createItems('done all the same'));
    expect([answer.status, codeOf(answer)]).toEqual([500, 'ErrorADUnavailable']);
    expect(await names()).toContain('done all the same');
  });

  test('is shown here', () => {
    const kinds = ewsFaultAction.options.map((option) => option.shape.kind.value);
    expect(kinds.filter((kind) => !seen.has(kind))).toEqual([]);
  });
});

test('who comes back before the told time is over is counted', async () => {
  // What other tests were told is over by then.
  await tenant.control.advanceClock(60_000);
  const before = (await tenant.control.ewsUsage()).earlyReturns;
  await tenant.control.addEwsFault({ action: { kind: 'server-busy', backOffMilliseconds: 60_000 } });
  await tenant.send(getFolder);
  await tenant.send(getFolder, { who: tenant.bob.primarySmtpAddress });
  expect((await tenant.control.ewsUsage()).earlyReturns).toBe(before);
  await tenant.send(getFolder);
  await tenant.control.advanceClock(60_000);
  await tenant.send(getFolder);
  expect((await tenant.control.ewsUsage()).earlyReturns).toBe(before + 1);
});

describe('the trouble of every face', () => {
  test('throttling is a SOAP fault that says how long to stay away', async () => {
    await tenant.control.addFault({ face: 'ews', action: { kind: 'throttled', retryAfterSeconds: 3 } });
    const answer = await tenant.send(getFolder);
    expect([answer.status, codeOf(answer)]).toEqual([500, 'ErrorServerBusy']);
    expect(answer.text).toContain('<t:Value Name="BackOffMilliseconds">3000</t:Value>');
  });

  test('a server that is away answers with a page', async () => {
    await tenant.control.addFault({
      face: 'ews',
      mailbox: tenant.alice.primarySmtpAddress,
      action: { kind: 'unavailable' },
    });
    expect((await tenant.send(getFolder, { who: tenant.bob.primarySmtpAddress })).status).toBe(200);
    const answer = await tenant.send(getFolder);
    expect([answer.status, answer.headers['content-type']]).toEqual([503, 'text/html; charset=us-ascii']);
  });

  test('a token ends in the middle, and every request that still shows it is refused', async () => {
    const [app] = tenant.emulator.organization.apps.values();
    if (app === undefined) throw new Error('no app');
    app.exchangeRoles.push('full_access_as_app');
    const authorization = `Bearer ${tenant.emulator.issueToken(app.clientId, 'exchange')}`;
    const send = async (): Promise<number> =>
      (await tenant.send(getFolder, { headers: { authorization } })).status;
    expect(await send()).toBe(200);
    await tenant.control.addFault({ face: 'ews', action: { kind: 'token-expired' } });
    expect([await send(), await send()]).toEqual([401, 401]);
  });

  test('an answer gets lost after the work was done', async () => {
    await tenant.control.addFault({ face: 'ews', bodyText: 'CreateItem', action: { kind: 'answer-lost' } });
    await expect(tenant.send(createItems('lost answer'))).rejects.toThrow();
    expect(await names()).toContain('lost answer');
  });
});

test('random trouble comes at its rate and ends with clear', async () => {
  await tenant.control.setRandomEwsFaults({ rate: 1, seed: 4 });
  for (let number = 0; number < 12; number += 1) await tenant.send(getFolder);
  const met = await tenant.control.ewsFaultsMet();
  expect(Object.values(met).reduce((sum, count) => sum + count, 0)).toBe(12);
  expect(Object.keys(met).length).toBeGreaterThan(3);
  await tenant.control.clearEwsFaults();
  expect((await tenant.send(getFolder)).status).toBe(200);
});
