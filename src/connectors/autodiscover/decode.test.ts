// The three forms of an answer, each read as MS-OXDSCLI and the documents have them.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holds } from '../../../test/properties/check-law.ts';
import { decodeJson, jsonUrl } from './json.ts';
import { decodePox, encodePox, versionOf } from './pox.ts';
import { decodeSoap, encodeSoap } from './soap.ts';
import { readXmlAnswer, UnreadableAnswer } from './xml-answer.ts';

const OUTER = 'http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006';
const INNER = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a';
const ews = (host: string) => `https://${host}.contoso.example/EWS/Exchange.asmx`;

const pox = (account: string) =>
  `<?xml version="1.0" encoding="utf-8"?>\r\n<Autodiscover xmlns="${OUTER}"><Response xmlns="${INNER}"><User><DisplayName>Anna &lt;A&gt;</DisplayName></User><Account><AccountType>email</AccountType>${account}</Account></Response></Autodiscover>`;
const protocol = (type: string, content: string) => `<Protocol><Type>${type}</Type>${content}</Protocol>`;
const url = (host: string) => `<EwsUrl>${ews(host)}</EwsUrl>`;

describe('plain XML', () => {
  const both = pox(
    `<Action>settings</Action>${protocol('EXCH', `<ServerVersion>73C18880</ServerVersion>${url('in')}`)}${protocol('EXPR', url('out'))}${protocol('WEB', '')}`,
  );

  it('names the inside address first for who is inside, the outside one for who is not', () => {
    const serverVersion = '15.1.2176';
    expect(decodePox(both, 'internal')).toEqual({
      kind: 'urls',
      urls: [ews('in'), ews('out')],
      serverVersion,
    });
    expect(decodePox(both, 'external')).toEqual({
      kind: 'urls',
      urls: [ews('out'), ews('in')],
      serverVersion,
    });
  });

  it('EXHTTP comes twice, inside first', () => {
    const text = pox(
      `<Action>settings</Action>${protocol('EXHTTP', url('in'))}${protocol('EXHTTP', url('out'))}`,
    );
    expect(decodePox(text, 'internal')).toEqual({ kind: 'urls', urls: [ews('in'), ews('out')] });
    expect(decodePox(text, 'external')).toEqual({ kind: 'urls', urls: [ews('out'), ews('in')] });
  });

  it('older names: a type as attribute, ASUrl for EwsUrl, blanks around', () => {
    const text = pox(
      `<Action>settings</Action><Protocol Type="EXCH"><ASUrl>\n  ${ews('in')}\n</ASUrl></Protocol>`,
    );
    expect(decodePox(text, 'external')).toEqual({ kind: 'urls', urls: [ews('in')] });
  });

  it.each([
    [
      '<Action>redirectAddr</Action><RedirectAddr>a@b.example</RedirectAddr>',
      { kind: 'redirectAddress', address: 'a@b.example' },
    ],
    [
      '<Action>RedirectUrl</Action><RedirectUrl>https://b.example/</RedirectUrl>',
      { kind: 'redirectUrl', url: 'https://b.example/' },
    ],
    ['<Action>settings</Action><Protocol><Type>IMAP</Type></Protocol>', { kind: 'noUrl' }],
    ['<Action>dance</Action>', { kind: 'unreadable', why: 'no action' }],
  ])('%s', (account, decoded) => {
    expect(decodePox(pox(account), 'external')).toEqual(decoded);
  });

  it('an error, whose code is shown only if it is one', () => {
    const error = (code: string) =>
      `<Autodiscover xmlns="${OUTER}"><Response><Error Time="1" Id="2"><ErrorCode>${code}</ErrorCode></Error></Response></Autodiscover>`;
    expect(decodePox(error('600'), 'external')).toEqual({ kind: 'error', code: '600' });
    expect(decodePox(error('a@contoso.example'), 'external')).toEqual({ kind: 'error', code: 'unknown' });
  });

  it('an answer in the name of somebody else is none', () => {
    expect(decodePox(both.replace(OUTER, 'http://example.com/'), 'external').kind).toBe('unreadable');
    expect(decodePox('', 'external').kind).toBe('unreadable');
  });

  it('asks with whatever an address may hold', () => {
    const asked = readXmlAnswer(encodePox('a&<b>@contoso.example'));
    expect(JSON.stringify(asked)).toContain('a&<b>@contoso.example');
  });

  it.each([
    ['73C18880', '15.1.2176'],
    ['73C28608', '15.2.1544'],
    ['73c28608', '15.2.1544'],
    ['', undefined],
    ['15.2', undefined],
    ['773C28608', undefined],
  ])('version %s is %s', (hex, version) => {
    expect(versionOf(hex)).toBe(version);
  });
});

