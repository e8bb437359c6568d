// Where the seeded people work: offices with their addresses, numbers in ranges set aside for fiction or plainly
// made up, and the many ways in which people write such numbers.

import type { Culture } from './names.ts';
import type { Random } from './random.ts';

export interface Workplace {
  readonly city: string;
  /** Two-letter code. */
  readonly country: string;
  readonly stateOrProvince?: string;
  readonly streetAddress: string;
  readonly postalCode: string;
  readonly postOfficeBox?: string;
  readonly culture: Culture['code'];
  readonly countryCode: string;
  /** National prefix dialed inside the country; '' where there is none. */
  readonly trunk: string;
  readonly area: string;
  /** Subscriber numbers are this and three more digits. */
  readonly stem: string;
  readonly mobile: string;
}

export const workplaces: readonly Workplace[] = [
  {
    city: 'München',
    country: 'DE',
    stateOrProvince: 'Bayern',
    streetAddress: 'Sendlinger Straße 8\nRückgebäude, 3. OG',
    postalCode: '80331',
    postOfficeBox: 'Postfach 10 20 30',
    culture: 'de',
    countryCode: '49',
    trunk: '0',
    area: '89',
    stem: '99998',
    mobile: '17139200',
  },
  {
    city: 'Berlin',
    country: 'DE',
    streetAddress: 'Unter den Eichen 87',
    postalCode: '12205',
    culture: 'de',
    countryCode: '49',
    trunk: '0',
    area: '30',
    stem: '23125',
    mobile: '17604069',
  },
  {
    city: 'Wien',
    country: 'AT',
    streetAddress: 'Stubenring 1/Top 14',
    postalCode: '1010',
    culture: 'de',
    countryCode: '43',
    trunk: '0',
    area: '1',
    stem: '55500',
    mobile: '66055500',
  },
  {
    city: 'Zürich',
    country: 'CH',
    stateOrProvince: 'ZH',
    streetAddress: 'Bahnhofstrasse 1',
    postalCode: '8001',
    culture: 'de',
    countryCode: '41',
    trunk: '0',
    area: '44',
    stem: '5550',
    mobile: '7855500',
  },
  {
    city: 'Praha',
    country: 'CZ',
    streetAddress: 'Václavské náměstí 1',
    postalCode: '110 00',
    culture: 'cs',
    countryCode: '420',
    trunk: '',
    area: '2',
    stem: '25000',
    mobile: '601000',
  },
  {
    city: 'Brno',
    country: 'CZ',
    streetAddress: 'Křenová 12',
    postalCode: '602 00',
    culture: 'cs',
    countryCode: '420',
    trunk: '',
    area: '5',
    stem: '42000',
    mobile: '731000',
  },
  {
    city: 'London',
    country: 'GB',
    streetAddress: '1 Example Row',
    postalCode: 'EC1A 1BB',
    culture: 'en',
    countryCode: '44',
    trunk: '0',
    area: '20',
    stem: '79460',
    mobile: '7700900',
  },
  {
    city: 'Seattle',
    country: 'US',
    stateOrProvince: 'WA',
    streetAddress: '500 Example Ave, Suite #210',
    postalCode: '98101',
    culture: 'en',
    countryCode: '1',
    trunk: '1',
    area: '206',
    stem: '5550',
    mobile: '4255550',
  },
  {
    city: 'Lisboa',
    country: 'PT',
    streetAddress: 'Praça do Comércio 5, 2.º Esq.',
    postalCode: '1100-148',
    culture: 'pt',
    countryCode: '351',
    trunk: '',
    area: '21',
    stem: '1000',
    mobile: '910000',
  },
  {
    city: 'São Paulo',
    country: 'BR',
    stateOrProvince: 'SP',
    streetAddress: 'Avenida Paulista 1000, 12º andar',
    postalCode: '01310-100',
    culture: 'pt',
    countryCode: '55',
    trunk: '0',
    area: '11',
    stem: '30000',
    mobile: '11900000',
  },
  {
    city: '東京都千代田区',
    country: 'JP',
    streetAddress: '丸の内1丁目1番1号',
    postalCode: '100-0005',
    culture: 'ja',
    countryCode: '81',
    trunk: '0',
    area: '3',
    stem: '55500',
    mobile: '9055500',
  },
  {
    city: 'دبي',
    country: 'AE',
    streetAddress: 'شارع الشيخ زايد',
    postalCode: '',
    postOfficeBox: '12345',
    culture: 'ar',
    countryCode: '971',
    trunk: '0',
    area: '4',
    stem: '5550',
    mobile: '505550',
  },
  {
    city: 'תל אביב',
    country: 'IL',
    streetAddress: 'שדרות רוטשילד 1',
    postalCode: '6688101',
    culture: 'he',
    countryCode: '972',
    trunk: '0',
    area: '3',
    stem: '5550',
    mobile: '505550',
  },
];

