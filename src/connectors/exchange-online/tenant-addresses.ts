// Every recipient of the tenant with all its mail addresses, to tell whether an address is borne by one of them only.

import { Failure } from '../../model/failure.ts';
import type { SourceObjectId } from '../../model/ids.ts';
import type { SourceObjectKind } from '../../model/source-object.ts';
import type { ExchangeAdminApi } from './admin-api.ts';
import { recipientId, text } from './admin-row.ts';
import { smtpAddresses } from './decode-recipient.ts';
import { drain } from './drain.ts';
import { recipientKind } from './recipient-kinds.ts';

export interface AddressedRecipient {
  readonly id: SourceObjectId;
  readonly kind: SourceObjectKind;
  readonly displayName: string;
  /** Primary first. */
  readonly addresses: readonly string[];
}

/** Throws where not all could be read: an address that is borne twice would seem to be borne once. */
export type ReadTenantAddresses = (signal: AbortSignal) => Promise<readonly AddressedRecipient[]>;

const PROPERTIES = [
  'ExternalDirectoryObjectId',
  'Guid',
  'DisplayName',
  'RecipientTypeDetails',
  'PrimarySmtpAddress',
  'EmailAddresses',
] as const;

export function createTenantAddresses(api: ExchangeAdminApi): ReadTenantAddresses {
  return async (signal) => {
    // A reading that had to start again shows some of them twice.
    const recipients = new Map<SourceObjectId, AddressedRecipient>();
    let withoutId = 0;
    const pages = api.invoke('Get-Recipient', { ResultSize: 'Unlimited' }, { select: PROPERTIES }, signal);
    const gap = await drain(pages, 'Get-Recipient', 'sourceIncomplete', signal, (page) => {
      for (const row of page) {
        const id = recipientId(row);
        const kind = recipientKind(text(row, 'RecipientTypeDetails'));
        if (id === undefined) withoutId += 1;
        else
          recipients.set(id, {
            id,
            kind,
            displayName: text(row, 'DisplayName'),
            addresses: smtpAddresses(row),
          });
      }
    });
    if (gap !== undefined) throw gap;
    if (withoutId > 0)
      throw new Failure('sourceIncomplete', { details: { reason: 'rowWithoutId', count: withoutId } });
    return [...recipients.values()];
  };
}
