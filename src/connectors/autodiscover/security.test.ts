// Whom the password is sent to, and what a hostile or broken network can do to a search. Where a rule holds something
// back, the test beside it shows that without the rule it would have gone.

import type { AutodiscoverRule } from '@contactsync/emulator';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Failure } from '../../model/failure.ts';
import {
  AutodiscoverBench,
  linesOf,
  pointsAt,
  record,
  type SearchOptions,
} from './testing/autodiscover-bench.ts';

let bench: AutodiscoverBench;
beforeAll(async () => {
  bench = await AutodiscoverBench.open();
});
afterAll(() => bench.close());
beforeEach(async () => {
  await bench.renew();
  await bench.control.setAutodiscover({ forms: ['pox'] });
});

const signal = new AbortController().signal;
const AUTODISCOVER = 'autodiscover.contoso.example:443';
const PLAIN = 'autodiscover.contoso.example:80';
const DOMAIN = 'contoso.example:443';
const MAIL = 'mail.contoso.example:443';
const FOREIGN = 'mail.fabrikam.example:443';
const FOREIGN_AUTODISCOVER = 'autodiscover.fabrikam.example:443';
const withoutPort = (host: string) => host.replace(':443', '');
const ews = (host: string) => `https://${withoutPort(host)}/EWS/Exchange.asmx`;
const pox = (host: string) => `https://${withoutPort(host)}/autodiscover/autodiscover.xml`;

const hostsAsked = async () => [...new Set((await bench.asked()).map(({ host }) => host))];

describe('a server outside of the mail domain gets no password', () => {
  const ways = {
    'a redirect without TLS': async () => {
      await bench.control.addAutodiscoverRule({
        form: 'plain',
        stage: 'open',
        action: { kind: 'http-redirect', location: pox(FOREIGN) },
      });
      return { reachable: [PLAIN, FOREIGN] };
    },
    'a redirect of HTTP before the sign-in': async () => {
      await bench.control.addAutodiscoverRule({
        host: withoutPort(AUTODISCOVER),
        stage: 'open',
        action: { kind: 'http-redirect', location: pox(FOREIGN) },
      });
      return { reachable: [AUTODISCOVER, FOREIGN] };
    },
    'a redirect of HTTP after the sign-in': async () => {
      await bench.control.addAutodiscoverRule({
        host: withoutPort(AUTODISCOVER),
        action: { kind: 'http-redirect', status: 307, location: pox(FOREIGN) },
      });
      return { reachable: [AUTODISCOVER, FOREIGN] };
    },
    'an answer with another URL': async () => {
      await bench.control.addAutodiscoverRule({
        host: withoutPort(AUTODISCOVER),
        action: { kind: 'redirect-url', url: pox(FOREIGN) },
      });
      return { reachable: [AUTODISCOVER, FOREIGN] };
    },
    'an answer with another address': async () => {
      const address = bench.mailbox;
      await bench.control.addAutodiscoverRule({
        address,
        action: { kind: 'redirect-address', address: 'somebody@fabrikam.example' },
      });
      await bench.control.addAutodiscoverRule({
        host: withoutPort(FOREIGN_AUTODISCOVER),
        action: { kind: 'settings', externalUrl: ews(FOREIGN) },
      });
      return { reachable: [AUTODISCOVER, FOREIGN_AUTODISCOVER, FOREIGN] };
    },
    'a DNS record': async () => ({ reachable: [FOREIGN], records: [record('mail.fabrikam.example')] }),
  };

  it.each(Object.entries(ways))('%s', async (_name, prepare) => {
    const failure = await bench.failure(await prepare());
    expect(failure.code).toBe('autodiscoverLeadsOutside');
    expect(JSON.stringify(failure.details['hosts'])).toContain('fabrikam.example');
    expect((await hostsAsked()).filter((host) => host.includes('fabrikam'))).toEqual([]);
  });

  it.each(Object.entries(ways))('%s: it would, if it were trusted', async (_name, prepare) => {
    const found = await bench.search({ ...(await prepare()), trustedDomains: ['fabrikam.example'] });
    expect(found.ewsUrl).toBe(ews(FOREIGN));
    const trusted = await bench.trustedWithPassword();
    expect(trusted.filter((host) => host.includes('fabrikam'))).not.toEqual([]);
  });

  it('a name that only ends like the mail domain is outside', async () => {
    const failure = await bench.failure({ reachable: [], records: [record('evilcontoso.example')] });
    expect(failure.details['hosts']).toEqual(['evilcontoso.example']);
  });

  it("what Active Directory says without encryption may be anybody's word; encrypted it is trusted", async () => {
    const said = pointsAt(pox(FOREIGN));
    const unproven = async () => ({ ...(await said.read(signal)), isProven: false });
    const failure = await bench.failure({ reachable: [FOREIGN], scp: { ...said, read: unproven } });
    expect(failure.code).toBe('autodiscoverLeadsOutside');
    expect(failure.details['hosts']).toEqual(['mail.fabrikam.example']);
    expect(await bench.trustedWithPassword()).toEqual([]);
    expect((await bench.search({ reachable: [FOREIGN], scp: said })).ewsUrl).toBe(ews(FOREIGN));
    const near = pointsAt(pox(MAIL));
    const unprovenNear = async () => ({ ...(await near.read(signal)), isProven: false });
    const scp = { ...near, read: unprovenNear };
    expect((await bench.search({ reachable: [MAIL], scp })).ewsUrl).toBe(ews(MAIL));
  });
});

