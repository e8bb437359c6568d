// The same mailboxes, with every contact written told at once: a large mailbox takes minutes, and the forecast must not
// wait for its end.

import type { MailboxId } from '../model/ids.ts';
import type { MailboxTarget, MailboxTargets } from '../ports/mailbox-target.ts';

export type OnWritten = (mailboxId: MailboxId, contacts: number) => Promise<void>;

export function watchedTargets(targets: MailboxTargets, onWritten: OnWritten): MailboxTargets {
  return {
    capabilities: targets.capabilities,
    open: (mailbox, policyId, folder) =>
      watchedTarget(targets.open(mailbox, policyId, folder), mailbox.id, onWritten),
    scan: (mailbox, signal) => targets.scan(mailbox, signal),
  };
}

export function watchedTarget(
  target: MailboxTarget,
  mailboxId: MailboxId,
  onWritten: OnWritten,
): MailboxTarget {
  return {
    readFolder: (options, signal) => target.readFolder(options, signal),
    readContacts: (itemIds, signal) => target.readContacts(itemIds, signal),
    readUnmarked: (itemIds, signal) => target.readUnmarked(itemIds, signal),
    readElsewhere: (signal) => target.readElsewhere(signal),
    applyFolder: (action, signal) => target.applyFolder(action, signal),
    async applyChanges(changes, signal) {
      const outcomes = await target.applyChanges(changes, signal);
      await onWritten(mailboxId, outcomes.filter(({ status }) => status === 'applied').length);
      return outcomes;
    },
    ...(target.pictures === undefined ? {} : { pictures: target.pictures }),
  };
}
