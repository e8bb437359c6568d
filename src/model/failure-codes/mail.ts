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
      causes: [
        'The setting exchangeOnline.mailbox is empty.',
        'Mail goes through a mail server, and neither mail.smtp.from nor a mailbox is named.',
      ],
      remedy:
        'Enter the address of a mailbox in the environment (exchangeOnline.mailbox, or mail.smtp.from for a mail server) and apply it.',
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
  mailServerUnreachable: {
    number: 18020,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The mail server cannot be reached, or broke off the conversation. The mail was not sent.',
      causes: [
        'Its name or port in the environment is wrong.',
        'A firewall is in between.',
        'With security tls the server expects startTls, or the other way round.',
        'The server takes no mail for a while.',
      ],
      remedy:
        'Check mail.smtp in the environment: port 587 goes with startTls, 465 with tls. The mail is tried again by itself; "contactsync reports send --now" tries at once.',
    },
  },
  untrustedMailServer: {
    number: 18021,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence:
        'The certificate of the mail server is not trusted. Neither the password nor the mail was sent.',
      causes: [
        'It was issued by an authority of the company that this computer does not know.',
        'It is for another name than the one in mail.smtp.host.',
        'It has expired.',
      ],
      remedy:
        'Enter the name that stands in the certificate as mail.smtp.host, or the authority as additionalCaFile of the environment.',
    },
  },
  mailServerWithoutTls: {
    number: 18022,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence:
        'The mail server does not encrypt the connection (STARTTLS). Neither the password nor the mail was sent.',
      causes: [
        'It is not set up for TLS on this port.',
        'Somebody in between takes the offer of TLS out of the conversation.',
      ],
      remedy:
        'Set up TLS at the server, or choose security tls with port 465. Security none is for a server that needs no sign-in, in a network you trust.',
    },
  },
  mailServerSignInRefused: {
    number: 18023,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The mail server refused the user or the password.',
      causes: [
        'The password was changed or mistyped.',
        'Exchange Online: SMTP AUTH is off for the mailbox or the tenant.',
        'The server has no way to sign in with a password.',
      ],
      remedy:
        'Store the password again with "contactsync environment set-password NAME --for smtp". In Microsoft 365 rather choose mail through graph.',
    },
  },
  mailPasswordMissing: {
    number: 18024,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'No password is stored for the mail server that the environment names now.',
      causes: [
        'It was not entered yet.',
        'Host, port, security, user or the additional CA file changed, and the stored password was discarded.',
      ],
      remedy: 'Store it with "contactsync environment set-password NAME --for smtp".',
    },
  },
  webhookRefused: {
    number: 18025,
    scope: 'run',
    advice: 'retryAfter',
    whoActs: 'administrator',
    en: {
      sentence: 'The webhook did not take what it was told of a run.',
      causes: [
        'The program behind it is not set up for it, or is being restarted.',
        'It does not accept the signature: its secret is another one.',
        'The address answers with a redirect, which is not followed.',
      ],
      remedy:
        'Look at the status in the details and at the log of that program, and correct announce.webhook of the environment or the secret. What is told of runs is told again by itself for three days.',
    },
  },
  listenerUnreachable: {
    number: 18026,
    scope: 'run',
    advice: 'retryAfter',
    whoActs: 'administrator',
    en: {
      sentence: 'A program that is to be told of runs could not be reached.',
      causes: [
        'It does not run, or a firewall is in between.',
        'Its name cannot be resolved.',
        'The proxy in the details cannot be reached, or does not let this computer through to it (ERR_PROXY_TUNNEL).',
        'It did not answer within 20 seconds, or its answer did not end.',
        'Its certificate is not trusted: it was issued by an authority of the company, is for another name, or has expired.',
      ],
      remedy:
        'Check announce in the environment against the host and the reason in the details; an authority of the company goes into additionalCaFile, and a program in the building may want announce.proxy: none. What is told of runs is told again by itself for three days.',
    },
  },
  webhookSecretMissing: {
    number: 18027,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'No secret is stored for the webhook that the environment names now.',
      causes: [
        'It was not entered yet.',
        'The webhook, the proxy on the way to it or the additional CA file changed, and the stored secret was discarded.',
      ],
      remedy: 'Store it with "contactsync environment set-password NAME --for webhook".',
    },
  },
  announcementFile: {
    number: 18028,
    scope: 'run',
    advice: 'retryAfter',
    whoActs: 'administrator',
    en: {
      sentence: 'What is told of runs could not be written to its file.',
      causes: ['The folder does not exist, or the account may not write there.', 'The disk is full.'],
      remedy:
        'Check the path in the details (announce.file of the environment). What is told of runs is written by itself when that is mended within three days.',
    },
  },
  recipientsRefused: {
    number: 18030,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The mail server took the mail, but not for all recipients.',
      causes: [
        'An address is misspelled, or its mailbox is gone or full.',
        'The server does not send to addresses outside of the organization for this sender.',
      ],
      remedy:
        'Correct the recipients in the details under report.recipients of the policy, or let the mail server send to them. This mail is not sent again: the others have it.',
    },
  },
  nobodyToTell: {
    number: 18029,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The environment names no program that is to be told of runs.',
      causes: ['It has no webhook, no syslog server and no file under announce.'],
      remedy: 'Add one of them under announce in the environment and apply it.',
    },
  },
} as const satisfies Record<string, FailureFacts>;
