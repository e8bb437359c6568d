// What the settings of a policy mean, where the schema's own short description does not say it all. By path; [] is any
// entry of a list, * any key.

export const POLICY_MEANINGS: Readonly<Record<string, string>> = {
  kind: 'Says what the file is.',
  version: 'Version of the file format.',
  id: 'Permanent identity. It stays the same when the policy is renamed, and stands in the mark of every contact. A copy needs another one: use `contactsync policy clone`.',
  name: 'Name for people, unique in the installation.',
  description: 'Anything worth knowing.',
  enabled: 'Whether a schedule may run it. A person can run a disabled policy by hand.',

  source: 'Which contacts are copied.',
  'source.type':
    'Where contacts come from. `exchangeOnline`: the mail-enabled objects of a Microsoft 365 tenant. `activeDirectory`: those of the Active Directory of an environment on-premises. `sharedMailbox`: the contacts of a mailbox of either. `publicFolder`: those of public folders of either.',
  'source.groups':
    'Groups by mail address, name or id; members of members count. When nothing is named (no group, address list, filter, organizational unit or object) the whole organization is read; otherwise whoever is in any of them.',
  'source.organizationalUnits': 'Organizational units or containers.',
  'source.organizationalUnits[].includeChildren':
    'Whether what lies in organizational units below counts too.',
  'source.recipientTypes': 'Kinds of recipients that are copied.',
  'source.excludeHidden': 'Leave out recipients that are hidden from address lists.',
  'source.excludeDisabled': 'Leave out mailbox users and mail users whose account is disabled.',
  'source.excludeGuests': 'Leave out guests.',
  'source.excludeWithoutPhone': 'Leave out people without any business, home, mobile or other phone number.',
  'source.excludeWithoutEmail': 'Leave out recipients without a mail address.',
  'source.folders':
    'Folders that are read. `sharedMailbox`: contact folders; nothing given: Contacts itself, without sub-folders. `publicFolder`: at least one public folder.',
  'source.folders[].path':
    'Names from the folder below Contacts, or from the top of the public folders, down, such as `[Customers, North]`; a name may hold any character. `sharedMailbox`: empty means Contacts itself.',
  'source.folders[].includeSubfolders':
    'Whether the contact folders below count too, except those that contactSync made.',
  'source.include':
    'What must fit to be copied. Nothing given: everything is included. See [filters](#filters).',
  'source.exclude': 'What is left out although it was included. See [filters](#filters).',

  mailboxes: 'Which mailboxes are filled.',
  'mailboxes.groups':
    'Groups by mail address, name or id; members of members count. With no group, address or recipient filter every mailbox of the organization is a target; otherwise whoever is in any of them.',
  'mailboxes.organizationalUnits': 'Organizational units or containers; on-premises only.',
  'mailboxes.organizationalUnits[].includeChildren':
    'Whether what lies in organizational units below counts too.',
  'mailboxes.recipientFilter': 'OPATH filter evaluated by Exchange; Exchange Online only.',
  'mailboxes.types': 'Kinds of mailboxes that are filled.',

  folder: 'Where in the mailbox the contacts stand.',
  'folder.name': 'Name of the folder below Contacts. It is created when it is missing.',
  'folder.existing':
    'What to do with a folder of that name that contactSync did not make. `refuse`: the mailbox fails with 15020 and is left as it is. `adopt`: the folder becomes ours, and contacts in it with the same main address get our mark instead of a second copy. `use`: write into it, leave the folder and everything else in it alone.',

  contact: 'How a contact looks.',
  'contact.displayName': '[Template](#templates) for the display name.',
  'contact.fileAs':
    '[Template](#templates) for "file as", by which Outlook sorts. Empty result: the display name.',
  'contact.properties':
    'Rules by contact property; the rest keep the defaults. Names of the properties: [contact properties](contact-properties.md).',
  'contact.properties.*.mode':
    '`overwrite`: the source wins. `keepEdited`: a value that the user changed or emptied stays. `fillIfBlank`: written only where nothing stands or what stands is ours. `off`: never touched.',
  'contact.properties.*.whenEmpty':
    'When the source no longer has a value that we wrote: `clear` empties the field, `keep` leaves it. A value that the user filled in is never cleared for this reason.',
  'contact.properties.*.from':
    'Another source attribute than the usual one. At most one of `from`, `template`, `constant`.',
  'contact.properties.*.template': '[Template](#templates), such as `{surname}[, {givenName}]`.',
  'contact.properties.*.constant': 'The same text for everybody.',
  'contact.properties.*.prefix': 'Put before the value, unless there is none.',
  'contact.properties.*.suffix': 'Put behind the value, unless there is none.',
  'contact.properties.*.replace[].find': 'Text to look for.',
  'contact.properties.*.replace[].with': 'Text to put in its place.',
  'contact.phones': 'How phone numbers are written.',
  'contact.phones.format':
    '`e164`: international form such as +493012345678, so that phones in any country recognize the caller; extensions become ` x123`. `asIs`: as the source has it.',
  'contact.phones.defaultCountry':
    "Two-letter country for numbers without an international prefix. The person's own country comes first; without this setting the environment's is used.",
  'contact.photo':
    'Whether contacts get the photo of the person. Photos are written after all contacts, when they changed; a picture that the user set on a contact stays. Needs ProfilePhoto.Read.All; without it the contacts are written and the report says what is missing.',
  'contact.photoMegabytes':
    'Photos written into one mailbox in one run at most, in megabytes. What is more is written by the next run. Exchange Online takes 150 MB in five minutes of one mailbox, whatever writes them.',
  'contact.categories': "Categories that every contact gets. The user's own categories stay.",
  'contact.isPrivate': 'Mark the contacts as private.',
  'contact.rewriteDomains': 'Rewrites the domain of mail addresses.',
  'contact.rewriteDomains[].from': 'Domain as the source has it.',
  'contact.rewriteDomains[].to': 'Domain as the contact gets it.',
  'contact.includeOwn': 'Whether a mailbox also gets the contact of its own owner.',

  deletion: 'What becomes of contacts that are no longer wanted. See [folder and user](folder-and-user.md).',
  'deletion.strategy':
    "For contacts that the source lost. `never`: they stay. `remove`: they go. `grace`: they go after `graceDays`. `handOver`: they go, but one that the user edited loses our mark and is the user's from then on. `NoContactSync` removes a contact under every strategy.",
  'deletion.graceDays': 'Days that a contact stays after its person left. Only with `grace`.',
  'deletion.mailboxLeft':
    'For a mailbox that no longer belongs to the policy. `remove`: the contacts and the empty folder go. `leave`: everything stays.',
  'deletion.deletedByUser':
    'For a managed contact that the user deleted. `restore`: it comes back with the next run. `respect`: it is remembered and not written again.',
  'deletion.keepInDeletedItems':
    'Whether deleted contacts go to Deleted Items instead of being purged. One that the user edited always goes there.',

  brake: 'Limits above which a run waits for an approval. See [run and test](run-and-test.md#the-brake).',
  'brake.maxPeople': 'Most people that may leave the selection in one run.',
  'brake.maxPeoplePercent': 'The same as a percentage of the people there were.',
  'brake.maxMailboxes': 'Most mailboxes that may be emptied in one run.',
  'brake.maxMailboxesPercent': 'The same as a percentage of the mailboxes there were.',
  'brake.maxUnexplainedPercentPerMailbox':
    'Largest share of the managed contacts in one mailbox that may be deleted without their people having left the selection since the last run.',

  canary:
    'Mailboxes that are filled first. All mailboxes are planned before any is written; when a wave fails, the run ends before the next one.',

  report: 'Mails about the runs of the policy. See [reports](reports.md).',
  'report.when':
    'About which runs. `always`: all. `onChange`: those that changed a contact, and those below. `onWarning`: those in which something should be looked into, such as an incomplete reading or mailboxes over the license, and those below. `onError`: those that failed, were interrupted, ended with errors, or wait for an approval.',
  'report.detail':
    'How much the mail tells. `numbers`: no names. `mailboxes`: also the mailboxes that changed or failed. `contacts`: also the first contacts that changed.',
  'report.csv':
    'Attaches a table with one line for each change of a contact, as far as two megabytes go. It names people.',
  'report.alertAfterDays':
    'A mail when no run came to its end for so many days, and again after as many more; 0: none. Only for policies that are enabled.',
};

