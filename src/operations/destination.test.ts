// What belongs to the destination of secrets: everything that could bring them to another host.

import { Environment } from '@contactsync/contract';
import { expect, it } from 'vitest';
import { destinationOf, mailDestinationOf, webhookDestinationOf, webhookProxyOf } from './destination.ts';

function environment(more: object = {}, exchangeOnline: object = {}) {
  return Environment.parse({
    kind: 'environment',
    version: 1,
    id: '11111111-2222-4333-8444-555555555555',
    name: 'contoso',
    scenario: 'exchangeOnline',
    ...more,
    exchangeOnline: {
      organization: 'contoso.onmicrosoft.com',
      applicationId: '11111111-2222-4333-8444-666666666666',
      ...exchangeOnline,
    },
  });
}

it('a change of where or how the hosts are reached is another destination', () => {
  const destinations = [
    environment(),
    environment({}, { organization: 'fabrikam.onmicrosoft.com' }),
    environment({}, { cloud: 'china' }),
    environment({}, { applicationId: '11111111-2222-4333-8444-777777777777' }),
    environment({}, { endpoints: { login: 'https://login.example.com' } }),
    environment({}, { endpoints: { graph: 'https://login.example.com' } }),
    environment({ proxy: 'http://192.0.2.1:8080' }),
    environment({ additionalCaFile: '/etc/contactsync/ca.pem' }),
  ].map(destinationOf);
  expect(new Set(destinations).size).toBe(destinations.length);
});

it('other changes are not, nor is another way of writing the same', () => {
  const same = [
    environment(),
    environment({ name: 'fabrikam', notes: 'note', timeZone: 'Europe/Berlin', defaultCountry: 'DE' }),
    environment({}, { organization: 'Contoso.OnMicrosoft.com', useExchangeAdminApi: false }),
  ].map(destinationOf);
  expect(new Set(same).size).toBe(1);
});

function onPremises(exchangeWebServices: object) {
  return Environment.parse({
    kind: 'environment',
    version: 1,
    id: '11111111-2222-4333-8444-555555555555',
    name: 'head-office',
    scenario: 'onPremises',
    onPremises: {
      activeDirectory: { domain: 'corp.contoso.example', account: 'CORP\\contactsync' },
      exchangeWebServices: {
        url: 'https://mail.contoso.example/EWS/Exchange.asmx',
        mailbox: 'contactsync@contoso.example',
        ...exchangeWebServices,
      },
    },
  });
}

it('on-premises it is also another one when somebody else issues the tokens, or for something else', () => {
  const entra = { applicationId: 'one', tenant: 'contoso.onmicrosoft.com' };
  const destinations = [
    {},
    { authentication: 'basic' },
    ...[
      entra,
      { ...entra, tenant: 'fabrikam.onmicrosoft.com' },
      { ...entra, cloud: 'china' },
      { ...entra, applicationId: 'other' },
      { ...entra, resource: 'https://elsewhere.contoso.example/' },
      { ...entra, login: 'https://login.example.com' },
      { ...entra, proxy: 'http://192.0.2.1:8080' },
      { applicationId: 'one', tokenUrl: 'https://adfs.contoso.example/adfs/oauth2/token' },
    ].map((oauth) => ({ authentication: 'oauth', oauth })),
  ].map((settings) => destinationOf(onPremises(settings)));
  expect(new Set(destinations).size).toBe(destinations.length);
});

it('stays what it was before there was oauth: an update discards no password', () => {
  expect(destinationOf(onPremises({}))).toBe(
    '2ed403daa4a0bf3c77c1456373b9c1ad49c29e7127f7a6db9f8c45fb0ed1786b',
  );
});

