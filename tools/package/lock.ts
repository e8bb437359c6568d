// The lock of the package: of the repository's lock what the packages outside of the bundle need, so that
// npm ci in it (archive, container) brings the versions that were tested, with their hashes, and nothing else.

/** As far as it is looked at; everything else is passed on. */
export interface LockedPackage {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly [more: string]: unknown;
}

export interface Lock {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

const FOLDER = 'node_modules/';

/**
 * Where npm finds a package without asking for it by name first, so that what it has once fetched needs no network. It
 * puts the registry that is set up in the place of this one.
 */
function addressOf(place: string, version: string): string {
  const name = place.slice(place.lastIndexOf(FOLDER) + FOLDER.length);
  return `https://registry.npmjs.org/${name}/-/${name.slice(name.indexOf('/') + 1)}-${version}.tgz`;
}

/** Packages by their place below the root, as npm finds them from there: all that these names lead to. */
export function lockedPackages(lock: Lock, names: readonly string[]): Record<string, LockedPackage> {
  const found: Record<string, LockedPackage> = {};
  const open = names.map((name) => ({ name, from: '' }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const place = placeOf(lock, next.name, next.from);
    if (place === undefined) throw new Error(`${next.name} is not in the lock`);
    const locked = lock.packages[place];
    if (locked === undefined || found[place] !== undefined) continue;
    const { dev: _dev, devOptional: _devOptional, ...kept } = locked;
    const resolved = locked.version === undefined ? {} : { resolved: addressOf(place, locked.version) };
    found[place] = { ...kept, ...resolved, optional: true };
    for (const name of Object.keys({ ...locked.dependencies, ...locked.optionalDependencies }))
      open.push({ name, from: place });
  }
  return Object.fromEntries(Object.entries(found).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** The nearest node_modules above wins. */
function placeOf(lock: Lock, name: string, from: string): string | undefined {
  for (let above = from; ; above = above.slice(0, Math.max(0, above.lastIndexOf('/node_modules/')))) {
    const place = above === '' ? `node_modules/${name}` : `${above}/node_modules/${name}`;
    if (lock.packages[place] !== undefined) return place;
    if (above === '') return undefined;
  }
}
