// 10xxx: configuration, policies, the command line, and our own defects.

import type { FailureFacts } from '../failure-codes.ts';

export const configurationFailures = {
  internalError: {
    number: 10001,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'us',
    en: {
      sentence: 'contactSync met an error it did not expect.',
      causes: ['A defect in contactSync.'],
      remedy:
        'Send the log of this run to support. Nothing needs to be repaired by hand: the next run reads the mailbox again and continues.',
    },
  },
  invalidDocument: {
    number: 10010,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The file does not fit the schema.',
      causes: [
        'A key is unknown or misspelled.',
        'A value has the wrong type or is not allowed.',
        'A required key is missing.',
      ],
      remedy:
        'Correct the places named in the details. The published schemas are in contract/schema. Nothing was stored.',
    },
  },
  unreadableFile: {
    number: 10011,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The file cannot be read.',
      causes: [
        'The path is wrong.',
        'The account has no right to read it.',
        'It is of another kind than the command reads, or damaged; policies and environments are YAML.',
      ],
      remedy: 'Check the path and the place named in the details. Nothing was stored.',
    },
  },
  notFound: {
    number: 10012,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'There is nothing of that name.',
      causes: [
        'The name or id is misspelled.',
        'It was deleted or renamed.',
        'Another data directory is in use.',
      ],
      remedy: 'List what exists, for example with "contactsync policy list", and check --data-dir.',
    },
  },
  ambiguousName: {
    number: 10013,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The name fits more than one.',
      causes: ['A shortened id fits several.'],
      remedy: 'Use one of the full names or ids in the details.',
    },
  },
  nameTaken: {
    number: 10014,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The name is already taken.',
      causes: ['Another policy or environment has it.'],
      remedy: 'Choose another name, or change the existing one.',
    },
  },
  environmentInUse: {
    number: 10015,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The environment is used by policies and cannot be deleted.',
      causes: ['The policies named in the details belong to it.'],
      remedy: 'Delete these policies or give them another environment first.',
    },
  },
  changedMeanwhile: {
    number: 10016,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'Somebody else changed it meanwhile.',
      causes: ['Two people edited the same policy or environment.'],
      remedy: 'Look at the newest revision and make your change again.',
    },
  },
  unwritableFile: {
    number: 10017,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The file cannot be written.',
      causes: ['The folder does not exist.', 'The account has no right to write there.', 'The disk is full.'],
      remedy: 'Check the path in the details.',
    },
  },
  fileExists: {
    number: 10018,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The file exists already.',
      causes: ['A document or backup of this name was made before; a document may hold changes of yours.'],
      remedy:
        'Choose another name. A document can be replaced with --force; a backup never takes the place of a file.',
    },
  },
  unusableCaFile: {
    number: 10019,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The file with additional certificate authorities holds none that can be used.',
      causes: [
        'The file is empty, or something else than certificates, such as a private key or a PKCS #7 bundle.',
        'Its certificates have expired or are not valid yet.',
        'It holds the certificate of a server instead of the one of the authority that issued it.',
      ],
      remedy:
        "Put the authority's certificate into the file named in the details, as PEM or DER. The details say what is wrong with what is there.",
    },
  },
  invalidTenantName: {
    number: 10020,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: "The organization must be the tenant's initial domain.",
      causes: ['A custom domain or an id was entered.', 'The domain belongs to another national cloud.'],
      remedy:
        'Enter the domain that ends in .onmicrosoft.com (US Government: .onmicrosoft.us, China: .partner.onmschina.cn). Entra ID shows it under "Custom domain names".',
    },
  },
  invalidTemplate: {
    number: 10030,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The template cannot be understood.',
      causes: ['A brace or bracket is not closed.', 'An unknown property is named.'],
      remedy:
        'Correct the template at the position in the details. Example: {surname}[, {givenName}][ ({company})]',
    },
  },
  invalidFilter: {
    number: 10031,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The filter cannot be understood.',
      causes: [
        'The pattern of a "matches" row is not a valid expression.',
        'The recipient filter is not accepted by Exchange.',
        'A bracket of the LDAP filter is missing, or a bracket or asterisk in a value is not written as \\28, \\29 or \\2a.',
      ],
      remedy:
        'Correct the filter at the place in the details. Patterns are RE2 expressions: no look-around, no back references.',
    },
  },
  invalidCertificate: {
    number: 10040,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The certificate cannot be used.',
      causes: [
        'The password of the PFX file is wrong.',
        'The file holds no private key.',
        'Key and certificate do not belong together.',
        'The key is not RSA with at least 2048 bits.',
      ],
      remedy:
        'Import a PFX or PEM file with its private key, or create a certificate with "contactsync certificate create".',
    },
  },
  certificateExpired: {
    number: 10041,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The certificate has expired or is not valid yet.',
      causes: ['Its lifetime is over.', "This computer's clock is wrong."],
      remedy:
        'Create a new certificate, upload its .cer file to the app registration and assign it to the environment.',
    },
  },
  certificateMissing: {
    number: 10042,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The environment has no certificate.',
      causes: [
        'None was assigned yet.',
        'Tenant, cloud, an address, the proxy or the additional CA file of the environment was changed: stored secrets are then discarded on purpose.',
      ],
      remedy:
        'Assign one with "contactsync certificate create --environment NAME" or "contactsync environment set-certificate NAME THUMBPRINT".',
    },
  },
  certificateInUse: {
    number: 10043,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The certificate is used by environments and cannot be removed.',
      causes: ['The environments named in the details sign in with it.'],
      remedy: 'Assign another certificate to these environments first.',
    },
  },
  wrongScenario: {
    number: 10044,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'This does not fit the Exchange scenario of the environment.',
      causes: [
        'A policy reads Active Directory and its environment is Exchange Online, or the other way round.',
        'A certificate belongs to Exchange Online and to authentication oauth, a password to Exchange Server on-premises.',
      ],
      remedy: 'Name an environment of the other scenario, or change the source type of the policy.',
    },
  },
  passwordMissing: {
    number: 10045,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The environment has no password for its account.',
      causes: [
        'None was stored yet.',
        'A server, the account or the mail domain of the environment was changed: stored secrets are then discarded on purpose.',
      ],
      remedy: 'Store it with "contactsync environment set-password NAME".',
    },
  },
  environmentNeeded: {
    number: 10046,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The policy needs an environment.',
      causes: [
        'The file names none: it comes from elsewhere, or the line was taken away.',
        'No environment has the name in the details, or none was created yet.',
      ],
      remedy:
        'Give it one: contactsync policy apply FILE --environment NAME. If there is none yet, create it with "contactsync environment new" and "contactsync environment apply".',
    },
  },
  policiesDisagree: {
    number: 10047,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The policy does not agree with another one that fills the same folder.',
      causes: [
        'Both have the same priority, so that nobody could tell whose values come first.',
        'They let people meet by different things, or only one of them makes sub-folders.',
      ],
      remedy:
        'Correct the place named in the details. To change how a whole folder is merged, take folder.merge out of all its policies but one, change that, and put it back into the others. Nothing was stored.',
    },
  },
  usage: {
    number: 10050,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The command line cannot be understood.',
      causes: ['An option or command is unknown, or a value is missing.'],
      remedy: 'See "contactsync --help" and "contactsync COMMAND --help".',
    },
  },
} as const satisfies Record<string, FailureFacts>;
