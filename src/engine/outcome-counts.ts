// Under which name an applied change is counted.

import type { ContactChange } from '../model/plan.ts';
import type { OutcomeCounts } from '../model/run.ts';

export const COUNTED_AS = {
  create: 'created',
  update: 'updated',
  adopt: 'adopted',
  delete: 'deleted',
  handOver: 'handedOver',
} as const satisfies Record<ContactChange['kind'], keyof OutcomeCounts>;
