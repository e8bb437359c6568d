// Files for `policy new` and `environment new`: what most people edit, each with a word about it. Everything left out
// has a default; `policy show` spells all of it out.

/** Quoted for YAML: JSON strings are YAML strings. */
const quoted = (text: string) => JSON.stringify(text);

export const SOURCE_TYPES = ['exchangeOnline', 'activeDirectory', 'sharedMailbox', 'publicFolder'] as const;
export type SourceType = (typeof SOURCE_TYPES)[number];

const EXCLUDE_BY_ATTRIBUTE = '{ property: customAttribute3, operator: contains, value: internal }';

const SOURCE_TEXT: Readonly<Record<SourceType, string>> = {
  exchangeOnline: `  # Nobody named: the whole organization. Otherwise members of any of these groups.
  groups: []
  recipientTypes: [userMailbox, mailUser, mailContact]
  excludeHidden: true
  excludeDisabled: true
  excludeGuests: true`,
  activeDirectory: `  # Nobody named: the whole directory. Otherwise whoever is in any of these units, groups or address lists.
  organizationalUnits: []
  #   - dn: 'OU=Staff,DC=corp,DC=contoso,DC=example'
  groups: []
  addressLists: []
  recipientTypes: [userMailbox, mailUser, mailContact]
  excludeHidden: true
  excludeDisabled: true`,
  sharedMailbox: `  mailbox: {mailbox} # by any of its addresses
  # Nothing named: its Contacts without sub-folders. A path is a list of names below Contacts.
  folders: []
  #   - { path: [Customers, North/South], includeSubfolders: true }
  categories: [] # nothing named: all contacts
  includePrivate: false`,
  publicFolder: `  # A path is a list of names from the top of the public folders down; a name may hold a slash.
  folders:
    - { path: [Customers], includeSubfolders: false }
  categories: [] # nothing named: all contacts
  includePrivate: false`,
};

const FILTER_TEXT: Readonly<Record<SourceType, string>> = {
  exchangeOnline: EXCLUDE_BY_ATTRIBUTE,
  activeDirectory: EXCLUDE_BY_ATTRIBUTE,
  sharedMailbox: '{ property: categories, operator: equals, value: Internal }',
  publicFolder: '{ property: categories, operator: equals, value: Internal }',
};

/** What a directory has no value for is made; contact items bring their own. */
const FILE_AS: Readonly<Record<SourceType, string>> = {
  exchangeOnline: '{surname}[, {givenName}]',
  activeDirectory: '{surname}[, {givenName}]',
  sharedMailbox: '{fileAs}',
  publicFolder: '{fileAs}',
};

const MAILBOXES_TEXT: Readonly<Record<SourceType, string>> = {
  exchangeOnline: `  groups: []
  addresses: []
  exclude: []`,
  activeDirectory: `  organizationalUnits: []
  groups: []
  addresses: []
  exclude: []`,
  sharedMailbox: `  groups: []
  addresses: []
  exclude: []`,
  publicFolder: `  groups: []
  addresses: []
  exclude: []`,
};

export function newPolicyText(of: {
  readonly id: string;
  readonly name: string;
  readonly environment: string;
  readonly source: SourceType;
  /** That a source of this type reads. */
  readonly mailbox?: string | undefined;
}): string {
  return `# A contactSync policy. Check it with "contactsync policy validate", see its effect with "contactsync run FILE --test".
kind: policy
version: 1
id: ${of.id} # stays for good; a copy needs another one
name: ${quoted(of.name)}
environment: ${quoted(of.environment)}

source:
  type: ${of.source}
${SOURCE_TEXT[of.source].replace('{mailbox}', () => quoted(of.mailbox ?? 'contacts@contoso.example'))}
  # Rows of one set must all fit; any set will do.
  # include:
  #   - - { property: department, operator: equals, value: Sales }
  # exclude:
  #   - - ${FILTER_TEXT[of.source]}

mailboxes:
  # Nobody named: all user mailboxes.
${MAILBOXES_TEXT[of.source]}

folder:
  name: Company Contacts

contact:
  displayName: '{displayName}'
  fileAs: '${FILE_AS[of.source]}'

deletion:
  strategy: remove # never | remove | grace | handOver
`;
}

