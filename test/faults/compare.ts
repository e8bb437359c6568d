// The laws a fault must not break, as sentences about what was found in the mailboxes. Pure; an empty list is good.

import { isDeepStrictEqual } from 'node:util';
import type { ItemView, MailboxView } from '@contactsync/emulator';
import { decodeIdentity } from '../../src/core/fingerprint.ts';
import type { JournalEntry } from '../../src/model/ledger-record.ts';
import type { OutcomeCounts, RunReport } from '../../src/model/run.ts';
import { addressOf, type Mailboxes, policy } from './tenant.ts';

/** undefined: never ours. '': taken off. */
function identityOf({ extendedProperties }: Pick<ItemView, 'extendedProperties'>): string | undefined {
  return Object.entries(extendedProperties).find(([id]) => id.endsWith('ContactSyncIdentity'))?.[1];
}

/** The person a managed contact stands for. */
export function personOf(item: ItemView): string | undefined {
  const identity = identityOf(item) ?? '';
  const mark = identity === '' ? undefined : decodeIdentity(identity, '');
  if (mark === undefined || 'newer' in mark || mark.policyId !== policy.id) return undefined;
  return mark.sourceObjectId;
}

/** Deleted Items is the user's waste paper basket: what lies there is gone. */
export function living({ folders, items }: MailboxView): readonly ItemView[] {
  const deleted = new Set(folders.filter(({ isDeleted }) => isDeleted).map(({ id }) => id));
  return items.filter(({ folderId }) => !deleted.has(folderId));
}

function managed(view: MailboxView): ReadonlyMap<string, ItemView> {
  const items = living(view).filter((item) => personOf(item) !== undefined);
  return new Map(items.map((item) => [item.immutableId, item]));
}

const sorted = (record: Readonly<Record<string, unknown>>) =>
  Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));

/** Everything but ids, versions and times, one line an item. */
function contents(view: MailboxView): readonly string[] {
  const folders = view.folders.filter(({ isDeleted }) => !isDeleted);
  return [
    ...folders.map(({ path, extendedProperties }) => JSON.stringify([path, sorted(extendedProperties)])),
    ...living(view).map((item) =>
      JSON.stringify([
        item.folderPath,
        item.itemClass,
        personOf(item),
        sorted(item.properties),
        sorted(item.extendedProperties),
      ]),
    ),
  ].sort();
}

function pairs(before: Mailboxes, after: Mailboxes) {
  return [...before].map(([alias, view]) => {
    const other = after.get(alias);
    if (other === undefined) throw new Error(`no mailbox ${alias}`);
    return [alias, view, other] as const;
  });
}

/** Item by item and field by field, with repetitions. */
export function sameContents(
  expected: Mailboxes,
  actual: Mailboxes,
  except: readonly string[] = [],
): string[] {
  return pairs(expected, actual).flatMap(([alias, wanted, found]) => {
    if (except.includes(alias)) return [];
    const left = [...contents(found)];
    const missing = contents(wanted).filter((line) => {
      const index = left.indexOf(line);
      if (index >= 0) left.splice(index, 1);
      return index < 0;
    });
    return [
      ...missing.map((line) => `${alias} lacks ${line.slice(0, 150)}`),
      ...left.map((line) => `${alias} holds too much: ${line.slice(0, 150)}`),
    ];
  });
}

export function noDuplicates(after: Mailboxes): string[] {
  return [...after].flatMap(([alias, view]) => {
    const seen = new Set<string | undefined>();
    return [...managed(view).values()].flatMap((item) => {
      const person = personOf(item);
      if (!seen.has(person)) {
        seen.add(person);
        return [];
      }
      return [`${alias} holds ${String(item.properties.displayName)} twice`];
    });
  });
}

/**
 * What was never ours is there byte by byte, version and time included, wherever it lies. `takenBack`: items whose handing
 * over is undone; where nothing of a mark is left in them, only whoever does it knows that they were ours.
 */
