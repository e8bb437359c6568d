// The license: shown with what it is used for, added, removed.

import type { LicenseOperations } from '@contactsync/contract';
import type { MailboxId } from '../model/ids.ts';
import { policyId } from '../model/ids.ts';
import type { OperationsDependencies } from './dependencies.ts';
import { namesOf } from './lookup.ts';
import { presentLicense } from './present.ts';

interface FilledByPolicy {
  readonly id: string;
  readonly name: string;
  readonly mailboxes: readonly MailboxId[];
}

/** Only policies that are stored: what a removed one left behind is kept up to date by nobody. */
export async function filledMailboxes({
  policies,
  memory,
}: Pick<OperationsDependencies, 'policies' | 'memory'>): Promise<readonly FilledByPolicy[]> {
  const filled: FilledByPolicy[] = [];
  for (const [id, name] of await namesOf(policies)) {
    const written = await memory.readWrittenMailboxes(policyId(id));
    filled.push({ id, name, mailboxes: written.map((mailbox) => mailbox.id) });
  }
  return filled;
}

export function makeLicenseOperations(dependencies: OperationsDependencies): LicenseOperations {
  const { license, clock, audit, user } = dependencies;

  async function show() {
    const perPolicy = await filledMailboxes(dependencies);
    return {
      ...presentLicense(await license.current(clock.now()), clock.now()),
      filled: new Set(perPolicy.flatMap(({ mailboxes }) => mailboxes)).size,
      perPolicy: perPolicy.map(({ name, mailboxes }) => ({ policy: name, mailboxes: mailboxes.length })),
    };
  }

  return {
    show,

    async add({ text }) {
      const { licenseId, customer, maxMailboxes, endsAt } = await license.add(text, clock.now());
      await audit.append({
        who: user,
        action: 'license.add',
        subject: customer,
        details: { license: licenseId, mailboxes: maxMailboxes, validUntil: endsAt },
      });
      return show();
    },

    async remove() {
      const before = await license.current(clock.now());
      const removed = await license.remove();
      if (removed) {
        await audit.append({
          who: user,
          action: 'license.remove',
          subject: before.kind === 'license' ? before.customer : 'unusable license',
          details: before.kind === 'license' ? { license: before.licenseId } : {},
        });
      }
      return { removed, license: await show() };
    },
  };
}
