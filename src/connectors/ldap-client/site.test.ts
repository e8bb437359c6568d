import { describe, expect, it } from 'vitest';
import { clientSite } from './site.ts';

// As Samba 4.17 answers: domain corp.example.test, server dc1, names compressed.
const ANSWER = Buffer.from(
  'FwAAAJ0RAABSHDxfDm9XSp8ROw9Pb3oBBGNvcnAHZXhhbXBsZQR0ZXN0AMAYA2RjMcAYBENPUlAAA0RDMQAAF0RlZmF1bHQtRmlyc3QtU2l0ZS1OYW1lAMA/BQAAAP////8=',
  'base64',
);

function answerWith(site: Buffer, code = 23): Buffer {
  const head = Buffer.alloc(24);
  head.writeUInt16LE(code, 0);
  const name = (text: string) => Buffer.from([text.length, ...Buffer.from(text), 0]);
  const before = ['f', 'd', 'h', 'D', 'H', 'u', 'Server-Site'].map(name);
  return Buffer.concat([head, ...before, site, Buffer.from([5, 0, 0, 0, 0xff, 0xff, 0xff, 0xff])]);
}

const label = (text: string) => {
  const bytes = Buffer.from(text);
  return Buffer.from([bytes.length, ...bytes, 0]);
};

describe('the site of this computer', () => {
  it('as a domain controller tells it, not that of the domain controller', () => {
    expect(clientSite(ANSWER)).toBe('Default-First-Site-Name');
    expect(clientSite(answerWith(label('Berlin')))).toBe('Berlin');
    expect(clientSite(answerWith(label('Zürich_2'), 25))).toBe('Zürich_2');
    // The label of the server's site, by its place.
    const pointer = answerWith(Buffer.from([0xc0, 24 + 6 * 3]));
    expect(clientSite(pointer)).toBe('Server-Site');
  });

  it.each([
    ['no site', label('')],
    ['a name that would become another record', label('a b')],
    ['a name of several parts', Buffer.from([1, 0x61, 1, 0x62, 0])],
    ['a pointer to itself', Buffer.from([0xc0, 24 + 6 * 3 + 13])],
    ['a pointer into its own name', Buffer.from([1, 0x61, 0xc0, 24 + 6 * 3 + 13])],
    ['a pointer forward', Buffer.from([0xc0, 0xff])],
    ['a label beyond the end', Buffer.from([60, 0x61])],
  ])('%s: unknown', (_name, site) => {
    expect(clientSite(answerWith(site))).toBeUndefined();
  });

  it('another answer, and any cut one: unknown', () => {
    expect(clientSite(answerWith(label('Berlin'), 19))).toBeUndefined();
    const until = ANSWER.indexOf('Default-First-Site-Name') + 'Default-First-Site-Name'.length;
    for (let length = 0; length < until; length += 1)
      expect(clientSite(ANSWER.subarray(0, length))).toBeUndefined();
  });
});
