// How other programs watch the service: numbers, and whether it lives and can work. No personal data in any of it.

export interface MetricSample {
  /** Few and bounded values only: each combination is a series of its own for whoever keeps them. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Metric {
  /** Letters, digits and underscores; of a counter it ends with `_total`. */
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly samples: readonly MetricSample[];
}

/** Static sentences: what is wrong; empty: nothing. */
export type Complaints = readonly string[];

export interface Monitored {
  metrics(): Promise<readonly Metric[]>;
  /** The process does its work; one that does not had better be started again. */
  health(): Complaints;
  /** It can do its work at the moment. */
  readiness(): Promise<Complaints>;
}

export interface MonitoringPlace {
  /** `127.0.0.1:9464`, `[::1]:9464`, or a port alone. */
  readonly address: string;
  /** Names under which it may be asked, beside addresses and localhost. */
  readonly hosts: readonly string[];
}

export interface Monitoring {
  /** Where it listens. */
  readonly url: string;
  readonly isForThisComputerOnly: boolean;
  close(): Promise<void>;
}

/** Throws `monitoringAddress`. */
export type StartMonitoring = (place: MonitoringPlace, monitored: Monitored) => Promise<Monitoring>;
