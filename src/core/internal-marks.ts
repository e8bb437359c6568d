// The internal marks of specification 6: NoContactSync keeps an object from being copied, NoMailboxSync keeps a mailbox
// from being filled. Administrators type them by hand, so case, blanks and lists are forgiven.

import {
  CUSTOM_ATTRIBUTES,
  type Known,
  type SourceAttribute,
  type SourceObject,
} from '../model/source-object.ts';

export type InternalMark = 'NoContactSync' | 'NoMailboxSync';

// Blanks that one sees and such that come along with copied text (zero width, soft hyphen, direction marks).
const BLANKS = /[\p{White_Space}\p{Cf}\u115f\u1160\u2800\u3164]/gu;

/** Whether one of the values is the mark or a list with the mark in it. */
export function carriesMark(values: readonly string[], mark: InternalMark): boolean {
  const wanted = mark.toLowerCase();
  return values.some((value) =>
    // NFKC turns full-width letters and separators into the ones we look for.
    value
      .normalize('NFKC')
      .split(/[;,]/)
      .some((part) => part.replace(BLANKS, '').toLowerCase() === wanted),
  );
}

/** Where a contact item, which has no custom attributes, can be marked in Outlook. */
const MARKS_OF_ITEMS: readonly SourceAttribute[] = [
  'categories',
  'userField1',
  'userField2',
  'userField3',
  'userField4',
];

/** A mark that was found counts, even when other custom attributes are unknown. */
export function hasNoContactSync(object: SourceObject): Known<boolean> {
  const places = object.kind === 'contactItem' ? MARKS_OF_ITEMS : CUSTOM_ATTRIBUTES;
  if (places.some((name) => carriesMark(object.attributes[name] ?? [], 'NoContactSync'))) return true;
  const unknown = object.unknownAttributes ?? [];
  return places.some((name) => unknown.includes(name)) ? 'unknown' : false;
}

export function hasNoMailboxSync(customAttributes: Known<readonly string[]>): Known<boolean> {
  return customAttributes === 'unknown' ? 'unknown' : carriesMark(customAttributes, 'NoMailboxSync');
}
