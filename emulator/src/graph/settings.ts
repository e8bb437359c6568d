// Behavior of the Graph face that the documents leave open, or that the service shows only now and then. Kept per
// running emulator; the control face may change them.
import type { EmulatorContext } from '../server/exchange.ts';

export interface GraphSettings {
  /** Both statuses have been seen in the wild for a folder name that is taken. */
  readonly folderExistsStatus: 409 | 400;
  readonly delta: {
    /** Every round starts with a page without items that carries a nextLink. */
    readonly emptyFirstPage: boolean;
    /** Every page repeats its first item at its end. */
    readonly duplicates: boolean;
  };
}

const usual: GraphSettings = {
  folderExistsStatus: 409,
  delta: { emptyFirstPage: false, duplicates: false },
};

const chosen = new WeakMap<EmulatorContext, GraphSettings>();

export function graphSettings(context: EmulatorContext): GraphSettings {
  return chosen.get(context) ?? usual;
}

/** What is not named goes back to the usual. */
export function setGraphSettings(context: EmulatorContext, settings: Partial<GraphSettings>): void {
  chosen.set(context, { ...usual, ...settings });
}
