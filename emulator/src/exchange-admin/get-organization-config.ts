// Get-OrganizationConfig: one row about the tenant, among other things whether EWS is still open.

import { namedGuid } from '../organization/ids.ts';
import type { Cmdlet } from './cmdlet.ts';
import { distinguishedName } from './recipient-row.ts';
import { guid, type Row } from './row.ts';

export const getOrganizationConfig: Cmdlet = {
  name: 'Get-OrganizationConfig',
  parameters: { RetrieveEwsOperationAccessPolicy: 'switch' },
  run(call) {
    const { organization } = call;
    const row: Row = {
      Name: organization.initialDomain,
      DisplayName: 'Contoso',
      Identity: organization.initialDomain,
      DistinguishedName: distinguishedName(organization, 'Configuration'),
      Guid: guid(namedGuid(`organization:${organization.tenantId}`)),
      OrganizationId: `EURPR01A001.PROD.OUTLOOK.COM/Microsoft Exchange Hosted Organizations/${organization.initialDomain} - EURPR01A001.PROD.OUTLOOK.COM/ConfigurationUnits/${organization.initialDomain}/Configuration`,
      IsDehydrated: false,
      AddressBookPolicyRoutingEnabled: false,
      ActivityBasedAuthenticationTimeoutInterval: '06:00:00',
      DefaultPublicFolderMailbox: '',
      EwsEnabled: null,
      EwsAllowedAppIDs: '',
      EwsApplicationAccessPolicy: null,
      HiddenMembershipGroupsCreationEnabled: false,
      MailTipsLargeAudienceThreshold: 25,
      WhenChangedUTC: new Date('2026-09-01T06:00:00Z'),
    };
    return {
      source: { length: 1, rows: (from, to) => [row].slice(from, to) },
      warnings: [],
      propertyNames: Object.keys(row),
    };
  },
};
