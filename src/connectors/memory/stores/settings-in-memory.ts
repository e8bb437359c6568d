// Settings that live as long as the test.

import type { Settings } from '../../../ports/settings.ts';

export function settingsInMemory(): Settings {
  const values = new Map<string, string>();
  return {
    read: async (key) => values.get(key),
    write: async (key, value) => void values.set(key, value),
    writeIfAbsent: async (key, value) => {
      const standing = values.get(key) ?? value;
      values.set(key, standing);
      return standing;
    },
    remove: async (key) => void values.delete(key),
  };
}
