// A fault that passes is nothing to tell: it strikes once, and the run ends as if nothing had been.

import { describe, expect, it } from 'vitest';
import { faultAction } from '../../emulator/src/faults/fault-action.ts';
import { casesOnce, KINDS, PLACES_OF } from './cases.ts';
import { comesBy, PLACE_NAMES } from './places.ts';
import { play, strike } from './play.ts';
import { STAGES, useStages } from './stages.ts';

const on = useStages();

describe('the table', () => {
  it('has every fault that the emulator knows', () => {
    const known = faultAction.options.map(({ shape }) => shape.kind.value);
    expect([...KINDS].sort()).toEqual([...known].sort());
  });

  it.each(STAGES)('names every place by which the stage "%s" comes', (stage) => {
    const met = PLACE_NAMES.filter((place) => comesBy(on.stages[stage].requests, place));
    expect([...PLACES_OF[stage]].sort()).toEqual([...met].sort());
  });
});

describe('a fault that passes', () => {
  it.each(casesOnce(true))('$stage: $name at "$place"', async ({ stage, place, variant }) => {
    const played = await play(on.tenant, on.stages[stage], strike(variant, place));
    expect(played.met[variant.action.kind]).toBe(1);
    expect(played.problems).toEqual([]);
    expect(played.faulty.report.failures).toEqual([]);
    expect(played.faulty.run.state).toBe('finished');
  });
});
