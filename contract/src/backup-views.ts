// Backup and restore of a data directory. Not part of the operations: a data directory that is restored is not open.

export interface BackupRequest {
  /** A file that does not exist yet, or a directory in which one is made. */
  readonly target: string;
  /** Then the key of everything encrypted goes into the backup, under this passphrase. */
  readonly passphrase?: string;
}

export interface BackupView {
  readonly file: string;
  readonly bytes: number;
  /** ISO. */
  readonly madeAt: string;
  /** Version of contactSync that made it. */
  readonly madeBy: string;
  readonly hasKey: boolean;
}

export interface RestoreRequest {
  readonly file: string;
  /** For a backup with the key inside. */
  readonly passphrase?: string;
  /** Leaves a key inside where it is: the key file is put back by hand. */
  readonly withoutKey?: boolean;
  /** What stands in the data directory is set aside. Without it only an empty one is filled. */
  readonly replace: boolean;
}

export interface RestoreView {
  readonly file: string;
  readonly madeAt: string;
  readonly madeBy: string;
  readonly dataDirectory: string;
  /** Where what was replaced stands now. */
  readonly setAside?: string;
  /**
   * `restored`: it came with the backup. `inPlace`: the one that is there fits. `missing`: it must be put back.
   * `notNeeded`: nothing is encrypted yet.
   */
  readonly key: 'restored' | 'inPlace' | 'missing' | 'notNeeded';
}

export interface BackupOperations {
  /** Consistent, also while others work. The file appears under its name when it is whole. */
  backUp(request: BackupRequest): Promise<BackupView>;
  /** Reads what a backup says of itself; verifies nothing. */
  inspect(file: string): Promise<BackupView>;
  /** Verifies the whole backup before anything is replaced. Refused while others work in the data directory. */
  restore(request: RestoreRequest): Promise<RestoreView>;
}