describe('SOAP', () => {
  const NS = 'http://schemas.microsoft.com/exchange/2010/Autodiscover';
  const answer = (user: string, whole = 'NoError') =>
    `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header><h:ServerVersionInfo xmlns:h="${NS}"><h:MajorVersion>15</h:MajorVersion><h:MinorVersion>2</h:MinorVersion><h:MajorBuildNumber>1544</h:MajorBuildNumber></h:ServerVersionInfo></s:Header><s:Body><GetUserSettingsResponseMessage xmlns="${NS}"><Response><ErrorCode>${whole}</ErrorCode><ErrorMessage/><UserResponses><UserResponse>${user}</UserResponse></UserResponses></Response></GetUserSettingsResponseMessage></s:Body></s:Envelope>`;
  const setting = (name: string, value: string) =>
    `<UserSetting><Name>${name}</Name><Value>${value}</Value></UserSetting>`;
  const settings = `<ErrorCode>NoError</ErrorCode><UserSettings>${setting('ExternalEwsUrl', ews('out'))}${setting('InternalEwsUrl', ews('in'))}</UserSettings>`;

  it('names the addresses by side', () => {
    const serverVersion = '15.2.1544';
    const decoded = (side: 'internal' | 'external') => decodeSoap(answer(settings), side);
    expect(decoded('internal')).toEqual({ kind: 'urls', urls: [ews('in'), ews('out')], serverVersion });
    expect(decoded('external')).toEqual({ kind: 'urls', urls: [ews('out'), ews('in')], serverVersion });
  });

  it('errors of the whole, of the user, of a setting', () => {
    expect(decodeSoap(answer(settings, 'ServerBusy'), 'external')).toEqual({
      kind: 'error',
      code: 'ServerBusy',
    });
    expect(decodeSoap(answer('<ErrorCode>InvalidUser</ErrorCode>'), 'external')).toEqual({
      kind: 'error',
      code: 'InvalidUser',
    });
    const missing =
      '<ErrorCode>NoError</ErrorCode><UserSettingErrors><UserSettingError><ErrorCode>SettingIsNotAvailable</ErrorCode></UserSettingError></UserSettingErrors><UserSettings/>';
    expect(decodeSoap(answer(missing), 'external')).toEqual({ kind: 'noUrl' });
  });

  it('redirects, and a fault', () => {
    const redirect = (code: string, target: string) =>
      decodeSoap(
        answer(`<ErrorCode>${code}</ErrorCode><RedirectTarget>${target}</RedirectTarget>`),
        'external',
      );
    expect(redirect('RedirectAddress', 'a@b.example')).toEqual({
      kind: 'redirectAddress',
      address: 'a@b.example',
    });
    expect(redirect('RedirectUrl', 'https://b.example/')).toEqual({
      kind: 'redirectUrl',
      url: 'https://b.example/',
    });
    const fault =
      '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault/></s:Body></s:Envelope>';
    expect(decodeSoap(fault, 'external')).toEqual({ kind: 'error', code: 'Fault' });
  });

  it('asks with whatever an address may hold', () => {
    const text = encodeSoap('a&b@contoso.example', new URL('https://mail.contoso.example/a?b&c'));
    expect(JSON.stringify(readXmlAnswer(text))).toContain('a&b@contoso.example');
  });
});

describe('JSON', () => {
  it('is judged by the address alone, whatever the case of its name', () => {
    expect(decodeJson('{"protocol":"ews","url":"https://a.example/"}')).toEqual({
      kind: 'urls',
      urls: ['https://a.example/'],
    });
    expect(decodeJson('{"ErrorCode":"ProtocolNotSupported","ErrorMessage":"a@b.example"}')).toEqual({
      kind: 'error',
      code: 'ProtocolNotSupported',
    });
  });

  it('the address asked about cannot leave its place in the path', () => {
    const asked = jsonUrl(new URL('https://mail.contoso.example/x'), 'a/../?b#c@contoso.example');
    expect(asked.pathname.split('/')).toHaveLength(5);
    expect(asked.searchParams.get('Protocol')).toBe('EWS');
  });
});

describe('whatever comes', () => {
  it('is decoded or called unreadable, never thrown', () => {
    const pieces = fc.constantFrom(
      '<a>',
      '</a>',
      '<',
      '&',
      '&#0;',
      '<!DOCTYPE a>',
      '<![CDATA[',
      ']]>',
      '<?xml',
      '"',
      'x',
      '{',
      '}',
    );
    holds(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces).map((some) => some.join('')),
        ),
        (text) => {
          for (const decoded of [
            decodePox(text, 'internal'),
            decodeSoap(text, 'external'),
            decodeJson(text),
          ]) {
            expect(decoded.kind).toMatch(/^(unreadable|noUrl|error)$/);
          }
        },
      ),
    );
  });

  it('an entity is not opened', () => {
    const bomb = '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>';
    expect(() => readXmlAnswer(bomb)).toThrow(UnreadableAnswer);
    expect(() => readXmlAnswer('<a>&b;</a>')).toThrow(UnreadableAnswer);
  });
});
