// Structured log: the message is static text, what varies is data. error = our defect; warn = look at it; info = the
// run's story; debug = requests. No secrets; no contact data at info and above.

export type LogData = Readonly<Record<string, unknown>>;

export interface Log {
  error(message: string, data?: LogData): void;
  warn(message: string, data?: LogData): void;
  info(message: string, data?: LogData): void;
  debug(message: string, data?: LogData): void;
}

export const silentLog: Log = { error() {}, warn() {}, info() {}, debug() {} };
