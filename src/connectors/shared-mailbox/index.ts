// Contacts of a shared mailbox as a source: what the composition root may use.

export {
  createSharedMailboxReader,
  type SharedMailboxOptions,
  type SharedMailboxReader,
} from './shared-mailbox-source.ts';
