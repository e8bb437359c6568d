// Policies and environments as a person writes them: YAML or JSON in, checked by the schema, with line numbers in
// what is wrong; readable YAML out.

import type { DocumentText } from '@contactsync/contract';
import { Environment, Policy } from '@contactsync/contract';
import { type Document, isNode, LineCounter, parseDocument, stringify } from 'yaml';
import { Failure } from '../model/failure.ts';

const SCHEMAS = { policy: Policy, environment: Environment } as const;
type Kind = keyof typeof SCHEMAS;
type DocumentOf = { readonly policy: Policy; readonly environment: Environment };

// A document is a page of text; an alias bomb or a dropped-in database must not be parsed.
const LONGEST = 1_000_000;

export function parseText<K extends Kind>(kind: K, source: DocumentText): DocumentOf[K] {
  const file: Record<string, string> = source.fileName === undefined ? {} : { file: source.fileName };
  if (source.text.length > LONGEST)
    throw new Failure('unreadableFile', { details: { ...file, reason: 'The file is too large.' } });
  const lines = new LineCounter();
  const tree = parseDocument(source.text, { lineCounter: lines, prettyErrors: false });
  const [broken] = tree.errors;
  if (broken !== undefined) {
    const { line, col } = lines.linePos(broken.pos[0]);
    throw new Failure('unreadableFile', {
      details: { ...file, line, column: col, reason: firstLine(broken.message) },
    });
  }
  const value: unknown = tree.toJS({ maxAliasCount: 100 });
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Failure('unreadableFile', {
      details: { ...file, reason: 'The file holds no keys and values.' },
    });
  const found = (value as { readonly kind?: unknown }).kind;
  if (found !== kind)
    throw new Failure('invalidDocument', {
      details: {
        ...file,
        places: [`kind: must be ${kind}${typeof found === 'string' ? `, not ${found}` : ''}`],
      },
    });
  const result = SCHEMAS[kind].safeParse(value);
  if (!result.success) {
    const places = result.error.issues.flatMap((issue) => {
      // An unknown key is reported at the object that holds it; people look for the key.
      const keys = issue.code === 'unrecognized_keys' ? issue.keys : [undefined];
      return keys.map((key) => {
        const path = key === undefined ? issue.path : [...issue.path, key];
        const line = lineOf(tree, lines, path);
        const text = key === undefined ? issue.message : 'unknown key';
        return `${line === undefined ? '' : `line ${line}: `}${pathText(path)}: ${text}`;
      });
    });
    throw new Failure('invalidDocument', { details: { ...file, places } });
  }
  // The schema of this kind made it; TypeScript does not follow the index.
  return result.data as DocumentOf[K];
}

export function writeText(document: Policy | Environment): string {
  return stringify(document, { lineWidth: 0, indentSeq: true });
}

export function pathText(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'document';
  return path
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`,
    )
    .join('');
}

function lineOf(tree: Document, lines: LineCounter, path: readonly PropertyKey[]): number | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const node = tree.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return undefined;
}

const firstLine = (text: string) => text.split('\n', 1)[0] ?? '';
