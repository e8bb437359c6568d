// Small values that the product remembers about itself, such as the time of the first run.

export interface Settings {
  read(key: string): Promise<string | undefined>;
  write(key: string, value: string): Promise<void>;
  /** Returns the value that stands afterwards: of several writers at once one wins, and all learn which. */
  writeIfAbsent(key: string, value: string): Promise<string>;
  remove(key: string): Promise<void>;
}
