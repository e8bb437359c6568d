// The mail about a run, in English.

import { DRIFT_WORDS, EXCLUSION_WORDS, REASON_WORDS } from '@contactsync/contract';
import type { Amount, ReportWords } from './words.ts';

const plural = ({ number, text }: Amount, one: string, many: string): string =>
  `${text} ${number === 1 ? one : many}`;

export const ENGLISH: ReportWords = {
  locale: 'en-GB',
  kinds: { run: 'Run', test: 'Test run', rollback: 'Rollback', cleanup: 'Clean-up', verify: 'Verify run' },
  states: {
    queued: 'queued',
    reading: 'reading',
    planning: 'planning',
    awaitingApproval: 'waits for approval',
    applying: 'writing',
    finished: 'finished',
    finishedWithErrors: 'finished with errors',
    failed: 'failed',
    interrupted: 'interrupted',
    superseded: 'superseded',
    cancelled: 'cancelled',
  },
  mailboxStates: {
    unchanged: 'unchanged',
    differs: 'differs',
    planned: 'planned',
    applied: 'written',
    partly: 'partly written',
    failed: 'failed',
    skipped: 'skipped',
    notReached: 'not reached',
    notFinished: 'not finished',
  },
  changes: {
    create: 'new',
    update: 'changed',
    adopt: 'adopted',
    delete: 'deleted',
    handOver: 'handed over',
  },
  reasons: REASON_WORDS,
  outcomes: { applied: 'done', failed: 'failed', unknown: 'outcome unknown', planned: 'planned' },
  exclusions: EXCLUSION_WORDS,
  skipped: {
    excluded: { text: 'excluded by the policy', remedy: undefined },
    type: { text: 'of another type', remedy: undefined },
    noMailboxSync: { text: 'marked NoMailboxSync', remedy: undefined },
    license: {
      text: 'over the license, not filled',
      remedy: 'Get a license for more mailboxes, or choose fewer.',
    },
    notFound: { text: 'not found', remedy: 'Correct or remove their addresses in the policy.' },
    unknownMark: {
      text: 'left alone, because their mark NoMailboxSync could not be read',
      remedy: 'Allow the account to read the custom attributes of mailboxes.',
    },
    betweenSides: {
      text: 'left alone, because each directory says that the other side holds them',
      remedy: 'Wait until the move is done and both directories know it, or correct where they are.',
    },
    perhapsMoved: {
      text: 'left alone, because the policy names them no longer and they are perhaps only being moved',
      remedy:
        'Wait until the move is done. Whom the policy shall go on filling, name by group or address; whom it shall empty, exclude.',
    },
  },
  notices: {
    folderRefused: {
      text: 'with a folder of this name that contactSync did not make',
      remedy: 'Rename that folder, or set folder.existing to adopt or use.',
    },
    folderRenamedByUser: { text: 'with our folder under a name the user gave it', remedy: undefined },
    newerMark: {
      text: 'left alone, because a newer contactSync wrote there',
      remedy: 'Update this installation.',
    },
    copyLeftAlone: { text: 'with copies made by the user, left alone', remedy: undefined },
    userValueKept: { text: 'with values of the user, kept', remedy: undefined },
    contested: {
      text: 'with values that keep being changed; they are left as they are',
      remedy: 'Look for another program that writes into the folder.',
    },
    userDeletionRespected: { text: 'without contacts that the user deleted', remedy: undefined },
    lostMarkLeftAlone: {
      text: 'with edited contacts that lost our mark, left to the user',
      remedy: 'Where such a person stands twice now, the user can delete the one that is not wanted.',
    },
    deletionsHeldBack: {
      text: 'with deletions held back, because the reading was incomplete',
      remedy: 'Mend what kept the reading from being complete; the next run deletes them.',
    },
    graceRunning: { text: 'with contacts in their days of grace', remedy: undefined },
    editedContactKept: {
      text: 'with contacts that the user edited, which do not go for good',
      remedy: undefined,
    },
    samePersonOfOtherPolicy: {
      text: 'with people who are there through another policy too',
      remedy: undefined,
    },
    writtenByOtherPolicy: { text: 'with people whom another policy of the folder writes', remedy: undefined },
    waitsForOtherPolicy: {
      text: 'waiting for the next run of another policy of the folder',
      remedy: undefined,
    },
    ambiguousAddress: {
      text: 'with people who share a mail address within the policy, not merged',
      remedy: 'Give each of them a mail address of their own.',
    },
    changedSinceRun: { text: 'with values kept that users changed since the run', remedy: undefined },
  },
  drift: DRIFT_WORDS,
  labels: {
    started: 'Started',
    ended: 'Ended',
    took: 'Took',
    source: 'Source',
    leftOut: 'Left out',
    mailboxes: 'Mailboxes',
    contacts: 'Contacts',
    created: 'New contacts',
    adopted: 'Adopted',
    updated: 'Changed',
    deleted: 'Deleted',
    handedOver: 'Handed over',
    failed: 'Failed',
    unknown: 'Outcome unknown',
    photos: 'Photos',
    joined: 'Joined',
    left: 'Left',
    stateBefore: 'That run',
    tried: 'Tried',
    lastSuccess: 'Last success',
    lastRun: 'Last run',
  },
  titles: {
    numbers: 'In numbers',
    plan: 'What is planned',
    sinceLastRun: 'Since the last run',
    brake: 'The brake is engaged: nothing was written',
    problems: 'What went wrong',
    remarks: 'Worth knowing',
    mailboxes: 'Mailboxes',
    changes: 'Changes',
    drift: 'What differs from what was written',
    driftLeft: 'Left as it is, by the rules of the policy',
  },
  verified: (mailboxes) => `${mailboxes.text} looked into; nothing was written`,
  repair: 'The first command shows what a repair would write, the second one repairs.',
  heads: {
    mailboxes: ['Mailbox', 'State'],
    changes: ['Contact', 'Change'],
  },
  csv: {
    separator: ',',
    head: ['mailbox', 'contact', 'change', 'reason', 'properties', 'outcome'],
    cut: (more) => `${more} more changes are not listed`,
    fileName: 'changes',
  },
  subject: (policy, headline) => `contactSync: ${policy}: ${headline}`,
  headline: {
    failed: 'the run failed',
    interrupted: 'the run was interrupted',
    cancelled: 'the run was cancelled',
    superseded: 'the plan was superseded',
    waits: 'waits for your approval',
    withErrors: (changes) => `finished with errors, ${plural(changes, 'change', 'changes')}`,
    changes: (changes) => plural(changes, 'change', 'changes'),
    noChange: 'nothing changed',
    drift: (contacts, mailboxes, all) =>
      `${plural(contacts, 'contact differs', 'contacts differ')} in ${mailboxes.text} of ${plural(all, 'mailbox', 'mailboxes')}`,
    noDrift: (all) => `nothing differs in ${plural(all, 'mailbox', 'mailboxes')}`,
  },
  selected: (selected, objects) => `${selected.text} of ${plural(objects, 'object', 'objects')} selected`,
  filled: (targets, found, leaving) =>
    `${targets.text} to fill of ${found.text}${leaving.number === 0 ? '' : `, ${leaving.text} leaving the policy`}`,
  rolledBackMailboxes: (targets) => `${targets.text} that the run wrote to`,
  before: (text) => `before: ${text}`,
  names: (names, more) => `${names.join(', ')}${more === 0 ? '' : ` and ${more} more`}`,
  photosWritten: (written, removed, failed) =>
    `${written.text} written${removed.number === 0 ? '' : `, ${removed.text} removed`}${failed.number === 0 ? '' : `, ${failed.text} failed`}`,
  whoLooks: {
    run: 'the next run looks',
    rollback: 'roll the run back again to look',
    cleanup: 'the next clean-up looks',
  },
  withUnknownOutcome: 'with unknown outcome',
  sourceIncomplete: {
    text: 'The source was not read completely: nothing is deleted.',
    remedy: 'See what went wrong above; the next complete run deletes what is to be deleted.',
  },
  mailboxesIncomplete: {
    text: 'The list of mailboxes was not read completely: nothing is deleted.',
    remedy: 'See what went wrong above; the next complete run deletes what is to be deleted.',
  },
  brake: {
    intro: 'More would be taken away than the limits of the policy allow without a person:',
    people: (count, base, limit) =>
      `${plural(count, 'person', 'people')} of ${base.text} ${count.number === 1 ? 'is' : 'are'} no longer selected (limit ${limit})`,
    mailboxes: (count, base, limit) =>
      `${plural(count, 'mailbox', 'mailboxes')} of ${base.text} ${count.number === 1 ? 'has' : 'have'} left the policy and would be emptied (limit ${limit})`,
    emptied: (count, base, limit) =>
      `${plural(count, 'mailbox', 'mailboxes')} of ${base.text} would lose contacts (${limit === undefined ? 'this always waits for a person' : `limit ${limit}`})`,
    mailbox: (mailbox, count, base, limit) =>
      `${mailbox} would lose ${plural(count, 'contact', 'contacts')} of ${base.text}, of people who did not leave since the last run (limit ${limit})`,
    someMailbox: 'a mailbox',
    approve: 'Look at the plan and, if this is what you want, approve it within 7 days:',
    otherwise: 'Otherwise mend the policy and run it again; this plan is then superseded.',
    otherwiseCancel: 'Otherwise discard the plan: contactsync cancel',
  },
  times: (count, text) => (count.number === 1 ? text : `${count.text} × ${text}`),
  mailboxCount: (count, text) => `${plural(count, 'mailbox', 'mailboxes')} ${text}`,
  more: (count) => `and ${count.text} more`,
  csvAttached: {
    whole: 'All changes stand in the attached table.',
    cut: 'The first changes stand in the attached table; more do not fit into a mail.',
  },
  duration: (seconds) =>
    seconds < 120
      ? `${Math.max(1, Math.round(seconds))} s`
      : seconds < 5400
        ? `${Math.round(seconds / 60)} min`
        : `${(seconds / 3600).toFixed(1)} h`,
  footer: (run, revision, environment) => [
    `Run ${run}, revision ${revision} of the policy, environment ${environment}.`,
    `The whole report: contactsync run show ${run.slice(0, 8)}`,
    'You get this mail because the policy names you in report.recipients.',
  ],
  notBegun: {
    headline: 'a run could not begin',
    summary: (policy) =>
      `A run of the policy "${policy}" was due and could not begin. It is tried again when it is due next.`,
    footer: (environment) => [
      `Environment ${environment}.`,
      'You get this mail, once a day for each reason, because the policy names you in report.recipients.',
    ],
  },
  alert: {
    headline: (days) => `no success for ${days} ${days === 1 ? 'day' : 'days'}`,
    summary: (days, policy) =>
      `The policy "${policy}" has not succeeded for ${days} ${days === 1 ? 'day' : 'days'}: contacts in the mailboxes may be out of date.`,
    never: 'never',
    noRun: 'There was no run.',
    remedyTitle: 'What to do',
    remedy: 'Look at the last runs, mend what stopped them, and run the policy again:',
    footer: (environment) => [
      `Environment ${environment}.`,
      'You get this mail because the policy names you in report.recipients and sets report.alertAfterDays.',
    ],
  },
  failure: () => undefined,
};
