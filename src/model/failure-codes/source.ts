// 14xxx: reading sources, groups and mailbox lists.

import type { FailureFacts } from '../failure-codes.ts';

export const sourceFailures = {
  sourceIncomplete: {
    number: 14010,
    scope: 'source',
    advice: 'retryNow',
    whoActs: 'administrator',
    en: {
      sentence: 'The source could not be read completely; nothing was deleted.',
      causes: ['The reading stopped half way.', 'A right is missing, so that some attributes are unknown.'],
      remedy:
        'See the reasons in the details. New and changed contacts were written; deletions wait for a complete reading.',
    },
  },
  groupNotFound: {
    number: 14011,
    scope: 'source',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'A group of the policy was not found.',
      causes: ['It was renamed or deleted.'],
      remedy: 'Correct the group in the policy.',
    },
  },
  groupUnreadable: {
    number: 14012,
    scope: 'source',
    advice: 'retryNow',
    whoActs: 'administrator',
    en: {
      sentence: 'The members of a group could not be read.',
      causes: ['The right to read group members is missing.', 'The membership is hidden.'],
      remedy: 'Grant GroupMember.Read.All or an Exchange role that reads group members.',
    },
  },
  mailboxListIncomplete: {
    number: 14020,
    scope: 'source',
    advice: 'retryNow',
    whoActs: 'administrator',
    en: {
      sentence: 'The list of mailboxes could not be read completely; nothing was deleted.',
      causes: ['The reading stopped half way.', 'A right is missing.'],
      remedy: 'See the reasons in the details.',
    },
  },
  mailboxNotFound: {
    number: 14021,
    scope: 'mailbox',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'A mailbox named in the policy was not found.',
      causes: ['The address is misspelled.', 'The mailbox was deleted or has no license yet.'],
      remedy: 'Correct the address in the policy.',
    },
  },
  sourceMailboxNotFound: {
    number: 14030,
    scope: 'source',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The mailbox whose contacts the policy copies was not found.',
      causes: [
        'The address is misspelled.',
        'The mailbox was deleted.',
        'It belongs to the other side of the organization: in the cloud where the environment is on-premises, or the reverse.',
      ],
      remedy:
        'Correct the address of the source in the policy, or choose the environment that holds the mailbox.',
    },
  },
  sourceFolderNotFound: {
    number: 14031,
    scope: 'source',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'A contact folder to copy from was not found; nothing was deleted.',
      causes: [
        'It was renamed, moved or deleted.',
        'The path names no folder below Contacts, or none of the public folders, or names them in another order.',
        'The folder holds no contacts but items of another kind.',
      ],
      remedy:
        'Correct the path, in the policy or on the command line: the names of the folders as Outlook shows them, from below Contacts down, or from the top of the public folders.',
    },
  },
  sourceItemUnreadable: {
    number: 14032,
    scope: 'source',
    advice: 'retryNow',
    whoActs: 'administrator',
    en: {
      sentence: 'A contact of the source could not be opened; nothing was deleted.',
      causes: ['The item is damaged.', 'It has no key by which it could be recognized.'],
      remedy:
        'Open the folder in Outlook and look for contacts that cannot be opened; delete them or enter them anew. The details name the folder.',
    },
  },
  sourceItemKept: {
    number: 14033,
    scope: 'source',
    advice: 'retryNow',
    whoActs: 'administrator',
    en: {
      sentence:
        'A contact of the source could not be opened; its copies stay as they are, and all others are up to date.',
      causes: ['The item is damaged.'],
      remedy:
        'Open the folder in Outlook and look for contacts that cannot be opened; delete them or enter them anew. The details name the folder.',
    },
  },
  sourceItemsNotListed: {
    number: 14034,
    scope: 'source',
    advice: 'doNotRetry',
    whoActs: 'nobody',
    en: {
      sentence:
        'A folder of the source holds items that Microsoft Graph does not show, such as contact lists; they are not copied.',
      causes: ['Contact lists (personal distribution lists) or items of other classes lie in the folder.'],
      remedy:
        'Nothing has to be done: contacts hold one person each. To have the members of a list copied, keep each of them as a contact in the folder. The details name the folder and the number of items.',
    },
  },
  peopleNotJoined: {
    number: 14035,
    scope: 'source',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence:
        'Some people cannot be recognized in the other directory; should the policy move there, their contacts are deleted and written anew.',
      causes: [
        'Their mail address is borne by several objects of a directory, is only a further address there, or belongs to an object of another type or name.',
        'An immutable id, or an earlier run, says that the bearer of the address on the other side is somebody else.',
        'Several users of Active Directory bear the same mS-DS-ConsistencyGuid, or it is the objectGUID of another user.',
        'Directory synchronization anchors people by an attribute that is no id.',
      ],
      remedy:
        'Nothing has to be done while the policy stays with its directory. Before it moves: look the ids in the details up with Get-Recipient, and give the object the same primary address, display name and type on both sides, which nobody else bears; a doubled mS-DS-ConsistencyGuid is to be cleared at the user who does not use the account in the cloud. Where the move was made already, check the plan and approve it.',
    },
  },
  sourceItemsOurs: {
    number: 14036,
    scope: 'source',
    advice: 'doNotRetry',
    whoActs: 'nobody',
    en: {
      sentence:
        'A folder of the source holds contacts that contactSync wrote; they are no source, and are not copied.',
      causes: [
        'A user moved or copied them there out of the folder that a policy fills.',
        'A policy fills the same folder.',
      ],
      remedy:
        'Nothing has to be done. Whom the source shall have, enter there as a new contact: a copy of a managed one keeps its invisible mark. The details name the folder and the number of contacts.',
    },
  },
  photoRightMissing: {
    number: 14040,
    scope: 'source',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The photos of people may not be read; contacts were written without them.',
      causes: ['The application lacks ProfilePhoto.Read.All.'],
      remedy:
        'Grant the application permission ProfilePhoto.Read.All of Microsoft Graph with admin consent, or set photo to false in the policy.',
    },
  },
  photoUnreadable: {
    number: 14041,
    scope: 'contact',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The photo of a person is no picture that can be read.',
      causes: ['The file is damaged.', 'It is of a kind that is not known, or far too large.'],
      remedy: 'Upload the photo of the person again, as JPEG or PNG. The contact itself was written.',
    },
  },
  photosUnavailable: {
    number: 14042,
    scope: 'source',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'Photos cannot be copied here; contacts were written without them.',
      causes: [
        'The environment has no photos that could be read or written.',
        'The part that resizes pictures is not installed, or does not run on this computer.',
        'The single executable cannot unpack that part: the data directory belongs to another account or is mounted with noexec, or this is Windows.',
      ],
      remedy:
        'Set photo to false in the policy; where only pictures cannot be resized, install contactSync again on a supported system.',
    },
  },
  mailboxPhotosRefused: {
    number: 14043,
    scope: 'source',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence:
        'Exchange Server does not give out the photos in mailboxes; those of Active Directory were copied.',
      causes: [
        'The account or application may not use Exchange Web Services for it; the details name the refusal.',
        'The server does not know GetUserPhoto.',
      ],
      remedy:
        'Look up the code in the details and allow it, or leave it: the photos of Active Directory are smaller, and nothing else is missing.',
    },
  },
  publicFolderAccessDenied: {
    number: 14050,
    scope: 'source',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'A public folder is closed to the account that reads it; nothing was deleted.',
      causes: [
        'The mailbox that reads has no permission on the folder.',
        'A sub-folder has permissions of its own, other than those of the folder above it.',
      ],
      remedy:
        'Run Add-PublicFolderClientPermission -Identity <folder> -User <mailbox> -AccessRights FolderVisible,ReadItems in the Exchange Management Shell, for sub-folders too. The details name folder and mailbox.',
    },
  },
  publicFoldersNotFound: {
    number: 14051,
    scope: 'source',
    advice: 'retryNow',
    whoActs: 'administrator',
    en: {
      sentence: 'Where the public folders are kept could not be found out; nothing was deleted.',
      causes: [
        'The organization has no public folder mailboxes, or only public folders of the old kind (before Exchange 2013).',
        'The mailbox that reads was assigned no public folder mailbox.',
        'Autodiscover does not answer on the server of Exchange Web Services.',
      ],
      remedy:
        'Check Get-Mailbox -PublicFolder and Get-OrganizationConfig | fl RootPublicFolderMailbox. Open https://<server of Exchange Web Services>/autodiscover/autodiscover.xml in a browser: it must ask for a password. The details name the reason.',
    },
  },
  publicFolderReaderMissing: {
    number: 14052,
    scope: 'source',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The environment names no mailbox that reads the public folders.',
      causes: ['Public folders of Exchange Online are read on behalf of the mailbox of the environment.'],
      remedy:
        'Enter a mailbox with read permission on the public folders in the environment (exchangeOnline.mailbox).',
    },
  },
  publicFoldersOnlineEnding: {
    number: 14053,
    scope: 'source',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence:
        'Public folders of Exchange Online can be read until 31 March 2027 only: on 1 April 2027 Microsoft ends Exchange Web Services.',
      causes: ['Microsoft offers no other way to read public folders.'],
      remedy:
        'Copy the contacts into a shared mailbox (contactsync public-folder copy), let people keep them there, and give the policy the source sharedMailbox.',
    },
  },
  exchangeWebServicesBlocked: {
    number: 14054,
    scope: 'source',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'Exchange Online refuses Exchange Web Services, without which public folders cannot be read.',
      causes: [
        'Since 1 October 2026 Microsoft blocks Exchange Web Services unless the organization allows the application; on 1 April 2027 it ends for everybody.',
        'The organization switched Exchange Web Services off.',
      ],
      remedy:
        'Until 31 March 2027: Set-OrganizationConfig -EwsEnabled $true, with the id of the application among the allowed ones. For good: while it still works, copy the contacts into a shared mailbox (contactsync public-folder copy) and give the policy the source sharedMailbox.',
    },
  },
  copyTargetNotFound: {
    number: 14055,
    scope: 'source',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The mailbox that contacts of a public folder are to be copied into was not found.',
      causes: [
        'The address is misspelled.',
        'The mailbox was deleted.',
        'The environment does not reach it.',
      ],
      remedy:
        'Correct the address, or make a shared mailbox in an organization that the environment reaches.',
    },
  },
  copyFolderTaken: {
    number: 14056,
    scope: 'source',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence:
        'A policy fills the folder that contacts of a public folder are to be copied into; nothing was copied.',
      causes: ['The folder bears the mark of a policy, or of another copy.'],
      remedy: 'Name another folder with --target-folder.',
    },
  },
} as const satisfies Record<string, FailureFacts>;
