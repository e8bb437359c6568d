// What a plan mentions, gathered: every kind once, with its number and a few examples.

import type { ContactProperty } from '../model/contact.ts';
import type { SourceObjectId } from '../model/ids.ts';
import type { PlanNotice, PlanNoticeKind } from '../model/plan.ts';

const EXAMPLES = 10;

export interface NoticeDetails {
  readonly properties?: readonly ContactProperty[];
  /** Name of another policy. */
  readonly policy?: string;
}

interface Gathered {
  count: number;
  readonly ids: Set<SourceObjectId>;
  readonly properties: Set<ContactProperty>;
  readonly policies: Set<string>;
}

export class NoticeBook {
  readonly #notices = new Map<PlanNoticeKind, Gathered>();

  add(kind: PlanNoticeKind, id?: SourceObjectId, { properties = [], policy }: NoticeDetails = {}): void {
    const notice = this.#notices.get(kind) ?? {
      count: 0,
      ids: new Set(),
      properties: new Set(),
      policies: new Set(),
    };
    notice.count += 1;
    if (id !== undefined && notice.ids.size < EXAMPLES) notice.ids.add(id);
    for (const property of properties) notice.properties.add(property);
    if (policy !== undefined) notice.policies.add(policy);
    this.#notices.set(kind, notice);
  }

  list(): readonly PlanNotice[] {
    return [...this.#notices.entries()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([kind, { count, ids, properties, policies }]) => ({
        kind,
        count,
        ...(ids.size > 0 ? { sourceObjectIds: [...ids].sort() } : {}),
        ...(properties.size > 0 ? { properties: [...properties].sort() } : {}),
        ...(policies.size > 0 ? { policies: [...policies].sort() } : {}),
      }));
  }
}
