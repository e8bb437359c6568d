import { expect, test } from 'vitest';
import { countRequests } from './tenant.ts';

const call = (method: string, path: string, face = 'graph', status = 200) => ({
  ...{ face, method, path, status },
  isBatchPart: false,
});
const part = (method: string, path: string, status = 200) => ({
  ...call(method, path, 'graph', status),
  isBatchPart: true,
});

test('a batch is one call with as many requests as it has parts', () => {
  const counts = countRequests([
    call('POST', '/v1.0/$batch'),
    part('GET', '/v1.0/users/a/contactFolders?$top=250'),
    part('POST', '/v1.0/users/b/contactFolders/f/contacts', 201),
    part('PATCH', '/v1.0/users/b/contacts/c', 429),
  ]);
  expect(counts).toEqual({ sourceCalls: 0, mailboxCalls: 1, mailboxRequests: 3, writes: 2, throttled: 1 });
});

test('a single request to a mailbox is a call and a request', () => {
  const counts = countRequests([call('GET', '/v1.0/users/a/contactFolders/f/contacts/delta?$deltatoken=x')]);
  expect(counts).toEqual({ sourceCalls: 0, mailboxCalls: 1, mailboxRequests: 1, writes: 0, throttled: 0 });
});

test('people, groups, sign-in and the administration are source; the control API is nobody', () => {
  const counts = countRequests([
    call('POST', '/contoso.onmicrosoft.com/oauth2/v2.0/token', 'entra'),
    call('POST', '/adminapi/beta/contoso.onmicrosoft.com/InvokeCommand', 'exchange-admin'),
    call('GET', '/v1.0/users?$select=id,mail'),
    call('GET', '/v1.0/contacts?$select=id'),
    call('POST', '/control/requests/clear', 'control'),
  ]);
  expect(counts).toEqual({ sourceCalls: 4, mailboxCalls: 0, mailboxRequests: 0, writes: 0, throttled: 0 });
});