describe('without TLS', () => {
  it.each([
    [
      'http-redirect',
      { kind: 'http-redirect', location: 'http://mail.contoso.example/autodiscover/autodiscover.xml' },
    ],
    [
      'redirect-url',
      { kind: 'redirect-url', url: 'HTTP://mail.contoso.example/autodiscover/autodiscover.xml' },
    ],
  ] as const)('no %s is followed', async (_name, action) => {
    await bench.control.addAutodiscoverRule({ host: withoutPort(AUTODISCOVER), action });
    const failure = await bench.failure({ reachable: [AUTODISCOVER, 'mail.contoso.example:80', MAIL] });
    expect(linesOf(failure).join('\n')).toContain(
      '200, not followed, it leads to an address without encryption (mail.contoso.example)'.slice(5),
    );
    expect(await hostsAsked()).toEqual(['autodiscover.contoso.example']);
  });

  it('the same is followed to https', async () => {
    await bench.control.addAutodiscoverRule({
      host: withoutPort(AUTODISCOVER),
      action: { kind: 'redirect-url', url: pox(MAIL) },
    });
    const found = await bench.search({ reachable: [AUTODISCOVER, MAIL] });
    expect(found.ewsUrl).toBe(ews(MAIL));
    expect(await bench.trustedWithPassword()).toContain('mail.contoso.example');
  });

  it('nothing but the redirect counts, and nobody signs in', async () => {
    await bench.control.addAutodiscoverRule({
      form: 'plain',
      stage: 'open',
      action: { kind: 'foreign-challenge', challenge: 'NTLM' },
    });
    const failure = await bench.failure({ reachable: [PLAIN] });
    expect(failure.code).toBe('exchangeNotFound');
    expect(await bench.trustedWithPassword()).toEqual([]);
    expect(await bench.asked()).toHaveLength(1);
  });

  it('no address of Exchange Web Services is taken', async () => {
    await bench.control.setAutodiscover({
      externalUrl: 'http://mail.contoso.example/EWS/Exchange.asmx',
      internalUrl: null,
    });
    const failure = await bench.failure({ reachable: [AUTODISCOVER, 'mail.contoso.example:80'] });
    expect(linesOf(failure)[0]).toContain('it leads to an address without encryption');
  });

  it('no connection point of Active Directory', async () => {
    const points = ['http://mail.contoso.example/autodiscover/autodiscover.xml'];
    const failure = await bench.failure({ reachable: [MAIL, 'mail.contoso.example:80'], points });
    expect(linesOf(failure)[1]).toContain('it leads to an address without encryption');
    expect(await bench.asked()).toEqual([]);
  });
});

