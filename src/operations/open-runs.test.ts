// What "status" says of a run that another process carries out: from its stored events alone.

import { describe, expect, it } from 'vitest';
import { World } from '../engine/testing/world.ts';
import { Failure } from '../model/failure.ts';
import type { RecordedEvent, Run } from '../model/run.ts';
import { openRuns, presentOpenRun } from './open-runs.ts';

describe('open runs', () => {
  it('are told at every moment by the events so far', async () => {
    const world = new World(40, 3);
    world.organization.onWrite(() => world.clock.advance(300));
    const ended = await world.run();
    const events = await world.runs.readEvents(ended.id);
    const at = (count: number): readonly RecordedEvent[] => events.slice(0, count);
    const open: Run = { ...ended, state: 'applying', endedAt: undefined };

    const views = events.map((_, index) => presentOpenRun(open, at(index + 1)));
    const written = views.map(({ contactsWritten }) => contactsWritten);
    expect(written).toEqual(written.toSorted((a, b) => a - b));
    expect(written.at(-1)).toBe(120);
    // Contacts are counted before their mailbox is done.
    expect(
      views.some(({ contactsWritten, mailboxes }) => contactsWritten > 0 && mailboxes.written === 0),
    ).toBe(true);
    expect(views.at(-1)).toMatchObject({
      heardAt: events.at(-1)?.at,
      mailboxes: { planned: 3, written: 3, total: 3 },
    });
    expect(views.at(-1)?.times.forecast).toBeDefined();
  });

  it('count a mailbox once, also when it is tried twice or fails after it was planned', async () => {
    const world = new World(4, 3);
    const ended = await world.run();
    const open: Run = { ...ended, state: 'applying', endedAt: undefined };
    const events = await world.runs.readEvents(ended.id);
    const [again] = events.filter((event) => event.type === 'mailbox.applied');
    const [refused] = events.filter((event) => event.type === 'mailbox.planned');
    if (again === undefined || refused === undefined) throw new Error('nothing was written');
    expect(presentOpenRun(open, [...events, again]).mailboxes).toEqual({ planned: 3, written: 3, total: 3 });
    const failing: RecordedEvent = {
      type: 'mailbox.failed',
      at: refused.at,
      mailboxId: refused.mailboxId,
      primarySmtpAddress: refused.primarySmtpAddress,
      phase: 'planning',
      failure: new Failure('folderRefused').toRecord(),
    };
    const planning = events.slice(
      0,
      events.findIndex(({ type }) => type === 'brake.released'),
    );
    expect(presentOpenRun(open, [...planning, failing]).mailboxes).toEqual({
      planned: 3,
      written: 0,
      total: 2,
    });
  });

  it('tell of a rollback how many mailboxes it goes to', async () => {
    const world = new World(4, 3);
    const undone = await world.rollback((await world.run()).id);
    const events = await world.runs.readEvents(undone.id);
    const view = (state: Run['state']) => presentOpenRun({ ...undone, state, endedAt: undefined }, events);
    expect(view('planning').mailboxes).toEqual({ planned: 3, written: 3, total: 3 });
  });

  it('are those under way and those that wait, and no others', async () => {
    const world = new World(40, 3);
    await world.run();
    expect(await openRuns(world.runs)).toEqual([]);
    world.policy = {
      ...world.policy,
      source: {
        ...world.policy.source,
        exclude: [[{ property: 'surname', operator: 'startsWith', value: 'Nr1' }]],
      },
    };
    const waiting = await world.run();
    expect(waiting.state).toBe('awaitingApproval');
    expect(await openRuns(world.runs)).toMatchObject([
      { run: { id: waiting.id }, times: { forecast: { writes: 33 } } },
    ]);
  });
});
