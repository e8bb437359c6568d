// 18xxx: reports and mail.

import type { FailureFacts } from '../failure-codes.ts';

export const mailFailures = {
  senderMissing: {
    number: 18010,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The environment names no mailbox to send from.',
      causes: ['The setting exchangeOnline.mailbox is empty.'],
      remedy: 'Enter the address of a mailbox in the environment (exchangeOnline.mailbox) and apply it.',
    },
  },
  mailRefused: {
    number: 18011,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The mail was refused and not sent.',
      causes: [
        'The address of a recipient is misspelled.',
        'The mailbox may not send: its quota is used up, or too many mails were sent today.',
        'Another address than its own was to be the sender.',
      ],
      remedy:
        'Check the addresses and the mailbox that sends; the code in the details says what the server minds.',
    },
  },
  mailTooLarge: {
    number: 18012,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The mail is too large and was not sent.',
      causes: ['The attached table has more rows than fit.', 'The server allows smaller mails only.'],
      remedy: 'Choose a report with less detail, or without the attached table.',
    },
  },
  mailPerhapsSent: {
    number: 18013,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The mail was perhaps sent: the answer of the server did not come or does not tell.',
      causes: [
        'The connection broke while the mail was handed over.',
        'The server failed while it took the mail.',
      ],
      remedy: 'Look whether it arrived. It is not sent again by itself, so that nobody gets it twice.',
    },
  },
  sendingNotAllowed: {
    number: 18014,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The application or account may not send from this mailbox.',
      causes: [
        'The application permission Mail.Send is not granted, or RBAC for Applications leaves this mailbox out.',
        'On-premises: the account is not the owner of the mailbox.',
      ],
      remedy:
        'Grant Mail.Send (Microsoft Graph) with admin consent, or for this mailbox alone: New-ManagementRoleAssignment -App <object id> -Role "Application Mail.Send" -CustomResourceScope <scope>. On-premises enter the mailbox of the account.',
    },
  },
} as const satisfies Record<string, FailureFacts>;
