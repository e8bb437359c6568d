// What a person is told depends on what the run was.

import { describe, expect, it } from 'vitest';
import { buildReport } from '../core/report.ts';
import { boxId, World } from '../engine/testing/world.ts';
import { Failure } from '../model/failure.ts';
import type { RunEvent } from '../model/run.ts';
import { presentReport } from './present.ts';

describe('the remedy of a failure', () => {
  it('in a rollback is to roll back again, since no next run continues it', async () => {
    const world = new World(1, 1);
    const run = await world.run();
    const failed: RunEvent = {
      type: 'mailbox.failed',
      mailboxId: boxId(1),
      primarySmtpAddress: 'box1@contoso.example',
      phase: 'applying',
      failure: new Failure('throttledTooLong').toRecord(),
    };
    const undone = await world.rollback(run.id);
    const remedies = (of: typeof run) => {
      const { failures, perMailbox } = presentReport(of, buildReport(of, [failed]));
      return [failures[0]?.failure, perMailbox[0]?.failures[0]].map((failure) => failure?.remedy);
    };
    const again = 'Roll the run back again; what is done is skipped.';
    const next = 'Nothing: the next run continues.';
    expect(remedies(undone)).toEqual([again, again]);
    expect(remedies(run)).toEqual([next, next]);
    const view = presentReport(undone, buildReport(undone, [failed])).failures[0]?.failure;
    expect(view).not.toHaveProperty('remedyOfRollback');
  });
});