export function foreignUntouched(
  before: Mailboxes,
  after: Mailboxes,
  takenBack: ReadonlySet<string> = new Set(),
): string[] {
  return pairs(before, after).flatMap(([alias, was, is]) => {
    const items = new Map(is.items.map((item) => [item.immutableId, item]));
    const folders = new Map(is.folders.map((folder) => [folder.id, folder]));
    return [
      ...was.items
        .filter(
          (item) =>
            identityOf(item) === undefined &&
            !takenBack.has(item.id) &&
            !isSameItem(items.get(item.immutableId), item),
        )
        .map((item) => `${alias}: ${String(item.properties.displayName)} of the user was touched`),
      ...was.folders
        .filter(
          (folder) => identityOf(folder) === undefined && !isDeepStrictEqual(folders.get(folder.id), folder),
        )
        .map((folder) => `${alias}: the user's folder ${folder.path} was touched`),
    ];
  });
}

/** The name of its folder is not the item's: it lies in ours too. */
function isSameItem(one: ItemView | undefined, other: ItemView): boolean {
  return one !== undefined && isDeepStrictEqual({ ...one, folderPath: '' }, { ...other, folderPath: '' });
}

type Counted = Omit<OutcomeCounts, 'failed'>;
const NAMES = ['created', 'updated', 'deleted', 'handedOver', 'adopted'] as const;

/** What became of our contacts between two moments. */
function happened(before: MailboxView, after: MailboxView): Counted {
  const was = managed(before);
  const is = managed(after);
  const alive = new Set(living(after).map(({ immutableId }) => immutableId));
  const known = new Set(before.items.map(({ immutableId }) => immutableId));
  const counts = { created: 0, updated: 0, deleted: 0, handedOver: 0, adopted: 0 };
  for (const [id, item] of is) {
    const earlier = was.get(id);
    if (earlier === undefined) counts[known.has(id) ? 'adopted' : 'created'] += 1;
    else if (!isSameItem(earlier, item)) counts.updated += 1;
  }
  for (const id of was.keys()) {
    if (!is.has(id)) counts[alive.has(id) ? 'handedOver' : 'deleted'] += 1;
  }
  return counts;
}

export interface Told {
  readonly report: RunReport;
  readonly journal: readonly JournalEntry[];
}

const JOURNALED = {
  created: 'create',
  updated: 'update',
  deleted: 'delete',
  handedOver: 'handOver',
  adopted: 'adopt',
} as const satisfies Record<keyof Counted, JournalEntry['change']>;

/**
 * What the report claims is what happened, mailbox by mailbox. Less may be claimed only where the journal says that the
 * outcome is unknown, and then the mailbox is reported as failed.
 */
export function toldTheTruth(before: Mailboxes, after: Mailboxes, { report, journal }: Told): string[] {
  return pairs(before, after).flatMap(([alias, was, is]) => {
    const told = report.perMailbox.find(({ primarySmtpAddress }) => primarySmtpAddress === addressOf(alias));
    const real = happened(was, is);
    const open = journal.filter(
      ({ primarySmtpAddress, outcome }) =>
        primarySmtpAddress === addressOf(alias) && (outcome === 'unknown' || outcome === undefined),
    );
    return NAMES.flatMap((name) => {
      const claimed = told?.applied?.[name] ?? 0;
      const unknown = open.filter(({ change }) => change === JOURNALED[name]).length;
      if (claimed === real[name]) return [];
      const isAdmitted = told?.state === 'failed' || told?.state === 'partly';
      if (claimed < real[name] && claimed + unknown >= real[name] && isAdmitted) return [];
      return [`${alias}: ${claimed} ${name} are claimed, ${real[name]} are there (${unknown} unknown)`];
    });
  });
}

/** Nothing that the report calls failed is there all the same. */
export function failedIsNotThere(
  before: Mailboxes,
  after: Mailboxes,
  failures: readonly {
    readonly mailboxId: string;
    readonly sourceObjectId: string;
    readonly change: string;
  }[],
): string[] {
  return failures.flatMap(({ mailboxId, sourceObjectId, change }) => {
    const alias = [...after].find(([, view]) => view.exchangeGuid === mailboxId)?.[0] ?? '';
    const of = (boxes: Mailboxes) => {
      const view = boxes.get(alias);
      return view === undefined
        ? []
        : [...managed(view).values()].filter((item) => personOf(item) === sourceObjectId);
    };
    return isDeepStrictEqual(of(before), of(after))
      ? []
      : [`${alias}: ${change} of ${sourceObjectId} is said to have failed and has happened`];
  });
}
