// An attribute that may not be read is absent, just like an empty one. What tells them apart is a condition: "it has a
// value" and "it has none" are both neither true nor false where it may not be read ([MS-ADTS] 3.1.1.3.1.3, as in RFC
// 4511, 4.5.1.7). So those objects are asked for at which one of the two is true, and who is missing hides something.

import { type LdapFilter, not, or, present } from '../ldap-client/filter.ts';

/** Conditions that are true of an object at which each of the attributes may be read. */
export function readable(attributes: readonly string[]): readonly LdapFilter[] {
  return attributes.map((attribute) => or(present(attribute), not(present(attribute))));
}

/** Ids, out of `among`, of the objects that are there and at which all attributes may be read. */
export type AskReadable = (
  attributes: readonly string[],
  among: readonly string[],
) => Promise<ReadonlySet<string>>;

/**
 * Which of the attributes may not be read, by the id of the object; `'gone'`: the object is no longer found. One
 * question where everything may be read, and as many as halving needs where something may not.
 */
export async function findUnreadable(
  ask: AskReadable,
  attributes: readonly string[],
  guids: readonly string[],
): Promise<ReadonlyMap<string, readonly string[] | 'gone'>> {
  const found = new Map<string, string[] | 'gone'>();
  const missing = await withoutThoseReadable(attributes, guids);
  if (missing.length === 0) return found;
  const there = await ask([], missing);
  for (const guid of missing) found.set(guid, there.has(guid) ? [] : 'gone');
  await narrow(
    attributes,
    missing.filter((guid) => there.has(guid)),
  );
  return found;

  async function withoutThoseReadable(some: readonly string[], among: readonly string[]) {
    if (some.length === 0 || among.length === 0) return [];
    const answered = await ask(some, among);
    return among.filter((guid) => !answered.has(guid));
  }

  /** `hiding` lack at least one of `some`. */
  async function narrow(some: readonly string[], hiding: readonly string[]): Promise<void> {
    if (hiding.length === 0) return;
    const [only] = some;
    if (some.length === 1 && only !== undefined) {
      for (const guid of hiding) {
        const list = found.get(guid);
        if (Array.isArray(list)) list.push(only);
      }
      return;
    }
    const middle = Math.ceil(some.length / 2);
    for (const half of [some.slice(0, middle), some.slice(middle)])
      await narrow(half, await withoutThoseReadable(half, hiding));
  }
}
