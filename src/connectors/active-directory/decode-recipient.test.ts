import { describe, expect, it } from 'vitest';
import { mapContact } from '../../core/map.ts';
import { testPolicy } from '../../core/test-policy.ts';
import type { RawEntry } from '../ldap-client/messages.ts';
import { RECIPIENT_ATTRIBUTES } from './attributes.ts';
import { canonicalParent, decodeRecipient, listPath, type NamesInDirectory } from './decode-recipient.ts';
import { attributeNames, type DirectoryEntry, readEntry } from './directory-entry.ts';
import { isRemote, recipientKind } from './recipient-kinds.ts';

const ID = '85619bf8-3a89-5d63-af0a-0c179834cdc7';
const OTHER = '19b5572c-7dab-54ae-bbdf-2c8d000cf523';

function entryWith(values: Readonly<Record<string, readonly (string | Buffer)[]>>): DirectoryEntry {
  const raw: RawEntry = {
    dn: `<GUID=${ID}>;<SID=S-1-5-21-1-2-3-1147>;CN=Anna,OU=Sales,DC=corp,DC=contoso,DC=example`,
    attributes: new Map(
      Object.entries(values).map(([name, list]) => [
        name,
        list.map((value) => (Buffer.isBuffer(value) ? value : Buffer.from(value))),
      ]),
    ),
  };
  const entry = readEntry(raw, attributeNames(RECIPIENT_ATTRIBUTES));
  if (entry === undefined) throw new Error('the entry has an id');
  return entry;
}

const nobody: NamesInDirectory = {
  displayName: () => undefined,
  addressList: () => undefined,
  isWhole: true,
};

const person = {
  objectClass: ['top', 'person', 'user'],
  userAccountControl: ['512'],
  mailNickname: ['anna'],
};
const account = { objectClass: ['user'], userAccountControl: ['512'] };
const decode = (values: Parameters<typeof entryWith>[0], names = nobody) =>
  decodeRecipient(entryWith({ ...person, ...values }), names);

