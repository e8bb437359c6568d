// What an answer may take of the memory, and answers that are made to take more.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { MESSAGES_NS, SOAP_NS } from './namespaces.ts';
import { READER_LIMITS, type ReaderLimits, readSoap, UnreadableXml, WRITE_LIMITS } from './soap-reader.ts';
import { answer, answerOf, done, HEAD, TAIL } from './testing/scripted-exchange.ts';
import type { XmlElement } from './xml-element.ts';

const MB = 1024 * 1024;
const PIECE = 64 * 1024;

/** As the real ones, but for the size: the reader is slow enough to be waited for. */
const SMALLER: ReaderLimits = { ...READER_LIMITS, messageSize: 2 * MB };

const OPEN = '<m:GetItemResponseMessage ResponseClass="Success">';
const CLOSE = '</m:GetItemResponseMessage>';
const message = (content: string) => `${HEAD}${OPEN}${content}${CLOSE}${TAIL}`;

/** Reads pieces of a text until the reader has had enough of it. */
async function read(text: string | Uint8Array, limits: ReaderLimits = READER_LIMITS, response?: string) {
  const bytes = Buffer.from(text);
  let taken = 0;
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += PIECE) {
      taken += PIECE;
      yield bytes.subarray(at, at + PIECE);
    }
  }
  const elements: XmlElement[] = [];
  try {
    for await (const { element } of readSoap(pieces(), { limits, response })) elements.push(element);
    return { taken, elements, thrown: undefined };
  } catch (thrown) {
    if (!(thrown instanceof UnreadableXml)) throw thrown;
    return { taken, elements, thrown };
  }
}

/** Bytes held of what the work gives back, garbage not counted. */
async function heldBy(work: () => Promise<readonly XmlElement[]>): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  const before = process.memoryUsage().heapUsed;
  const elements = await work();
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  const held = process.memoryUsage().heapUsed - before;
  expect(elements.length).toBeGreaterThan(0);
  return held;
}

describe('one message', () => {
  it.each([
    ['of many tiny elements', '<a/>'.repeat(MB), 'too many elements'],
    [
      'of many attributes in many elements',
      '<a b="" c="" d="" e="" f=""/>'.repeat(40_000),
      'too many attributes',
    ],
    ['of a start tag with a million attributes', `<a ${attributes(200_000)}/>`, 'too many attributes'],
    ['of nothing but a comment', `<!--${'x'.repeat(3 * MB)}-->`, 'a message is too large'],
    ['of nothing but an instruction', `<?x ${'x'.repeat(3 * MB)}?>`, 'a message is too large'],
    ['of many sections', '<![CDATA[]]>'.repeat(MB / 4), 'a message is too large'],
  ])('%s is given up before it is read to its end', async (_name, content, reason) => {
    const text = message(content);
    const { taken, thrown } = await read(text, SMALLER);
    expect(thrown).toMatchObject({ message: reason, why: 'tooLarge' });
    expect(taken).toBeLessThan(text.length - PIECE);
  });

  it('of what is allowed at most holds few megabytes', async () => {
    const elements = '<t:a b="1"/>'.repeat(READER_LIMITS.elements - 10);
    expect(await heldBy(async () => (await read(message(elements))).elements)).toBeLessThan(16 * MB);
  });

  it('twin: of as many characters as are allowed, all of them elements, it would hold more', async () => {
    const elements = '<t:a b="1"/>'.repeat(150_000);
    const limits = { ...READER_LIMITS, elements: 1e9, attributes: 1e9 };
    expect(await heldBy(async () => (await read(message(elements), limits)).elements)).toBeGreaterThan(
      16 * MB,
    );
  });

  it('of a write may hold less, and all of them together', async () => {
    const small = done('<t:Contact><t:ItemId Id="a" ChangeKey="b"/></t:Contact>');
    const usual = answer(...Array.from({ length: 100 }, () => small));
    expect((await read(usual, WRITE_LIMITS)).elements).toHaveLength(100);
    expect((await read(message('<a/>'.repeat(2_000)), WRITE_LIMITS)).thrown).toMatchObject({
      why: 'tooLarge',
    });
    const long = answer(...Array.from({ length: 12 }, () => done(`<t:a>${'x'.repeat(90_000)}</t:a>`)));
    const limits = { ...WRITE_LIMITS, answerSize: MB };
    expect((await read(long, limits)).thrown).toMatchObject({ message: 'the answer is too large' });
  });
});

