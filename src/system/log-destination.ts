// Where the lines of the log go: appended to a file, or lost. A log that cannot be written (a full disk) must neither
// end a run nor change its result, so nothing here throws; every line tries again.

import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Tests bring one that fails. */
export interface LogDisk {
  /** Returns the descriptor to write to. */
  open(file: string): number;
  /** Returns how many bytes were written, perhaps fewer than given. */
  write(descriptor: number, bytes: Uint8Array): number;
  close(descriptor: number): void;
}

export const realDisk: LogDisk = {
  open(file) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    return openSync(file, 'a', 0o600);
  },
  write: (descriptor, bytes) => writeSync(descriptor, bytes),
  close: closeSync,
};

export interface LogDestination {
  write(line: string): void;
  close(): void;
}

export interface LogTrouble {
  /** Called once, at the first line that is lost. */
  onLost(reason: string): void;
  /** Called after a line that could be written again. */
  onRecovered(lostLines: number): void;
}

/** Appends at once: a command line may end at any moment. */
export function openLogDestination(file: string, trouble: LogTrouble, disk: LogDisk): LogDestination {
  let descriptor: number | undefined;
  let isClosed = false;
  let lost = 0;
  let wasTold = false;
  /** The disk took only the beginning of a line. */
  let isTorn = false;

  function append(line: string): void {
    descriptor ??= disk.open(file);
    let rest: Uint8Array = Buffer.from(isTorn ? `\n${line}` : line);
    while (rest.length > 0) {
      const written = disk.write(descriptor, rest);
      isTorn = written < rest.length;
      rest = rest.subarray(written);
    }
  }

  return {
    write(line) {
      if (isClosed) return;
      try {
        append(line);
      } catch (thrown) {
        lost += 1;
        if (wasTold) return;
        wasTold = true;
        trouble.onLost(reasonOf(thrown));
        return;
      }
      if (lost === 0) return;
      const count = lost;
      lost = 0;
      trouble.onRecovered(count);
    },
    close() {
      isClosed = true;
      if (descriptor === undefined) return;
      try {
        disk.close(descriptor);
      } catch {
        // Some file systems report a full disk only here; the lines are lost either way.
      }
      descriptor = undefined;
    },
  };
}

function reasonOf(thrown: unknown): string {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown reason';
  return ['ENOSPC', 'EDQUOT'].includes(code) ? 'disk full' : code;
}
