// Which items of a contact folder are what another tool left there, by the rules that an administrator gave. Nothing is
// recognized by itself.

import type { LeftoverRules, Recognize } from '../model/leftovers.ts';
import { foldCase } from './case-folding.ts';

const GUID = /\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?/;
const GUID_IN_PATTERN = /\{guid\}/gi;

/** One that stands for everything is none: a slip of the hand must not empty a mailbox. */
export function saysSomething(rule: string): boolean {
  return rule.replaceAll(/[*/\s]/g, '') !== '';
}

export function recognizer({ categories, fileAs, folders }: LeftoverRules): Recognize {
  const byCategory = new Map(categories.filter(saysSomething).map((rule) => [foldCase(rule.trim()), rule]));
  const byFolder = new Map(folders.filter(saysSomething).map((rule) => [foldCase(pathText(rule)), rule]));
  const patterns = fileAs.filter(saysSomething).map((rule) => ({ rule, matches: patternOf(rule) }));
  return (path, properties) => {
    const folder = byFolder.get(foldCase(path.join('/')));
    // Contacts itself has no name that could be given.
    if (folder !== undefined && path.length > 0) return { reason: 'leftoverFolder', rule: folder };
    for (const category of (properties.categories ?? '').split(';')) {
      const rule = byCategory.get(foldCase(category.trim()));
      if (rule !== undefined && category.trim() !== '') return { reason: 'leftoverCategory', rule };
    }
    const name = properties.fileAs ?? '';
    const found = name === '' ? undefined : patterns.find(({ matches }) => matches(name));
    return found === undefined ? undefined : { reason: 'leftoverFileAs', rule: found.rule };
  };
}

/** Whether a folder is named as such, so that it goes when it is empty. */
export function namesFolder({ folders }: LeftoverRules, path: readonly string[]): boolean {
  const text = foldCase(path.join('/'));
  return path.length > 0 && folders.some((rule) => foldCase(pathText(rule)) === text);
}

function pathText(rule: string): string {
  return rule
    .split('/')
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .join('/');
}

/**
 * Between two stars each piece is looked for once, from left to right, which finds a match where there is one: the time
 * grows with the length of the name alone, whatever the pattern.
 */
function patternOf(pattern: string): (text: string) => boolean {
  const pieces = foldCase(pattern.trim()).split('*').map(pieceOf);
  const [first, ...rest] = pieces;
  const last = rest.pop();
  return (given) => {
    const text = foldCase(given.trim());
    if (first === undefined) return false;
    if (last === undefined) return isWhole(first, text);
    const begin = new RegExp(`^(?:${first})`, 'u').exec(text);
    if (begin === null) return false;
    let at = begin[0].length;
    for (const piece of rest) {
      const found = new RegExp(piece, 'u').exec(text.slice(at));
      if (found === null) return false;
      at += found.index + found[0].length;
    }
    return new RegExp(`(?:${last})$`, 'u').test(text.slice(at));
  };
}

function isWhole(piece: string, text: string): boolean {
  return new RegExp(`^(?:${piece})$`, 'u').test(text);
}

/** As the source of a regular expression without anything that repeats. */
function pieceOf(text: string): string {
  return text
    .split(GUID_IN_PATTERN)
    .map((literal) => literal.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .join(GUID.source);
}