describe('a server outside of the mail domain as the address of Exchange', () => {
  const foreign = { externalUrl: ews(FOREIGN), internalUrl: ews(FOREIGN) } as const;
  const points = [pox(AUTODISCOVER)];
  const reachable = [AUTODISCOVER, DOMAIN, MAIL, FOREIGN];
  const refused = async (options: Partial<SearchOptions> = {}) => {
    const failure = await bench.failure({ reachable, ...options });
    expect(failure).toMatchObject({ number: 13052, details: { hosts: ['mail.fabrikam.example'] } });
    expect((await hostsAsked()).filter((host) => host.includes('fabrikam'))).toEqual([]);
  };

  it.each(['json', 'pox', 'soap'] as const)('is not taken from the mail domain: %s', async (form) => {
    await bench.control.setAutodiscover({ ...foreign, forms: [form] });
    await refused();
    await refused({ reachable: [DOMAIN, FOREIGN] });
    const records = [record('mail.contoso.example')];
    await refused({ reachable: [MAIL, FOREIGN], records });
  });

  it.each(['pox', 'soap'] as const)('is taken from whom Active Directory names: %s', async (form) => {
    await bench.control.setAutodiscover({ ...foreign, forms: [form] });
    expect((await bench.search({ reachable, points })).ewsUrl).toBe(ews(FOREIGN));
    expect(await bench.trustedWithPassword()).toEqual(['autodiscover.contoso.example']);
  });

  it('is not taken without a sign-in, nor from whom Active Directory names without encryption', async () => {
    await bench.control.setAutodiscover({ ...foreign, forms: ['json'] });
    await refused({ points });
    await bench.control.setAutodiscover({ ...foreign, forms: ['pox'] });
    const said = pointsAt(...points);
    await refused({
      scp: { ...said, read: async () => ({ ...(await said.read(signal)), isProven: false }) },
    });
  });

  it('is not taken from who is in the mail domain, where somebody sends us on to it', async () => {
    await bench.control.setAutodiscover({ ...foreign, forms: ['pox'] });
    await bench.control.addAutodiscoverRule({
      host: withoutPort(AUTODISCOVER),
      action: { kind: 'redirect-url', url: pox(MAIL) },
    });
    await refused({ points, reachable: [AUTODISCOVER, MAIL, FOREIGN] });
    const both = [...points, pox(MAIL)];
    expect((await bench.search({ reachable, points: both })).ewsUrl).toBe(ews(FOREIGN));
  });

  it('is taken where its domain is trusted', async () => {
    await bench.control.setAutodiscover({ ...foreign, forms: ['pox'] });
    const found = await bench.search({ reachable, trustedDomains: ['fabrikam.example'] });
    expect(found.ewsUrl).toBe(ews(FOREIGN));
  });
});

describe('who answers without a password', () => {
  it('a web site with the name of the mail domain gets no password; Exchange there does', async () => {
    await bench.control.addAutodiscoverRule({
      host: withoutPort(DOMAIN),
      stage: 'open',
      action: { kind: 'foreign-challenge', challenge: 'Digest realm="web shop", nonce="1"' },
    });
    const failure = await bench.failure({ reachable: [DOMAIN] });
    expect(linesOf(failure).join('\n')).toContain('does not offer the chosen way to sign in (Digest)');
    expect(await bench.trustedWithPassword()).toEqual([]);
    await bench.control.clearAutodiscoverRules();
    await bench.search({ reachable: [DOMAIN] });
    expect(await bench.trustedWithPassword()).toEqual(['contoso.example']);
  });

  it('Basic alone is no reason to send the password to that web site, unless Exchange says who it is', async () => {
    const webShop = { kind: 'foreign-challenge', challenge: 'Basic realm="web shop"' } as const;
    await bench.control.addAutodiscoverRule({ stage: 'open', action: webShop });
    const failure = await bench.failure({ reachable: [DOMAIN] });
    expect(linesOf(failure).join('\n')).toContain('does not look like Exchange (Basic)');
    expect(await bench.trustedWithPassword()).toEqual([]);
    await bench.control.clearAutodiscoverRules();
    await bench.control.setSignIn({ ntlm: false, bearer: false });
    try {
      expect((await bench.search({ reachable: [DOMAIN] })).ewsUrl).toBe(ews(DOMAIN));
    } finally {
      await bench.control.setSignIn({});
    }
  });

  it('a certificate of another name: nothing arrives there', async () => {
    const failure = await bench.failure({
      reachable: ['unnamed.contoso.example:443'],
      records: [record('unnamed.contoso.example')],
    });
    expect(linesOf(failure).at(-1)).toContain(
      'the certificate is not trusted or bears another name (ERR_TLS_CERT_ALTNAME_INVALID)',
    );
    expect(await bench.asked()).toEqual([]);
  });
});

