// MailboxDirectory over InMemoryOrganization.

import { Failure } from '../../model/failure.ts';
import type { DirectoryMailbox } from '../../model/mailbox.ts';
import type { MailboxesPart } from '../../model/policy.ts';
import { CUSTOM_ATTRIBUTES } from '../../model/source-object.ts';
import type { MailboxDirectory, MailboxReading } from '../../ports/mailbox-directory.ts';
import type { InMemoryOrganization } from './organization.ts';

export class InMemoryDirectory implements MailboxDirectory {
  readonly #organization: InMemoryOrganization;

  constructor(organization: InMemoryOrganization) {
    this.#organization = organization;
  }

  async readMailboxes(scope: MailboxesPart, signal: AbortSignal): Promise<MailboxReading> {
    if (signal.aborted) throw new Failure('cancelled', { cause: signal.reason });
    const { trouble, directory } = this.#organization;
    if (trouble.refusedWith !== undefined) throw new Failure(trouble.refusedWith);
    const { fits, gaps } = this.#resolve(scope);
    const read = trouble.stopsAfter === undefined ? directory : directory.slice(0, trouble.stopsAfter);
    const isCut = read.length < directory.length;
    const cannotTellMarks = (trouble.hidesAttributes ?? []).some((name) => CUSTOM_ATTRIBUTES.includes(name));
    const problems = [...gaps];
    if (isCut) problems.push(new Failure('mailboxListIncomplete', { details: { read: read.length } }));
    if (cannotTellMarks) problems.push(new Failure('mailboxListIncomplete', { details: { unknown: true } }));
    const known = new Set(read.map((mailbox) => mailbox.primarySmtpAddress.toLowerCase()));
    return {
      mailboxes: read
        .filter(fits)
        .map((mailbox) => (cannotTellMarks ? { ...mailbox, customAttributes: 'unknown' as const } : mailbox)),
      // A reading that was cut does not know who is missing.
      notFound: isCut ? [] : scope.addresses.filter((address) => !known.has(address.toLowerCase())),
      isComplete: problems.length === 0,
      gaps: problems,
    };
  }

  #resolve(scope: MailboxesPart): {
    readonly fits: (mailbox: DirectoryMailbox) => boolean;
    readonly gaps: readonly Failure[];
  } {
    const { groups, addresses } = scope;
    const written = scope.recipientFilter ?? scope.ldapFilter;
    if (groups.length === 0 && addresses.length === 0 && written === undefined) {
      return { fits: () => true, gaps: [] };
    }
    const resolved = groups.map((group) => this.#organization.membersOf(group));
    const filter = written === undefined ? undefined : this.#organization.filter(written);
    const named = new Set(addresses.map((address) => address.toLowerCase()));
    const fits = ({ id, ownerId, primarySmtpAddress }: DirectoryMailbox) =>
      resolved.some(({ members }) => members.has(id) || (ownerId !== undefined && members.has(ownerId))) ||
      named.has(primarySmtpAddress.toLowerCase()) ||
      filter?.(id) === true;
    return { fits, gaps: resolved.flatMap(({ gaps }) => gaps) };
  }
}