export const departments = [
  'Purchasing',
  'Einkauf',
  'Research & Development',
  'Vertrieb',
  'Human Resources',
  'Finance',
  'Legal, Tax & Compliance',
  'IT Operations',
  'Výroba',
  'Marketing',
  '営業部',
  'Qualitätssicherung',
];

export const titles = [
  'Buyer',
  'Einkäuferin',
  'Senior Software Engineer',
  'Head of Sales',
  'Werkstudent',
  'Vedoucí výroby',
  'Chief Financial Officer',
  'Project Manager',
  'Leiterin Qualitätssicherung',
  'Gestor de Projetos',
  '部長',
  'Administrator',
  'Field Technician',
];

export const companies = [
  'Contoso',
  'Contoso',
  'Contoso',
  'Contoso GmbH & Co. KG',
  'Contoso s.r.o.',
  'コントソ株式会社',
];

/** Area code and subscriber number without any prefix. */
function national(place: Workplace, digits: string): string {
  return `${place.area}${place.stem}${digits}`;
}

export function businessPhone(random: Random, place: Workplace): string {
  const digits = threeDigits(random);
  const plain = national(place, digits);
  const subscriber = `${place.stem}${digits}`;
  const grouped = `${place.stem}-${digits}`;
  const home = place.trunk;
  return random.pick([
    `+${place.countryCode} ${place.area} ${subscriber}`,
    `+${place.countryCode} ${place.area} ${subscriber}`,
    `+${place.countryCode} ${place.area} ${grouped}`,
    `+${place.countryCode}${plain}`,
    home === ''
      ? `+${place.countryCode} ${plain}`
      : `+${place.countryCode} (${home})${place.area} ${subscriber}`,
    `00${place.countryCode} ${place.area} ${subscriber}`,
    `${home}${place.area}/${grouped}`,
    `${home}${place.area} ${subscriber}`,
    `(${home}${place.area}) ${grouped}`,
    `+${place.countryCode}.${place.area}.${subscriber}`,
    `+${place.countryCode} ${place.area} ${subscriber} ext. ${digits}`,
    `+${place.countryCode} ${place.area} ${subscriber} x${digits}`,
    `tel:+${place.countryCode}-${place.area}-${subscriber}`,
    `+${place.countryCode}\u00a0${place.area}\u00a0${subscriber}`,
  ]);
}

/** What the old telephone system calls a number. */
export function internalNumber(random: Random): string {
  return random.pick([
    `${4000 + random.below(1000)}`,
    `x${threeDigits(random)}`,
    `DW ${threeDigits(random)}`,
    `#${threeDigits(random)}`,
  ]);
}

export function mobilePhone(random: Random, place: Workplace): string {
  const number = `${place.mobile}${threeDigits(random)}`;
  return random.pick([
    `+${place.countryCode} ${number}`,
    `+${place.countryCode} ${number.slice(0, 3)} ${number.slice(3)}`,
    `${place.trunk}${number}`,
    `00${place.countryCode}${number}`,
    `+${place.countryCode}-${number.slice(0, 3)}-${number.slice(3)}`,
  ]);
}

function threeDigits(random: Random): string {
  return String(100 + random.below(900));
}