it('of a hybrid organization both sides belong to it', () => {
  const local = onPremises({});
  const online = environment({ proxy: 'http://192.0.2.1:8080' });
  if (local.scenario !== 'onPremises' || online.scenario !== 'exchangeOnline')
    throw new Error('made so above');
  const both = { ...online, ...local, scenario: 'hybrid' as const };
  const { activeDirectory } = local.onPremises;
  const others = [
    local,
    online,
    both,
    { ...both, proxy: undefined },
    { ...both, exchangeOnline: { ...both.exchangeOnline, organization: 'fabrikam.onmicrosoft.com' } },
    {
      ...both,
      onPremises: { ...both.onPremises, activeDirectory: { ...activeDirectory, account: 'CORP\\other' } },
    },
  ];
  expect(new Set(others.map((one) => destinationOf(Environment.parse(one)))).size).toBe(others.length);
});

it('the password of a mail server and the secret of a webhook go nowhere else either', () => {
  const smtp = { host: 'mail.contoso.example', user: 'reports' };
  const mail = (more: object, rest: object = {}) =>
    mailDestinationOf(environment({ mail: { through: 'smtp', smtp: { ...smtp, ...more } }, ...rest }));
  const servers = [
    mail({}),
    mail({ host: 'mail.fabrikam.example' }),
    mail({ port: 2525 }),
    mail({ security: 'tls' }),
    mail({ user: 'other' }),
    mail({}, { additionalCaFile: '/etc/contactsync/ca.pem' }),
  ];
  expect(new Set(servers).size).toBe(servers.length);
  expect(mail({ host: 'MAIL.contoso.example', from: 'a@contoso.example' }, { name: 'fabrikam' })).toBe(
    servers[0],
  );
  const webhook = (url: string, rest: object = {}) =>
    webhookDestinationOf(environment({ announce: { webhook: url }, ...rest }));
  const webhooks = [
    webhook('https://monitor.contoso.example/a'),
    webhook('https://monitor.contoso.example/b'),
    webhook('https://monitor.contoso.example/a', { additionalCaFile: '/etc/contactsync/ca.pem' }),
    webhook('https://monitor.contoso.example/a', { proxy: 'http://192.0.2.1:8080' }),
    webhook('https://monitor.contoso.example/a', { proxy: 'http://192.0.2.2:8080' }),
  ];
  expect(new Set(webhooks).size).toBe(webhooks.length);
  expect([mailDestinationOf(environment()), webhookDestinationOf(environment())]).toEqual([
    undefined,
    undefined,
  ]);
});

it('a webhook is told through the proxy of the environment, unless it says otherwise or is on this computer', () => {
  const PROXY = 'http://192.0.2.1:8080';
  const proxyOf = (announce: object, rest: object = {}) =>
    webhookProxyOf(environment({ announce, proxy: PROXY, ...rest }));
  const webhook = 'https://monitor.contoso.example/a';
  expect(proxyOf({ webhook })).toBe(PROXY);
  expect(proxyOf({ webhook }, { proxy: undefined })).toBeUndefined();
  expect(proxyOf({ webhook, proxy: 'none' })).toBeUndefined();
  expect(proxyOf({ webhook, proxy: 'http://192.0.2.9:3128' })).toBe('http://192.0.2.9:3128');
  expect(proxyOf({ webhook: 'https://localhost:8443/a' })).toBeUndefined();
  expect(proxyOf({ webhook: 'http://127.0.0.1/a', proxy: PROXY })).toBeUndefined();
  expect(proxyOf({})).toBeUndefined();
  const local = onPremises({});
  expect(webhookProxyOf({ ...local, announce: { webhook } })).toBeUndefined();
  expect(webhookProxyOf({ ...local, announce: { webhook, proxy: PROXY } })).toBe(PROXY);
  expect(() => proxyOf({ webhook, proxy: 'http://user:pass@192.0.2.1:8080' })).toThrow();
});

it.each([
  'http://monitor.contoso.example/a',
  'https://user:pass@monitor.contoso.example/a',
  'https://monitor.contoso.example/a#b',
  'http://localhost.contoso.example/',
  'ftp://localhost/',
])('a webhook is not told at %s', (webhook) => {
  expect(() => environment({ announce: { webhook } })).toThrow();
  expect(() => environment({ announce: { webhook: 'http://127.0.0.1:8080/a' } })).not.toThrow();
});
