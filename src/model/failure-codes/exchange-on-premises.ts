// 13xxx: reaching Exchange on-premises, signing in there, and Exchange Web Services as a whole.

import type { FailureFacts } from '../failure-codes.ts';

export const exchangeOnPremisesFailures = {
  exchangeServerConnection: {
    number: 13010,
    scope: 'run',
    advice: 'retryNow',
    whoActs: 'administrator',
    en: {
      sentence: 'The Exchange server cannot be reached.',
      causes: [
        'The host name cannot be resolved.',
        'A firewall blocks the connection.',
        'The server or its load balancer is down.',
      ],
      remedy: 'Check name resolution and firewall for the host in the details, then run the policy again.',
    },
  },
  notExchangeWebServices: {
    number: 13011,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The address is not that of Exchange Web Services.',
      causes: [
        'The URL is misspelled.',
        'A reverse proxy shows its own sign-in page instead of passing the request on.',
        'Exchange Web Services are switched off on this server.',
      ],
      remedy:
        'Enter the URL of Exchange Web Services, such as https://mail.contoso.example/EWS/Exchange.asmx, and let the proxy pass it on.',
    },
  },
  untrustedExchangeServer: {
    number: 13013,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: "The Exchange server's TLS certificate is not trusted.",
      causes: [
        'It was issued by a certificate authority of your own that this computer does not know, or by the server itself.',
        'It is for another name than the one in the URL, has expired or is not valid yet.',
        'The connection is being intercepted.',
      ],
      remedy:
        "Add the authority's certificate as a PEM file to the environment (additional CA certificates), or enter the URL with the name that stands in the certificate. The password was not sent.",
    },
  },
  exchangeTooOld: {
    number: 13012,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The Exchange server is older than Exchange 2013 SP1.',
      causes: ['The server does not know the version of the schema that contactSync speaks.'],
      remedy: 'Enter the URL of a newer server, or update this one.',
    },
  },
  exchangeSignInRefused: {
    number: 13020,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The Exchange server refuses the sign-in.',
      causes: [
        'The password is wrong or has expired.',
        'The account is locked, disabled or misspelled.',
        'The server demands another way to sign in.',
        'Extended Protection: a device before the server ends TLS with another certificate, or the environment says channelBinding never.',
      ],
      remedy:
        'Check account and password in the environment. The password was tried once and is not tried again in this run, so that the account is not locked.',
    },
  },
  exchangeSignInNotOffered: {
    number: 13021,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The Exchange server does not offer the chosen way to sign in.',
      causes: ['It is switched off in the virtual directory of Exchange Web Services.'],
      remedy: 'Choose one of the ways in the details, or switch it on with Set-WebServicesVirtualDirectory.',
    },
  },
  passwordNeedsTls: {
    number: 13022,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The password is only sent over an encrypted connection.',
      causes: ['The URL of the Exchange server begins with http:.'],
      remedy: 'Enter a URL that begins with https:.',
    },
  },
  exchangeAccountUnusable: {
    number: 13023,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The account cannot be used on the Exchange server.',
      causes: ['Its password has expired.', 'It is disabled.', 'Its mailbox is not configured.'],
      remedy: 'Set a new password or enable the account, then enter the password in the environment.',
    },
  },
  exchangeTokenRefused: {
    number: 13024,
    scope: 'run',
    advice: 'retryNow',
    whoActs: 'administrator',
    en: {
      sentence: 'The Exchange server refuses the access token.',
      causes: [
        'The token is for another resource than the one by which Exchange knows itself; the audience in the details is what it names.',
        'The server does not trust who issued the token: hybrid modern authentication or AD FS is not set up on it.',
        'The token was withdrawn, or the clock of the server is wrong.',
      ],
      remedy:
        'Compare the audience in the details with the service principal names (Entra ID) or relying parties (AD FS) of the Exchange URL, and check Get-AuthServer and Get-PartnerApplication on the server. A new token was tried once.',
    },
  },
  adfsSignInRefused: {
    number: 13025,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'AD FS refuses the sign-in of the application.',
      causes: [
        'The application is unknown there, or its certificate is not the one in the environment.',
        'The resource is not registered as a relying party or Web API, or the application has no permission for it.',
        "This computer's clock is wrong.",
      ],
      remedy:
        'Register the certificate ("contactsync certificate export") with Set-AdfsServerApplication, and let the application use the resource with Grant-AdfsApplicationPermission. The event log of AD FS tells more to the number in the details.',
    },
  },
  adfsConnection: {
    number: 13026,
    scope: 'run',
    advice: 'retryNow',
    whoActs: 'administrator',
    en: {
      sentence: 'The AD FS server cannot be reached.',
      causes: [
        'The host name cannot be resolved.',
        'A firewall blocks the connection.',
        'The server or its load balancer is down.',
      ],
      remedy: 'Check name resolution and firewall for the host in the details, then run the policy again.',
    },
  },
  notAdfs: {
    number: 13027,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The address is not that of the token endpoint of AD FS.',
      causes: ['The URL is misspelled.', 'A proxy shows a page of its own instead.'],
      remedy:
        'Enter the address of the token endpoint, such as https://adfs.contoso.example/adfs/oauth2/token.',
    },
  },
  impersonationDenied: {
    number: 13030,
    scope: 'mailbox',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The account may not act for this mailbox.',
      causes: [
        'The account lacks the role ApplicationImpersonation.',
        'The management scope of the role leaves this mailbox out.',
        'With OAuth: the access token does not carry full_access_as_app.',
      ],
      remedy:
        'Run New-ManagementRoleAssignment -Name contactSync -Role ApplicationImpersonation -User <account> -CustomRecipientWriteScope <scope> in the Exchange Management Shell, or widen the scope.',
    },
  },
  impersonationFailed: {
    number: 13031,
    scope: 'mailbox',
    advice: 'retryAfter',
    whoActs: 'administrator',
    en: {
      sentence: 'The Exchange server could not act for this mailbox.',
      causes: ['The server cannot reach the domain of the mailbox.', 'A trust between domains is broken.'],
      remedy: 'If it stays, check from the Exchange server whether the domain controllers answer.',
    },
  },
  ewsRequestRefused: {
    number: 13040,
    scope: 'mailbox',
    advice: 'doNotRetry',
    whoActs: 'us',
    en: {
      sentence: 'The Exchange server does not accept a request of contactSync.',
      causes: ['The request does not fit this version of Exchange.'],
      remedy: 'Send the code and the request id in the details to support.',
    },
  },
  unreadableExchangeAnswer: {
    number: 13041,
    scope: 'mailbox',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The answer of the Exchange server cannot be read.',
      causes: [
        'A proxy or a security product between changes or cuts answers.',
        'The answer is no well-formed XML, or larger than any answer may be.',
      ],
      remedy:
        'Let contactSync reach the server without the device between. If that does not help, send the request id in the details to support.',
    },
  },
  exchangeNotFound: {
    number: 13050,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'Autodiscover finds no Exchange server.',
      causes: [
        'Neither Active Directory nor DNS names a server for the mail domain.',
        'A firewall or a certificate stands between; the steps in the details say where.',
        'Autodiscover is switched off or not published.',
      ],
      remedy:
        'Enter the URL of Exchange Web Services in the environment, such as https://mail.contoso.example/EWS/Exchange.asmx.',
    },
  },
  autodiscoverLeadsOnline: {
    number: 13051,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'Autodiscover leads to Exchange Online and not to a server on-premises.',
      causes: [
        'The mailbox of the account has been moved to Exchange Online.',
        'DNS names Exchange Online for the mail domain, as is usual in a hybrid organization.',
      ],
      remedy:
        'If there are mailboxes on-premises, enter the URL of Exchange Web Services in the environment and an account with a mailbox there; otherwise choose the scenario Exchange Online.',
    },
  },
  autodiscoverLeadsOutside: {
    number: 13052,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'Autodiscover leads to a server outside of the mail domain, which is not followed.',
      causes: [
        'Another company runs the Exchange server, or it bears the name of another domain of yours.',
        'Somebody forges DNS answers or redirects to get hold of the password.',
      ],
      remedy:
        'Check the host in the details. If it is right, enter the URL of Exchange Web Services on it in the environment.',
    },
  },
} as const satisfies Record<string, FailureFacts>;
