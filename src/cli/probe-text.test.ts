// What an administrator reads of a connection test and of a search, on a terminal of 80 columns and in a file.

import type { ExchangeSearchView, FailureView, ProbeView } from '@contactsync/contract';
import { describe, expect, it } from 'vitest';
import type { Terminal } from './context.ts';
import { exchangeSearchLines, exchangeVersionText, logLines, probeLines } from './probe-text.ts';
import { cells, colorPaint, plainPaint } from './terminal-text.ts';
import { wrapped } from './wrapped.ts';

const terminal = (isOutputTerminal: boolean) => ({ isOutputTerminal, width: 80 }) as Terminal;
const onTerminal = (lines: readonly string[]) => wrapped(lines, terminal(true));

const AUTODISCOVER = 'https://autodiscover.contoso.example/autodiscover/autodiscover.xml';
const EWS = 'https://mail.contoso.example/EWS/Exchange.asmx';
const step = (target: string, kind: 'found' | 'leadsOn' | 'passedOver', result: string) => ({
  at: '2026-03-01T12:00:00.000Z',
  target,
  isSignedIn: kind === 'found' && target === AUTODISCOVER,
  kind,
  result,
});
const STEPS = [
  step('Active Directory', 'passedOver', 'passed over, there are no connection points'),
  step(AUTODISCOVER, 'leadsOn', '401, asks to sign in (Negotiate, NTLM)'),
  step(AUTODISCOVER, 'found', `200, names the address of Exchange Web Services (${EWS})`),
  step(EWS, 'found', '401, Exchange Web Services answer here'),
];

const search = (of: Partial<ExchangeSearchView> = {}): ExchangeSearchView => ({
  environment: 'head-office',
  mailbox: 'reports@contoso.example',
  steps: STEPS,
  ewsUrl: EWS,
  ewsUrlBefore: undefined,
  serverVersion: '15.2.1544',
  ...of,
});

describe('a search', () => {
  it('names each place once, and below it what came of it', () => {
    expect(onTerminal(exchangeSearchLines(search(), plainPaint))).toEqual([
      'Autodiscover for reports@contoso.example',
      '',
      'Active Directory',
      '  · passed over, there are no connection points',
      AUTODISCOVER,
      '  → 401, asks to sign in (Negotiate, NTLM)',
      '  ✓ signed in: 200, names the address of Exchange Web Services',
      `    (${EWS})`,
      EWS,
      '  ✓ 401, Exchange Web Services answer here',
      '',
      `✓ Address   ${EWS}`,
      '  Exchange  Exchange Server 2019 (15.2.1544)',
      '',
      'Nothing was changed: every run searches anew. To write the address into the',
      'environment:',
      '  contactsync environment search "head-office" --save',
    ]);
  });

  it('says what the address does to the environment', () => {
    const end = (of: Partial<ExchangeSearchView>) =>
      exchangeSearchLines(search(of), plainPaint).slice(-2).join(' ');
    expect(end({ ewsUrlBefore: EWS })).toContain('names this address already');
    expect(end({ ewsUrlBefore: 'https://old.example/' })).toContain('names https://old.example/. To replace');
    expect(end({ saved: { revision: 3, keepsPasswords: true } })).toContain('(revision 3)');
    expect(end({ saved: { revision: 3, keepsPasswords: false } })).toContain('passwords are discarded');
    expect(end({ serverVersion: undefined })).not.toContain('15.2');
  });
});

it.each([
  ['15.0.1497', 'Exchange Server 2013 (15.0.1497)'],
  ['15.1.2507', 'Exchange Server 2016 (15.1.2507)'],
  ['15.2.1544', 'Exchange Server 2019 (15.2.1544)'],
  ['15.2.2562', 'Exchange Server Subscription Edition (15.2.2562)'],
  ['16.0.1', '16.0.1'],
])('version %s is %s', (version, text) => {
  expect(exchangeVersionText(version)).toBe(text);
});

const failure: FailureView = {
  code: 'impersonationDenied',
  number: 13_030,
  scope: 'mailbox',
  whoActs: 'administrator',
  sentence: 'The account may not act for this mailbox.',
  causes: ['The role is missing.'],
  remedy: 'Let an administrator of Exchange run the line in the details in the Exchange Management Shell.',
  details: {
    cmdlet: `New-ManagementRoleAssignment -Role ApplicationImpersonation -User 'contactsync@contoso.example'`,
  },
  requestId: 'id-1',
};
const probe: ProbeView = {
  ok: false,
  steps: [
    { name: 'Address', ok: true, note: EWS, search: STEPS },
    { name: 'Another mailbox', ok: false, failure },
  ],
};

describe('a connection test', () => {
  it('fits the terminal, but for what is to be copied or cannot be broken', () => {
    const lines = onTerminal(probeLines(probe, plainPaint));
    const long = lines.filter((line) => cells(line) > 80);
    expect(long).toEqual([`      cmdlet: ${String(failure.details['cmdlet'])}`]);
    expect(lines).toContain('      Exchange Management Shell.');
    expect(lines.filter((line) => line.startsWith('✓') || line.startsWith('✗'))).toHaveLength(2);
  });

  it('has the same lines with and without color', () => {
    const withoutColor = onTerminal(probeLines(probe, plainPaint));
    const colored = onTerminal(probeLines(probe, colorPaint));
    expect(colored.join('\n')).toContain('\u001b[32m✓');
    // oxlint-disable-next-line no-control-regex -- the escapes of colors.
    expect(colored.map((line) => line.replace(/\u001b\[\d+m/g, ''))).toEqual(withoutColor);
  });

  it('keeps its lines whole in a file', () => {
    const lines = probeLines(probe, plainPaint);
    expect(wrapped(lines, terminal(false))).toEqual(lines);
  });

  it('shows the log with request ids, and nothing that moves the cursor', () => {
    const line = { at: '2026-03-01T12:00:00.123Z', level: 'debug', message: 'request' } as const;
    expect(logLines([{ ...line, data: { status: 401, requestId: 'id\u001b[2J' } }], plainPaint)).toEqual([
      '12:00:00.123 request',
      '  status=401 requestId=id\\u{001b}[2J',
    ]);
  });
});
