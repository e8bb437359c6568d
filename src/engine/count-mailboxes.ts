// How many mailboxes a policy would fill, and which it skips and why; reads only the directory. And what filling those
// takes that the policy has not written to yet.

import {
  addRanges,
  NOTHING_LEFT,
  PACE_OF_LIMITS,
  photoForecast,
  photosOf,
  planningForecast,
  planningRequests,
  planningWork,
  writingForecast,
  writingWork,
} from '../core/forecast.ts';
import { policyId } from '../model/ids.ts';
import type { TargetMailbox } from '../model/mailbox.ts';
import type { PolicyRevision } from '../model/policy.ts';
import type { Forecast } from '../model/run.ts';
import type { LicenseLimit } from '../ports/license.ts';
import { readTargets, type TargetsResult } from './read-targets.ts';
import { basisOf, learnFromRuns } from './run-forecast.ts';
import { DEFAULT_CONCURRENCY, type RunPorts } from './run-ports.ts';

export async function countMailboxes(
  request: { readonly revision: PolicyRevision; readonly limit: LicenseLimit },
  ports: Pick<RunPorts, 'directory' | 'memory'>,
  signal: AbortSignal,
): Promise<TargetsResult> {
  return readTargets(request, ports, undefined, signal);
}

export interface FillForecast {
  /** Those that get everybody. */
  readonly mailboxes: number;
  readonly contacts: number;
  /** false: no run of the policy has selected anybody yet, and the forecast is for a round number. */
  readonly isContactsKnown: boolean;
  readonly forecast: Forecast;
}

const ROUND_NUMBER = 1_000;

export async function forecastFill(
  { policy }: PolicyRevision,
  fill: readonly TargetMailbox[],
  ports: Pick<RunPorts, 'runs' | 'memory'>,
): Promise<FillForecast> {
  const id = policyId(policy.id);
  const capacity = { mailboxesAtOnce: DEFAULT_CONCURRENCY };
  const experience = await learnFromRuns(ports.runs, id, capacity);
  const { people, reading, planning, writing } = experience;
  const written = new Set((await ports.memory.readWrittenMailboxes(id)).map((mailbox) => mailbox.id));
  const contacts = people ?? ROUND_NUMBER;
  const fresh = fill.flatMap((mailbox) => (written.has(mailbox.id) ? [] : [contacts]));
  const work = writingWork(fresh);
  const planningRange = planningForecast(
    planningWork(fill.length, contacts, capacity),
    planning ?? PACE_OF_LIMITS,
  );
  const pace = writing ?? PACE_OF_LIMITS;
  const writingRange = writingForecast(work, capacity, pace);
  const expectation = { share: experience.photoShare, megabytes: policy.contact.photoMegabytes };
  const perMailbox = policy.contact.photo ? fresh.map((one) => photosOf(one, expectation)) : [];
  const photos = photoForecast(perMailbox, expectation, capacity, pace);
  return {
    mailboxes: work.mailboxes,
    contacts,
    isContactsKnown: people !== undefined,
    forecast: {
      basis: basisOf(experience, { planning: fill.length > 0, writing: work.writes > 0 }),
      reading,
      planning: planningRange,
      writing: writingRange,
      total: addRanges(reading ?? NOTHING_LEFT, planningRange, writingRange, photos?.writing ?? NOTHING_LEFT),
      requests: planningRequests(fill.length) + work.requests + (photos?.requests ?? 0),
      writes: work.writes,
      ...(photos === undefined ? {} : { photos }),
    },
  };
}
