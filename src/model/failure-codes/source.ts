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
} as const satisfies Record<string, FailureFacts>;
