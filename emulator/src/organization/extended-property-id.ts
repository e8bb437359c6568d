// Extended (MAPI) property ids: `String 0x3A24`, `Integer {guid} Id 0x8506`, `String {guid} Name Anything`.
// The store keeps one spelling of each: hex and GUID in lower case, the name exactly as written.

const singleTypes = [
  'String',
  'Integer',
  'Short',
  'Long',
  'Boolean',
  'SystemTime',
  'Double',
  'Float',
  'Binary',
  'CLSID',
  'Currency',
];
const canonicalTypes = new Map(
  singleTypes.flatMap((type) => [type, `${type}Array`]).map((type) => [type.toLowerCase(), type]),
);

const tagPattern = /^(\w+) 0x([0-9a-f]{1,4})$/i;
const namedPattern =
  /^(\w+) \{([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\} (Id|Name) (.+)$/i;

/** undefined: not an id the service would understand. */
export function normalizeExtendedPropertyId(id: string): string | undefined {
  const tag = tagPattern.exec(id);
  if (tag !== null) {
    const type = canonicalTypes.get((tag[1] ?? '').toLowerCase());
    const number = Number.parseInt(tag[2] ?? '', 16);
    // From 0x8000 on tags are the mailbox's own numbers for named properties and are refused.
    if (type === undefined || number === 0 || number >= 0x8000) return undefined;
    return `${type} 0x${number.toString(16)}`;
  }
  const named = namedPattern.exec(id);
  if (named === null) return undefined;
  const type = canonicalTypes.get((named[1] ?? '').toLowerCase());
  if (type === undefined) return undefined;
  const set = (named[2] ?? '').toLowerCase();
  const rest = named[4] ?? '';
  if ((named[3] ?? '').toLowerCase() === 'name') return `${type} {${set}} Name ${rest}`;
  const number = /^0x[0-9a-f]{1,8}$/i.test(rest)
    ? Number.parseInt(rest, 16)
    : /^\d+$/.test(rest)
      ? Number.parseInt(rest, 10)
      : undefined;
  return number === undefined ? undefined : `${type} {${set}} Id 0x${number.toString(16)}`;
}
