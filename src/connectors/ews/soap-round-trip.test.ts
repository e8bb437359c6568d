import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holds } from '../../../test/properties/check-law.ts';
import { withoutIllegalCharacters } from './legal-characters.ts';
import { MESSAGES_NS, SOAP_NS, TYPES_NS } from './namespaces.ts';
import { READER_LIMITS, readSoap, type SoapPart, UnreadableXml } from './soap-reader.ts';
import { childOf, descend, textOf } from './xml-element.ts';
import { element, type Xml } from './xml-writer.ts';

const NAMESPACES = { 'xmlns:s': SOAP_NS, 'xmlns:m': MESSAGES_NS, 'xmlns:t': TYPES_NS };

function answer(...messages: readonly Xml[]): string {
  return element(
    's:Envelope',
    NAMESPACES,
    element('s:Body', {}, element('m:GetItemResponse', {}, element('m:ResponseMessages', {}, ...messages))),
  ).xml;
}

const message = (...content: readonly (Xml | string)[]) =>
  element('m:GetItemResponseMessage', { ResponseClass: 'Success' }, ...content);

async function* inPieces(xml: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(xml, 'utf8');
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function readAll(xml: string, size = 1_000, limits = READER_LIMITS): Promise<readonly SoapPart[]> {
  const parts: SoapPart[] = [];
  for await (const part of readSoap(inPieces(xml, size), { limits })) parts.push(part);
  return parts;
}

/** Also what no user types: control characters, half pairs, non-characters. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 })
    .map((units) => String.fromCharCode(...units)),
  fc.constantFrom('&amp;', ']]>', '<!--', '&#x1;', '&#0;', '\r\n', '\u000b', '\ufffe', '\ud83d', '😀', ''),
);

describe('what is written can be read', () => {
  it('any text and any attribute survives, however the answer is cut; only what XML forbids is gone', async () => {
    await holds(
      fc.asyncProperty(anyText, anyText, fc.integer({ min: 1, max: 64 }), async (text, attribute, size) => {
        const [part] = await readAll(answer(message(element('t:Body', { Name: attribute }, text))), size);
        const body = childOf(part?.element, 'Body');
        expect(body?.text).toBe(withoutIllegalCharacters(text));
        expect(body?.attributes['Name']).toBe(withoutIllegalCharacters(attribute));
      }),
      400,
    );
  });

  it('twin: a raw carriage return would come back as a line feed', async () => {
    const raw = { xml: '<t:Body>a\r\nb</t:Body>' };
    const [part] = await readAll(answer(message(raw)));
    expect(textOf(part?.element, 'Body')).toBe('a\nb');
  });

  it('illegal characters that Exchange sends all the same are left out, as references and raw', async () => {
    const raw = { xml: '<t:Body>a&#xB;b&#11;c\u0001d&#x1F600;e&#xD800;f&#4294967295;&amp;#x1;</t:Body>' };
    for (const size of [1, 2, 3, 7, 1_000]) {
      const [part] = await readAll(answer(message(raw)), size);
      expect(textOf(part?.element, 'Body')).toBe('abcd😀ef&#x1;');
    }
  });

  it('CDATA and comments are as text and nothing', async () => {
    const raw = { xml: '<t:Body>a<![CDATA[<b>&amp;]]><!-- c -->d</t:Body>' };
    const [part] = await readAll(answer(message(raw)));
    expect(textOf(part?.element, 'Body')).toBe('a<b>&amp;d');
  });
});

describe('an answer', () => {
  it('comes as one element per response message, in order', async () => {
    const messages = ['1', '2', '3'].map((id) => message(element('t:ItemId', { Id: id })));
    const parts = await readAll(answer(...messages));
    expect(parts.map(({ kind, element: one }) => [kind, childOf(one, 'ItemId')?.attributes['Id']])).toEqual([
      ['message', '1'],
      ['message', '2'],
      ['message', '3'],
    ]);
    expect(parts[0]?.element).toMatchObject({
      name: 'GetItemResponseMessage',
      namespace: MESSAGES_NS,
      attributes: { ResponseClass: 'Success' },
    });
  });

  it('may use any prefix, and none', async () => {
    const xml = `<?xml version="1.0" encoding="utf-8"?><Envelope xmlns="${SOAP_NS}"><Body><GetItemResponse xmlns="${MESSAGES_NS}"><ResponseMessages><x:GetItemResponseMessage xmlns:x="${MESSAGES_NS}"><a xmlns="">b</a></x:GetItemResponseMessage></ResponseMessages></GetItemResponse></Body></Envelope>`;
    const [part] = await readAll(xml);
    expect(part?.element.name).toBe('GetItemResponseMessage');
    expect(textOf(part?.element, 'a')).toBe('b');
  });

  it('may be a fault', async () => {
    const xml = `<s:Envelope xmlns:s="${SOAP_NS}"><s:Body><s:Fault><faultcode>a:ErrorServerBusy</faultcode><detail><x>1</x></detail></s:Fault></s:Body></s:Envelope>`;
    const [part] = await readAll(xml);
    expect(part?.kind).toBe('fault');
    expect(descend(part?.element, 'detail', 'x')?.text).toBe('1');
  });

  it('may be empty of messages, but not of an answer', async () => {
    expect(await readAll(answer())).toEqual([]);
    await expect(readAll(`<s:Envelope xmlns:s="${SOAP_NS}"><s:Body/></s:Envelope>`)).rejects.toThrow(
      UnreadableXml,
    );
  });

  it.each([
    ['a sign-in page', '<html><body>Sign in</body></html>'],
    ['HTML with a type', '<!DOCTYPE html><html></html>'],
    ['no XML', 'Service Unavailable'],
    ['an envelope of another namespace', '<Envelope xmlns="http://www.w3.org/2003/05/soap-envelope"/>'],
  ])('that is %s is not SOAP', async (_name, text) => {
    const thrown = await readAll(text).catch((reason: unknown) => reason);
    expect(thrown).toBeInstanceOf(UnreadableXml);
    expect(thrown).toMatchObject({ isNotSoap: true });
  });

  const good = answer(message(element('t:Body', {}, 'text')));

  it.each([
    ['an entity declaration', `<!DOCTYPE s:Envelope [<!ENTITY a "b">]>${good}`],
    ['an external entity', `<!DOCTYPE s:Envelope SYSTEM "http://192.0.2.1/x.dtd">${good}`],
    ['an unknown entity', good.replace('text', '&lol;')],
    ['an unclosed element', good.replace('</t:Body>', '')],
    ['crossed elements', good.replace('</t:Body>', '</t:Other>')],
    ['an unknown prefix', good.replace('<t:Body>', '<u:Body>').replace('</t:Body>', '</u:Body>')],
    ['an attribute twice', good.replace('<t:Body>', '<t:Body a="1" a="2">')],
    ['something behind the end', `${good}<more/>`],
  ])('with %s is unreadable', async (_name, text) => {
    await expect(readAll(text)).rejects.toThrow(UnreadableXml);
  });

  it('that was cut anywhere never ends normally', async () => {
    for (let end = 0; end < good.length; end += 1) {
      await expect(readAll(good.slice(0, end))).rejects.toThrow(UnreadableXml);
    }
    expect(await readAll(good)).toHaveLength(1);
  });

  it('that was damaged anywhere is read or refused, and nothing else is thrown', async () => {
    await holds(
      fc.asyncProperty(
        fc.nat(good.length),
        fc.string({ unit: 'binary', maxLength: 4 }),
        async (at, noise) => {
          const damaged = good.slice(0, at) + noise + good.slice(at + 1);
          const thrown = await readAll(damaged, 5).then(
            () => undefined,
            (reason: unknown) => reason,
          );
          if (thrown !== undefined) expect(thrown).toBeInstanceOf(UnreadableXml);
        },
      ),
      500,
    );
  });
});

describe('limits', () => {
  const limits = {
    ...READER_LIMITS,
    depth: 10,
    messageSize: 10_000,
    answerSize: 60_000,
    attributesOfElement: 4,
  };

  it('a message that is too deep, too long or has too many attributes is refused', async () => {
    const deep = { xml: `${'<t:a>'.repeat(20)}${'</t:a>'.repeat(20)}` };
    const long = element('t:Body', {}, 'x'.repeat(20_000));
    const wide = element('t:Body', { a: '1', b: '2', c: '3', d: '4', e: '5' });
    for (const content of [deep, long, wide]) {
      await expect(readAll(answer(message(content)), 1_000, limits)).rejects.toThrow(UnreadableXml);
    }
  });

  it('a start tag that never ends is refused', async () => {
    const endless = `<s:Envelope xmlns:s="${SOAP_NS}" ${'a="1" '.repeat(5_000)}`;
    await expect(readAll(endless, 1_000, limits)).rejects.toThrow(UnreadableXml);
  });

  it('many messages may be longer together than one may be, up to the size of an answer', async () => {
    const one = message(element('t:Body', {}, 'x'.repeat(5_000)));
    expect(await readAll(answer(...Array.from({ length: 10 }, () => one)), 1_000, limits)).toHaveLength(10);
    const tooMany = answer(...Array.from({ length: 20 }, () => one));
    await expect(readAll(tooMany, 1_000, limits)).rejects.toThrow(UnreadableXml);
  });

  it('an answer of 500 contacts with notes of 100 kB is read message by message, and none is kept', async () => {
    const fields = Array.from({ length: 150 }, (_, index) =>
      element('t:Entry', { Key: `${index}` }, '555 0100'),
    );
    const xml = message(element('t:Contact', {}, element('t:Body', {}, 'x'.repeat(100_000)), ...fields)).xml;
    const [head = '', tail = ''] = answer({ xml: '|' }).split('|');
    async function* body(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(head);
      for (let count = 0; count < 500; count += 1) yield Buffer.from(xml);
      yield Buffer.from(tail);
    }
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const given: WeakRef<object>[] = [];
    let alive = 0;
    let messages = 0;
    for await (const { element: one } of readSoap(body())) {
      given.push(new WeakRef(one));
      messages += 1;
      if (messages !== 450) continue;
      // A reference that was just made lives until its turn ends.
      await new Promise((resolve) => setImmediate(resolve));
      collect();
      alive = given.filter((reference) => reference.deref() !== undefined).length;
    }
    expect(messages).toBe(500);
    expect(alive).toBeLessThan(10);
  });
});
