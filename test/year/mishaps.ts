// What goes wrong during one run of a simulated year: scripted before it, taken back after it.

import type { InMemoryMailbox } from '../../src/connectors/memory/mailbox.ts';
import type { WriteTrouble } from '../../src/connectors/memory/mailbox-trouble.ts';
import type { RunPorts } from '../../src/engine/run-ports.ts';
import { Death } from '../properties/mortal.ts';
import type { World } from '../properties/world.ts';
import type { Chance } from './chance.ts';
import { ItemSet } from './diary.ts';
import { recipientSource } from './recipient-source.ts';
import type { Users } from './users.ts';

const WRITE_TROUBLES = {
  lostAnswer: { kind: 'loseAnswer' },
  lostRequest: { kind: 'loseRequest' },
  conflict: { kind: 'conflict' },
  refusedContact: { kind: 'fail', code: 'contactRefused' },
  brokenService: { kind: 'break', code: 'serviceUnavailable' },
  throttled: { kind: 'break', code: 'throttledTooLong' },
} as const satisfies Record<string, WriteTrouble>;

const WEIGHTS = {
  lostAnswer: 3,
  lostRequest: 2,
  conflict: 2,
  refusedContact: 1.5,
  brokenService: 2,
  throttled: 2,
  halfFailedBatch: 1.5,
  brokenReading: 1.5,
  lostFolderAnswer: 1,
  lostFolderRequest: 0.5,
  sourceStopsHalfWay: 2,
  sourceRefused: 1,
  unreadableGroup: 1,
  unknownHiddenFlag: 0.7,
  unknownAttributes: 0.7,
  processDies: 2,
  cancelled: 1,
  phoneInterferes: 2.5,
  ledgerDeleted: 1,
  tokensExpired: 1.5,
};

export class Mishaps {
  readonly #world: World;
  readonly #users: Users;
  readonly #names: string[] = [];
  readonly #takeBack: (() => void)[] = [];
  readonly #met = new Set<string>();
  readonly #death = new Death();
  readonly #abort = new AbortController();
  /** Stored again by a phone while the run wrote. */
  readonly touched = new ItemSet();
  /** Those of them that got something of the user. */
  readonly enriched = new ItemSet();
  /** The source, a group or the mailbox list cannot be read as a whole. */
  isHalfRead = false;

  constructor(world: World, users: Users) {
    this.#world = world;
    this.#users = users;
  }

  get names(): readonly string[] {
    return this.#names;
  }

  /** Those that really came about. */
  get met(): ReadonlySet<string> {
    return this.#met;
  }

  get isDead(): boolean {
    return this.#death.isDead;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get ports(): RunPorts {
    return this.#names.includes('processDies') ? this.#death.mortal(this.#world.ports) : this.#world.ports;
  }

  /** `mayLoseLedger`: the last run left nothing half done (a known limit, see the sync machine). */
  async arrange(chance: Chance, mayLoseLedger: boolean): Promise<void> {
    const count = 1 + chance.times(0.7);
    for (let n = 0; n < count; n += 1) {
      const name = chance.weighted(WEIGHTS);
      if (this.#names.includes(name) || (name === 'ledgerDeleted' && !mayLoseLedger)) continue;
      this.#names.push(name);
      await this.#script(name, chance, chance.pick(this.#world.boxes));
    }
  }

  /** Afterwards the world is as kind as before. */
  end(): void {
    for (const takeBack of this.#takeBack) takeBack();
    if (this.isDead) {
      this.#met.add('processDies');
      this.#world.leases.holderDies('test');
      this.#world.clock.advance(61_000);
    }
  }

  async #script(name: keyof typeof WEIGHTS, chance: Chance, box: InMemoryMailbox): Promise<void> {
    const { organization } = this.#world;
    switch (name) {
      case 'lostAnswer':
      case 'lostRequest':
      case 'conflict':
      case 'refusedContact':
      case 'brokenService':
      case 'throttled':
        for (const one of chance.happens(0.5) ? this.#world.boxes : [box]) {
          this.#atWrites(name, one, [chance.between(1, 4)], WRITE_TROUBLES[name]);
        }
        break;
      case 'halfFailedBatch':
        this.#atWrites(name, box, [1, 3], WRITE_TROUBLES.refusedContact);
        break;
      case 'brokenReading':
        box.trouble.breakNextReading();
        this.#takeBackWhatIsLeft(name, box);
        break;
      case 'lostFolderAnswer':
      case 'lostFolderRequest':
        box.trouble.atNextFolderAction(name === 'lostFolderAnswer' ? 'loseAnswer' : 'loseRequest');
        this.#takeBackWhatIsLeft(name, box);
        break;
      case 'sourceStopsHalfWay':
        this.#halfRead(name, { stopsAfter: chance.between(0, organization.objects.length - 1) });
        break;
      case 'sourceRefused':
        this.#halfRead(name, { refusedWith: 'serviceUnavailable' });
        break;
      case 'unreadableGroup': {
        const { policy } = this.#world;
        const group = chance.maybe([...recipientSource(policy).groups, ...policy.mailboxes.groups]);
        if (group !== undefined) this.#halfRead(name, { unreadableGroups: new Set([group]) });
        break;
      }
      case 'unknownHiddenFlag':
        this.#halfRead(name, { hidesHiddenFlag: true });
        break;
      case 'unknownAttributes':
        this.#halfRead(name, { hidesAttributes: chance.pick([['department'], ['customAttribute3']]) });
        break;
      case 'processDies':
        this.#takeBack.push(this.#death.afterWrites(this.#world, chance.between(1, 12)));
        break;
      case 'cancelled':
        this.#afterWrites(chance.between(1, 12), () => {
          this.#met.add(name);
          this.#abort.abort();
        });
        break;
      case 'phoneInterferes':
        this.#afterWrites(chance.between(1, 6), () => {
          this.#met.add(name);
          for (const one of this.#world.boxes) this.#users.interfere(one, this.touched, this.enriched);
        });
        break;
      case 'ledgerDeleted':
        this.#met.add(name);
        await this.#world.ledger.forget();
        break;
      case 'tokensExpired':
        this.#met.add(name);
        box.expireSyncTokens();
        break;
    }
  }

  #atWrites(name: string, box: InMemoryMailbox, at: readonly number[], trouble: WriteTrouble): void {
    for (const nth of at) box.trouble.atWrite(nth, trouble);
    this.#takeBackWhatIsLeft(name, box);
  }

  #takeBackWhatIsLeft(name: string, box: InMemoryMailbox): void {
    const ordered = box.trouble.pending;
    this.#takeBack.push(() => {
      if (box.trouble.pending < ordered) this.#met.add(name);
      box.trouble.forgive();
    });
  }

  #halfRead(name: string, trouble: World['organization']['trouble']): void {
    this.#met.add(name);
    this.isHalfRead = true;
    const { organization } = this.#world;
    organization.trouble = { ...organization.trouble, ...trouble };
    this.#takeBack.push(() => organization.heal());
  }

  #afterWrites(count: number, then: () => void): void {
    let left = count;
    const stop = this.#world.organization.onWrite(() => {
      left -= 1;
      if (left === 0) then();
    });
    this.#takeBack.push(stop);
  }
}
