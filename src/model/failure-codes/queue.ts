// 17xxx: runs, queue and leases.

import type { FailureFacts } from '../failure-codes.ts';

export const queueFailures = {
  alreadyRunning: {
    number: 17010,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'nobody',
    en: {
      sentence: 'The policy is already running.',
      causes: ['Another process on this data directory runs it; the details say which and since when.'],
      remedy:
        'Wait until it has finished, or end it: "contactsync status" names it, "contactsync cancel RUN" ends it. If that process no longer exists, because it was killed or the computer restarted, the policy is free again within a minute: just run it then.',
    },
  },
  nothingToApprove: {
    number: 17020,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The run does not wait for an approval.',
      causes: ['It finished, was superseded by a newer run, or its approval expired after 7 days.'],
      remedy: 'Run the policy again and approve the new plan.',
    },
  },
  planChanged: {
    number: 17021,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The plan is not the one you saw.',
      causes: ['The digest does not fit.', 'The policy was edited since.'],
      remedy: 'Look at the plan again with "contactsync plan show" and approve with its digest.',
    },
  },
  runEnded: {
    number: 17022,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The run is over; there is nothing to cancel.',
      causes: ['It ended before, in the state that the details name.'],
      remedy: 'To take back what it wrote, use "contactsync rollback".',
    },
  },
  runNotReversible: {
    number: 17030,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The run cannot be rolled back.',
      causes: ['It wrote nothing.', 'It is still running.', 'Its before-images were pruned.'],
      remedy: 'See "contactsync run show" for what it did.',
    },
  },
  plansPruned: {
    number: 17031,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'nobody',
    en: {
      sentence: 'The plans of the run are no longer kept.',
      causes: ['The run is older than "contactsync settings retention show" says.'],
      remedy: 'See "contactsync run show" for its totals. A test run shows what would change now.',
    },
  },
  movedSinceRun: {
    number: 17032,
    scope: 'mailbox',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The mailbox moved after the run, and the run is not rolled back in it.',
      causes: [
        'A move between the servers in the building and Exchange Online gives every contact another id, so that what users changed since could not be told from what the run wrote.',
      ],
      remedy:
        'Correct the policy or the source and run the policy: contacts are found by their marks and brought to what the policy says. Its other mailboxes are rolled back.',
    },
  },
  cancelled: {
    number: 17040,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'nobody',
    en: {
      sentence: 'The run was cancelled.',
      causes: [
        'Somebody stopped it, or the computer shut down.',
        'It took longer than its schedule allows (maximumMinutes in the details).',
      ],
      remedy: 'Run the policy again; it continues where it stopped.',
    },
  },
  serviceRunning: {
    number: 17050,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'A service already works on this data directory.',
      causes: ['Another process serves it; the details say which and since when.'],
      remedy:
        'Stop that process, or give this one a data directory of its own. If it no longer exists, because it was killed or the computer restarted, the data directory is free again within a minute.',
    },
  },
  monitoringAddress: {
    number: 17060,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The service cannot be watched at this address.',
      causes: [
        'Another program listens there.',
        'The address is none of this computer.',
        'Ports below 1024 need rights of their own.',
      ],
      remedy:
        'Choose another address and port with --metrics, such as 127.0.0.1:9464. It must be an address of this computer, not a name.',
    },
  },
} as const satisfies Record<string, FailureFacts>;
