// What other programs are told of runs: a webhook, a syslog server, the lines of a file. Counts, names of documents and
// numbers of failures; nobody from a directory or a mailbox.

import { z } from 'zod';
import type { FailureView } from './operation-error.ts';

const count = z.int().min(0);

export const ANNOUNCED_EVENTS = ['run.started', 'run.awaitingApproval', 'run.ended'] as const;

export const Announcement = z
  .strictObject({
    version: z.literal(1),
    id: z.string().describe('The same for every try: who gets one twice knows it by its id.'),
    event: z.enum(ANNOUNCED_EVENTS),
    at: z.iso.datetime().describe('When it happened, which may be before it is told.'),
    environment: z.string().describe('Name of the environment.'),
    policy: z.strictObject({ id: z.guid(), name: z.string(), revision: count }),
    run: z.strictObject({
      id: z.guid(),
      kind: z.enum(['run', 'rollback', 'cleanup', 'verify']),
      state: z
        .enum([
          'reading',
          'awaitingApproval',
          'finished',
          'finishedWithErrors',
          'failed',
          'interrupted',
          'superseded',
          'cancelled',
        ])
        .describe('That of the event, whatever became of the run since.'),
      startedAt: z.iso.datetime(),
      endedAt: z.iso.datetime().optional(),
    }),
    counts: z
      .strictObject({
        objects: count.describe('At the source.'),
        selected: count,
        mailboxes: count.describe('To fill.'),
        created: count,
        updated: count,
        adopted: count,
        deleted: count,
        handedOver: count,
        failed: count,
        unknown: count
          .optional()
          .describe('Begun, and nobody knows whether they happened. Only of a run that was cut off.'),
      })
      .optional()
      .describe('Written; of a run that waits for an approval: planned. Absent when a run starts.'),
    drift: z
      .strictObject({
        mailboxes: count.describe('Looked into.'),
        mailboxesDiffering: count,
        contactsDiffering: count.describe('That a repair would change.'),
      })
      .optional()
      .describe('Of a verify run that ended.'),
    failures: z
      .array(z.strictObject({ number: z.int(), count }))
      .describe('By the numbers of the manual, most serious first.'),
  })
  .describe('What is told of a run.');
export type Announcement = z.infer<typeof Announcement>;
export type AnnouncedEvent = Announcement['event'];

export const TestAnnouncement = z
  .strictObject({
    version: z.literal(1),
    id: z.string(),
    event: z.literal('test'),
    at: z.iso.datetime(),
    environment: z.string().describe('Name of the environment.'),
  })
  .describe('What is told of no run, when an administrator tries it.');
export type TestAnnouncement = z.infer<typeof TestAnnouncement>;

export const LISTENERS = ['webhook', 'syslog', 'file'] as const;
export type ListenerKind = (typeof LISTENERS)[number];

export interface UntoldView {
  readonly environment: string;
  readonly listener: ListenerKind;
  /** How many announcements wait. */
  readonly waiting: number;
  /** ISO 8601; the oldest of them. */
  readonly since: string;
  /** Why it could not be told. */
  readonly failure: FailureView;
}
