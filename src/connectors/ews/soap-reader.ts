// Reads a SOAP answer while it arrives and gives out one response message after the other, so that an answer of 50 MB
// needs no more memory than its longest message. Strict: UTF-8, namespaces, no DTD, no entities but the five of XML, and
// only so many characters, elements and attributes; whatever is not that is unreadable as a whole.

import { SaxesParser, type SaxesTagNS } from 'saxes';
import { keepLegalCharacters } from './legal-characters.ts';
import { MESSAGES_NS, SOAP_NS } from './namespaces.ts';
import type { XmlElement } from './xml-element.ts';

export interface ReaderLimits {
  readonly depth: number;
  /** Characters of the source of one response message, and of the whole answer. */
  readonly messageSize: number;
  readonly answerSize: number;
  /** Of one message. An element of four characters takes two hundred bytes of memory, and so does an attribute. */
  readonly elements: number;
  readonly attributes: number;
  /** Of one element. */
  readonly attributesOfElement: number;
}

/** A page of 512 items has about 6,000 elements, a contact with everything in it 150, and notes seldom 100 kB. */
export const READER_LIMITS: ReaderLimits = {
  depth: 40,
  messageSize: 8 * 1024 * 1024,
  answerSize: 256 * 1024 * 1024,
  elements: 50_000,
  attributes: 100_000,
  attributesOfElement: 32,
};

/** What a write answers is ids and refusals, and all of it is held until the outcomes are known. */
export const WRITE_LIMITS: ReaderLimits = {
  ...READER_LIMITS,
  messageSize: 1024 * 1024,
  answerSize: 8 * 1024 * 1024,
  elements: 1_000,
  attributes: 2_000,
};

/** `fault`: the request was refused as a whole. */
export type SoapPart =
  | { readonly kind: 'message'; readonly element: XmlElement }
  | { readonly kind: 'fault'; readonly element: XmlElement };

/** `notSoap`: a root that is no envelope, somebody else answered. `tooLarge`: less of it might be readable. */
export type WhyUnreadable = 'damaged' | 'notSoap' | 'tooLarge';

export class UnreadableXml extends Error {
  override readonly name = 'UnreadableXml';
  readonly why: WhyUnreadable;

  constructor(message: string, why: WhyUnreadable = 'damaged') {
    super(message);
    this.why = why;
  }

  get isNotSoap(): boolean {
    return this.why === 'notSoap';
  }
}

/** The response is itself the message (ews.md, section 1). */
const ITSELF_THE_MESSAGE: ReadonlySet<string> = new Set(['GetUserPhotoResponse']);

/** As `#outer` names it. */
const BODY = 's:Body';
const MESSAGES = 'm:ResponseMessages';

const PREFIXES: Readonly<Record<string, string>> = { [SOAP_NS]: 's', [MESSAGES_NS]: 'm' };

interface OpenElement {
  readonly name: string;
  readonly namespace: string;
  readonly attributes: Record<string, string>;
  readonly children: XmlElement[];
  text: string;
}

export interface SoapOptions {
  readonly limits?: ReaderLimits;
  /** Local name of the only response that is taken, such as `GetItemResponse`; absent: any. */
  readonly response?: string | undefined;
}

/** Throws UnreadableXml, and whatever the body throws. Ends normally only after the envelope was closed. */
export async function* readSoap(
  body: AsyncIterable<Uint8Array>,
  { limits = READER_LIMITS, response }: SoapOptions = {},
): AsyncGenerator<SoapPart, void, undefined> {
  const reader = new SoapReader(limits, response);
  const legal = keepLegalCharacters();
  // Exchange answers in UTF-8 always. A byte that is none was damaged on its way, and so would the text be that it is in.
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (piece?: Uint8Array): string => {
    try {
      return piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true });
    } catch {
      throw new UnreadableXml('not UTF-8');
    }
  };
  for await (const piece of body) yield* reader.read(legal.next(decode(piece)));
  yield* reader.read(legal.next(decode()) + legal.rest());
  reader.end();
}

class SoapReader {
  readonly #parser = new SaxesParser({ xmlns: true, position: false });
  readonly #limits: ReaderLimits;
  readonly #response: string | undefined;
  /** Names of the open elements above a message, with our prefixes whatever theirs are. */
  readonly #outer: string[] = [];
  /** The open elements of the message. */
  readonly #open: OpenElement[] = [];
  #parts: SoapPart[] = [];
  #answerSize = 0;
  #messageSize = 0;
  #elements = 0;
  #attributes = 0;
  #hasAnswer = false;

