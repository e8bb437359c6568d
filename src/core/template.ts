// Templates for names, such as {surname}[, {givenName}][ ({company})]. A [ ] section vanishes when a field in it is
// empty; sections may be nested and vanish one by one. A backslash before { } [ ] \ takes the character as it is.

import { Failure } from '../model/failure.ts';
import type { SourceAttribute } from '../model/source-object.ts';
import { unknownName } from './near-match.ts';
import { isSourceAttribute, nearSourceAttribute } from './source-attributes.ts';

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'field'; readonly name: SourceAttribute }
  | { readonly kind: 'section'; readonly parts: readonly Part[] };

export interface Template {
  readonly parts: readonly Part[];
}

const DEEPEST = 20;

/** Throws Failure `invalidTemplate` with the position (1 is the first character) and `place`, where it stands. */
export function parseTemplate(text: string, place: string): Template {
  const fail = (index: number, problem: string, suggestion?: string) =>
    new Failure('invalidTemplate', {
      details: { place, position: index + 1, problem, ...(suggestion === undefined ? {} : { suggestion }) },
    });

  const open: { readonly at: number; readonly parts: Part[] }[] = [{ at: -1, parts: [] }];
  const top = () => open[open.length - 1]?.parts ?? [];
  let literal = '';
  const endLiteral = () => {
    if (literal !== '') top().push({ kind: 'text', text: literal });
    literal = '';
  };

  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    if (character === '\\' && '{}[]\\'.includes(text.charAt(index + 1)) && index + 1 < text.length) {
      literal += text.charAt(++index);
    } else if (character === '{') {
      endLiteral();
      const end = text.indexOf('}', index);
      if (end < 0) throw fail(index, 'This brace is not closed.');
      const name = text.slice(index + 1, end).trim();
      if (name === '') throw fail(index, 'The braces name no attribute.');
      if (!isSourceAttribute(name)) {
        const suggestion = nearSourceAttribute(name);
        throw fail(index + 1, unknownName('source attribute', name, suggestion), suggestion);
      }
      top().push({ kind: 'field', name });
      index = end;
    } else if (character === '}') {
      throw fail(index, 'This brace was not opened. Write \\} for the character itself.');
    } else if (character === '[') {
      endLiteral();
      if (open.length > DEEPEST) throw fail(index, `Sections are nested more than ${DEEPEST} deep.`);
      open.push({ at: index, parts: [] });
    } else if (character === ']') {
      endLiteral();
      const section = open.length > 1 ? open.pop() : undefined;
      if (section === undefined)
        throw fail(index, 'This bracket was not opened. Write \\] for the character itself.');
      if (!section.parts.some((part) => part.kind !== 'text')) {
        throw fail(section.at, 'This section has no field. Write \\[ and \\] for the characters themselves.');
      }
      top().push({ kind: 'section', parts: section.parts });
    } else {
      literal += character;
    }
  }
  endLiteral();
  const unclosed = open[1];
  if (unclosed !== undefined) throw fail(unclosed.at, 'This bracket is not closed.');
  return { parts: top() };
}

export function templateFields(template: Template): ReadonlySet<SourceAttribute> {
  const fieldsIn = (parts: readonly Part[]): SourceAttribute[] =>
    parts.flatMap((part) =>
      part.kind === 'field' ? [part.name] : part.kind === 'section' ? fieldsIn(part.parts) : [],
    );
  return new Set(fieldsIn(template.parts));
}

/**
 * '' when nothing is left. Where a field outside of sections is empty, the blanks and separators around the gap at both
 * ends go with it: {surname}[, {givenName}] without a surname is the given name alone.
 */
export function renderTemplate(template: Template, fieldOf: (name: SourceAttribute) => string): string {
  const text = template.parts.map((part) => renderPart(part, fieldOf) ?? '').join('');
  const hasFields = template.parts.some((part) => part.kind !== 'text');
  const hasValue =
    !hasFields ||
    template.parts.some((part) => part.kind !== 'text' && (renderPart(part, fieldOf) ?? '') !== '');
  if (!hasValue) return '';
  const hasGap = template.parts.some((part) => part.kind === 'field' && fieldOf(part.name) === '');
  const tidy = hasGap ? text.replace(/^[\s,;/|-]+|[\s,;/|-]+$/g, '') : text;
  return tidy.replace(/\s+/g, ' ').trim();
}

/** undefined: the section vanished. */
function renderPart(part: Part, fieldOf: (name: SourceAttribute) => string): string | undefined {
  if (part.kind === 'text') return part.text;
  if (part.kind === 'field') return fieldOf(part.name);
  if (part.parts.some((inner) => inner.kind === 'field' && fieldOf(inner.name) === '')) return undefined;
  const rendered = part.parts.map((inner) => renderPart(inner, fieldOf));
  // A section that holds only sections goes when all of them went.
  const isLeft = part.parts.some((inner, index) => inner.kind !== 'text' && rendered[index] !== undefined);
  return isLeft ? rendered.map((text) => text ?? '').join('') : undefined;
}
