// The hand-written troublemakers of the seed: values that have broken such products before. They are laid over
// generated people, so everything else about those stays ordinary.

import type { PersonFields } from '../organization/state.ts';

export interface Oddity {
  readonly what: string;
  readonly displayName?: string;
  readonly person?: PersonFields;
  /** By number 1 to 15. */
  readonly customAttributes?: Readonly<Record<number, string>>;
  readonly isHidden?: boolean;
  readonly isDisabled?: boolean;
  readonly isWithoutRest?: boolean;
  /** Given name and surname only, nothing else. */
  readonly isBare?: boolean;
  readonly furtherAddresses?: number;
}

/** For recipients of any kind without a mailbox here. */
export const recipientOddities: readonly Oddity[] = [
  { what: 'a formula as name', displayName: '=SUM(A1)', person: { firstName: '=SUM(A1)', lastName: '+1-1' } },
  { what: 'a formula that calls out', displayName: '@HYPERLINK("https://example.com";"x")' },
  {
    what: 'markup as name',
    displayName: '<b>Bob</b>',
    person: { firstName: '<b>Bob</b>', lastName: '</td>' },
  },
  {
    what: 'script as title',
    person: { title: '<script>alert(1)</script>', department: '"><img src=x onerror=alert(1)>' },
  },
  { what: 'SQL as name', displayName: "Robert'); DROP TABLE people;--" },
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the name is meant to look like a template
  { what: 'a template as name', displayName: '{{displayName}} %givenName% ${title}' },
  {
    what: 'a title of 300 characters',
    person: { title: `Leiterin ${'Qualitätssicherung und '.repeat(14)}`.slice(0, 300) },
  },
  {
    what: 'notes of 4,000 characters',
    person: { notes: 'Zeile mit Umlauten äöü.\n'.repeat(170).slice(0, 4000) },
  },
  {
    what: 'a street of 400 characters',
    person: { streetAddress: 'Am Ende der sehr langen Straße '.repeat(14).slice(0, 400) },
  },
  {
    what: 'control characters',
    displayName: 'Con\u0007trol\u0000 Char\u001bacter',
    person: { title: 'Tab\there\u000b' },
  },
  {
    what: 'a lone surrogate',
    displayName: 'Half \ud83d Emoji',
    person: { lastName: '\udc00Low', department: 'R\ud800D' },
  },
  { what: 'emoji', displayName: 'Party 🎉 Planner 👩‍👩‍👧', person: { title: 'Chief 🎉 Officer' } },
  {
    what: 'decomposed letters',
    displayName: 'Jürgen Müller'.normalize('NFD'),
    person: { lastName: 'Müller'.normalize('NFD') },
  },
  {
    what: 'marks of direction',
    displayName: '\u202eevreseR\u202c \u200fAhmad',
    person: { firstName: '\u200fAhmad' },
  },
  {
    what: 'invisible blanks',
    displayName: ' \u00a0Blank \u200bSpace\u3000 ',
    person: { title: '   ', department: ' ' },
  },
  {
    what: 'full-width digits in a number',
    person: { phone: '０３－５５５０－０１２３', mobilePhone: '+４９ 171 3920012' },
  },
  { what: 'words instead of a number', person: { phone: 'see notes', mobilePhone: 'n/a', fax: '-' } },
  {
    what: 'two numbers in one field',
    person: { phone: '+49 89 99998100 / +49 89 99998101', homePhone: '089/99998-1;089/99998-2' },
  },
  {
    what: 'more numbers than slots',
    person: {
      phone: '+49 89 99998110',
      otherTelephone: ['+49 89 99998111', '+49 89 99998112', '+49 89 99998113'],
      homePhone: '+49 89 99998114',
      otherHomePhone: ['+49 89 99998115', '+49 89 99998116'],
    },
  },
  { what: 'more addresses than slots', furtherAddresses: 7 },
  { what: 'one word as name', displayName: 'Madonna', person: { firstName: 'Madonna', lastName: '' } },
  { what: 'nothing but a name', isBare: true },
  { what: 'a country that is no code', person: { country: 'XX' } },
  { what: 'NoContactSync', customAttributes: { 1: 'NoContactSync' } },
  { what: 'NoContactSync in lower case with blanks', customAttributes: { 7: '  no contactsync ' } },
  { what: 'NoContactSync in a list', customAttributes: { 15: 'VIP; NOCONTACTSYNC ;Board' } },
  { what: 'NoContactSync in a list with commas', customAttributes: { 3: 'keep,NoContactSync' } },
  {
    what: 'almost NoContactSync',
    customAttributes: { 2: 'NoContactSyncing', 4: 'xNoContactSync', 5: 'No-Contact-Sync' },
  },
  { what: 'hidden', isHidden: true },
  { what: 'hidden and marked', isHidden: true, customAttributes: { 1: 'NoContactSync' } },
];

/** For user mailboxes, laid over the last ones: the first stay ordinary. */
export const mailboxOddities: readonly Oddity[] = [
  { what: 'NoMailboxSync', customAttributes: { 2: 'NoMailboxSync' } },
  { what: 'NoMailboxSync in a list, other case', customAttributes: { 10: 'Intern,nomailboxsync' } },
  { what: 'both marks', customAttributes: { 1: 'NoContactSync;No MailboxSync' } },
  { what: 'NoContactSync, but receives', customAttributes: { 14: 'NoContactSync' } },
  { what: 'hidden', isHidden: true },
  { what: 'disabled', isDisabled: true },
  { what: 'not enabled for REST', isWithoutRest: true },
  { what: 'formula as name', displayName: '=cmd|calc!A1', person: { lastName: '=cmd' } },
];
