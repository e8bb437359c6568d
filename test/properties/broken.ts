// Things broken on purpose, for the twins.

import type { RunPorts } from '../../src/engine/run-ports.ts';
import type { MailboxTarget } from '../../src/ports/mailbox-target.ts';
import type { Alteration, World } from './world.ts';

/** Every target with some methods in another way. */
export function withTargets(
  change: (
    target: MailboxTarget,
    world: World,
    mailbox: Parameters<RunPorts['targets']['open']>[0],
  ) => Partial<MailboxTarget>,
): Alteration {
  return (ports, world) => ({
    ...ports,
    targets: {
      capabilities: ports.targets.capabilities,
      scan: (...args) => ports.targets.scan(...args),
      open: (...args) => {
        const target = ports.targets.open(...args);
        return {
          readFolder: (...rest) => target.readFolder(...rest),
          readContacts: (...rest) => target.readContacts(...rest),
          readUnmarked: (...rest) => target.readUnmarked(...rest),
          readElsewhere: (...rest) => target.readElsewhere(...rest),
          applyFolder: (...rest) => target.applyFolder(...rest),
          applyChanges: (...rest) => target.applyChanges(...rest),
          ...change(target, world, args[0]),
        };
      },
    },
  });
}

/** A target that finds its contacts only while the ledger names them. */
export const ledgerIsTheTruth = withTargets((target) => ({
  readFolder: async (options, signal) => {
    const snapshot = await target.readFolder(options, signal);
    return options.known === undefined ? { ...snapshot, contacts: [] } : snapshot;
  },
}));

/** A target that stores something else than it was given. */
export const losesAField = withTargets((target) => ({
  applyChanges: (changes, signal) =>
    target.applyChanges(
      changes.map((change) =>
        change.kind === 'create'
          ? { ...change, properties: { ...change.properties, surname: 'wrong' } }
          : change,
      ),
      signal,
    ),
}));

/** A target that tidies up while it is at it: what the user made changes with the first write. */
export const tidiesUp = withTargets((target, world, { id }) => ({
  applyChanges: (changes, signal) => {
    const box = world.organization.mailboxOf(id);
    const foreign = box?.items.find((item) => item.mark === undefined);
    if (foreign !== undefined)
      box?.updateItem(foreign.id, { properties: { ...foreign.properties, notes: '' } });
    return target.applyChanges(changes, signal);
  },
}));

/** A target that puts the mark on a moment after the contact, so that a stop in between leaves it unmarked. */
export const marksLater = withTargets((target, world, { id }) => ({
  applyChanges: async (changes, signal) => {
    const outcomes = await target.applyChanges(changes, signal);
    const box = world.organization.mailboxOf(id);
    for (const [index, outcome] of outcomes.entries()) {
      if (changes[index]?.kind === 'create' && outcome.status === 'unknown') {
        const newest = box?.items.at(-1);
        if (newest !== undefined) box?.updateItem(newest.id, { mark: null });
      }
    }
    return outcomes;
  },
}));

/** A target that repeats a write whose answer was lost without looking first. */
export const repeatsBlindly = withTargets((target) => ({
  applyChanges: async (changes, signal) => {
    const outcomes = await target.applyChanges(changes, signal);
    return Promise.all(
      outcomes.map(async (outcome, index) => {
        const change = changes[index];
        if (outcome.status !== 'unknown' || change === undefined) return outcome;
        const [again] = await target.applyChanges([change], signal);
        return again ?? outcome;
      }),
    );
  },
}));

/** A source that calls a list that broke off complete. */
export const callsItComplete: Alteration = (ports) => ({
  ...ports,
  source: {
    probe: (signal) => ports.source.probe(signal),
    read: async (...args) => {
      const { objects } = await ports.source.read(...args);
      const known = objects.map((object) => ({
        ...object,
        isHidden: object.isHidden === 'unknown' ? true : object.isHidden,
      }));
      return { objects: known, isComplete: true, gaps: [] };
    },
  },
});

/** A target that touches one more of our contacts with every write. */
export const writesMore = withTargets((target, world, { id }) => ({
  applyChanges: async (changes, signal) => {
    const outcomes = await target.applyChanges(changes, signal);
    const box = world.organization.mailboxOf(id);
    const oldest = box?.items.find((item) => item.mark !== undefined);
    if (oldest !== undefined) box?.updateItem(oldest.id, { properties: oldest.properties });
    return outcomes;
  },
}));

/** A target that touches one of our contacts while it reads. */
export const writesWhileReading = withTargets((target, world, { id }) => ({
  readFolder: async (...args) => {
    const snapshot = await target.readFolder(...args);
    const box = world.organization.mailboxOf(id);
    const oldest = box?.items.find((item) => item.mark !== undefined);
    if (oldest !== undefined) box?.updateItem(oldest.id, { properties: oldest.properties });
    return snapshot;
  },
}));
