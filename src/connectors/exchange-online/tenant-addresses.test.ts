// All recipients of a tenant with their addresses: all of them, or none.

import { expect, it } from 'vitest';
import { Failure } from '../../model/failure.ts';
import type { AdminRow } from './admin-row.ts';
import { createTenantAddresses } from './tenant-addresses.ts';

const ID = '00000000-0000-4000-8000-0000000000f1';
const row: AdminRow = {
  ExternalDirectoryObjectId: ID,
  DisplayName: 'Ines Partner',
  RecipientTypeDetails: 'MailContact',
  PrimarySmtpAddress: 'ines@partner.example',
  EmailAddresses: ['SMTP:ines@partner.example', 'smtp:i@partner.example', 'x500:/o=a'],
};

function read(...pages: readonly (readonly AdminRow[] | Failure)[]) {
  const invoke = async function* () {
    for (const page of pages) {
      if (page instanceof Failure) throw page;
      yield page;
    }
  };
  return createTenantAddresses({ invoke })(new AbortController().signal);
}

it('come with the primary address first', async () => {
  expect(await read([row])).toEqual([
    {
      id: ID,
      kind: 'mailContact',
      displayName: 'Ines Partner',
      addresses: ['ines@partner.example', 'i@partner.example'],
    },
  ]);
});

it('come once each, however often the reading had to start again', async () => {
  expect(await read([row], [row])).toHaveLength(1);
});

it('half of them are none: an address that is borne twice would seem to be borne once', async () => {
  const failure = new Failure('serviceUnavailable');
  await expect(read(failure)).rejects.toBe(failure);
  await expect(read([row], failure)).rejects.toMatchObject({ code: 'sourceIncomplete' });
  await expect(read([row, { DisplayName: 'Nobody' }])).rejects.toMatchObject({
    code: 'sourceIncomplete',
    details: { reason: 'rowWithoutId', count: 1 },
  });
});
