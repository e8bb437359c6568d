// Every promise of ports/mailbox-directory.ts as a test.

import { describe, expect } from 'vitest';
import { Failure } from '../../src/model/failure.ts';
import type { MailboxId, SourceObjectId } from '../../src/model/ids.ts';
import type { DirectoryMailbox } from '../../src/model/mailbox.ts';
import type { MailboxesPart } from '../../src/model/policy.ts';
import type { SourceObjectKind } from '../../src/model/source-object.ts';
import type { MailboxDirectory, MailboxReading } from '../../src/ports/mailbox-directory.ts';
import { fixtures } from './fixture.ts';
import { expectFailure } from './mailbox-target/bench.ts';
import { promisesExcept } from './promise.ts';

export interface MailboxSeed {
  readonly kind: SourceObjectKind;
  readonly displayName: string;
  readonly primarySmtpAddress: string;
  readonly customAttribute7?: string;
}

/** The administrator of the organization that is read. */
export interface DirectoryHands {
  /** The owner is the same person as a contact source shows it. */
  addMailbox(seed: MailboxSeed): Promise<{ readonly id: MailboxId; readonly ownerId: SourceObjectId }>;
  renameMailbox(id: MailboxId, displayName: string, primarySmtpAddress: string): Promise<void>;
  removeMailbox(id: MailboxId): Promise<void>;
  /** A mail contact: it receives mail and has no mailbox. */
  addMailContact(primarySmtpAddress: string): Promise<void>;
  addGroup(name: string, members: readonly MailboxId[]): Promise<void>;
  nestGroup(name: string, into: string): Promise<void>;
  filterFor(members: readonly MailboxId[]): Promise<string>;
}

export interface DirectoryTroubleHands {
  stopHalfWay(): Promise<void>;
  denyGroup(name: string): Promise<void>;
  refuseSignIn(): Promise<void>;
  /** Custom attributes can no longer be read. */
  removeRight(): Promise<void>;
}

export interface MailboxDirectoryFixture {
  readonly directory: MailboxDirectory;
  readonly admin: DirectoryHands;
  readonly trouble: DirectoryTroubleHands;
  dispose(): Promise<void>;
}

export type DirectoryBehavior =
  | 'filter'
  | 'customAttributes'
  | 'completeReading'
  | 'stopHalfWay'
  | 'denyGroup'
  | 'refuseSignIn'
  | 'removeRight';

export interface DirectoryContractOptions {
  readonly notSupported?: readonly DirectoryBehavior[];
  /** The setting that holds the filter of this directory's own language. Default: OPATH. */
  readonly filterIn?: 'recipientFilter' | 'ldapFilter';
  /** Where the mailboxes of `addMailbox` live. Default: in the cloud. */
  readonly location?: DirectoryMailbox['location'];
  /** More mailboxes than one page of the protocol holds. */
  readonly largeOrganization?: number;
}

export const everyMailbox: MailboxesPart = {
  groups: [],
  organizationalUnits: [],
  addresses: [],
  exclude: [],
  types: ['userMailbox'],
};

