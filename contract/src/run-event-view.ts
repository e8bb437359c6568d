// What happens in a run, as whoever follows it is told.

import type { MailboxDriftView } from './drift-views.ts';
import type { ForecastView } from './forecast-views.ts';
import type { FailureView } from './operation-error.ts';
import type { PhotosView } from './photos-view.ts';
import type {
  BrakeView,
  ChangeView,
  LeftoverRulesView,
  MailboxesView,
  NoticeView,
  OutcomeCountsView,
  PlanCountsView,
  RunKindView,
  RunStateView,
  SourceView,
} from './views.ts';

/** Everything that happens in a run, in order. */
export type RunEventView = { readonly at: string } & (
  | {
      readonly type: 'run.started';
      readonly kind: RunKindView;
      readonly policyName: string;
      readonly policyRevision: number;
    }
  | ({ readonly type: 'source.read' } & SourceView)
  | { readonly type: 'leftovers.sought'; readonly rules: LeftoverRulesView }
  | ({ readonly type: 'mailboxes.read' } & MailboxesView)
  | {
      readonly type: 'mailbox.planned';
      readonly mailboxId: string;
      readonly primarySmtpAddress: string;
      readonly purpose: 'fill' | 'empty';
      readonly counts: PlanCountsView;
      readonly notices: readonly NoticeView[];
    }
  | {
      /** Of a verify run. */
      readonly type: 'mailbox.verified';
      readonly mailboxId: string;
      readonly primarySmtpAddress: string;
      /** Its findings name nobody; the report does. */
      readonly drift: MailboxDriftView;
    }
  | {
      readonly type: 'mailbox.skipped' | 'mailbox.failed';
      readonly mailboxId: string;
      readonly primarySmtpAddress: string;
      readonly phase: 'planning' | 'applying';
      readonly failure: FailureView;
    }
  | {
      /** Written, and a person should know something nevertheless. */
      readonly type: 'mailbox.warned';
      readonly mailboxId: string;
      readonly primarySmtpAddress: string;
      readonly failure: FailureView;
    }
  | ({ readonly type: 'brake.engaged' } & BrakeView)
  | { readonly type: 'brake.released'; readonly approvedBy: string | undefined }
  | {
      readonly type: 'wave.started';
      readonly wave: 'canary' | 'percent' | 'rest';
      readonly mailboxes: number;
    }
  | {
      readonly type: 'mailbox.applied';
      readonly mailboxId: string;
      readonly primarySmtpAddress: string;
      readonly counts: OutcomeCountsView;
    }
  | {
      readonly type: 'contact.failed';
      readonly mailboxId: string;
      readonly sourceObjectId: string;
      readonly change: ChangeView['kind'];
      readonly failure: FailureView;
    }
  | {
      /** Only where there were any. */
      readonly type: 'mailbox.photos';
      readonly mailboxId: string;
      readonly primarySmtpAddress: string;
      readonly written: number;
      readonly removed: number;
    }
  | ({ readonly type: 'photos.written' } & PhotosView)
  | {
      readonly type: 'forecast.made';
      readonly occasion: 'planning' | 'writing' | 'correction' | 'realRun';
      readonly forecast: ForecastView;
      /** Contacts written so far, also in mailboxes that are not done yet. */
      readonly written: number;
    }
  | {
      /** The service asks to wait; the run goes on by itself. */
      readonly type: 'run.throttled';
      readonly waitingUntil: string;
      readonly mailboxesWaiting: number;
    }
  | { readonly type: 'run.resumed' }
  | { readonly type: 'run.ended'; readonly state: RunStateView; readonly failure: FailureView | undefined }
);