export function newOnPremisesText(of: {
  readonly id: string;
  readonly name: string;
  readonly domain: string;
  readonly account: string;
  readonly mailbox: string;
  /** undefined: Autodiscover. */
  readonly url: string | undefined;
}): string {
  return `# A contactSync environment: one Exchange organization and how to reach it. Secrets are never in this file:
# store the password with "contactsync environment set-password".
kind: environment
version: 1
id: ${of.id}
name: ${quoted(of.name)}
scenario: onPremises
# Country of phone numbers of people without one, such as DE.
# defaultCountry: DE
# additionalCaFile: /etc/contactsync/company-ca.pem

${onPremisesPart(of)}`;
}

export function newEnvironmentText(of: {
  readonly id: string;
  readonly name: string;
  readonly organization: string;
  readonly applicationId: string;
}): string {
  return `# A contactSync environment: one Exchange organization and how to reach it. Secrets are never in this file.
kind: environment
version: 1
id: ${of.id}
name: ${quoted(of.name)}
scenario: exchangeOnline
# Country of phone numbers of people without one, such as DE.
# defaultCountry: DE
# proxy: http://proxy.contoso.example:8080
# additionalCaFile: /etc/contactsync/proxy-ca.pem

${onlinePart(of)}`;
}

interface OnPremisesParts {
  readonly domain: string;
  readonly account: string;
  readonly mailbox: string;
  /** undefined: Autodiscover. */
  readonly url: string | undefined;
}

interface OnlineParts {
  readonly organization: string;
  readonly applicationId: string;
}

export function newHybridText(
  of: { readonly id: string; readonly name: string } & OnPremisesParts & OnlineParts,
): string {
  return `# A contactSync environment: one Exchange organization, partly on-premises and partly in Exchange Online. Secrets are
# never in this file: store the password with "contactsync environment set-password", and make the certificate with
# "contactsync certificate create --environment NAME".
kind: environment
version: 1
id: ${of.id}
name: ${quoted(of.name)}
scenario: hybrid
# Country of phone numbers of people without one, such as DE.
# defaultCountry: DE
# On the way to Exchange Online:
# proxy: http://proxy.contoso.example:8080
# additionalCaFile: /etc/contactsync/company-ca.pem

${onPremisesPart(of)}
${onlinePart(of)}`;
}

function onPremisesPart(of: OnPremisesParts): string {
  return `onPremises:
  activeDirectory:
    domain: ${quoted(of.domain)} # its domain controllers are found by DNS
    # servers: [dc1.corp.contoso.example]
    # baseDns: ['OU=Staff,DC=corp,DC=contoso,DC=example']
    encryption: ldaps # ldaps | startTls
    account: ${quoted(of.account)}
  exchangeWebServices:
    # Nothing given: Autodiscover finds it.
    ${of.url === undefined ? '# url: https://mail.contoso.example/EWS/Exchange.asmx' : `url: ${quoted(of.url)}`}
    authentication: ntlm # ntlm | basic | oauth
    # Only for oauth, with a certificate: contactsync certificate create --environment NAME
    # oauth:
    #   tenant: contoso.onmicrosoft.com # or, at AD FS: tokenUrl: https://adfs.contoso.example/adfs/oauth2/token
    #   applicationId: 00000000-0000-0000-0000-000000000000
    mailbox: ${quoted(of.mailbox)}
`;
}

function onlinePart(of: OnlineParts): string {
  return `exchangeOnline:
  organization: ${quoted(of.organization)}
  cloud: global # global | usGovernment | usGovernmentDod | china
  applicationId: ${quoted(of.applicationId)}
  # Sends reports.
  # mailbox: contactsync@contoso.example
`;
}