export function mailboxDirectoryContract(
  name: string,
  make: () => Promise<MailboxDirectoryFixture>,
  options: DirectoryContractOptions = {},
): void {
  const promises = promisesExcept(options.notSupported ?? []);
  const withFixture = fixtures(make);
  const isComplete = !(options.notSupported ?? []).includes('completeReading');
  const filterIn = options.filterIn ?? 'recipientFilter';
  const read = (
    { directory }: MailboxDirectoryFixture,
    scope: Partial<MailboxesPart> = {},
    signal = new AbortController().signal,
  ) => directory.readMailboxes({ ...everyMailbox, ...scope }, signal);
  const ids = (reading: MailboxReading) => reading.mailboxes.map((mailbox) => mailbox.id);
  const box = (number: number): MailboxSeed => ({
    kind: 'userMailbox',
    displayName: `Mailbox ${number}`,
    primarySmtpAddress: `mailbox${number}@contoso.example`,
  });

  describe(`mailbox directory: ${name}`, () => {
    promises(
      'reads every mailbox when nothing is named, each id once, and calls it complete',
      withFixture(async (fixture) => {
        const first = await fixture.admin.addMailbox(box(1));
        const second = await fixture.admin.addMailbox(box(2));
        await fixture.admin.addMailContact('partner@fabrikam.example');
        const reading = await read(fixture);
        expect(ids(reading)).toEqual(expect.arrayContaining([first.id, second.id]));
        expect(new Set(ids(reading)).size).toBe(reading.mailboxes.length);
        const addresses = reading.mailboxes.map((mailbox) => mailbox.primarySmtpAddress);
        expect(addresses).not.toContain('partner@fabrikam.example');
        expect(reading.notFound).toEqual([]);
        if (isComplete) expect([reading.isComplete, reading.gaps]).toEqual([true, []]);
        else expect([reading.isComplete, reading.gaps.length > 0]).toEqual([false, true]);
      }),
    );

    promises(
      'tells name, address, kind, where it lives, and whose it is',
      withFixture(async (fixture) => {
        const { id, ownerId } = await fixture.admin.addMailbox(box(1));
        const mailbox = (await read(fixture)).mailboxes.find((one) => one.id === id);
        expect(mailbox).toMatchObject({
          kind: 'userMailbox',
          displayName: 'Mailbox 1',
          primarySmtpAddress: 'mailbox1@contoso.example',
          location: options.location ?? 'exchangeOnline',
          ownerId,
        });
      }),
    );

    promises(
      'types and exclusions are not applied here',
      withFixture(async (fixture) => {
        const room = await fixture.admin.addMailbox({ ...box(1), kind: 'roomMailbox' });
        const shared = await fixture.admin.addMailbox({ ...box(2), kind: 'sharedMailbox' });
        const reading = await read(fixture, { exclude: ['mailbox1@contoso.example'] });
        const kinds = new Map(reading.mailboxes.map((mailbox) => [mailbox.id, mailbox.kind]));
        expect([kinds.get(room.id), kinds.get(shared.id)]).toEqual(['roomMailbox', 'sharedMailbox']);
      }),
    );

    promises(
      'tells the values of the custom attributes that are set, since the internal marks stand in them',
      withFixture(async (fixture) => {
        const marked = await fixture.admin.addMailbox({ ...box(1), customAttribute7: 'x; NoMailboxSync' });
        const plain = await fixture.admin.addMailbox(box(2));
        const reading = await read(fixture);
        const values = new Map(reading.mailboxes.map((mailbox) => [mailbox.id, mailbox.customAttributes]));
        expect(values.get(marked.id)).toEqual(['x; NoMailboxSync']);
        expect(values.get(plain.id)).toEqual([]);
      }),
      { needs: 'customAttributes' },
    );

    promises(
      'the id stays when name and address change',
      withFixture(async (fixture) => {
        const { id } = await fixture.admin.addMailbox(box(1));
        await fixture.admin.renameMailbox(id, 'Renamed', 'renamed@contoso.example');
        const mailbox = (await read(fixture)).mailboxes.find((one) => one.id === id);
        expect(mailbox).toMatchObject({
          displayName: 'Renamed',
          primarySmtpAddress: 'renamed@contoso.example',
        });
      }),
    );

    promises(
      'a removed mailbox is no longer read',
      withFixture(async (fixture) => {
        const { id } = await fixture.admin.addMailbox(box(1));
        await fixture.admin.addMailbox(box(2));
        await fixture.admin.removeMailbox(id);
        expect(ids(await read(fixture))).not.toContain(id);
      }),
    );

    promises(
      'reads exactly the mailboxes in a group, members of members too, each once, cycles allowed',
      withFixture(async (fixture) => {
        const { admin } = fixture;
        const first = await admin.addMailbox(box(1));
        const second = await admin.addMailbox(box(2));
        await admin.addMailbox(box(3));
        await admin.addGroup('Inner', [second.id]);
        await admin.addGroup('Outer', [first.id, second.id]);
        await admin.nestGroup('Inner', 'Outer');
        await admin.nestGroup('Outer', 'Inner');
        const reading = await read(fixture, { groups: ['Outer'] });
        expect([...ids(reading)].sort()).toEqual([first.id, second.id].sort());
      }),
    );

    promises(
      'reads single addresses without regard to case, together with the groups named',
      withFixture(async (fixture) => {
        const first = await fixture.admin.addMailbox(box(1));
        const second = await fixture.admin.addMailbox(box(2));
        await fixture.admin.addMailbox(box(3));
        await fixture.admin.addGroup('One', [first.id]);
        const reading = await read(fixture, { groups: ['One'], addresses: ['MAILBOX2@contoso.example'] });
        expect([...ids(reading)].sort()).toEqual([first.id, second.id].sort());
        expect(reading.notFound).toEqual([]);
      }),
    );

    promises(
      'names the addresses that the directory does not know, and reads the others',
      withFixture(async (fixture) => {
        const first = await fixture.admin.addMailbox(box(1));
        const reading = await read(fixture, {
          addresses: ['mailbox1@contoso.example', 'nobody@contoso.example'],
        });
        expect(ids(reading)).toEqual([first.id]);
        expect(reading.notFound).toEqual(['nobody@contoso.example']);
      }),
    );

    promises(
      'reads what a filter of the directory fits, and refuses an invalid one',
      withFixture(async (fixture) => {
        const first = await fixture.admin.addMailbox(box(1));
        await fixture.admin.addMailbox(box(2));
        const filter = await fixture.admin.filterFor([first.id]);
        expect(ids(await read(fixture, { [filterIn]: filter }))).toEqual([first.id]);
        await expectFailure(read(fixture, { [filterIn]: 'no such -operator' }), 'invalidFilter');
      }),
      { needs: 'filter' },
    );

    promises(
      'a group that does not exist makes the reading incomplete',
      withFixture(async (fixture) => {
        const first = await fixture.admin.addMailbox(box(1));
        await fixture.admin.addGroup('Known', [first.id]);
        const reading = await read(fixture, { groups: ['Known', 'Unknown'] });
        expect(ids(reading)).toEqual([first.id]);
        expect(reading.isComplete).toBe(false);
        expect(reading.gaps.map((gap) => gap.code)).toContain('groupNotFound');
      }),
    );

    promises(
      'a group whose members may not be read makes the reading incomplete',
      withFixture(async (fixture) => {
        const first = await fixture.admin.addMailbox(box(1));
        await fixture.admin.addGroup('Denied', [first.id]);
        await fixture.trouble.denyGroup('Denied');
        const reading = await read(fixture, { groups: ['Denied'] });
        expect(reading.isComplete).toBe(false);
        expect(reading.gaps.map((gap) => gap.code)).toContain('groupUnreadable');
      }),
      { needs: 'denyGroup' },
    );

    promises(
      'half-read is not empty: a reading that stopped half way is incomplete with a reason',
      withFixture(async (fixture) => {
        for (let number = 1; number <= 6; number += 1) await fixture.admin.addMailbox(box(number));
        await fixture.trouble.stopHalfWay();
        const reading = await read(fixture, { addresses: ['mailbox6@contoso.example'] });
        expect(reading.isComplete).toBe(false);
        expect(reading.gaps.length).toBeGreaterThan(0);
        // Not seen is not the same as not there.
        expect(reading.notFound).toEqual([]);
      }),
      { needs: 'stopHalfWay' },
    );

    promises(
      'marks that a missing right hides are unknown, and the reading incomplete',
      withFixture(async (fixture) => {
        const { id } = await fixture.admin.addMailbox(box(1));
        await fixture.trouble.removeRight();
        const reading = await read(fixture);
        const mailbox = reading.mailboxes.find((one) => one.id === id);
        expect(mailbox === undefined || mailbox.customAttributes === 'unknown').toBe(true);
        expect(reading.isComplete).toBe(false);
      }),
      { needs: 'removeRight' },
    );

    promises(
      'throws a Failure when nothing can be read at all, and `cancelled` when aborted',
      withFixture(async (fixture) => {
        await fixture.admin.addMailbox(box(1));
        await expectFailure(read(fixture, {}, AbortSignal.abort()), 'cancelled');
        await fixture.trouble.refuseSignIn();
        await expect(read(fixture)).rejects.toBeInstanceOf(Failure);
      }),
      { needs: 'refuseSignIn' },
    );

    promises(
      'reads more than one page completely',
      withFixture(async (fixture) => {
        const added: MailboxId[] = [];
        for (let number = 0; number < (options.largeOrganization ?? 30); number += 1) {
          added.push((await fixture.admin.addMailbox(box(number))).id);
        }
        expect(ids(await read(fixture))).toEqual(expect.arrayContaining(added));
      }),
    );
  });
}
