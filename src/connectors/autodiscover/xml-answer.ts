// Reads a whole XML answer, which for Autodiscover is small. Strict: namespaces, no DTD and so no entities but the five of
// XML, bounded depth; whatever is not that is unreadable.

import { SaxesParser } from 'saxes';

export interface XmlNode {
  /** Without prefix. */
  readonly name: string;
  readonly namespace: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlNode[];
  readonly text: string;
}

export class UnreadableAnswer extends Error {
  override readonly name = 'UnreadableAnswer';
}

const DEPTH = 30;

/** Throws UnreadableAnswer. */
export function readXmlAnswer(source: string): XmlNode {
  const parser = new SaxesParser({ xmlns: true, position: false });
  const open: (XmlNode & { children: XmlNode[]; text: string })[] = [];
  let root: XmlNode | undefined;
  parser.on('error', () => {
    throw new UnreadableAnswer(open.length === 0 ? 'not XML' : 'not well-formed XML');
  });
  parser.on('doctype', () => {
    throw new UnreadableAnswer('a document type declaration');
  });
  parser.on('opentag', ({ local, uri, attributes }) => {
    if (open.length >= DEPTH) throw new UnreadableAnswer('too deep');
    const entries = Object.values(attributes).map((one) => [one.local, one.value] as const);
    open.push({
      name: local,
      namespace: uri,
      attributes: Object.fromEntries(entries),
      children: [],
      text: '',
    });
  });
  const addText = (text: string) => {
    const current = open.at(-1);
    if (current !== undefined) current.text += text;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const closed = open.pop();
    const parent = open.at(-1);
    if (parent === undefined) root = closed;
    else if (closed !== undefined) parent.children.push(closed);
  });
  parser.write(source).close();
  if (root === undefined) throw new UnreadableAnswer('not XML');
  return root;
}

export function childrenOf(parent: XmlNode | undefined, name: string): readonly XmlNode[] {
  return parent?.children.filter((child) => child.name === name) ?? [];
}

/** Down along these names, always to the first. */
export function descend(from: XmlNode | undefined, ...names: readonly string[]): XmlNode | undefined {
  return names.reduce<XmlNode | undefined>((found, name) => childrenOf(found, name)[0], from);
}

/** '' where there is no such child. */
export function textOf(parent: XmlNode | undefined, name: string): string {
  return descend(parent, name)?.text.trim() ?? '';
}

/** Mail addresses and URLs need no more. */
export function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
