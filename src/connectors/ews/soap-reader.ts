// Reads a SOAP answer while it arrives and gives out one response message after the other, so that an answer of 50 MB
// needs no more memory than its longest message. Strict: namespaces, no DTD, no entities but the five of XML, bounded
// depth and size; whatever is not that is unreadable as a whole.

import { SaxesParser, type SaxesTagNS } from 'saxes';
import { keepLegalCharacters } from './legal-characters.ts';
import { MESSAGES_NS, SOAP_NS } from './namespaces.ts';
import type { XmlElement } from './xml-element.ts';

export interface ReaderLimits {
  readonly depth: number;
  /** Characters of the source of one response message, and of the whole answer. */
  readonly messageSize: number;
  readonly answerSize: number;
  readonly attributes: number;
}

export const READER_LIMITS: ReaderLimits = {
  depth: 40,
  messageSize: 32 * 1024 * 1024,
  answerSize: 1024 * 1024 * 1024,
  attributes: 32,
};

/** `fault`: the request was refused as a whole. */
export type SoapPart =
  | { readonly kind: 'message'; readonly element: XmlElement }
  | { readonly kind: 'fault'; readonly element: XmlElement };

export class UnreadableXml extends Error {
  override readonly name = 'UnreadableXml';
  /** A root that is no envelope: somebody else answered. */
  readonly isNotSoap: boolean;

  constructor(message: string, isNotSoap = false) {
    super(message);
    this.isNotSoap = isNotSoap;
  }
}

interface OpenElement {
  readonly name: string;
  readonly namespace: string;
  readonly attributes: Record<string, string>;
  readonly children: XmlElement[];
  text: string;
}

/** Throws UnreadableXml, and whatever the body throws. Ends normally only after the envelope was closed. */
export async function* readSoap(
  body: AsyncIterable<Uint8Array>,
  limits: ReaderLimits = READER_LIMITS,
): AsyncGenerator<SoapPart, void, undefined> {
  const reader = new SoapReader(limits);
  const legal = keepLegalCharacters();
  // Exchange answers in UTF-8 always.
  const decoder = new TextDecoder('utf-8');
  for await (const piece of body) {
    yield* reader.read(legal.next(decoder.decode(piece, { stream: true })));
  }
  yield* reader.read(legal.next(decoder.decode()) + legal.rest());
  reader.end();
}

class SoapReader {
  readonly #parser = new SaxesParser({ xmlns: true, position: false });
  readonly #limits: ReaderLimits;
  /** Names of the open elements above a message. */
  readonly #outer: string[] = [];
  /** The open elements of the message. */
  readonly #open: OpenElement[] = [];
  #parts: SoapPart[] = [];
  #answerSize = 0;
  #messageSize = 0;
  #hasBody = false;

  constructor(limits: ReaderLimits) {
    this.#limits = limits;
    this.#parser.on('error', (error) => {
      throw this.#outer.length === 0
        ? new UnreadableXml('not XML', true)
        : new UnreadableXml(firstLineOf(error.message));
    });
    this.#parser.on('doctype', (type) => {
      throw new UnreadableXml('a document type declaration', /^\s*html\b/i.test(type));
    });
    this.#parser.on('opentag', (tag) => this.#enter(tag));
    this.#parser.on('text', (text) => this.#addText(text));
    this.#parser.on('cdata', (text) => this.#addText(text));
    this.#parser.on('closetag', () => this.#leave());
  }

  read(text: string): readonly SoapPart[] {
    this.#answerSize += text.length;
    if (this.#answerSize > this.#limits.answerSize) throw new UnreadableXml('the answer is too large');
    // Since the last message ended, and by pieces: a message may pass its limit by one piece at most.
    this.#messageSize += text.length;
    if (this.#messageSize > this.#limits.messageSize) throw new UnreadableXml('a message is too large');
    this.#parser.write(text);
    const parts = this.#parts;
    this.#parts = [];
    return parts;
  }

  end(): void {
    this.#parser.close();
    if (!this.#hasBody) throw new UnreadableXml('no answer in the envelope');
  }

  #enter(tag: SaxesTagNS): void {
    const depth = this.#outer.length + this.#open.length;
    if (depth >= this.#limits.depth) throw new UnreadableXml('too deep');
    if (Object.keys(tag.attributes).length > this.#limits.attributes) {
      throw new UnreadableXml('too many attributes');
    }
    if (depth === 0 && (tag.local !== 'Envelope' || tag.uri !== SOAP_NS)) {
      throw new UnreadableXml('no SOAP envelope', true);
    }
    if (this.#open.length > 0 || this.#beginsPart(tag)) {
      this.#open.push({
        name: tag.local,
        namespace: tag.uri,
        attributes: attributesOf(tag),
        children: [],
        text: '',
      });
    } else {
      this.#outer.push(tag.local);
      if (this.#outer.length === 3 && this.#outer[1] === 'Body') this.#hasBody = true;
    }
  }

  /** Envelope/Body/Fault, or Envelope/Body/(operation)Response/ResponseMessages/(any). */
  #beginsPart(tag: SaxesTagNS): boolean {
    const [, body, , messages] = this.#outer;
    if (body !== 'Body') return false;
    if (this.#outer.length === 2) return tag.local === 'Fault' && tag.uri === SOAP_NS;
    return this.#outer.length === 4 && messages === 'ResponseMessages' && tag.uri === MESSAGES_NS;
  }

  #addText(text: string): void {
    const current = this.#open.at(-1);
    if (current !== undefined) current.text += text;
  }

  #leave(): void {
    const closed = this.#open.pop();
    if (closed === undefined) {
      this.#outer.pop();
      return;
    }
    const parent = this.#open.at(-1);
    if (parent !== undefined) {
      parent.children.push(closed);
      return;
    }
    this.#messageSize = 0;
    const isFault = closed.namespace === SOAP_NS;
    if (isFault) this.#hasBody = true;
    this.#parts.push({ kind: isFault ? 'fault' : 'message', element: closed });
  }
}

function attributesOf(tag: SaxesTagNS): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { local, prefix, value } of Object.values(tag.attributes)) {
    if (prefix !== 'xmlns' && local !== 'xmlns') found[local] = value;
  }
  return found;
}

function firstLineOf(message: string): string {
  return message.split('\n', 1)[0] ?? '';
}