export const ENVIRONMENT_MEANINGS: Readonly<Record<string, string>> = {
  kind: 'Says what the file is.',
  version: 'Version of the file format.',
  id: 'Permanent identity.',
  name: 'Name for people, unique in the installation. Policies name it.',
  description: 'One line about it.',
  notes: 'Anything worth knowing.',
  scenario:
    'The Exchange scenario. `exchangeOnline`: a Microsoft 365 tenant. `onPremises`: Active Directory and Exchange Server. `hybrid`: both, as one organization.',
  timeZone: 'Time zone of the organization, such as `Europe/Berlin`, for schedules and reports.',
  language: 'Language of mails about runs: `en` or `de`.',
  mail: 'How mails about runs are sent. Nothing given: through Microsoft Graph where `exchangeOnline.mailbox` is named, otherwise through Exchange Web Services. See [reports](reports.md).',
  'mail.through':
    '`graph`: as `exchangeOnline.mailbox`, with the right Mail.Send. `ews`: as the mailbox of the account on-premises. `smtp`: through the mail server below.',
  'mail.smtp': 'The mail server. A change of it discards its stored password.',
  'mail.smtp.security':
    '`startTls`: encrypted before anything is said. `tls`: encrypted from the start. `none`: readable by everybody on the network; only without a user. Certificates are always checked.',
  'mail.smtp.user':
    'Who signs in, with the password of `contactsync environment set-password NAME --for smtp`. Nothing given: the server lets this computer send without.',
  announce:
    'Programs that are told when a run starts, waits for an approval, and ends. See [other programs](announcements.md).',
  'announce.webhook':
    'Gets a POST for each, signed with the secret of `contactsync environment set-password NAME --for webhook`. Only https, or http to this computer. A change of it discards the secret.',
  'announce.proxy':
    'Proxy on the way to the webhook. Nothing given: `proxy` of the environment, if it has one; `none`: directly. A change of it discards the secret.',
  'announce.syslog': 'A syslog server (RFC 5424).',
  'announce.syslog.host': 'Its name; with `tls` the one in its certificate.',
  'announce.syslog.transport':
    '`tls`: its certificate is checked. `tcp`, `udp`: readable by everybody on the network.',
  'announce.file': 'Whole path of a file that gets a line of JSON for each.',
  proxy: 'Proxy for all connections to Exchange Online, and to the webhook of `announce`.',
  onPremises: 'Active Directory and Exchange Server.',
  'onPremises.activeDirectory.encryption':
    '`ldaps`: TLS from the start. `startTls`: TLS on the plain port. `none`: readable by everybody on the network; refused unless `allowPlainLdap` is set.',
  'onPremises.exchangeWebServices.authentication':
    'How the account signs in. `ntlm`: NTLM version 2, also where Extended Protection is required. `basic`: name and password, inside TLS only. `oauth`: an access token that an application gets with a certificate; needs `oauth` and `url`.',
  exchangeOnline: 'The tenant and the app registration.',
  'exchangeOnline.cloud':
    'The national cloud: `global`, `usGovernment` (GCC High), `usGovernmentDod` or `china` (21Vianet).',
  'exchangeOnline.applicationName': 'Name of the app registration, for people.',
  'exchangeOnline.mailbox': 'Mailbox that sends mails about runs.',
  'exchangeOnline.endpoints.login': 'Host that signs in.',
  'exchangeOnline.endpoints.graph': 'Host of Microsoft Graph.',
  'exchangeOnline.endpoints.exchange': 'Host of the Exchange admin REST.',
};
