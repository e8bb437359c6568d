// Policies and environments as YAML files: reading with positions for messages, writing in the schema's order. Only
// plain data is accepted: no anchors (a small file could unfold into gigabytes), no tags, no repeated keys, one
// document in a file.

import { type Environment, Policy } from '@contactsync/contract';
import { Document, isMap, isNode, isScalar, LineCounter, type Node, parseAllDocuments, visit } from 'yaml';
import { Failure, type FailureDetails } from '../model/failure.ts';
import { readStoredEnvironment } from './stored-environment.ts';
import type { TextPosition } from './validate-document.ts';

/** A policy of ours has a few kilobytes. */
const MAX_CHARACTERS = 1024 * 1024;

export interface YamlText {
  /** Plain data, not yet validated. */
  readonly value: unknown;
  /** Where a key stands; for one that is missing, where its surroundings begin. */
  readonly locate: (path: readonly PropertyKey[]) => TextPosition | undefined;
}

/** Throws `unreadableFile`. `file` is its name for the details. */
export function parseYaml(text: string, file: string): YamlText {
  const refuse = (reason: string, position?: TextPosition): never => {
    const details: FailureDetails = { file, reason, ...position };
    throw new Failure('unreadableFile', { details });
  };
  if (text.length > MAX_CHARACTERS) refuse('the file is longer than a policy or environment can be');

  const lines = new LineCounter();
  const at = (offset: number): TextPosition => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  try {
    const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
    const [document, second] = 'empty' in documents ? [] : documents;
    if (document === undefined) return refuse('the file is empty');
    const problem = document.errors[0] ?? document.warnings[0];
    // Its message would be the one of the exhausted stack.
    if (problem?.code === 'RESOURCE_EXHAUSTION') refuse('the file is nested too deeply', at(problem.pos[0]));
    if (problem !== undefined) refuse(problem.message, at(problem.pos[0]));
    if (second !== undefined) refuse('the file holds more than one document', at(second.range[0]));
    visit(document, {
      Alias: (_, alias) => refuse('anchors and aliases are not accepted', at(alias.range?.[0] ?? 0)),
    });
    return {
      value: document.toJS(),
      locate: (path) => {
        const offset = offsetOf(document.contents, path);
        return offset === undefined ? undefined : at(offset);
      },
    };
  } catch (thrown) {
    // Nested so deeply that the parser accepts it and the conversion exhausts the stack.
    if (thrown instanceof RangeError) return refuse('the file is nested too deeply');
    throw thrown;
  }
}

function offsetOf(node: unknown, path: readonly PropertyKey[]): number | undefined {
  if (!isNode(node)) return undefined;
  const own = node.range?.[0];
  const [step, ...rest] = path;
  if (step === undefined) return own;
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
    if (pair === undefined) return own;
    const key = (pair.key as Node).range?.[0];
    return rest.length === 0 ? key : (offsetOf(pair.value, rest) ?? key);
  }
  return 'items' in node && typeof step === 'number' ? (offsetOf(node.items[step], rest) ?? own) : own;
}

/** The whole document with all defaults, so that what applies can be read; keys in the order of the schema. */
export function stringifyYaml(document: Policy | Environment): string {
  const ordered = document.kind === 'policy' ? Policy.parse(document) : readStoredEnvironment(document);
  const yaml = new Document(ordered);
  if (isMap(yaml.contents)) {
    for (const { key, value } of yaml.contents.items) {
      if (isScalar(key) && isMap(value)) key.spaceBefore = true;
    }
  }
  return yaml.toString({ lineWidth: 0 });
}