describe('redirects', () => {
  it('relative and in mixed case are followed', async () => {
    await bench.control.addAutodiscoverRule({
      host: withoutPort(AUTODISCOVER),
      stage: 'open',
      action: {
        kind: 'http-redirect',
        location: 'HTTPS://Mail.Contoso.EXAMPLE/AutoDiscover/AutoDiscover.xml',
      },
    });
    expect((await bench.search({ reachable: [AUTODISCOVER, MAIL] })).ewsUrl).toBe(ews(MAIL));
    await bench.renew();
    await bench.control.setAutodiscover({ forms: ['pox'] });
    await bench.control.addAutodiscoverRule({
      form: 'plain',
      stage: 'open',
      action: { kind: 'http-redirect', location: '//mail.contoso.example/autodiscover/autodiscover.xml' },
    });
    // Relative to http: it stays without TLS.
    const failure = await bench.failure({ reachable: [PLAIN, MAIL] });
    expect(failure.code).toBe('exchangeNotFound');
  });

  it('of the JSON form are followed by the same rules', async () => {
    const redirect = (location: string) =>
      bench.control.addAutodiscoverRule({
        host: withoutPort(AUTODISCOVER),
        form: 'json',
        stage: 'open',
        action: { kind: 'http-redirect', location },
      });
    const path = `autodiscover/autodiscover.json/v1.0/${bench.mailbox}?Protocol=EWS`;
    await bench.control.setAutodiscover({ forms: ['json'] });
    await redirect(`https://mail.contoso.example/${path}`);
    expect((await bench.search({ reachable: [AUTODISCOVER, MAIL] })).ewsUrl).toBe(ews(MAIL));
    await bench.control.clearAutodiscoverRules();
    await redirect(`https://mail.fabrikam.example/${path}`);
    const failure = await bench.failure({ reachable: [AUTODISCOVER, FOREIGN] });
    expect(failure.details['hosts']).toEqual(['mail.fabrikam.example']);
  });

  it.each([
    ['to itself', '/autodiscover/autodiscover.xml', 'it leads back to where it came from'],
    ['to a growing address', '/autodiscover/autodiscover.xml?{n}', 'too many redirects'],
    ['to nowhere', 'https://', 'names no usable address'],
    ['with a password in it', 'https://a:b@mail.contoso.example/', 'names no usable address'],
    ['to another protocol', 'ldap://mail.contoso.example/', 'names no usable address'],
  ])('%s end', async (_name, location, line) => {
    await bench.control.addAutodiscoverRule({
      host: withoutPort(AUTODISCOVER),
      form: 'pox',
      stage: 'open',
      action: { kind: 'http-redirect', location },
    });
    const failure = await bench.failure({ reachable: [AUTODISCOVER] });
    expect(linesOf(failure).join('\n')).toContain(line);
    expect((await bench.asked()).length).toBeLessThan(20);
    const found = await bench.search({
      reachable: [AUTODISCOVER, MAIL],
      records: [record('mail.contoso.example')],
    });
    expect(found.ewsUrl).toBe(ews(MAIL));
  });

  it('between two hosts end', async () => {
    for (const [from, to] of [
      [AUTODISCOVER, MAIL],
      [MAIL, AUTODISCOVER],
    ] as const) {
      await bench.control.addAutodiscoverRule({
        host: withoutPort(from),
        action: { kind: 'redirect-url', url: pox(to) },
      });
    }
    const failure = await bench.failure({ reachable: [AUTODISCOVER, MAIL] });
    expect(linesOf(failure).join('\n')).toContain('it leads back to where it came from');
    expect((await bench.asked()).length).toBeLessThan(20);
  });

  it('to the same mail address, and in a circle of addresses, end', async () => {
    await bench.control.addAutodiscoverRule({
      action: { kind: 'redirect-address', address: bench.mailbox.toUpperCase() },
    });
    const failure = await bench.failure({ reachable: [AUTODISCOVER] });
    expect(linesOf(failure).join('\n')).toContain('leads back to where it came from (the same mail address)');

    await bench.control.clearAutodiscoverRules();
    await bench.control.addAutodiscoverRule({
      address: bench.mailbox,
      action: { kind: 'redirect-address', address: 'second@contoso.example' },
    });
    await bench.control.addAutodiscoverRule({
      address: 'second@contoso.example',
      action: { kind: 'redirect-address', address: bench.mailbox },
    });
    const circle = await bench.failure({ reachable: [AUTODISCOVER] });
    expect(linesOf(circle).filter((line) => line.includes('another mail address'))).toHaveLength(1);
    expect(linesOf(circle).join('\n')).toContain('the same mail address');
  });

  it('to another mail address in the domain begin again', async () => {
    const [, other] = [...bench.emulator.organization.recipients.values()].filter(
      (one) => one.mailbox !== undefined,
    );
    await bench.control.addAutodiscoverRule({
      address: bench.mailbox,
      action: { kind: 'redirect-address', address: other?.primarySmtpAddress ?? '' },
    });
    expect((await bench.search({ reachable: [AUTODISCOVER] })).ewsUrl).toBe(ews(AUTODISCOVER));
  });
});