describe('what stands around the messages', () => {
  it.each([
    ['a header', `<s:Envelope xmlns:s="${SOAP_NS}"><s:Header>${'<a/>'.repeat(MB)}</s:Header></s:Envelope>`],
    ['text between', `${HEAD}${' '.repeat(3 * MB)}${TAIL}`],
    ['a document type', `<!DOCTYPE ${'x'.repeat(3 * MB)}>${answer(done(''))}`],
  ])('%s is bounded, too', async (_name, text) => {
    const { taken, thrown } = await read(text, SMALLER);
    expect(thrown).toBeInstanceOf(UnreadableXml);
    expect(taken).toBeLessThanOrEqual(SMALLER.messageSize + PIECE);
  });
});

describe('an answer to another request', () => {
  it.each([
    ['another operation', answerOf('FindItem', done('')), 'an answer to another request'],
    [
      'the same name in another namespace',
      answer(done('')).replaceAll(MESSAGES_NS, 'http://contoso.example/'),
      'an answer to another request',
    ],
    [
      'two answers in one',
      answer(done('')).replace('</s:Body>', '<m:GetItemResponse/></s:Body>'),
      'two answers in one',
    ],
    [
      'an answer and a fault',
      answer(done('')).replace('</s:Body>', '<s:Fault><faultcode>x</faultcode></s:Fault></s:Body>'),
      'two answers in one',
    ],
  ])('as %s is not taken', async (_name, text, reason) => {
    const { thrown } = await read(text, READER_LIMITS, 'GetItemResponse');
    expect(thrown).toMatchObject({ message: reason, why: 'damaged' });
  });

  it('twin: the one that was asked for is taken, whatever its prefixes', async () => {
    const renamed = answer(done('')).replaceAll(/(<\/?|xmlns:)([sm])(?=[:=])/g, '$1other-$2');
    expect(renamed).toContain('<other-m:GetItemResponse>');
    const { elements, thrown } = await read(renamed, READER_LIMITS, 'GetItemResponse');
    expect(thrown).toBeUndefined();
    expect(elements).toHaveLength(1);
  });

  it('in a body of another namespace is none', async () => {
    const text = answer(done('')).replaceAll('s:Body', 'm:Body');
    expect((await read(text)).thrown).toMatchObject({ message: 'no answer in the envelope' });
  });
});

describe('bytes', () => {
  const text = answer(done('<t:Body>ä😀</t:Body>'));

  it('that are no UTF-8 are refused, wherever they are cut or changed', async () => {
    const bytes = Buffer.from(text);
    const at = bytes.indexOf('ä');
    for (const [from, byte] of [
      [at, 0x41],
      [at + 1, 0xff],
      [at + 2, 0x80],
      [at + 5, 0x20],
    ] as const) {
      const damaged = Buffer.from(bytes);
      damaged[from] = byte;
      expect((await read(damaged)).thrown).toMatchObject({ message: 'not UTF-8', why: 'damaged' });
    }
    for (let end = at; end < at + 6; end += 1) {
      expect((await read(bytes.subarray(0, end))).thrown).toBeInstanceOf(UnreadableXml);
    }
  });

  it('that nobody unpacked are refused', async () => {
    expect((await read(gzipSync(text))).thrown).toMatchObject({ message: 'not UTF-8' });
  });
});

function attributes(count: number): string {
  return Array.from({ length: count }, (_, index) => `a${index}=""`).join(' ');
}
