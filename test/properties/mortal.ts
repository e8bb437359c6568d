// A process that can die: from the given moment on nothing it calls answers any more, neither a mailbox nor a store.

import type { RunPorts } from '../../src/engine/run-ports.ts';
import type { World } from './world.ts';

export class Death {
  #isDead = false;

  get isDead(): boolean {
    return this.#isDead;
  }

  /** From now on. */
  happen(): void {
    this.#isDead = true;
  }

  /** Everything that touches the outside world, mortal; what was written before stays written. */
  mortal(ports: RunPorts): RunPorts {
    const { source, directory, targets, ledger, journal, runs, memory, leases } = ports;
    const outside = { source, directory, targets, ledger, journal, runs, memory, leases };
    const wrapped = Object.fromEntries(
      Object.entries(outside).map(([name, port]) => [name, this.#wrap(port)]),
    );
    return { ...ports, ...wrapped };
  }

  /** Dies right after the given number of writes, before anybody hears of the last one. */
  afterWrites(world: World, count: number): () => void {
    let left = count;
    return world.organization.onWrite(() => {
      left -= 1;
      if (left > 0) return;
      this.#isDead = true;
      throw new Error('the process died');
    });
  }

  #check(): void {
    if (this.#isDead) throw new Error('the process is dead');
  }

  #wrap<T extends object>(thing: T): T {
    return new Proxy(thing, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => {
          this.#check();
          return this.#wrapResult(value.apply(target, args));
        };
      },
    });
  }

  #wrapResult(result: unknown): unknown {
    if (result instanceof Promise) {
      return result.then((value) => {
        this.#check();
        return this.#wrapResult(value);
      });
    }
    const isHandle =
      typeof result === 'object' && result !== null && ('release' in result || 'applyChanges' in result);
    return isHandle ? this.#wrap(result) : result;
  }
}
