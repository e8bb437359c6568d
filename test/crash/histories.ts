// Moments worth interrupting: each history leads from a fresh installation to the work during which the process dies.

import type { CrashSite } from './crash-site.ts';
import { POLICY, policyText } from './documents.ts';
import type { Work } from './orders.ts';

export interface History {
  readonly name: string;
  /** Lives up to there. */
  prepare(site: CrashSite): Promise<Work>;
}

export const RUN: Work = { kind: 'run', policy: POLICY };

export const applyPolicy = (site: CrashSite, parts: Parameters<typeof policyText>[0]) =>
  site.ask((operations) => operations.policies.apply({ text: policyText(parts) }));

export const firstFill: History = { name: 'first fill', prepare: async () => RUN };

export const smallChange: History = {
  name: '1 % change',
  async prepare(site) {
    await site.inProcess(RUN);
    const [person] = await site.control.people('MailContact');
    await site.control.changePerson(person?.id ?? '', { person: { mobilePhone: '+49 170 5550100' } });
    return RUN;
  },
};

export const deletions: History = {
  name: 'deletions',
  async prepare(site) {
    await site.inProcess(RUN);
    const people = await site.control.people('MailContact');
    // Also more than one batch of them.
    for (const { id } of people) await site.control.removePerson(id);
    const [left] = await site.control.people('MailUser');
    await site.control.changePerson(left?.id ?? '', { hiddenFromAddressLists: true });
    return RUN;
  },
};

export const renamed: History = {
  name: 'people renamed, joined and left, and a user who edited',
  async prepare(site) {
    await site.inProcess(RUN);
    await letPeopleChange(site);
    return RUN;
  },
};

export const subFolders: History = {
  name: 'sub-folders per domain',
  async prepare(site) {
    await site.inProcess(RUN);
    await applyPolicy(site, { folder: { name: 'Firma', subfolderPerDomain: true } });
    return RUN;
  },
};

export const rollback: History = {
  name: 'rollback',
  async prepare(site) {
    await site.inProcess(RUN);
    await letPeopleChange(site);
    const run = await site.inProcess(RUN);
    return { kind: 'rollback', run: run?.id ?? '' };
  },
};

export const rollbackOfFirstFill: History = {
  name: 'rollback of the first fill',
  async prepare(site) {
    const run = await site.inProcess(RUN);
    return { kind: 'rollback', run: run?.id ?? '' };
  },
};

export const cleanUp: History = {
  name: 'clean-up',
  async prepare(site) {
    await site.inProcess(RUN);
    return { kind: 'cleanUp', policy: POLICY };
  },
};

export const HISTORIES: readonly History[] = [
  firstFill,
  smallChange,
  deletions,
  renamed,
  subFolders,
  rollback,
  rollbackOfFirstFill,
  cleanUp,
];

export async function letPeopleChange({ control }: CrashSite): Promise<void> {
  const people = await control.people('MailContact');
  for (const { id, displayName } of people.slice(0, 4))
    await control.changePerson(id, { displayName: `${displayName} (new)`, person: { title: 'Promoted' } });
  for (const { id } of people.slice(4, 7)) await control.removePerson(id);
  for (const alias of ['ada.new', 'bea.new'])
    await control.addPerson({
      ...{ alias, displayName: `New ${alias}`, recipientTypeDetails: 'MailContact' },
      primarySmtpAddress: `${alias}@fabrikam.example`,
    });
  const [box] = await control.people('UserMailbox');
  const { items } = await control.mailbox(box?.id ?? '');
  const ours = items.filter(({ folderPath }) => folderPath === 'Contacts/Company Contacts');
  const edited = ours.find(({ properties }) => properties.displayName === people[10]?.displayName);
  await control.editContact(box?.id ?? '', edited?.id ?? '', { mobilePhone: '+49 170 5550199' });
}
