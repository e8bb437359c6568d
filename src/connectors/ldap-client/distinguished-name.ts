// Distinguished names (RFC 4514), and the form with ids in which Active Directory gives them on request:
// `<GUID=…>;<SID=…>;CN=…`. The id stays when somebody renames the object or a container above it.

export interface NamedObject {
  readonly dn: string;
  /** objectGUID as canonical text; undefined where the server did not say it. */
  readonly guid: string | undefined;
  /** Security identifier as text, such as S-1-5-21-…; of accounts and groups only. */
  readonly sid: string | undefined;
}

// [MS-ADTS] 3.1.1.3.4.1.5, LDAP_SERVER_EXTENDED_DN_OID with the string form.
const EXTENDED = /^<GUID=([0-9a-f-]{36})>;(?:<SID=([^>]*)>;)?/i;

export function readExtendedName(text: string): NamedObject {
  const found = EXTENDED.exec(text);
  if (found === null) return { dn: text, guid: undefined, sid: undefined };
  return { dn: text.slice(found[0].length), guid: found[1]?.toLowerCase(), sid: found[2] };
}

/** The name by which a server finds an object wherever it was moved to. */
export function nameOfGuid(guid: string): string {
  return `<GUID=${guid}>`;
}

/** `CN` and its value; a value is unescaped. */
export interface NamePart {
  readonly type: string;
  readonly value: string;
}

/** Throws RangeError for what is no distinguished name. */
export function splitName(dn: string): readonly NamePart[] {
  if (dn.trim() === '') return [];
  return splitAtCommas(dn).map((part) => {
    const equal = part.indexOf('=');
    const type = part.slice(0, equal).trim();
    if (equal < 1 || !/^[A-Za-z][A-Za-z0-9-]*$|^[0-9.]+$/.test(type))
      throw new RangeError('distinguished name');
    return { type, value: unescapeValue(part.slice(equal + 1)) };
  });
}

export function isDistinguishedName(text: string): boolean {
  try {
    return splitName(text).length > 0;
  } catch {
    return false;
  }
}

/** One spelling for all spellings of a name. */
export function comparableName(dn: string): string {
  return splitName(dn)
    .map(({ type, value }) => `${type.toLowerCase()}=${escapeNameValue(value.toLowerCase())}`)
    .join(',');
}

/** RFC 4514, 2.4. */
export function escapeNameValue(value: string): string {
  return value
    .replace(/^[ #]|[,+"\\<>;=]| $/g, '\\$&')
    .replace(/\p{Cc}/gu, (control) => Buffer.from(control).toString('hex').replace(/../g, '\\$&'));
}

function splitAtCommas(dn: string): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  let isQuoted = false;
  for (let at = 0; at < dn.length; at += 1) {
    const character = dn[at];
    if (character === '\\') at += 1;
    else if (character === '"') isQuoted = !isQuoted;
    else if ((character === ',' || character === ';') && !isQuoted) {
      parts.push(dn.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(dn.slice(start));
  return parts;
}

function unescapeValue(raw: string): string {
  const trimmed = trimUnescaped(raw);
  const quoted = /^"(.*)"$/s.exec(trimmed)?.[1];
  if (!trimmed.includes('\\')) return quoted ?? trimmed;
  const bytes: Buffer[] = [];
  const text = quoted ?? trimmed;
  for (let at = 0; at < text.length; at += 1) {
    const hex = /^\\([0-9A-Fa-f]{2})/.exec(text.slice(at, at + 3))?.[1];
    if (hex !== undefined) {
      bytes.push(Buffer.from(hex, 'hex'));
      at += 2;
    } else {
      if (text[at] === '\\') at += 1;
      const character = String.fromCodePoint(text.codePointAt(at) ?? 0x5c);
      bytes.push(Buffer.from(character));
      at += character.length - 1;
    }
  }
  return Buffer.concat(bytes).toString('utf8');
}

/** Blanks at the ends belong to the notation, unless the last one is escaped. */
function trimUnescaped(raw: string): string {
  // Only plain blanks: others, such as the no-break space, belong to the value.
  const start = raw.replace(/^ +/, '');
  const end = start.replace(/ +$/, '');
  const backslashes = /\\*$/.exec(end)?.[0].length ?? 0;
  return backslashes % 2 === 1 && end.length < start.length ? start.slice(0, end.length + 1) : end;
}
