// The official Graph client over a service that refuses: it waits for Retry-After and comes again, as clients in
// the field do; the twins show that its success is due to that.

import {
  AuthenticationHandler,
  Client,
  GraphError,
  RetryHandler,
  RetryHandlerOptions,
} from '@microsoft/microsoft-graph-client';
import type { Contact } from '@microsoft/microsoft-graph-types';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type GraphTenant, startGraphTenant } from './graph-tenant.ts';
import { TrustingHandler } from './trusting-handler.ts';

let tenant: GraphTenant;
let contacts: string;

beforeAll(async () => {
  tenant = await startGraphTenant();
  contacts = `/users/${tenant.person.id}/contacts`;
});
afterAll(() => tenant.close());
beforeEach(() => {
  tenant.emulator.context.faults.clear();
  tenant.emulator.context.traffic.choose({});
});

function clientWith(tries: number): Client {
  const authentication = new AuthenticationHandler({
    getAccessToken: () => Promise.resolve(tenant.tokenWith(['Contacts.ReadWrite'])),
  });
  const retry = new RetryHandler(new RetryHandlerOptions(1, tries));
  authentication.setNext(retry);
  retry.setNext(new TrustingHandler(tenant.agent));
  return Client.initWithMiddleware({
    middleware: authentication,
    baseUrl: `${tenant.emulator.url}/`,
    customHosts: new Set([new URL(tenant.root).hostname]),
  });
}

test.each(['throttled', 'unavailable', 'gateway-timeout'] as const)('%s, then as usual', async (kind) => {
  const { faults } = tenant.emulator.context;
  const action = kind === 'gateway-timeout' ? { kind } : { kind, retryAfterSeconds: 0 };
  faults.add({ face: 'graph', action });
  const made: Contact = await clientWith(1).api(contacts).post({ displayName: kind });
  expect(made.displayName).toBe(kind);
  expect(faults.unconsumed()).toEqual([]);
  faults.add({ face: 'graph', action });
  await expect(clientWith(0).api(contacts).post({ displayName: kind })).rejects.toThrow(GraphError);
});

test('beyond the requests of a window, the client waits as long as it is told and gets in', async () => {
  const { traffic, clock } = tenant.emulator.context;
  // Long enough for the second request to come in time on a slow computer; the client waits in real time.
  traffic.choose({ limits: { mailboxRequests: { most: 1, seconds: 5 } } });
  const client = clientWith(3);
  await client.api(contacts).get();
  const start = clock.milliseconds();
  await client.api(contacts).get();
  expect(clock.milliseconds()).toBeGreaterThan(start);
  expect(traffic.usage().refused).toEqual({ mailboxRequests: 1 });
  traffic.choose({});
  await client.api(contacts).get();
  await client.api(contacts).get();
  expect(traffic.usage().refused).toEqual({});
});

test('a 429 after success makes the client create twice: why creation must be told apart by a mark', async () => {
  const { faults } = tenant.emulator.context;
  const before = tenant.mailbox.items.size;
  faults.add({ face: 'graph', action: { kind: 'throttled-after-success', retryAfterSeconds: 0 } });
  await clientWith(1).api(contacts).post({ displayName: 'Twice' });
  expect(tenant.mailbox.items.size - before).toBe(2);
});
