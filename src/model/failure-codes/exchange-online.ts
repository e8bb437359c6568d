// 12xxx: reaching Exchange Online, Microsoft Graph and Entra, and signing in there.

import type { FailureFacts } from '../failure-codes.ts';

export const exchangeOnlineFailures = {
  exchangeOnlineConnection: {
    number: 12010,
    scope: 'run',
    advice: 'retryNow',
    whoActs: 'administrator',
    en: {
      sentence: 'Error getting Exchange Online connection.',
      causes: [
        'The host name cannot be resolved or is not reachable.',
        'A proxy or firewall blocks it.',
        'The service is down.',
      ],
      remedy:
        'Check name resolution, proxy and firewall for the host in the details, then run the policy again.',
    },
  },
  untrustedServer: {
    number: 12011,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: "The server's TLS certificate is not trusted.",
      causes: [
        'A proxy inspects TLS with its own certificate authority.',
        'The connection is being intercepted.',
      ],
      remedy:
        "Add the authority's certificate to the environment (additional CA certificates) if you trust it.",
    },
  },
  tenantUnknown: {
    number: 12020,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'Entra ID does not know the tenant.',
      causes: ['The organization is misspelled.', 'The wrong national cloud is chosen.'],
      remedy: "Enter the tenant's initial domain and the right cloud.",
    },
  },
  applicationUnknown: {
    number: 12021,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The application is not known in the tenant.',
      causes: ['The application (client) id is wrong.', 'The app registration was deleted.'],
      remedy: 'Copy the application (client) id from the app registration in Entra ID.',
    },
  },
  certificateRefused: {
    number: 12022,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'Entra ID refuses the certificate.',
      causes: [
        'The certificate was not uploaded to this app registration.',
        'Another certificate was uploaded.',
        "This computer's clock is wrong.",
      ],
      remedy:
        'Upload the .cer file ("contactsync certificate export") to the app registration and wait a minute.',
    },
  },
  signInRefused: {
    number: 12023,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'Entra ID refuses the sign-in.',
      causes: ['Conditional access blocks the application.', 'The application is disabled.'],
      remedy: 'Look up the request id in the sign-in log of Entra ID (service principal sign-ins).',
    },
  },
  consentMissing: {
    number: 12030,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The application lacks an API permission.',
      causes: [
        'Admin consent was not given or was revoked.',
        'The permission in the details is not assigned.',
      ],
      remedy: 'Assign the permission in the app registration and grant admin consent.',
    },
  },
  exchangeRoleMissing: {
    number: 12031,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'Exchange Online refuses the command.',
      causes: ['The application has no Exchange role.', 'Exchange.ManageAsApp is missing.'],
      remedy:
        'Give the application the role Exchange Recipient Administrator in Entra ID, and the permission Exchange.ManageAsApp with admin consent. Changes need up to two hours.',
    },
  },
  tokenRefused: {
    number: 12032,
    scope: 'run',
    advice: 'retryNow',
    whoActs: 'administrator',
    en: {
      sentence: 'The service refuses the access token.',
      causes: ['The token expired in the middle of a run.', 'The permission was revoked meanwhile.'],
      remedy: 'Run the policy again; if it comes back, check admin consent.',
    },
  },
  throttledTooLong: {
    number: 12040,
    scope: 'mailbox',
    advice: 'retryAfter',
    whoActs: 'nobody',
    en: {
      sentence: 'The service kept asking to slow down for longer than this run may wait.',
      causes: ['Other applications use the same mailbox or tenant heavily.'],
      remedy: 'Nothing: the next run continues.',
      remedyOfRollback: 'Roll the run back again; what is done is skipped.',
    },
  },
  serviceUnavailable: {
    number: 12041,
    scope: 'mailbox',
    advice: 'retryAfter',
    whoActs: 'nobody',
    en: {
      sentence: 'The service is unavailable for the moment.',
      causes: ['A disturbance at Microsoft, or an Exchange server that restarts or is overloaded.'],
      remedy:
        'Nothing: the next run continues. If it lasts, see the service health page, or the health of the server.',
      remedyOfRollback:
        'Roll the run back again; what is done is skipped. If it lasts, see the service health page, or the health of the server.',
    },
  },
  answerLost: {
    number: 12042,
    scope: 'mailbox',
    advice: 'retryNow',
    whoActs: 'nobody',
    en: {
      sentence: 'The answer to a request was lost.',
      causes: ['The connection was cut.', 'The service did not answer in time.'],
      remedy: 'Nothing: contactSync reads the mailbox again before it repeats a write.',
    },
  },
  unexpectedAnswer: {
    number: 12050,
    scope: 'mailbox',
    advice: 'doNotRetry',
    whoActs: 'us',
    en: {
      sentence: 'The service gave an answer that contactSync does not know.',
      causes: ['The service changed.', 'A proxy answers in its place.'],
      remedy: 'Send the code and the request id in the details to support.',
    },
  },
  foreignHost: {
    number: 12051,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'us',
    en: {
      sentence: 'The service pointed to a host outside the configured cloud.',
      causes: ['A proxy rewrites answers.', 'The wrong national cloud is chosen.'],
      remedy: 'Check cloud and proxy. The access token was not sent there.',
    },
  },
} as const satisfies Record<string, FailureFacts>;
