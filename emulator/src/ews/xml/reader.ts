// Reads a request's XML into a tree that remembers where each element stood, for errors with line and position.
// Strict: a DTD is refused before anything in it could be expanded, and so is every character XML 1.0 does not allow.

import { SaxesParser } from 'saxes';
import { canonicalName } from './names.ts';

export interface Element {
  /** With the emulator's own prefix, whatever the client's is: `t:Contact`. */
  readonly name: string;
  /** Those in no namespace by their names alone; `xsi:type`, `xml:lang`, `s:mustUnderstand` under those. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly Element[];
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

export class XmlError extends Error {
  readonly line: number;
  readonly column: number;

  constructor(message: string, line: number, column: number) {
    super(message);
    this.line = line;
    this.column = column;
  }
}

interface Open {
  readonly name: string;
  readonly attributes: Map<string, string>;
  readonly children: Element[];
  text: string;
  readonly line: number;
  readonly column: number;
}

const namesOfForeignAttributes: Readonly<Record<string, string>> = {
  'http://www.w3.org/2001/XMLSchema-instance': 'xsi',
  'http://www.w3.org/XML/1998/namespace': 'xml',
};

export function readXml(bytes: Buffer): Element {
  const text = decode(bytes);
  const parser = new SaxesParser({ xmlns: true, position: true });
  const open: Open[] = [];
  let root: Element | undefined;
  const refuse = (message: string): never => {
    throw new XmlError(message, parser.line, parser.column);
  };
  parser.on('error', (error) => refuse(error.message));
  parser.on('doctype', () => refuse('For security reasons DTD is prohibited in this XML document.'));
  parser.on('opentag', (tag) => {
    const attributes = new Map<string, string>();
    for (const { uri, local, prefix, value } of Object.values(tag.attributes)) {
      if (prefix === 'xmlns' || (prefix === '' && local === 'xmlns')) continue;
      const foreign = namesOfForeignAttributes[uri];
      const full = foreign === undefined ? canonicalName(uri, local) : `${foreign}:${local}`;
      attributes.set(uri === '' ? local : full, value);
    }
    const name = canonicalName(tag.uri, tag.local);
    open.push({ name, attributes, children: [], text: '', line: parser.line, column: parser.column });
  });
  const addText = (more: string): void => {
    const current = open.at(-1);
    if (current !== undefined) current.text += more;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const done = open.pop();
    if (done === undefined) return;
    const parent = open.at(-1);
    if (parent === undefined) root = done;
    else parent.children.push(done);
  });
  parser.write(text).close();
  return root ?? refuse('Root element is missing.');
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw new XmlError('Invalid character in the given encoding.', 1, 1);
  }
}

export function child(element: Element, name: string): Element | undefined {
  return element.children.find((one) => one.name === name);
}

/** For what the schema has already demanded. */
export function requireChild(element: Element, name: string): Element {
  const found = child(element, name);
  if (found === undefined) throw new Error(`${element.name} has no ${name}`);
  return found;
}

export function attribute(element: Element, name: string): string {
  const value = element.attributes.get(name);
  if (value === undefined) throw new Error(`${element.name} has no attribute ${name}`);
  return value;
}

export function localName(element: Element): string {
  return element.name.slice(element.name.indexOf(':') + 1);
}
