// A fault that passes is nothing to tell: it strikes once, and the run ends as if nothing had been.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultAction } from '../../emulator/src/faults/fault-action.ts';
import { casesOnce, KINDS, PLACES_OF } from './cases.ts';
import { comesBy, PLACE_NAMES } from './places.ts';
import { play, strike } from './play.ts';
import { prepareStages, removeStages, STAGES, type Stages } from './stages.ts';
import { Tenant } from './tenant.ts';

let tenant: Tenant;
let stages: Stages;

beforeAll(async () => {
  tenant = await Tenant.start();
  stages = await prepareStages(tenant);
});
afterAll(async () => {
  removeStages(stages);
  await tenant.close();
});

describe('the table', () => {
  it('has every fault that the emulator knows', () => {
    const known = faultAction.options.map(({ shape }) => shape.kind.value);
    expect([...KINDS].sort()).toEqual([...known].sort());
  });

  it.each(STAGES)('names every place by which the stage "%s" comes', (stage) => {
    const met = PLACE_NAMES.filter((place) => comesBy(stages[stage].requests, place));
    expect([...PLACES_OF[stage]].sort()).toEqual([...met].sort());
  });
});

describe('a fault that passes', () => {
  it.each(casesOnce(true))('$stage: $name at "$place"', async ({ stage, place, variant }) => {
    const played = await play(tenant, stages[stage], strike(variant, place));
    expect(played.met[variant.action.kind]).toBe(1);
    expect(played.problems).toEqual([]);
    expect(played.faulty.report.failures).toEqual([]);
    expect(played.faulty.run.state).toBe('finished');
  });
});
