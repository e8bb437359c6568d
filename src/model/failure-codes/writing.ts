// 15xxx: reading and writing contacts in mailboxes.

import type { FailureFacts } from '../failure-codes.ts';

export const writingFailures = {
  mailboxNotProvisioned: {
    number: 15010,
    scope: 'mailbox',
    advice: 'doNotRetry',
    whoActs: 'nobody',
    en: {
      sentence: 'The mailbox is not provisioned yet.',
      causes: ['The license was assigned a moment ago.', 'The mailbox is inactive or lies on-premises.'],
      remedy: 'Nothing: a later run fills it. If it stays, check the license.',
    },
  },
  mailboxAccessDenied: {
    number: 15011,
    scope: 'mailbox',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'Access to the mailbox is denied.',
      causes: [
        'Contacts.ReadWrite is missing.',
        'An application access policy or a management scope leaves this mailbox out.',
        'On-premises: the mailbox is disabled, or its folders are closed to the account.',
      ],
      remedy:
        'Exchange Online: grant Contacts.ReadWrite, or widen the scope; test with Test-ServicePrincipalAuthorization. On-premises: check whether the mailbox opens in Outlook, and that the account works by ApplicationImpersonation.',
    },
  },
  mailboxFull: {
    number: 15012,
    scope: 'mailbox',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The mailbox is full.',
      causes: ['Its quota is used up.'],
      remedy: 'Let the user delete something or raise the quota.',
    },
  },
  mailboxBusy: {
    number: 15013,
    scope: 'mailbox',
    advice: 'retryAfter',
    whoActs: 'nobody',
    en: {
      sentence: 'Another run is writing to the mailbox.',
      causes: [
        'A second policy or a second process works on it.',
        'A process that was killed did: the mailbox is free again within a minute.',
      ],
      remedy:
        'Nothing: a run tries the mailbox again later, or the next run does. Give a "public-folder copy" again after a minute.',
    },
  },
  newerMark: {
    number: 15014,
    scope: 'mailbox',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The mailbox was written by a newer version of contactSync and is read-only for this one.',
      causes: ['contactSync was downgraded.', 'Two installations of different age fill the mailbox.'],
      remedy: 'Update this installation.',
    },
  },
  everyMailboxDenied: {
    number: 15016,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'Access to every mailbox is denied.',
      causes: [
        'Exchange Online: Contacts.ReadWrite is missing, or its admin consent was not given or was revoked.',
        'On-premises: the account lacks the role ApplicationImpersonation.',
        'The management scope (RBAC for Applications, or of the role) covers none of the mailboxes.',
      ],
      remedy:
        'Exchange Online: assign Contacts.ReadWrite in the app registration and grant admin consent. On-premises: run New-ManagementRoleAssignment -Role ApplicationImpersonation. Or widen the scope. "contactsync environment test" shows when it works.',
    },
  },
  folderRefused: {
    number: 15020,
    scope: 'mailbox',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'A folder of that name exists and was not made by contactSync.',
      causes: ['The user or another tool made it.'],
      remedy: 'Choose another folder name, or set folder.existing to adopt or use in the policy.',
    },
  },
  folderNameTaken: {
    number: 15021,
    scope: 'mailbox',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence:
        'The contact folder keeps its old name, because the mailbox has another folder of the new one.',
      causes: [
        'The user or another tool made a folder of that name.',
        'Another policy fills a folder of that name.',
      ],
      remedy:
        'The folder is filled under its old name, and the next run renames it once the name is free: the user renames or removes the other folder, or the policy gets another folder name.',
    },
  },
  folderNameRefused: {
    number: 15022,
    scope: 'mailbox',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The contact folder keeps its old name, because Exchange refuses the new one.',
      causes: [
        'The name is too long, or holds a character that Exchange does not accept in names of folders.',
      ],
      remedy:
        'Give the policy another folder name. Until then the folder is filled under its old name, and every run tries again.',
    },
  },
  contactRefused: {
    number: 15030,
    scope: 'contact',
    advice: 'doNotRetry',
    whoActs: 'us',
    en: {
      sentence: 'The mailbox refuses the contact.',
      causes: ['A value is not accepted.'],
      remedy: 'Send the code in the details to support. The other contacts were written.',
    },
  },
  notOurs: {
    number: 15031,
    scope: 'contact',
    advice: 'doNotRetry',
    whoActs: 'us',
    en: {
      sentence: 'The item does not carry our mark and was not touched.',
      causes: ['The user replaced it since it was planned.'],
      remedy: 'Nothing: the next run plans again.',
    },
  },
  changedSincePlanned: {
    number: 15032,
    scope: 'mailbox',
    advice: 'retryNow',
    whoActs: 'nobody',
    en: {
      sentence: 'The mailbox changed after it was planned, and would now lose contacts that nobody approved.',
      causes: ['The user or another program was at work meanwhile.'],
      remedy: 'Run the policy again; this mailbox alone was left as it is.',
    },
  },
  waveFailed: {
    number: 15040,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'A canary wave failed, so the run ended before the other mailboxes.',
      causes: ['See the failures of the mailboxes in the wave.'],
      remedy: 'Mend the cause and run the policy again.',
    },
  },
} as const satisfies Record<string, FailureFacts>;
