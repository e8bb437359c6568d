// Source objects + the policy's source part -> Selection. Every object that is left out has a reason. What the reading
// could not tell is decided neither way: such an object is not copied, and nothing is deleted because of it.

import type { SourceObjectId } from '../model/ids.ts';
import type { ItemSource, RecipientSource, SourcePart } from '../model/policy.ts';
import type { ExclusionReason } from '../model/run.ts';
import type { Known, SourceAttribute, SourceObject } from '../model/source-object.ts';
import { foldCase } from './case-folding.ts';
import { type CompiledFilter, compileFilter } from './filter-rows.ts';
import { hasNoContactSync } from './internal-marks.ts';
import { firstValue, isNameless, labelOf } from './source-attributes.ts';

export interface LeftOutObject {
  readonly sourceObjectId: SourceObjectId;
  readonly label: string;
  readonly reason: ExclusionReason;
  /** What the reason was found in, such as the kind of the object. */
  readonly detail?: string;
}

export interface Selection {
  readonly selected: readonly SourceObject[];
  readonly excluded: readonly LeftOutObject[];
  /** Neither to be created nor to be deleted: something about them is unknown. */
  readonly undecided: readonly LeftOutObject[];
  /** The reading is to be treated as incomplete. */
  readonly hasUnknown: boolean;
}

type Verdict =
  | { readonly kind: 'selected' }
  | { readonly kind: 'excluded' | 'undecided'; readonly reason: ExclusionReason; readonly detail?: string };

interface Check {
  readonly reason: ExclusionReason;
  /** The reason when the answer is unknown. */
  readonly unknown: ExclusionReason;
  /** true: leave the object out. */
  readonly leavesOut: (object: SourceObject) => Known<boolean>;
  readonly detail?: (object: SourceObject) => string;
}

const NOBODY: ReadonlySet<SourceObjectId> = new Set();
const PHONES: readonly SourceAttribute[] = ['businessPhones', 'homePhones', 'mobilePhones', 'otherPhones'];

/** The lists keep the order of the input; throws Failure `invalidFilter` for rows that were never validated. */
export function selectContacts(
  objects: readonly SourceObject[],
  source: SourcePart,
  withheld: ReadonlySet<SourceObjectId> = NOBODY,
): Selection {
  const checks = checksOf(source, withheld);
  const selected: SourceObject[] = [];
  const excluded: LeftOutObject[] = [];
  const undecided: LeftOutObject[] = [];
  for (const object of objects) {
    const verdict = judge(object, checks);
    if (verdict.kind === 'selected') {
      selected.push(object);
      continue;
    }
    const { kind, ...why } = verdict;
    (kind === 'excluded' ? excluded : undecided).push({
      sourceObjectId: object.id,
      label: labelOf(object),
      ...why,
    });
  }
  return { selected, excluded, undecided, hasUnknown: undecided.length > 0 };
}

/** A certain reason to leave out is worth more than any doubt; among several the first of the checks is named. */
function judge(object: SourceObject, checks: readonly Check[]): Verdict {
  let doubt: Verdict | undefined;
  for (const check of checks) {
    const answer = check.leavesOut(object);
    if (answer === false) continue;
    const detail = check.detail?.(object);
    const why = detail === undefined ? {} : { detail };
    if (answer === true) return { kind: 'excluded', reason: check.reason, ...why };
    doubt ??= { kind: 'undecided', reason: check.unknown, ...why };
  }
  return doubt ?? { kind: 'selected' };
}

/** Orders come first: whoever gave one wants to read that it was seen. */
function checksOf(source: SourcePart, withheld: ReadonlySet<SourceObjectId>): readonly Check[] {
  const include = compileFilter(source.include, 'source.include');
  const exclude = compileFilter(source.exclude, 'source.exclude');
  const checks: (Check | false)[] = [
    { reason: 'withheld', unknown: 'unknownAttribute', leavesOut: ({ id }) => withheld.has(id) },
    { reason: 'noContactSync', unknown: 'unknownMark', leavesOut: hasNoContactSync },
    ...(isOfItems(source) ? itemChecks(source) : recipientChecks(source)),
    source.excludeWithoutPhone && {
      reason: 'withoutPhone',
      unknown: 'unknownAttribute',
      leavesOut: (object) => lacksAll(object, PHONES),
    },
    source.excludeWithoutEmail && {
      reason: 'withoutEmail',
      unknown: 'unknownAttribute',
      leavesOut: (object) => lacksAll(object, ['emailAddresses']),
    },
    !include.isEmpty && {
      reason: 'notIncluded',
      unknown: 'unknownAttribute',
      leavesOut: (object) => not(include.fits(object)),
    },
    { reason: 'excluded', unknown: 'unknownAttribute', leavesOut: (object) => excludedBy(exclude, object) },
  ];
  return checks.filter((check) => check !== false);
}

function isOfItems(source: SourcePart): source is ItemSource {
  return source.type === 'sharedMailbox' || source.type === 'publicFolder';
}

function recipientChecks(source: RecipientSource): (Check | false)[] {
  const types: ReadonlySet<string> = new Set(source.recipientTypes);
  return [
    {
      reason: 'type',
      unknown: 'unknownAttribute',
      leavesOut: (object) => !types.has(object.kind),
      detail: (object) => object.kind,
    },
    source.type === 'exchangeOnline' &&
      source.excludeGuests && {
        reason: 'guest',
        unknown: 'unknownAttribute',
        leavesOut: (object) => object.isGuest || object.kind === 'guestMailUser',
      },
    source.excludeHidden && {
      reason: 'hidden',
      unknown: 'unknownHidden',
      leavesOut: (object) => object.isHidden,
    },
    source.excludeDisabled && {
      reason: 'disabled',
      unknown: 'unknownAttribute',
      leavesOut: (object) => object.isDisabled,
    },
  ];
}

function itemChecks({ includePrivate, categories }: ItemSource): (Check | false)[] {
  const chosen = new Set(categories.map(foldCase));
  return [
    {
      reason: 'contactList',
      unknown: 'unknownAttribute',
      leavesOut: (object) => object.kind === 'contactList',
    },
    !includePrivate && {
      reason: 'private',
      unknown: 'unknownAttribute',
      leavesOut: (object) => firstValue(object, 'isPrivate') === 'true',
    },
    chosen.size > 0 && {
      reason: 'withoutCategory',
      unknown: 'unknownAttribute',
      leavesOut: (object) => !(object.attributes.categories ?? []).some((name) => chosen.has(foldCase(name))),
    },
    { reason: 'withoutName', unknown: 'unknownAttribute', leavesOut: isNameless },
  ];
}

function excludedBy(exclude: CompiledFilter, object: SourceObject): Known<boolean> {
  return exclude.isEmpty ? false : exclude.fits(object);
}

function not(answer: Known<boolean>): Known<boolean> {
  return answer === 'unknown' ? 'unknown' : !answer;
}

function lacksAll(object: SourceObject, names: readonly SourceAttribute[]): Known<boolean> {
  if (names.some((name) => firstValue(object, name) !== '')) return false;
  return names.some((name) => object.unknownAttributes?.includes(name)) ? 'unknown' : true;
}
