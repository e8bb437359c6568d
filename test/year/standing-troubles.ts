// Trouble with a mailbox that lasts for days: not provisioned yet, license removed, access denied, quota full.

import type { InMemoryMailbox } from '../../src/connectors/memory/mailbox.ts';
import type { World } from '../properties/world.ts';
import type { Chance } from './chance.ts';
import type { Diary } from './diary.ts';

const KINDS = {
  mailboxNotProvisioned: (box: InMemoryMailbox) => box.trouble.refuse('mailboxNotProvisioned'),
  mailboxAccessDenied: (box: InMemoryMailbox) => box.trouble.refuse('mailboxAccessDenied'),
  mailboxFull: (box: InMemoryMailbox) => box.trouble.fillUp(),
} as const;

export class StandingTroubles {
  readonly #world: World;
  readonly #chance: Chance;
  readonly #diary: Diary;
  readonly #until = new Map<InMemoryMailbox, number>();

  constructor(world: World, chance: Chance, diary: Diary) {
    this.#world = world;
    this.#chance = chance;
    this.#diary = diary;
  }

  /** A new day: some trouble is over, some begins. */
  pass(day: number): void {
    for (const [box, until] of this.#until) if (day >= until) this.#relent(box);
    if (!this.#chance.happens(0.06)) return;
    const box = this.#chance.pick(this.#world.boxes);
    if (this.#until.has(box)) return;
    const kind = this.#chance.weighted({ mailboxNotProvisioned: 1, mailboxAccessDenied: 1, mailboxFull: 1 });
    const days = this.#chance.between(1, 5);
    KINDS[kind](box);
    this.#until.set(box, day + days);
    this.#diary.count(`fault: ${kind} for days`);
    this.#diary.tell(`${box.id.slice(-2)}: ${kind} for ${days} days`);
  }

  end(): void {
    for (const box of this.#until.keys()) this.#relent(box);
  }

  #relent(box: InMemoryMailbox): void {
    box.trouble.relent();
    box.trouble.makeRoom();
    this.#until.delete(box);
  }
}