describe('Exchange Online', () => {
  it('a redirect there is not followed, and said', async () => {
    await bench.control.addAutodiscoverRule({
      form: 'plain',
      stage: 'open',
      action: {
        kind: 'http-redirect',
        location: 'https://autodiscover-s.outlook.com/autodiscover/autodiscover.xml',
      },
    });
    const failure = await bench.failure({ reachable: [PLAIN, 'autodiscover-s.outlook.com:443'] });
    expect(failure.code).toBe('autodiscoverLeadsOnline');
    expect(linesOf(failure).join('\n')).toContain(
      'http://autodiscover.contoso.example/autodiscover/autodiscover.xml: 302, not followed, it leads to Exchange Online (autodiscover-s.outlook.com)',
    );
  });

  it('an address of the tenant itself: nobody is asked', async () => {
    const mailbox = 'svc@contoso.onmicrosoft.com';
    const failure = await bench.failure({ reachable: ['autodiscover.contoso.onmicrosoft.com:443'], mailbox });
    expect(failure.code).toBe('autodiscoverLeadsOnline');
    expect(await bench.asked()).toEqual([]);
  });

  it.each(['json', 'pox', 'soap'] as const)('a mailbox that was moved there: %s', async (form) => {
    await bench.control.setAutodiscover({ forms: [form] });
    await bench.control.setHosting(bench.mailbox, 'online');
    const failure = await bench.failure({ reachable: [AUTODISCOVER] });
    expect(failure.code).toBe('autodiscoverLeadsOnline');
    expect((await hostsAsked()).every((host) => host.endsWith('contoso.example'))).toBe(true);
  });
});

describe('whatever redirects there are', () => {
  const HOSTS = [AUTODISCOVER, DOMAIN, MAIL, FOREIGN, FOREIGN_AUTODISCOVER].map(withoutPort);
  const STATUSES = [301, 302, 303, 307, 308] as const;
  const anyRule = fc.record({
    host: fc.constantFrom(...HOSTS),
    form: fc.constantFrom('json', 'pox', 'soap', 'plain'),
    stage: fc.constantFrom('open', 'signedIn'),
    action: fc.oneof(
      fc.record({
        kind: fc.constant('http-redirect'),
        status: fc.constantFrom(...STATUSES),
        location: fc
          .tuple(
            fc.constantFrom('https', 'http', 'HTTPS'),
            fc.constantFrom(...HOSTS),
            fc.constantFrom('xml', 'svc', 'json'),
          )
          .map(([scheme, host, end]) => `${scheme}://${host}/autodiscover/autodiscover.${end}`),
      }),
      fc.record({
        kind: fc.constant('redirect-url'),
        url: fc.constantFrom(...HOSTS).map((host) => pox(host)),
      }),
      fc.record({
        kind: fc.constant('redirect-address'),
        address: fc.constantFrom('a@contoso.example', 'b@fabrikam.example', 'c@mail.contoso.example'),
      }),
      fc.record({
        kind: fc.constant('settings'),
        externalUrl: fc.constantFrom(...HOSTS).map((host) => ews(host)),
      }),
      fc.record({ kind: fc.constantFrom('not-found', 'sign-in-page', 'cut') }),
    ),
  });
  const reachable = [...HOSTS.flatMap((host) => [`${host}:443`, `${host}:80`])];

  const anyForms = fc.constantFrom(['pox', 'soap'] as const, ['soap'] as const, ['json'] as const);

  /** Hosts that were sent a password, in all searches together; every search has to end, and to send it over TLS only. */
  async function trustedIn(
    searches: number,
    trustedDomains: readonly string[],
  ): Promise<ReadonlySet<string>> {
    const trusted = new Set<string>();
    const samples = fc.sample(
      fc.tuple(fc.array(anyRule, { maxLength: 8 }), fc.constantFrom(...HOSTS), anyForms),
      {
        numRuns: searches,
        seed: 4,
      },
    );
    for (const [rules, recordHost, forms] of samples) {
      await bench.renew();
      await bench.control.setAutodiscover({ forms: [...forms] });
      for (const rule of rules) await bench.control.addAutodiscoverRule(rule as AutodiscoverRule);
      await bench.search({ reachable, records: [record(recordHost)], trustedDomains }).catch((thrown) => {
        expect(thrown).toBeInstanceOf(Failure);
      });
      const requests = (await bench.control.requests()).filter(({ face }) => face !== 'control');
      expect(requests.length).toBeLessThan(400);
      for (const { host, isEncrypted } of requests.filter((one) => one.credentials !== undefined)) {
        expect(isEncrypted).toBe(true);
        trusted.add(host);
      }
    }
    return trusted;
  }

  it('the search ends, and the password stays with the mail domain', async () => {
    const trusted = [...(await trustedIn(30, []))];
    expect(trusted.length).toBeGreaterThan(1);
    expect(trusted.filter((host) => !/(^|\.)contoso\.example$/.test(host))).toEqual([]);
  });

  it('the same redirects carry it outside where that is trusted', async () => {
    expect([...(await trustedIn(30, ['fabrikam.example']))].some((host) => host.includes('fabrikam'))).toBe(
      true,
    );
  });
});

