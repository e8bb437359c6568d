import { contactSourceContract } from '../../../test/contract/contact-source.ts';
import { mailboxDirectoryContract } from '../../../test/contract/mailbox-directory.ts';
import { mailboxId, sourceObjectId } from '../../model/ids.ts';
import type { SourceAttribute } from '../../model/source-object.ts';
import { InMemorySource } from './contact-source.ts';
import { InMemoryDirectory } from './mailbox-directory.ts';
import { type GroupMember, InMemoryOrganization } from './organization.ts';
import { sequentialIds } from './sequential-ids.ts';

/** What both fixtures do with groups, filters and trouble. */
function bed() {
  const organization = new InMemoryOrganization();
  const groups = new Map<string, GroupMember[]>();
  let filters = 0;
  const addGroup = async (name: string, members: readonly GroupMember[]) => {
    groups.set(name, [...members]);
    organization.putGroup(name, members);
  };
  return {
    organization,
    addGroup,
    nestGroup: async (name: string, into: string) => addGroup(into, [...(groups.get(into) ?? []), name]),
    filterFor: async (members: readonly GroupMember[]) => {
      filters += 1;
      const text = `filter ${filters}`;
      organization.defineFilter(text, (id) => members.includes(id));
      return text;
    },
    trouble: {
      stopHalfWay: async () => {
        organization.trouble.stopsAfter = 3;
      },
      denyGroup: async (name: string) => {
        organization.trouble.unreadableGroups = new Set([name]);
      },
      refuseSignIn: async () => {
        organization.trouble.refusedWith = 'signInRefused';
      },
      removeRight: async () => {
        organization.trouble.hidesAttributes = ['customAttribute3'];
      },
    },
    dispose: async () => {},
  };
}

const listOf = (values: Readonly<Partial<Record<SourceAttribute, readonly (string | undefined)[]>>>) =>
  Object.fromEntries(
    Object.entries(values)
      .map(([name, list]) => [name, list.filter((value) => value !== undefined)] as const)
      .filter(([, list]) => list.length > 0),
  );

contactSourceContract('memory', async () => {
  const { organization, addGroup, nestGroup, filterFor, trouble, dispose } = bed();
  const nextId = sequentialIds(1);
  return {
    source: new InMemorySource(organization),
    trouble,
    dispose,
    admin: {
      addGroup,
      nestGroup,
      filterFor,
      addRecipient: async (seed) => {
        const id = sourceObjectId(nextId());
        const { displayName, givenName, surname, department, customAttribute3 } = seed;
        organization.putObject({
          id,
          kind: seed.kind,
          attributes: listOf({
            displayName: [displayName],
            givenName: [givenName],
            surname: [surname],
            department: [department],
            customAttribute3: [customAttribute3],
            emailAddresses: [seed.primarySmtpAddress, ...(seed.proxyAddresses ?? [])],
            businessPhones: seed.businessPhones ?? [],
          }),
          isHidden: seed.isHidden ?? false,
          isDisabled: seed.isDisabled ?? false,
          isGuest: false,
        });
        return id;
      },
      renameRecipient: async (id, displayName, primarySmtpAddress) => {
        const object = organization.object(id);
        if (object === undefined) throw new Error('no such recipient');
        const names = { displayName: [displayName], emailAddresses: [primarySmtpAddress] };
        organization.putObject({ ...object, attributes: { ...object.attributes, ...names } });
      },
      removeRecipient: async (id) => organization.removeObject(id),
      addToAddressList: async (list, members) => {
        for (const id of members) {
          const object = organization.object(id);
          if (object === undefined) throw new Error('no such recipient');
          organization.putObject({ ...object, attributes: { ...object.attributes, addressLists: [list] } });
        }
      },
    },
  };
});

mailboxDirectoryContract('memory', async () => {
  const { organization, addGroup, nestGroup, filterFor, trouble, dispose } = bed();
  const nextId = sequentialIds(2);
  const nextOwner = sequentialIds(3);
  return {
    directory: new InMemoryDirectory(organization),
    trouble,
    dispose,
    admin: {
      addGroup,
      nestGroup,
      filterFor,
      addMailbox: async ({ kind, displayName, primarySmtpAddress, customAttribute7 }) => {
        const id = mailboxId(nextId());
        const ownerId = sourceObjectId(nextOwner());
        const customAttributes = customAttribute7 === undefined ? [] : [customAttribute7];
        const location = 'exchangeOnline' as const;
        const names = { displayName, primarySmtpAddress };
        organization.putMailbox({ id, kind, ...names, location, ownerId, customAttributes });
        return { id, ownerId };
      },
      renameMailbox: async (id, displayName, primarySmtpAddress) => {
        const mailbox = organization.directory.find((one) => one.id === id);
        if (mailbox === undefined) throw new Error('no such mailbox');
        organization.putMailbox({ ...mailbox, displayName, primarySmtpAddress });
      },
      removeMailbox: async (id) => organization.hideMailbox(id),
      // A contact is no mailbox: the directory of mailboxes has no place for it.
      addMailContact: async () => {},
    },
  };
});