  constructor(limits: ReaderLimits, response: string | undefined) {
    this.#limits = limits;
    this.#response = response;
    this.#parser.on('error', (error) => {
      throw this.#outer.length === 0
        ? new UnreadableXml('not XML', 'notSoap')
        : new UnreadableXml(firstLineOf(error.message));
    });
    this.#parser.on('doctype', (type) => {
      const isPage = /^\s*html\b/i.test(type);
      throw new UnreadableXml('a document type declaration', isPage ? 'notSoap' : 'damaged');
    });
    // Counted one by one: a single start tag could hold a million of them.
    this.#parser.on('attribute', () => {
      this.#attributes += 1;
      if (this.#attributes > limits.attributes) throw new UnreadableXml('too many attributes', 'tooLarge');
    });
    this.#parser.on('opentag', (tag) => this.#enter(tag));
    this.#parser.on('text', (text) => this.#addText(text));
    this.#parser.on('cdata', (text) => this.#addText(text));
    this.#parser.on('closetag', () => this.#leave());
  }

  read(text: string): readonly SoapPart[] {
    this.#answerSize += text.length;
    if (this.#answerSize > this.#limits.answerSize)
      throw new UnreadableXml('the answer is too large', 'tooLarge');
    // Since the last message ended, and by pieces: a message may pass its limit by one piece at most.
    this.#messageSize += text.length;
    if (this.#messageSize > this.#limits.messageSize)
      throw new UnreadableXml('a message is too large', 'tooLarge');
    this.#parser.write(text);
    const parts = this.#parts;
    this.#parts = [];
    return parts;
  }

  end(): void {
    this.#parser.close();
    if (!this.#hasAnswer) throw new UnreadableXml('no answer in the envelope');
  }

  #enter(tag: SaxesTagNS): void {
    const depth = this.#outer.length + this.#open.length;
    if (depth >= this.#limits.depth) throw new UnreadableXml('too deep');
    if (Object.keys(tag.attributes).length > this.#limits.attributesOfElement) {
      throw new UnreadableXml('too many attributes');
    }
    this.#elements += 1;
    if (this.#elements > this.#limits.elements) throw new UnreadableXml('too many elements', 'tooLarge');
    if (depth === 0 && (tag.local !== 'Envelope' || tag.uri !== SOAP_NS)) {
      throw new UnreadableXml('no SOAP envelope', 'notSoap');
    }
    if (this.#open.length > 0 || this.#beginsPart(tag)) {
      this.#open.push({
        name: tag.local,
        namespace: tag.uri,
        attributes: attributesOf(tag),
        children: [],
        text: '',
      });
      return;
    }
    if (this.#outer.length === 2 && this.#outer[1] === BODY) this.#beginAnswer(tag);
    this.#outer.push(`${PREFIXES[tag.uri] ?? '?'}:${tag.local}`);
  }

  /** Envelope/Body/Fault, or Envelope/Body/(operation)Response/ResponseMessages/(any). */
  #beginsPart(tag: SaxesTagNS): boolean {
    const [, body, , messages] = this.#outer;
    if (body !== BODY) return false;
    if (this.#outer.length === 2) {
      if (tag.local === 'Fault' && tag.uri === SOAP_NS) this.#beginOnly();
      else if (ITSELF_THE_MESSAGE.has(tag.local)) this.#beginAnswer(tag);
      else return false;
      return true;
    }
    return this.#outer.length === 4 && messages === MESSAGES && tag.uri === MESSAGES_NS;
  }

  #beginAnswer({ local, uri }: SaxesTagNS): void {
    const isWanted = uri === MESSAGES_NS && local === (this.#response ?? local);
    if (!isWanted) throw new UnreadableXml('an answer to another request');
    this.#beginOnly();
  }

  /** Messages of one answer must not pass for those of another. */
  #beginOnly(): void {
    if (this.#hasAnswer) throw new UnreadableXml('two answers in one');
    this.#hasAnswer = true;
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
    this.#elements = 0;
    this.#attributes = 0;
    this.#parts.push({ kind: closed.namespace === SOAP_NS ? 'fault' : 'message', element: closed });
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