describe('broken answers are passed over', () => {
  const WHERE = { host: withoutPort(AUTODISCOVER) };
  const BROKEN = [
    ['a sign-in page', { ...WHERE, stage: 'open', action: { kind: 'sign-in-page' } }, 'this is a web page'],
    ['an error page', { ...WHERE, action: { kind: 'body', status: 503, text: 'down' } }, 'reports an error'],
    ['an entity bomb', { ...WHERE, action: { kind: 'entity-bomb' } }, '(a document type declaration)'],
    ['an illegal character', { ...WHERE, action: { kind: 'illegal-character' } }, '(not well-formed XML)'],
    [
      '50 MB',
      { ...WHERE, action: { kind: 'bloated', bytes: 50_000_000 } },
      'longer than any of Autodiscover',
    ],
    ['a cut answer', { ...WHERE, action: { kind: 'cut' } }, 'did not come or was cut off'],
    ['no XML', { ...WHERE, action: { kind: 'body', text: 'hello' } }, '(not XML)'],
    ['other XML', { ...WHERE, action: { kind: 'body', text: '<a/>' } }, 'cannot be read'],
    ['XML without end', { ...WHERE, action: { kind: 'body', text: '<a>'.repeat(1_000) } }, '(too deep)'],
    ['no address', { ...WHERE, action: { kind: 'settings' } }, 'names no address'],
    ['an error', { ...WHERE, action: { kind: 'error', code: '600' } }, 'reports an error (600)'],
  ] as const;

  it.each(BROKEN)('%s', async (_name, rule, line) => {
    await bench.control.setAutodiscover({ forms: ['pox', 'soap'] });
    await bench.control.addAutodiscoverRule(rule);
    const records = [record('mail.contoso.example')];
    const { ewsUrl, steps } = await bench.search({ reachable: [AUTODISCOVER, MAIL], records });
    expect(ewsUrl).toBe(ews(MAIL));
    expect(steps.length).toBeGreaterThan(4);
    await bench.control.addAutodiscoverRule({ ...rule, host: withoutPort(MAIL) });
    const failure = await bench.failure({ reachable: [AUTODISCOVER, MAIL], records });
    expect(failure.code).toBe('exchangeNotFound');
    const lines = linesOf(failure).filter((one) => one.includes(line));
    expect(lines.length).toBeGreaterThanOrEqual(2);
  });

  it.each([
    ['not JSON', '<!doctype html><html></html>'],
    ['no object', '"text"'],
    ['null', 'null'],
    ['another object', '{"Protocol":"Ews"}'],
    ['a number for a URL', '{"Url":7}'],
  ])('JSON: %s', async (_name, text) => {
    await bench.control.setAutodiscover({});
    await bench.control.addAutodiscoverRule({
      ...WHERE,
      form: 'json',
      stage: 'open',
      action: { kind: 'body', contentType: 'application/json', text },
    });
    expect((await bench.search({ reachable: [AUTODISCOVER] })).ewsUrl).toBe(ews(AUTODISCOVER));
    expect(await bench.trustedWithPassword()).toEqual(['autodiscover.contoso.example']);
  });
});
