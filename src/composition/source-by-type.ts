// The source of a policy by its type: the directory of the environment, or the contacts of one of its mailboxes.

import type { SharedMailboxReader } from '../connectors/shared-mailbox/index.ts';
import type { ContactSource } from '../ports/contact-source.ts';

export function sourceByType(directory: ContactSource, sharedMailbox: SharedMailboxReader): ContactSource {
  return {
    read: (scope, signal) =>
      scope.type === 'sharedMailbox' ? sharedMailbox(scope, signal) : directory.read(scope, signal),
    probe: (signal) => directory.probe(signal),
  };
}
