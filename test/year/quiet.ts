// After a quiet stretch everybody who should be there is there, in the right folder and with the right values, and nobody
// else.

import type { InMemoryMailbox, MemoryItem } from '../../src/connectors/memory/mailbox.ts';
import type { SourceObjectId } from '../../src/model/ids.ts';
import type { DirectoryMailbox } from '../../src/model/mailbox.ts';
import type { SourceObject } from '../../src/model/source-object.ts';
import type { World } from '../properties/world.ts';
import type { OtherRules } from './administrators.ts';
import type { Company } from './company.ts';
import type { Diary } from './diary.ts';
import {
  expectedFolder,
  expectedValue,
  filledMailboxes,
  folderKeyOf,
  isInScope,
  isMarkedNoContactSync,
  LOOKED_AT,
  type LookedAt,
  visible,
  wantedIn,
  wantedPeople,
} from './expectation.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** After the second foreign edit of one value the product stops fighting. */
const CONTESTED_FROM = 3;

export interface QuietWorld {
  readonly world: World;
  readonly company: Company;
  readonly diary: Diary;
  readonly otherRules: OtherRules;
  /** Since when each person is missing, as complete readings told. */
  readonly missingSince: ReadonlyMap<SourceObjectId, number>;
}

export function expectEverythingInPlace(quiet: QuietWorld): void {
  const { world } = quiet;
  const { policy } = world;
  const people = wantedPeople(world, policy);
  const filled = new Map(filledMailboxes(world, policy).map((mailbox) => [mailbox.id, mailbox]));
  for (const box of world.boxes) {
    const mailbox = filled.get(box.id);
    if (mailbox === undefined) expectEmptied(quiet, box);
    else expectFilledWith(quiet, box, mailbox, wantedIn(mailbox, people, policy));
  }
}

function expectEmptied({ world, diary }: QuietWorld, box: InMemoryMailbox): void {
  if (world.policy.deletion.mailboxLeft === 'leave') return;
  const left = world.managed(box).filter((item) => !diary.userMade.has(box.id, item.id));
  if (left.length > 0) throw new Error(`${left.length} contacts stand in ${box.id}, which is no target`);
}

function expectFilledWith(
  quiet: QuietWorld,
  box: InMemoryMailbox,
  mailbox: DirectoryMailbox,
  wanted: readonly SourceObject[],
): void {
  const { world, diary } = quiet;
  const { policy } = world;
  const managed = world.managed(box);
  const isRespecting = policy.deletion.deletedByUser === 'respect';
  for (const object of wanted) {
    const candidates = managed.filter((item) => item.mark?.sourceObjectId === object.id);
    if (candidates.length === 0) {
      if (isRespecting && diary.wasTakenOut(box.id, object.id)) continue;
      throw new Error(`${object.id} is missing in ${box.id}`);
    }
    const key = expectedFolder(policy, object);
    const inPlace = candidates.filter((item) => folderKeyOf(world, box, item) === key);
    if (inPlace.length === 0) throw new Error(`${object.id} lies in a wrong folder of ${box.id}`);
    const wrong = inPlace.map((item) => wrongValue(quiet, mailbox, object, item));
    if (wrong.every((one) => one !== undefined)) throw new Error(`${object.id} in ${box.id}: ${wrong[0]}`);
  }
  const ids = new Set<string | undefined>(wanted.map(({ id }) => id));
  for (const item of managed) {
    const id = item.mark?.sourceObjectId;
    // A copy is the user's, and is left where its original was removed.
    if (id === undefined || ids.has(id) || diary.userMade.has(box.id, item.id)) continue;
    if (!mayStay(quiet, mailbox, id)) throw new Error(`${id} should not be in ${box.id}`);
  }
}

function wrongValue(
  { company, diary, otherRules, world }: QuietWorld,
  mailbox: DirectoryMailbox,
  object: SourceObject,
  item: MemoryItem,
): string | undefined {
  const { policy } = world;
  const isWrong = (property: LookedAt): boolean => {
    if ((policy.contact.properties[property]?.mode ?? 'overwrite') !== 'overwrite') return false;
    const edits = diary.edits(mailbox.id, object.id, property);
    const value = visible(property, expectedValue(company, policy, object, property));
    // Where the source has nothing, what the user filled in stays.
    if (value === '' && (edits > 0 || otherRules.has(property))) return false;
    return edits < CONTESTED_FROM && visible(property, item.properties[property]) !== value;
  };
  const property = LOOKED_AT.find(isWrong);
  if (property !== undefined) {
    const value = expectedValue(company, policy, object, property);
    return `${property} is "${item.properties[property] ?? ''}" instead of "${value}"`;
  }
  const categories = (item.properties.categories ?? '').split(';');
  const missing = policy.contact.categories.find((name) => !categories.includes(name));
  return missing === undefined ? undefined : `the category ${missing} is missing`;
}

function mayStay(
  { world, missingSince }: QuietWorld,
  mailbox: DirectoryMailbox,
  id: SourceObjectId,
): boolean {
  const { policy } = world;
  const object = world.organization.object(id);
  if (mailbox.ownerId === id && !policy.contact.includeOwn) return false;
  // Of somebody outside the groups of the source nothing is read, not even the mark.
  const isRead = object !== undefined && isInScope(world, policy, object);
  if (isRead && isMarkedNoContactSync(object)) return false;
  if (policy.deletion.strategy === 'never') return true;
  if (policy.deletion.strategy !== 'grace') return false;
  const since = missingSince.get(id) ?? world.clock.now().getTime();
  // A day more: the run that first missed somebody may have failed before it could remember.
  return world.clock.now().getTime() - since < (policy.deletion.graceDays + 1) * DAY_MS;
}
