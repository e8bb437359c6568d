// LDAP filters as values. They go to the server as BER, so a value never has to be escaped on its way there; the text
// form of RFC 4515 is for people and for what they wrote themselves.

import type { BerWriter } from 'ldapts';

export type LdapFilter =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly LdapFilter[] }
  | { readonly kind: 'not'; readonly part: LdapFilter }
  | { readonly kind: 'present'; readonly attribute: string }
  | {
      readonly kind: 'equal' | 'atLeast' | 'atMost' | 'approximately';
      readonly attribute: string;
      readonly value: Buffer;
    }
  | {
      readonly kind: 'substring';
      readonly attribute: string;
      readonly initial?: Buffer;
      readonly any: readonly Buffer[];
      readonly final?: Buffer;
    }
  | {
      readonly kind: 'extensible';
      readonly attribute?: string;
      readonly rule?: string;
      readonly matchesDn: boolean;
      readonly value: Buffer;
    };

export const and = (...parts: readonly LdapFilter[]): LdapFilter => ({ kind: 'and', parts });
export const or = (...parts: readonly LdapFilter[]): LdapFilter => ({ kind: 'or', parts });
export const not = (part: LdapFilter): LdapFilter => ({ kind: 'not', part });
export const present = (attribute: string): LdapFilter => ({ kind: 'present', attribute });
export const equals = (attribute: string, value: string | Buffer): LdapFilter => ({
  kind: 'equal',
  attribute,
  value: typeof value === 'string' ? Buffer.from(value) : value,
});

export const EVERYTHING = present('objectClass');

// RFC 4511, 4.5.1.7: context tags of the choice.
const COMPARISON_TAGS = { equal: 0xa3, atLeast: 0xa5, atMost: 0xa6, approximately: 0xa8 } as const;
const OCTET_STRING = 0x04;

export function writeFilter(writer: BerWriter, filter: LdapFilter): void {
  switch (filter.kind) {
    case 'and':
    case 'or':
      writer.startSequence(filter.kind === 'and' ? 0xa0 : 0xa1);
      for (const part of filter.parts) writeFilter(writer, part);
      writer.endSequence();
      return;
    case 'not':
      writer.startSequence(0xa2);
      writeFilter(writer, filter.part);
      writer.endSequence();
      return;
    case 'present':
      writer.writeBuffer(Buffer.from(filter.attribute), 0x87);
      return;
    case 'substring':
      writer.startSequence(0xa4);
      writer.writeString(filter.attribute);
      writer.startSequence();
      if (filter.initial !== undefined) writer.writeBuffer(filter.initial, 0x80);
      for (const part of filter.any) writer.writeBuffer(part, 0x81);
      if (filter.final !== undefined) writer.writeBuffer(filter.final, 0x82);
      writer.endSequence();
      writer.endSequence();
      return;
    case 'extensible':
      writer.startSequence(0xa9);
      if (filter.rule !== undefined) writer.writeBuffer(Buffer.from(filter.rule), 0x81);
      if (filter.attribute !== undefined) writer.writeBuffer(Buffer.from(filter.attribute), 0x82);
      writer.writeBuffer(filter.value, 0x83);
      if (filter.matchesDn) writer.writeBoolean(true, 0x84);
      writer.endSequence();
      return;
    default:
      writer.startSequence(COMPARISON_TAGS[filter.kind]);
      writer.writeString(filter.attribute);
      writer.writeBuffer(filter.value, OCTET_STRING);
      writer.endSequence();
  }
}

const OPERATORS = { equal: '=', atLeast: '>=', atMost: '<=', approximately: '~=' } as const;

/** The text of RFC 4515, pure ASCII. */
export function formatFilter(filter: LdapFilter): string {
  switch (filter.kind) {
    case 'and':
      return `(&${filter.parts.map(formatFilter).join('')})`;
    case 'or':
      return `(|${filter.parts.map(formatFilter).join('')})`;
    case 'not':
      return `(!${formatFilter(filter.part)})`;
    case 'present':
      return `(${filter.attribute}=*)`;
    case 'substring': {
      const ends = [filter.initial ?? Buffer.alloc(0), ...filter.any, filter.final ?? Buffer.alloc(0)];
      return `(${filter.attribute}=${ends.map(escapeFilterValue).join('*')})`;
    }
    case 'extensible': {
      const rule = filter.rule === undefined ? '' : `:${filter.rule}`;
      const dn = filter.matchesDn ? ':dn' : '';
      return `(${filter.attribute ?? ''}${dn}${rule}:=${escapeFilterValue(filter.value)})`;
    }
    default:
      return `(${filter.attribute}${OPERATORS[filter.kind]}${escapeFilterValue(filter.value)})`;
  }
}

/** RFC 4515, 3: everything that could mean something else, and every byte that is not plain ASCII. */
export function escapeFilterValue(value: string | Buffer): string {
  let escaped = '';
  for (const byte of typeof value === 'string' ? Buffer.from(value) : value) {
    const character = String.fromCharCode(byte);
    escaped +=
      byte > 0x20 && byte < 0x7f && !'()*\\'.includes(character)
        ? character
        : byte === 0x20
          ? ' '
          : `\\${byte.toString(16).padStart(2, '0')}`;
  }
  return escaped;
}
