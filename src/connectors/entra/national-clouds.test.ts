import { describe, expect, test } from 'vitest';
import { checkTenantName, cloudEndpoints } from './national-clouds.ts';

describe('checkTenantName', () => {
  test.each([
    ['contoso.onmicrosoft.com', 'global'],
    ['Contoso.OnMicrosoft.com', 'global'],
    ['contoso.onmicrosoft.us', 'usGovernment'],
    ['contoso.onmicrosoft.us', 'usGovernmentDod'],
    ['contoso.partner.onmschina.cn', 'china'],
  ] as const)('accepts %s in %s', (name, cloud) => {
    expect(checkTenantName(name, cloud)).toBeUndefined();
  });

  test.each([
    ['contoso.example', 'global', 'customDomain'],
    ['contoso.onmicrosoft.us', 'global', 'otherCloud'],
    ['contoso.onmicrosoft.com', 'china', 'otherCloud'],
    ['contoso.mail.onmicrosoft.com', 'global', 'mailRoutingDomain'],
    ['3f2504e0-4f89-41d3-9a0c-0305e82c3301', 'global', 'notADomain'],
    ['contoso', 'global', 'notADomain'],
    // It becomes part of addresses as it is.
    ['contoso.onmicrosoft.com ', 'global', 'notADomain'],
    ['https://contoso.onmicrosoft.com/', 'global', 'notADomain'],
    ['', 'global', 'notADomain'],
    ['.onmicrosoft.com', 'global', 'notADomain'],
    ['onmicrosoft.com', 'global', 'customDomain'],
  ] as const)('refuses %s in %s: %s', (name, cloud, reason) => {
    expect(checkTenantName(name, cloud)).toMatchObject({
      number: 10020,
      details: { organization: name, reason },
    });
  });
});

describe('cloudEndpoints', () => {
  test('gives hosts and resources of the cloud', () => {
    expect(cloudEndpoints({ cloud: 'usGovernmentDod' })).toMatchObject({
      login: 'https://login.microsoftonline.us',
      graph: 'https://dod-graph.microsoft.us',
      exchangeResource: 'https://outlook-dod.office365.us',
    });
  });

  test('a replaced host is allowed, the resource keeps its name, and regional hosts go with the replaced one', () => {
    const endpoints = cloudEndpoints({
      cloud: 'global',
      endpoints: { graph: 'https://127.0.0.1:8443/', exchange: 'https://127.0.0.1:8443' },
    });
    expect(endpoints.graph).toBe('https://127.0.0.1:8443');
    expect(endpoints.graphResource).toBe('https://graph.microsoft.com');
    expect(endpoints.allowedHosts).toEqual(['login.microsoftonline.com', '127.0.0.1:8443']);
  });
});
