// The source of a policy by its type: the directory of the environment, the contacts of one of its mailboxes, or its
// public folders.

import type {
  FolderTrial,
  PublicFolderReader,
  SharedMailboxReader,
} from '../connectors/shared-mailbox/index.ts';
import type { PublicFolderSource, SharedMailboxSource } from '../model/policy.ts';
import type { ContactSource } from '../ports/contact-source.ts';

export function sourceByType(
  directory: ContactSource,
  sharedMailbox: SharedMailboxReader,
  publicFolders: PublicFolderReader,
  trials: {
    readonly sharedMailbox: FolderTrial<SharedMailboxSource>;
    readonly publicFolders: FolderTrial<PublicFolderSource>;
  },
): ContactSource {
  return {
    read(scope, signal) {
      switch (scope.type) {
        case 'sharedMailbox':
          return sharedMailbox(scope, signal);
        case 'publicFolder':
          return publicFolders(scope, signal);
        default:
          return directory.read(scope, signal);
      }
    },
    probe: (signal) => directory.probe(signal),
    probeFolders: (scope, signal) =>
      scope.type === 'sharedMailbox'
        ? trials.sharedMailbox(scope, signal)
        : trials.publicFolders(scope, signal),
  };
}
