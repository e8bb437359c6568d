import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holds } from '../../test/properties/check-law.ts';
import { Failure } from '../model/failure.ts';
import { parseTemplate, renderTemplate, templateFields } from './template.ts';

const anna: Readonly<Record<string, string>> = {
  surname: 'Kern',
  givenName: 'Anna',
  company: 'Contoso',
  title: 'Dr.',
};

function render(text: string, values: Readonly<Record<string, string>> = anna): string {
  return renderTemplate(parseTemplate(text, 'contact.fileAs'), (name) => values[name] ?? '');
}

function failureOf(text: string): Failure | undefined {
  try {
    parseTemplate(text, 'contact.fileAs');
    return undefined;
  } catch (thrown) {
    if (thrown instanceof Failure) return thrown;
    throw thrown;
  }
}

describe('templates', () => {
  const full = '{surname}[, {givenName}][ ({company})]';

  it.each([
    [full, anna, 'Kern, Anna (Contoso)'],
    [full, { surname: 'Kern', company: 'Contoso' }, 'Kern (Contoso)'],
    [full, { surname: 'Kern' }, 'Kern'],
    [full, { givenName: 'Anna' }, 'Anna'],
    [full, {}, ''],
    ['{givenName} {surname}', { surname: 'Kern' }, 'Kern'],
    ['[{title} ]{givenName} {surname}', anna, 'Dr. Anna Kern'],
    ['{surname}[ / {company}[ / {department}]]', anna, 'Kern / Contoso'],
    ['{surname}[ / {company}[ / {department}]]', { surname: 'Kern', department: 'Sales' }, 'Kern'],
    ['{surname}[ [({company})][ - {department}]]', { surname: 'Kern' }, 'Kern'],
    ['{surname}[ [({company})][ - {department}]]', anna, 'Kern (Contoso)'],
    ['\\{{surname}\\} \\[x\\] \\\\ a\\b', anna, '{Kern} [x] \\ a\\b'],
    ['Contoso AG', {}, 'Contoso AG'],
    ['Tel: {homePhones}', {}, ''],
    ['', anna, ''],
    ['{ surname }', anna, 'Kern'],
    ['{surname}', { surname: '$& {givenName} [x' }, '$& {givenName} [x'],
  ] as const)('%j with %j is %j', (template, values, expected) => {
    expect(render(template, values)).toBe(expected);
  });

  it.each([
    ['{surname', 1],
    ['Dr. {surname', 5],
    ['{surnam}', 2],
    ['{}', 1],
    ['a}', 2],
    ['[{surname}', 1],
    ['{surname}]', 10],
    ['a [b]', 3],
    ['[', 1],
    ['{surname}[, {given}]', 14],
    [`${'['.repeat(30)}`, 21],
  ] as const)('%j is refused at position %i', (template, position) => {
    const failure = failureOf(template);
    expect(failure?.code).toBe('invalidTemplate');
    expect(failure?.details).toMatchObject({ place: 'contact.fileAs', position });
  });

  it('names the attribute that was probably meant', () => {
    expect(failureOf('{companyName}')?.details.suggestion).toBe('company');
    expect(failureOf('{surnam}')?.details.problem).toBe(
      'Unknown source attribute "surnam". Did you mean "surname"?',
    );
  });

  it('throws nothing but a numbered failure with a position inside the text', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '\\',
      '{surname}',
      '{company}',
      ', ',
      'x',
      '😀',
      '\u0000',
      '{nope}',
    );
    holds(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: pieces, maxLength: 30 })), (text) => {
        const failure = failureOf(text);
        if (failure === undefined) {
          expect(typeof render(text)).toBe('string');
          return;
        }
        expect(failure.code).toBe('invalidTemplate');
        expect(failure.details.position).toBeGreaterThanOrEqual(1);
        expect(failure.details.position).toBeLessThanOrEqual(text.length);
      }),
      2_000,
    );
  });

  it('lists its fields', () => {
    expect([...templateFields(parseTemplate(full, 'x'))]).toEqual(['surname', 'givenName', 'company']);
  });
});