describe('a directory entry as a source object', () => {
  it('has the id in canonical form, whatever the case of the name', () => {
    expect(decode({}).id).toBe(ID);
    expect(readEntry({ dn: 'CN=without id', attributes: new Map() }, new Map())).toBeUndefined();
  });

  it('finds attributes whatever the case in which the server writes them', () => {
    expect(decode({ GIVENNAME: ['Anna'] }).attributes.givenName).toEqual(['Anna']);
  });

  it('empty and blank values are no values', () => {
    const { attributes } = decode({ givenName: [''], sn: ['  '], otherTelephone: ['', '+49 30 1'] });
    expect(attributes.givenName).toBeUndefined();
    expect(attributes.surname).toBeUndefined();
    expect(attributes.businessPhones).toEqual(['+49 30 1']);
  });

  it('bytes that are no UTF-8 are read as what old programs wrote', () => {
    expect(decode({ sn: [Buffer.from([0x4d, 0xfc, 0x6c, 0x6c, 0x65, 0x72])] }).attributes.surname).toEqual([
      'Müller',
    ]);
  });

  it('the primary address is the one in capitals, wherever it stands; others in a fixed order', () => {
    const proxies = [
      'smtp:b@contoso.example',
      'X500:/o=x',
      'SMTP:main@contoso.example',
      'smtp:a@contoso.example',
    ];
    const addresses = ['main@contoso.example', 'a@contoso.example', 'b@contoso.example'];
    expect(
      decode({ proxyAddresses: proxies, mail: ['other@contoso.example'] }).attributes.emailAddresses,
    ).toEqual(addresses);
    expect(decode({ proxyAddresses: proxies.toReversed() }).attributes.emailAddresses).toEqual(addresses);
  });

  it('without a primary address mail is it, and the target only where there is nothing else', () => {
    expect(
      decode({ mail: ['a@x.example'], proxyAddresses: ['smtp:b@x.example'] }).attributes.emailAddresses,
    ).toEqual(['a@x.example', 'b@x.example']);
    expect(decode({ targetAddress: ['SMTP:t@x.example'] }).attributes.emailAddresses).toEqual([
      't@x.example',
    ]);
    expect(decode({ targetAddress: ['X400:C=DE'] }).attributes.emailAddresses).toBeUndefined();
  });

  it('the country is the code where there is one, otherwise the name', () => {
    expect(decode({ c: ['DE'], co: ['Germany'] }).attributes.country).toEqual(['DE']);
    expect(decode({ co: ['Germany'] }).attributes.country).toEqual(['Germany']);
  });

  it('manager and assistant are display names, unknown when the names were not read', () => {
    const values = { manager: [`<GUID=${OTHER}>;CN=Chief`], assistant: [`<GUID=${OTHER}>;CN=Chief`] };
    const named = { ...nobody, displayName: (guid: string) => (guid === OTHER ? 'The Chief' : undefined) };
    expect(decode(values, named).attributes).toMatchObject({
      manager: ['The Chief'],
      assistant: ['The Chief'],
    });
    expect(decode(values).attributes.manager).toBeUndefined();
    expect(decode(values).unknownAttributes).toBeUndefined();
    expect(decode(values, { ...nobody, isWhole: false }).unknownAttributes).toEqual(['manager', 'assistant']);
    expect(decode({}, { ...nobody, isWhole: false }).unknownAttributes).toBeUndefined();
  });

  it('an account that hides what every account has leaves nothing certain that is absent', () => {
    const object = decodeRecipient(
      entryWith({
        objectClass: ['user'],
        mailNickname: ['anna'],
        msExchRecipientTypeDetails: ['1'],
        sn: ['Known'],
      }),
      nobody,
    );
    expect([object.isDisabled, object.isHidden]).toEqual(['unknown', 'unknown']);
    expect(object.unknownAttributes).toContain('customAttribute7');
    expect(object.unknownAttributes).not.toContain('surname');
  });

  it('the state of the account counts for mailboxes of users, here or in the cloud, and mail users only', () => {
    const disabled = { userAccountControl: ['514'] };
    for (const [details, expected] of [
      ['1', true],
      ['128', true],
      ['2147483648', true],
      ['34359738368', false],
      ['8589934592', false],
      ['4', false],
      ['2', false],
      ['16', false],
    ] as const)
      expect(decode({ ...disabled, msExchRecipientTypeDetails: [details] }).isDisabled).toBe(expected);
  });

  it.each(['group', 'msExchDynamicDistributionList'])(
    'a list (%s) becomes a contact with name, address and notes, and nothing of a person',
    (objectClass) => {
      const list = decodeRecipient(
        entryWith({
          objectClass: ['top', objectClass],
          mailNickname: ['sales'],
          displayName: ['Sales'],
          mail: ['sales@contoso.example'],
          proxyAddresses: ['SMTP:sales@contoso.example', 'x500:/o=Contoso/cn=sales'],
          info: ['Orders and questions'],
        }),
        nobody,
      );
      expect([list.isDisabled, list.isGuest]).toEqual([false, false]);
      const { properties } = mapContact(list, testPolicy(), {});
      expect(Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== ''))).toEqual({
        displayName: 'Sales',
        fileAs: 'Sales',
        emailAddress1: 'sales@contoso.example',
        notes: 'Orders and questions',
      });
    },
  );

  it.each([
    [{ objectClass: ['contact'] }, 'mailContact'],
    [{ objectClass: ['group'] }, 'distributionGroup'],
    [{ objectClass: ['msExchDynamicDistributionList'] }, 'dynamicDistributionGroup'],
    [{ objectClass: ['publicFolder'] }, 'publicFolder'],
    [{ ...account, homeMDB: ['CN=DB1'] }, 'userMailbox'],
    [{ ...account, msExchRemoteRecipientType: ['4'] }, 'remoteMailbox'],
    [{ ...account, msExchRemoteRecipientType: ['100'] }, 'sharedMailbox'],
    [{ ...account, msExchRemoteRecipientType: ['36'] }, 'roomMailbox'],
    [{ ...account, msExchRemoteRecipientType: ['8'], targetAddress: ['SMTP:a@x.example'] }, 'mailUser'],
    [{ ...account, targetAddress: ['SMTP:a@x.example'] }, 'mailUser'],
    [account, 'other'],
    [{ ...account, msExchRecipientTypeDetails: ['2147483648'] }, 'remoteMailbox'],
    [{ ...account, msExchRecipientTypeDetails: ['8589934592'] }, 'roomMailbox'],
    [{ ...account, msExchRecipientTypeDetails: ['17179869184'] }, 'equipmentMailbox'],
    [{ ...account, msExchRecipientTypeDetails: ['34359738368'] }, 'sharedMailbox'],
    [
      { ...account, msExchRecipientTypeDetails: ['2147483648'], msExchRemoteRecipientType: ['68'] },
      'equipmentMailbox',
    ],
    [{ ...account, msExchRecipientTypeDetails: ['8388608'] }, 'other'],
    // Nobody knows what it is: it must not pass for a person's mailbox.
    [{ objectClass: ['user'], homeMDB: ['CN=DB1'] }, 'other'],
  ] as const)('%o is a %s', (values, kind) => {
    expect(recipientKind(entryWith(values))).toBe(kind);
  });

  it('a room in the cloud is a room, and in the cloud', () => {
    const room = entryWith({ ...account, msExchRecipientTypeDetails: ['8589934592'] });
    expect([recipientKind(room), isRemote(room)]).toEqual(['roomMailbox', true]);
    const here = entryWith({ ...account, msExchRecipientTypeDetails: ['16'] });
    expect([recipientKind(here), isRemote(here)]).toEqual(['roomMailbox', false]);
    // Only the archive of this mailbox is there.
    expect(isRemote(entryWith({ ...account, homeMDB: ['CN=DB1'], msExchRemoteRecipientType: ['2'] }))).toBe(
      false,
    );
  });

  it('places and address lists as Exchange shows them', () => {
    expect(canonicalParent('CN=A\\, B,OU=Berlin,OU=People,DC=corp,DC=contoso,DC=example')).toBe(
      'corp.contoso.example/People/Berlin',
    );
    expect(listPath('CN=Sales,CN=Europe,CN=All Address Lists,CN=Address Lists Container,DC=x')).toBe(
      '\\Europe\\Sales',
    );
    const showInAddressBook = [`<GUID=${OTHER}>;CN=Old Name,CN=All Address Lists,DC=x`];
    expect(decode({ showInAddressBook }).attributes.addressLists).toEqual(['\\Old Name']);
    const named = { ...nobody, addressList: () => '\\New Name' };
    expect(decode({ showInAddressBook }, named).attributes.addressLists).toEqual(['\\New Name']);
  });
});
