// Structured log: the message is static text, what varies is data. error = our defect; warn = look at it; info = the
// run's story; debug = requests. No secrets; no contact data at info and above.

export type LogData = Readonly<Record<string, unknown>>;

export interface Log {
  error(message: string, data?: LogData): void;
  warn(message: string, data?: LogData): void;
  info(message: string, data?: LogData): void;
  debug(message: string, data?: LogData): void;
}

/** Whatever is said goes to both. */
export const bothLogs = (one: Log, other: Log): Log => {
  const write = (level: keyof Log) => (message: string, data?: LogData) => {
    one[level](message, data);
    other[level](message, data);
  };
  return { error: write('error'), warn: write('warn'), info: write('info'), debug: write('debug') };
};

export const silentLog: Log = { error() {}, warn() {}, info() {}, debug() {} };
