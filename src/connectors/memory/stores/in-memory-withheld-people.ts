// Withheld people in memory.

import type { SourceObjectId } from '../../../model/ids.ts';
import type { WithheldPeople, WithheldPerson } from '../../../ports/withheld-people.ts';

export class InMemoryWithheldPeople implements WithheldPeople {
  readonly #people = new Map<SourceObjectId, WithheldPerson>();

  async ids(): Promise<ReadonlySet<SourceObjectId>> {
    return new Set(this.#people.keys());
  }

  async list(): Promise<readonly WithheldPerson[]> {
    const rank = ({ since, id }: WithheldPerson): string => `${since} ${id}`;
    return [...this.#people.values()].sort((one, other) => (rank(one) < rank(other) ? -1 : 1));
  }

  async withhold(person: WithheldPerson): Promise<void> {
    if (!this.#people.has(person.id)) this.#people.set(person.id, person);
  }

  async release(id: SourceObjectId): Promise<boolean> {
    return this.#people.delete(id);
  }
}
