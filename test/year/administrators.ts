// What administrators of a simulated year change in the policy, one edit at a time.

import type { PropertyRule } from '@contactsync/contract';
import type { Policy, RecipientSource } from '../../src/model/policy.ts';
import type { World } from '../properties/world.ts';
import type { Chance } from './chance.ts';
import { DEPARTMENTS, PHONES, STAFF } from './company.ts';
import { DISPLAY_NAMES } from './expectation.ts';
import { recipientSource } from './recipient-source.ts';

const RULE: PropertyRule = { mode: 'overwrite', whenEmpty: 'clear', replace: [] };

/** Properties that ever had another rule than the usual one; what users filled in then is theirs. */
export type OtherRules = Set<string>;

/** Says what was edited. */
export function editPolicy(world: World, chance: Chance, otherRules: OtherRules): string {
  const kind = chance.weighted({
    propertyRule: 3,
    usualRules: 1.5,
    displayName: 1.5,
    fileAs: 1,
    categories: 1,
    phoneFormat: 0.6,
    strategy: 2,
    deletedByUser: 1,
    mailboxLeft: 0.5,
    keepInDeletedItems: 0.6,
    // The two exclude each other.
    subfolderPerDomain: world.policy.folder.useDefaultContacts ? 0 : 0.7,
    folderName: 0.8,
    brake: 1,
    excludeDepartment: 0.8,
    excludeNobody: 0.8,
    excludeMailbox: 0.5,
    excludeNoMailbox: 0.5,
    includeOwn: 0.5,
    recipientTypes: 0.5,
    sourceGroup: 0.4,
    mailboxGroup: 0.4,
  });
  const { policy } = world;
  const edit = (change: Partial<Policy>): void => world.editPolicy((one) => ({ ...one, ...change }));
  const contact = (change: Partial<Policy['contact']>) => edit({ contact: { ...policy.contact, ...change } });
  const deletion = (change: Partial<Policy['deletion']>) =>
    edit({ deletion: { ...policy.deletion, ...change } });
  const folder = (change: Partial<Policy['folder']>) => edit({ folder: { ...policy.folder, ...change } });
  const mailboxes = (change: Partial<Policy['mailboxes']>) =>
    edit({ mailboxes: { ...policy.mailboxes, ...change } });
  const source = (change: Partial<Pick<RecipientSource, 'exclude' | 'groups' | 'recipientTypes'>>) =>
    edit({ source: { ...recipientSource(policy), ...change } });
  switch (kind) {
    case 'propertyRule': {
      const property = chance.pick(['department', 'jobTitle', 'mobilePhone', 'manager', 'surname']);
      const mode = chance.pick(['keepEdited', 'fillIfBlank', 'off'] as const);
      const whenEmpty = chance.pick(['clear', 'keep'] as const);
      otherRules.add(property);
      contact({ properties: { ...policy.contact.properties, [property]: { ...RULE, mode, whenEmpty } } });
      break;
    }
    case 'usualRules':
      contact({ properties: {} });
      break;
    case 'displayName':
      contact({ displayName: chance.pick(Object.keys(DISPLAY_NAMES)) });
      break;
    case 'fileAs':
      contact({ fileAs: chance.pick(['{surname}[, {givenName}]', '{displayName}']) });
      break;
    case 'categories':
      contact({ categories: chance.pick([['Company'], [], ['Company', 'Synchronized']]) });
      break;
    case 'phoneFormat': {
      const format = policy.contact.phones.format === 'asIs' ? 'e164' : 'asIs';
      contact({ phones: { ...policy.contact.phones, format } });
      break;
    }
    case 'strategy':
      deletion({
        strategy: chance.pick(['remove', 'remove', 'grace', 'handOver', 'never']),
        graceDays: chance.pick([3, 7, 14]),
      });
      break;
    case 'deletedByUser':
      deletion({ deletedByUser: chance.pick(['restore', 'respect']) });
      break;
    case 'mailboxLeft':
      deletion({ mailboxLeft: chance.pick(['remove', 'remove', 'leave']) });
      break;
    case 'keepInDeletedItems':
      deletion({ keepInDeletedItems: !policy.deletion.keepInDeletedItems });
      break;
    case 'subfolderPerDomain':
      folder({ subfolderPerDomain: !policy.folder.subfolderPerDomain });
      break;
    case 'folderName':
      folder({ name: `Colleagues ${world.revision}` });
      break;
    case 'brake':
      edit({
        brake: {
          ...policy.brake,
          maxPeople: chance.pick([5, 20, 100]),
          maxPeoplePercent: chance.pick([5, 20, 50]),
          maxMailboxes: chance.pick([1, 10]),
        },
      });
      break;
    case 'excludeDepartment':
      source({
        exclude: [[{ property: 'department', operator: 'equals', value: chance.pick(DEPARTMENTS) }]],
      });
      break;
    case 'excludeNobody':
      source({ exclude: [] });
      break;
    case 'excludeMailbox':
      mailboxes({ exclude: [chance.pick(world.organization.directory).primarySmtpAddress] });
      break;
    case 'excludeNoMailbox':
      mailboxes({ exclude: [] });
      break;
    case 'includeOwn':
      contact({ includeOwn: !policy.contact.includeOwn });
      break;
    case 'recipientTypes':
      source({ recipientTypes: chance.pick([['userMailbox'], ['userMailbox', 'mailContact']]) });
      break;
    case 'sourceGroup':
      source({ groups: recipientSource(policy).groups.length > 0 ? [] : [STAFF] });
      break;
    case 'mailboxGroup':
      mailboxes({ groups: policy.mailboxes.groups.length > 0 ? [] : [PHONES] });
      break;
  }
  return `${kind} (revision ${world.revision})`;
}
