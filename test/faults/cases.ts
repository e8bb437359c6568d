// The table crossed with the places of every stage. The whole product of the two takes minutes; the tests take a part of
// it, in which every variant strikes at every second or third of its places, and a search takes all.

import { FAULTS, nameOf, type Told, VARIANTS, type Variant } from './fault-table.ts';
import { MAILBOX_PLACES, PLACE_NAMES, type Place } from './places.ts';
import { STAGES, type StageName } from './stages.ts';

/** As for the other laws: everything. */
const isSearch = process.env.LAWS_SEARCH === '1';

const READING: readonly Place[] = [
  'sign-in',
  'recipient list',
  'user list',
  'contact list',
  'people in Graph',
  'mailbox list',
  'batch',
  'folder look-up',
];

/** Where each stage comes by; a test compares it with the emulator's log. */
export const PLACES_OF: Readonly<Record<StageName, readonly Place[]>> = {
  'first fill': [...READING, 'folder creation', 'first delta', 'create'],
  changes: [
    ...READING,
    ...(['next delta', 'list', 'single contact'] as const),
    ...(['create', 'update', 'delete', 'purge', 'folder removal'] as const),
  ],
  unchanged: [...READING, 'next delta'],
  'folder renamed': [...READING, 'next delta', 'folder rename'],
  'ledger forgotten': [...READING, 'first delta', 'list'],
  rollback: [
    ...(['sign-in', 'batch', 'folder look-up', 'first delta', 'list', 'folder creation'] as const),
    ...(['create', 'update', 'delete', 'purge'] as const),
  ],
  'clean-up': [
    ...(['sign-in', 'batch', 'folder look-up', 'next delta', 'list', 'single contact'] as const),
    ...(['update', 'delete', 'purge', 'folder removal'] as const),
  ],
};

export interface Case {
  readonly stage: StageName;
  readonly place: Place;
  readonly variant: Variant;
  readonly name: string;
  readonly told: Told;
}

/** A token grows old where a list is slow; what undoes or removes reads no list. */
function stagesFor({ withOldToken }: Variant, place: Place): readonly StageName[] {
  return STAGES.filter(
    (stage) =>
      PLACES_OF[stage].includes(place) &&
      (withOldToken !== true || PLACES_OF[stage].includes('recipient list')),
  );
}

interface Crossing<At> {
  readonly places: readonly At[];
  readonly step: number;
  readonly stagesFor: (place: At) => readonly StageName[];
}

/** The variant of this number at every `step`-th of its places, each time in another stage. */
export function crossed<At>(
  number: number,
  { places, step, stagesFor: stagesAt }: Crossing<At>,
): readonly { readonly stage: StageName; readonly place: At }[] {
  return places.flatMap((place, index) => {
    const stages = stagesAt(place);
    const stage = stages[Math.floor((number + index) / step) % stages.length];
    const isChosen = places.length <= 3 || (number + index) % step === 0;
    const chosen = isSearch ? stages : isChosen && stage !== undefined ? [stage] : [];
    return chosen.map((one) => ({ stage: one, place }));
  });
}

/** Strikes once, wherever it comes by first. */
export function casesOnce(passing: boolean): readonly Case[] {
  const variants = VARIANTS.filter(({ once }) => (once === 'nothing') === passing);
  return variants.flatMap((variant, number) =>
    crossed(number, {
      places: PLACE_NAMES.filter((place) => variant.at.includes(place)),
      step: 3,
      stagesFor: (place) => stagesFor(variant, place),
    }).map((where) => ({ ...where, variant, name: nameOf(variant), told: variant.once })),
  );
}

/** Strikes one mailbox until it is lifted; purging is a courtesy that nobody misses. */
export function casesLasting(): readonly Case[] {
  return VARIANTS.flatMap((variant, number) => {
    const { lasting } = variant;
    if (lasting === undefined) return [];
    const places = MAILBOX_PLACES.filter((place) => variant.at.includes(place) && place !== 'purge');
    const crossing = { places, step: 2, stagesFor: (place: Place) => stagesFor(variant, place) };
    return crossed(number, crossing).map((where) => ({
      ...where,
      variant,
      name: nameOf(variant),
      told: lasting,
    }));
  });
}

export const KINDS = Object.keys(FAULTS);
