// What the EWS face keeps beside the organization: who used it how much, its limits and quirks, and the faults that
// wait for one of its operations.

import { EwsFaults } from './faults.ts';
import { EwsUsage } from './usage.ts';

export interface EwsSettings {
  /** EWSMaxConcurrency: open requests of one account; undefined: as many as it likes. */
  readonly maxConcurrency: number | undefined;
  /** EWSFindCountLimit: entries of all finds of one account at once. */
  readonly findCountLimit: number | undefined;
  /** Most entries of a FindItem page. */
  readonly pageLimit: number;
  /** The same with a restriction, 2013 and newer. */
  readonly restrictedPageLimit: number;
  /** Requests of more items than that are refused for their time; undefined: all are done. */
  readonly mostItemsInTime: number | undefined;
  /** Answers are sent with gzip to whom takes it, as IIS can be told to. */
  readonly compress: boolean;
  readonly version: { readonly major: number; readonly minor: number; readonly build: number };
}

export const usualEwsSettings: EwsSettings = {
  maxConcurrency: undefined,
  findCountLimit: undefined,
  pageLimit: 1000,
  restrictedPageLimit: 250,
  mostItemsInTime: undefined,
  compress: false,
  version: { major: 15, minor: 2, build: 1544 },
};

export class EwsService {
  readonly usage = new EwsUsage();
  readonly faults = new EwsFaults();
  settings: EwsSettings = usualEwsSettings;

  reset(): void {
    this.usage.clear();
    this.faults.clear();
    this.settings = usualEwsSettings;
  }
}
