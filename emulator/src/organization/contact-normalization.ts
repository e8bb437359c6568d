// What Exchange makes of a contact's values when they are stored: what was sent and what is read back differ
// without anybody having edited. Applied to every write, whichever face it came through.

type Properties = Readonly<Record<string, unknown>>;

const nameParts = ['title', 'givenName', 'middleName', 'surname', 'generation'];
const slotNames = ['primaryEmailAddress', 'secondaryEmailAddress', 'tertiaryEmailAddress'] as const;

/** The stored form of a new contact: only set properties, normalized, names generated where absent. */
export function normalizeNewContact(sent: Properties): Record<string, unknown> {
  return withGeneratedNames(normalizeValues(sent));
}

/** The stored form after a change. In `changes` null, '' and [] clear; what is absent stays. */
export function normalizeChangedContact(stored: Properties, changes: Properties): Record<string, unknown> {
  const before: Record<string, unknown> = { ...stored };
  const merged: Record<string, unknown> = { ...stored };
  for (const [name, value] of Object.entries(changes)) {
    if (isAddress(name) && isRecord(value) && isRecord(stored[name]))
      merged[name] = { ...stored[name], ...value };
    else merged[name] = value;
  }
  // One list in two spellings: the array, and (newer) one property per slot. The one that was sent wins.
  if ('emailAddresses' in changes) for (const slot of slotNames) delete merged[slot];
  else if (slotNames.some((slot) => slot in changes)) {
    const old = Array.isArray(stored['emailAddresses']) ? stored['emailAddresses'] : [];
    merged['emailAddresses'] = slotNames
      .map((slot, index) => (slot in changes ? changes[slot] : old[index]))
      .filter((address) => address !== null && address !== undefined);
    for (const slot of slotNames) delete merged[slot];
  }
  // Changing a part of the name lets the service make the display name anew unless it is sent along
  // (Graph reference, "Update contact").
  if (nameParts.some((part) => part in changes) && !('displayName' in changes)) delete merged['displayName'];
  if (!('fileAs' in changes) && stored['fileAs'] === generatedFileAs(before)) delete merged['fileAs'];
  return withGeneratedNames(normalizeValues(merged));
}

function normalizeValues(properties: Properties): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(properties)) {
    const normalized = normalizeValue(name, value);
    if (normalized !== undefined) result[name] = normalized;
  }
  if (result['emailAddresses'] === undefined) {
    const slots = slotNames.map((slot) => result[slot]).filter((address) => address !== undefined);
    if (slots.length > 0) result['emailAddresses'] = slots;
  }
  for (const slot of slotNames) delete result[slot];
  return result;
}

function normalizeValue(name: string, value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'string') {
    if (name === 'birthday') return normalizeBirthday(value);
    // The notes are the item's body: lines end in CRLF there, and blanks at the ends belong to the text.
    const text = name === 'personalNotes' ? value.replace(/\r\n|\r|\n/g, '\r\n') : value.trim();
    return text === '' ? undefined : text;
  }
  if (slotNames.some((slot) => slot === name)) return normalizeEmailAddress(value);
  if (Array.isArray(value)) {
    const entries = value
      .map((entry) => (name === 'emailAddresses' ? normalizeEmailAddress(entry) : normalizeEntry(entry)))
      .filter((entry) => entry !== undefined);
    return entries.length === 0 ? undefined : entries;
  }
  if (isRecord(value)) {
    const fields = Object.entries(value)
      .map(([field, text]) => [field, typeof text === 'string' ? normalizeAddressField(field, text) : text])
      .filter(([, text]) => text !== undefined && text !== null && text !== '');
    return fields.length === 0 ? undefined : Object.fromEntries(fields);
  }
  return value;
}

function normalizeAddressField(field: string, text: string): string {
  return field === 'street' ? text.replace(/\r\n|\r|\n/g, '\r\n').trim() : text.trim();
}

function normalizeEntry(entry: unknown): unknown {
  if (typeof entry !== 'string') return entry ?? undefined;
  const text = entry.trim();
  return text === '' ? undefined : text;
}

function normalizeEmailAddress(value: unknown): unknown {
  if (!isRecord(value)) return undefined;
  const address = typeof value['address'] === 'string' ? value['address'].trim() : '';
  if (address === '') return undefined;
  const name = typeof value['name'] === 'string' ? value['name'].trim() : '';
  return { name: name === '' ? address : name, address };
}

// Written as midnight, read back as 11:59: only the date means anything.
function normalizeBirthday(value: string): string | undefined {
  const date = /^(\d{4}-\d{2}-\d{2})/.exec(value.trim());
  return date === null ? undefined : `${date[1]}T11:59:00Z`;
}

function withGeneratedNames(properties: Record<string, unknown>): Record<string, unknown> {
  const result = { ...properties };
  if (result['displayName'] === undefined) {
    const displayName = generatedDisplayName(result);
    if (displayName !== '') result['displayName'] = displayName;
  }
  if (result['fileAs'] === undefined) {
    const fileAs = generatedFileAs(result);
    if (fileAs !== '') result['fileAs'] = fileAs;
  }
  return result;
}

function generatedDisplayName(properties: Properties): string {
  const name = joined(nameParts.map((part) => properties[part]));
  if (name !== '') return name;
  if (typeof properties['companyName'] === 'string') return properties['companyName'];
  const [first] = Array.isArray(properties['emailAddresses']) ? properties['emailAddresses'] : [];
  return isRecord(first) && typeof first['address'] === 'string' ? first['address'] : '';
}

function generatedFileAs(properties: Properties): string {
  const given = joined([properties['givenName'], properties['middleName']]);
  const surname = joined([properties['surname']]);
  if (surname !== '' && given !== '') return `${surname}, ${given}`;
  if (surname !== '' || given !== '') return surname || given;
  return typeof properties['displayName'] === 'string'
    ? properties['displayName']
    : generatedDisplayName(properties);
}

function joined(parts: readonly unknown[]): string {
  return parts.filter((part) => typeof part === 'string' && part !== '').join(' ');
}

function isAddress(name: string): boolean {
  return name === 'businessAddress' || name === 'homeAddress' || name === 'otherAddress';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
