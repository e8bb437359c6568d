// 11xxx: reaching Active Directory over LDAP, signing in there, and reading it.

import type { FailureFacts } from '../failure-codes.ts';

export const activeDirectoryFailures = {
  domainControllerUnreachable: {
    number: 11010,
    scope: 'run',
    advice: 'retryNow',
    whoActs: 'administrator',
    en: {
      sentence: 'No domain controller could be reached.',
      causes: [
        'The name cannot be resolved.',
        'A firewall blocks the port.',
        'The domain controller is switched off.',
      ],
      remedy:
        'Check name resolution and firewall for the server and port in the details (636 for LDAPS, 389 for StartTLS; 3269 and 3268 for a global catalog).',
    },
  },
  ldapsRefused: {
    number: 11011,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The domain controller does not speak LDAPS on this port.',
      causes: [
        'The domain controller has no certificate for LDAPS.',
        'The port is the one for LDAP without encryption.',
        'The domain controller offers no TLS version that is still considered safe.',
      ],
      remedy:
        'Give the domain controller a certificate (a role of Active Directory Certificate Services does it by itself), correct the port, or choose StartTLS.',
    },
  },
  startTlsRefused: {
    number: 11012,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The domain controller refuses StartTLS.',
      causes: [
        'The domain controller has no certificate.',
        'The port is the one for LDAPS, which is encrypted already.',
      ],
      remedy: 'Give the domain controller a certificate, or choose LDAPS with port 636.',
    },
  },
  untrustedDomainController: {
    number: 11013,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: "The domain controller's TLS certificate is not trusted.",
      causes: [
        'It was issued by a certificate authority of your own that this computer does not know.',
        'It has expired or is not valid yet.',
        'The connection is being intercepted.',
      ],
      remedy:
        "Add the authority's certificate as a PEM file to the environment (additional CA certificates), or renew the domain controller's certificate. The password was not sent.",
    },
  },
  domainControllerNameMismatch: {
    number: 11014,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: "The domain controller's TLS certificate is for another name.",
      causes: [
        'The environment names the server by its address or a short name, the certificate by its full name.',
        'The name leads to another computer.',
      ],
      remedy:
        'Enter the server with the full name that stands in its certificate. The password was not sent.',
    },
  },
  plainLdapNotAllowed: {
    number: 11015,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'LDAP without encryption is not allowed.',
      causes: ['The environment says encryption none without allowPlainLdap.'],
      remedy:
        'Choose LDAPS or StartTLS. Only where neither is possible set allowPlainLdap: the password then crosses the network readable.',
    },
  },
  encryptionRequired: {
    number: 11016,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The domain controller demands an encrypted connection.',
      causes: ['LDAP signing is enforced, and the environment says encryption none.'],
      remedy: 'Choose LDAPS or StartTLS.',
    },
  },
  noDomainController: {
    number: 11017,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'No domain controller was found in DNS.',
      causes: [
        'The domain is misspelled.',
        "This computer does not use the domain's DNS servers.",
        'Neither a domain nor a server is named in the environment.',
      ],
      remedy: 'Correct the domain, or name domain controllers in the environment.',
    },
  },
  domainControllerOutside: {
    number: 11018,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'DNS names domain controllers outside of the domain; they were not asked.',
      causes: [
        'The domain controllers bear names of another domain than the one in the environment.',
        'The environment names a domain below or beside the one that is meant.',
        'Somebody answers in the place of your DNS server: its answers are not protected.',
      ],
      remedy:
        'The password was not sent. If the servers in the details are yours, name them in the environment; otherwise correct the domain, or find out who answers.',
    },
  },
  anotherDomainController: {
    number: 11019,
    scope: 'source',
    advice: 'retryNow',
    whoActs: 'administrator',
    en: {
      sentence: 'Another domain controller answered than the last time; nothing was deleted.',
      causes: [
        'The domain controller that answered until now cannot be reached, was restored from a backup, or is gone.',
        'The environment now names another one.',
        'Several domain controllers take turns behind the one name that the environment gives.',
      ],
      remedy:
        'Usually nothing: what the domain controller in the details does not know may not have reached it yet, so deletions wait until the former one answers again, or until others have answered for four hours. New and changed contacts were written. Where several take turns behind one name, such as that of the domain, each of them is believed four hours after it was first met there; if this comes again and again, name the domain controllers one by one under "servers" in the environment.',
    },
  },
  directoryPasswordRefused: {
    number: 11020,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'Active Directory refuses the account or its password.',
      causes: [
        'The password is wrong or was changed.',
        'The account is misspelled; it is written DOMAIN\\user, as user principal name or as distinguished name.',
      ],
      remedy: 'Enter account and password again. It was tried once only, so that the account is not locked.',
    },
  },
  directoryPasswordExpired: {
    number: 11021,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The password of the account has expired.',
      causes: [
        'The domain demands a new password from time to time.',
        'The password must be changed at the first sign-in.',
      ],
      remedy: 'Set a new password for the account, let it not expire, and enter it here.',
    },
  },
  directoryAccountDisabled: {
    number: 11022,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The account is disabled or has expired.',
      causes: ['An administrator disabled it.', 'Its date of expiry has passed.'],
      remedy: 'Enable the account in Active Directory, or name another one.',
    },
  },
  directoryAccountLocked: {
    number: 11023,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The account is locked.',
      causes: ['Somebody or something used a wrong password too often.'],
      remedy: 'Find out who does, unlock the account in Active Directory, then run the policy again.',
    },
  },
  directorySignInRefused: {
    number: 11024,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'Active Directory refuses the sign-in.',
      causes: [
        'The account may not sign in at this time or from this computer.',
        'The domain controller allows no simple bind.',
      ],
      remedy: 'See the data in the details, and check the restrictions of the account.',
    },
  },
  directoryAccessDenied: {
    number: 11030,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The account may not read this part of Active Directory.',
      causes: ['The right to read was taken from authenticated users.'],
      remedy: 'Give the account the right to read below the distinguished name in the details.',
    },
  },
  directoryBaseNotFound: {
    number: 11031,
    scope: 'source',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'A part of Active Directory that is to be read does not exist.',
      causes: [
        'The organizational unit was renamed, moved or deleted.',
        'The account may not see it.',
        'It belongs to another domain.',
      ],
      remedy: 'Correct the distinguished name in the policy or environment.',
    },
  },
  invalidDistinguishedName: {
    number: 11032,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'A distinguished name cannot be understood.',
      causes: ['A part has no equals sign.', 'A comma inside a name is not written with a backslash.'],
      remedy: 'Write it as Active Directory shows it, such as OU=Sales,DC=corp,DC=example,DC=com.',
    },
  },
  directoryObjectNotFound: {
    number: 11033,
    scope: 'source',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'A single object that the policy names was not found.',
      causes: ['It was renamed, moved or deleted.', 'It has no mail attributes.'],
      remedy: 'Correct the object in the policy.',
    },
  },
  foreignMembers: {
    number: 11034,
    scope: 'source',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'A group has members that this directory cannot show.',
      causes: [
        'They belong to another forest (foreign security principals).',
        'They belong to another domain, and no global catalog is asked.',
      ],
      remedy:
        'Ask global catalogs (globalCatalog: true) when they are in another domain of the forest. Members of another forest are no recipients here: take them out of the group, or choose people otherwise.',
    },
  },
  directoryReferral: {
    number: 11035,
    scope: 'source',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'A part of the scope is kept by another domain, which this server does not show.',
      causes: ['There are child domains below the base, and no global catalog is asked.'],
      remedy: 'Ask global catalogs (globalCatalog: true), or narrow the base to the domain of the server.',
    },
  },
  domainControllerBusy: {
    number: 11040,
    scope: 'run',
    advice: 'retryAfter',
    whoActs: 'nobody',
    en: {
      sentence: 'The domain controller is too busy to answer.',
      causes: ['It is under load, or about to stop.'],
      remedy: 'Nothing: the next run tries again. Name further domain controllers if it comes back.',
    },
  },
  directoryConnectionLost: {
    number: 11041,
    scope: 'run',
    advice: 'retryNow',
    whoActs: 'nobody',
    en: {
      sentence: 'The connection to the domain controller broke off.',
      causes: ['The domain controller restarted.', 'A firewall cut the connection.'],
      remedy: 'Nothing: the next run reads again. Name further domain controllers if it comes back.',
    },
  },
  directoryLimit: {
    number: 11042,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The domain controller stopped at one of its limits.',
      causes: ['The LDAP policy of the domain is narrower than usual (MaxPageSize, MaxQueryDuration).'],
      remedy: 'Compare the LDAP policy of the domain (ntdsutil, "ldap policies") with the defaults.',
    },
  },
  unexpectedDirectoryAnswer: {
    number: 11050,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'us',
    en: {
      sentence: 'The domain controller gave an answer that contactSync does not know.',
      causes: ['It is not an Active Directory.', 'Something else answers on this port.'],
      remedy: 'Check server and port; send the result code in the details to support.',
    },
  },
} as const satisfies Record<string, FailureFacts>;
