import { describe, expect, it } from 'vitest';
import { checkTarget, domainOf, isExchangeOnline, isTrusted } from './trust.ts';

const trusted = {
  domains: new Set(['contoso.example', 'xn--mller-kva.example']),
  hosts: new Set(['ex01.corp']),
};

describe('trusted hosts', () => {
  it.each([
    ['contoso.example', true],
    ['Mail.CONTOSO.example.', true],
    ['a.b.contoso.example', true],
    ['ex01.corp', true],
    ['mail.müller.example', true],
    ['ex02.corp', false],
    ['sub.ex01.corp', false],
    ['evilcontoso.example', false],
    ['contoso.example.evil.example', false],
    ['', false],
  ])('%s: %s', (host, isOne) => {
    expect(isTrusted(trusted, host)).toBe(isOne);
  });

  it('a domain in another alphabet is the same in the address and in the URL', () => {
    expect(domainOf('anna@Müller.example')).toBe('xn--mller-kva.example');
    expect(checkTarget(trusted, 'https://mail.müller.example/a')).toMatchObject({
      url: new URL('https://mail.xn--mller-kva.example/a'),
    });
  });
});

describe('Exchange Online', () => {
  it.each([
    'outlook.office365.com',
    'autodiscover-s.outlook.com',
    'Outlook.Office.COM.',
    'contoso.mail.onmicrosoft.com',
    'outlook.office365.us',
    'contoso.partner.onmschina.cn',
    'partner.outlook.cn',
  ])('%s', (host) => {
    expect(isExchangeOnline(host)).toBe(true);
  });

  it.each(['outlook.contoso.example', 'myoutlook.com', 'office365.com.contoso.example'])('not %s', (host) => {
    expect(isExchangeOnline(host)).toBe(false);
  });
});

describe('where something leads', () => {
  const from = new URL('https://autodiscover.contoso.example/autodiscover/autodiscover.xml');

  it.each([
    ['/other.xml', 'https://autodiscover.contoso.example/other.xml'],
    ['other.xml', 'https://autodiscover.contoso.example/autodiscover/other.xml'],
    ['//mail.contoso.example/x', 'https://mail.contoso.example/x'],
    [' HTTPS://MAIL.contoso.example/x#part ', 'https://mail.contoso.example/x'],
    ['https:\\\\mail.contoso.example\\x', 'https://mail.contoso.example/x'],
  ])('%s', (location, target) => {
    expect(checkTarget(trusted, location, from)).toEqual({ url: new URL(target) });
  });

  it.each([
    ['http://mail.contoso.example/', 'notEncrypted'],
    ['https://mail.fabrikam.example/', 'outside'],
    ['https://contoso.example@mail.fabrikam.example/', 'badRedirect'],
    ['https://mail.fabrikam.example\\@contoso.example/', 'outside'],
    ['javascript:alert(1)', 'badRedirect'],
    ['file:///etc/hosts', 'badRedirect'],
    ['https://outlook.office365.com/', 'exchangeOnline'],
    ['http://outlook.office365.com/', 'exchangeOnline'],
  ])('%s: %s', (location, refused) => {
    expect(checkTarget(trusted, location, from)).toMatchObject({ refused });
  });

  it('nowhere without a base', () => {
    expect(checkTarget(trusted, '/x')).toEqual({ refused: 'badRedirect' });
    expect(checkTarget(trusted, '')).toEqual({ refused: 'badRedirect' });
  });
});
