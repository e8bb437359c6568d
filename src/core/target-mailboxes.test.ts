import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holds } from '../../test/properties/check-law.ts';
import { mailboxId } from '../model/ids.ts';
import type { DirectoryMailbox } from '../model/mailbox.ts';
import type { MailboxesPart } from '../model/policy.ts';
import { targetMailboxes } from './target-mailboxes.ts';
import { testPolicy } from './test-policy.ts';

function mailbox(number: number, changes: Partial<DirectoryMailbox> = {}): DirectoryMailbox {
  return {
    id: mailboxId(`00000000-0000-4000-8000-${String(number).padStart(12, '0')}`),
    kind: 'userMailbox',
    displayName: `User ${number}`,
    primarySmtpAddress: `user${number}@contoso.example`,
    location: 'exchangeOnline',
    ownerId: undefined,
    customAttributes: [],
    ...changes,
  };
}

function choose(
  mailboxes: readonly DirectoryMailbox[],
  part: Partial<MailboxesPart> = {},
  limits: {
    readonly maxMailboxes?: number;
    readonly preferred?: readonly number[];
    readonly elsewhere?: readonly number[];
  } = {},
) {
  return targetMailboxes({ mailboxes, notFound: ['gone@contoso.example'] }, testPolicy({ mailboxes: part }), {
    maxMailboxes: limits.maxMailboxes,
    preferred: new Set((limits.preferred ?? []).map((number) => mailbox(number).id)),
    ...(limits.elsewhere === undefined
      ? {}
      : { filledElsewhere: new Set(limits.elsewhere.map((number) => mailbox(number).id)) }),
  });
}

const addresses = (list: readonly { readonly primarySmtpAddress: string }[]) =>
  list.map(({ primarySmtpAddress }) => primarySmtpAddress.split('@')[0]);

describe('targetMailboxes', () => {
  it('gives every mailbox that is left out its reason', () => {
    const result = choose(
      [
        mailbox(1),
        mailbox(2, { kind: 'sharedMailbox' }),
        mailbox(3, { customAttributes: ['x; no mailboxsync'] }),
        mailbox(4, { customAttributes: 'unknown' }),
        mailbox(5, { customAttributes: 'unknown' }),
        mailbox(6, { customAttributes: ['NoContactSync'] }),
        mailbox(7, { kind: 'remoteMailbox', isBetweenSides: true }),
        mailbox(8, { customAttributes: 'unknown', isPerhapsMoved: true }),
        mailbox(9, { customAttributes: ['NoMailboxSync'], isPerhapsMoved: true }),
      ],
      { exclude: ['USER5@Contoso.Example '] },
    );
    expect(addresses(result.targets)).toEqual(['user1', 'user6']);
    expect(result.skipped.map(({ primarySmtpAddress, reason }) => `${primarySmtpAddress} ${reason}`)).toEqual(
      [
        'user2@contoso.example type',
        'user3@contoso.example noMailboxSync',
        'user4@contoso.example unknownMark',
        'user5@contoso.example excluded',
        'user7@contoso.example betweenSides',
        'user8@contoso.example perhapsMoved',
        'user9@contoso.example noMailboxSync',
        'gone@contoso.example notFound',
      ],
    );
    expect(addresses(result.undecided)).toEqual(['user4', 'user7', 'user8']);
    expect(result.overLimit).toEqual([]);
    expect(result.targets[0]).not.toHaveProperty('customAttributes');
  });

  it('keeps a mailbox excluded under the address it had before a rename', () => {
    const renamed = mailbox(1, {
      primarySmtpAddress: 'new@contoso.example',
      otherAddresses: ['user1@contoso.example'],
    });
    expect(choose([renamed], { exclude: ['User1@contoso.example'] }).skipped).toMatchObject([
      { reason: 'excluded' },
      {},
    ]);
  });

  it('cuts at the license: those already filled stay, then by id', () => {
    const all = [5, 3, 1, 4, 2].map((number) => mailbox(number));
    const result = choose(all, {}, { maxMailboxes: 3, preferred: [4, 5] });
    expect(addresses(result.targets)).toEqual(['user1', 'user4', 'user5']);
    expect(addresses(result.overLimit)).toEqual(['user2', 'user3']);
    expect(result.skipped.filter(({ reason }) => reason === 'license')).toHaveLength(2);
    expect(choose(all, {}, { maxMailboxes: 0 }).targets).toEqual([]);
  });

  it('with one limit for all policies, counts each mailbox once', () => {
    const all = [1, 2, 3, 4, 5].map((number) => mailbox(number));
    const within = (maxMailboxes: number, preferred: readonly number[], elsewhere: readonly number[]) =>
      addresses(choose(all, {}, { maxMailboxes, preferred, elsewhere }).targets);
    expect(within(3, [], [4, 8])).toEqual(['user1', 'user4']);
    expect(within(3, [5], [4, 8])).toEqual(['user4', 'user5']);
    expect(within(2, [], [8, 9])).toEqual([]);
    // A smaller license than there are mailboxes: the policies agree on which it still reaches.
    expect(within(3, [1, 5], [2, 4])).toEqual(['user1', 'user2', 'user4']);
    expect(within(3, [2, 4], [1, 5])).toEqual(['user1', 'user2', 'user4']);
  });

  it('chooses the same whatever the order, and again what it chose before', () => {
    holds(
      fc.property(
        fc.uniqueArray(fc.nat(50), { maxLength: 20 }),
        fc.nat(20),
        fc.array(fc.nat(50), { maxLength: 10 }),
        (numbers, maxMailboxes, preferred) => {
          const all = numbers.map((number) => mailbox(number));
          const first = choose(all, {}, { maxMailboxes, preferred });
          expect(choose(all.toReversed(), {}, { maxMailboxes, preferred })).toEqual(first);
          expect(first.targets.length).toBe(Math.min(maxMailboxes, all.length));
          expect(first.targets.length + first.overLimit.length).toBe(all.length);
          const filled = first.targets.map(({ id }) => Number(id.slice(-12)));
          expect(
            choose([...all, mailbox(999)], {}, { maxMailboxes: filled.length, preferred: filled }).targets,
          ).toEqual(first.targets);
        },
      ),
    );
  });
});
