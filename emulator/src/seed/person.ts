// One seeded person: name, workplace, numbers, addresses; sometimes with fields missing, sometimes with more
// values than a contact has slots.

import type { PersonFields } from '../organization/state.ts';
import { type Culture, cultures, type Name } from './names.ts';
import type { Random } from './random.ts';
import {
  businessPhone,
  companies,
  departments,
  internalNumber,
  mobilePhone,
  titles,
  type Workplace,
  workplaces,
} from './workplaces.ts';

export interface SeededPerson {
  readonly displayName: string;
  /** Unique, letters, digits and dots. */
  readonly alias: string;
  readonly person: PersonFields;
  /** Local parts of further addresses. */
  readonly furtherLocalParts: readonly string[];
}

export class PersonMaker {
  readonly #random: Random;
  readonly #usedAliases = new Map<string, number>();
  #previous: { readonly culture: Culture; readonly first: Name; readonly last: Name } | undefined;

  constructor(random: Random) {
    this.#random = random;
  }

  make(): SeededPerson {
    const random = this.#random;
    const { culture, first, last } = this.#name();
    const place = random.pick(placesOf(culture));
    const displayName = culture.isSurnameFirst
      ? `${last.written} ${first.written}`
      : random.chance(0.08)
        ? `${last.written}, ${first.written}`
        : `${first.written} ${last.written}`;
    const alias = this.#alias(`${first.latin}.${last.latin}`);
    return {
      displayName,
      alias,
      person: this.#fields(first, last, place),
      furtherLocalParts: this.#furtherAddresses(first, last),
    };
  }

  /** Every now and then the same name again: homonyms differ in nothing but who they are. */
  #name(): { readonly culture: Culture; readonly first: Name; readonly last: Name } {
    const random = this.#random;
    if (this.#previous !== undefined && random.chance(0.03)) return this.#previous;
    const culture = pickCulture(random);
    const name = { culture, first: random.pick(culture.firstNames), last: random.pick(culture.lastNames) };
    this.#previous = name;
    return name;
  }

  #alias(wanted: string): string {
    const count = (this.#usedAliases.get(wanted) ?? 0) + 1;
    this.#usedAliases.set(wanted, count);
    return count === 1 ? wanted : `${wanted}${count}`;
  }

  #furtherAddresses(first: Name, last: Name): string[] {
    const random = this.#random;
    const candidates = [
      `${first.latin.slice(0, 1)}${last.latin}`,
      `${last.latin}.${first.latin}`,
      `${first.latin}-${last.latin}`,
      `${last.latin}`,
      `${first.latin}_${last.latin.slice(0, 1)}`,
    ];
    const count = random.chance(0.5) ? 0 : random.pick([1, 1, 2, 3, 5]);
    return candidates.slice(0, count).map((local) => this.#alias(local));
  }

  #fields(first: Name, last: Name, place: Workplace): PersonFields {
    const random = this.#random;
    const fields: PersonFields = { firstName: first.written, lastName: last.written };
    if (random.chance(0.1)) return fields;
    const maybe = (probability: number, set: () => void): void => {
      if (random.chance(probability)) set();
    };
    maybe(0.15, () => {
      fields.initials = `${first.written.slice(0, 1)}.`;
    });
    maybe(0.9, () => {
      fields.title = random.pick(titles);
    });
    maybe(0.92, () => {
      fields.department = random.pick(departments);
    });
    maybe(0.95, () => {
      fields.company = random.pick(companies);
    });
    maybe(0.7, () => {
      fields.office = `${random.pick(['A', 'B2', 'C', 'HQ'])}.${1 + random.below(4)}${random.below(10)}`;
    });
    maybe(0.85, () => {
      fields.phone = random.chance(0.08) ? internalNumber(random) : businessPhone(random, place);
    });
    maybe(0.15, () => {
      fields.otherTelephone = Array.from({ length: 1 + random.below(3) }, () => businessPhone(random, place));
    });
    maybe(0.6, () => {
      fields.mobilePhone = mobilePhone(random, place);
    });
    maybe(0.1, () => {
      fields.homePhone = businessPhone(random, place);
    });
    maybe(0.05, () => {
      fields.otherHomePhone = [businessPhone(random, place), businessPhone(random, place)];
    });
    maybe(0.2, () => {
      fields.fax = businessPhone(random, place);
    });
    maybe(0.04, () => {
      fields.otherFax = [businessPhone(random, place)];
    });
    maybe(0.04, () => {
      fields.pager = internalNumber(random);
    });
    maybe(0.08, () => {
      fields.webPage = 'https://www.contoso.example/people';
    });
    maybe(0.08, () => {
      fields.notes = random.pick([
        'Prefers e-mail.',
        'Mo-Do 8-16 Uhr\nFr 8-12 Uhr\n\nVertretung: Zentrale',
        '  spaces around  ',
        'Tel. nur über das Sekretariat;\r\nbitte nicht durchstellen',
      ]);
    });
    maybe(0.05, () => {
      fields.assistantName = 'Sekretariat';
      fields.telephoneAssistant = internalNumber(random);
    });
    maybe(0.9, () => Object.assign(fields, addressOf(place)));
    return fields;
  }
}

function addressOf(place: Workplace): PersonFields {
  return {
    streetAddress: place.streetAddress,
    city: place.city,
    country: place.country,
    ...(place.postalCode === '' ? {} : { postalCode: place.postalCode }),
    ...(place.stateOrProvince === undefined ? {} : { stateOrProvince: place.stateOrProvince }),
    ...(place.postOfficeBox === undefined ? {} : { postOfficeBox: [place.postOfficeBox] }),
  };
}

function placesOf(culture: Culture): readonly Workplace[] {
  return workplaces.filter((place) => place.culture === culture.code);
}

function pickCulture(random: Random): Culture {
  const total = cultures.reduce((sum, culture) => sum + culture.weight, 0);
  let left = random.below(total);
  for (const culture of cultures) {
    left -= culture.weight;
    if (left < 0) return culture;
  }
  return random.pick(cultures);
}
