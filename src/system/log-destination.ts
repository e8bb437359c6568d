// Where the lines of the log go: appended to a file, or lost. A log that cannot be written (a full disk) must neither
// end a run nor change its result, so nothing here throws; every line tries again. A file that is full or a day old is
// put aside, by whichever process notices first; the others see that the name stands for another file and follow.

import { closeSync, fstatSync, mkdirSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { type LogLimits, putAside, removeSurplus } from './log-files.ts';

const HOUR_MS = 60 * 60 * 1000;
/** The time of a line stands near its beginning. */
const BEGINNING_BYTES = 200;

/** Tests bring one that fails. */
export interface LogDisk {
  /** Returns the descriptor to write to. */
  open(file: string): number;
  /** Returns how many bytes were written, perhaps fewer than given. */
  write(descriptor: number, bytes: Uint8Array): number;
  /** How long the file is, or undefined when its name stands for another one by now, or for none. */
  sizeOf(descriptor: number, file: string): number | undefined;
  /** The first and the last bytes of it. */
  ends(file: string): { readonly first: string; readonly last: string };
  putAside(file: string, now: Date): void;
  removeSurplus(file: string, kept: number): void;
  close(descriptor: number): void;
}

export const realDisk: LogDisk = {
  open(file) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    return openSync(file, 'a', 0o600);
  },
  write: (descriptor, bytes) => writeSync(descriptor, bytes),
  sizeOf(descriptor, file) {
    const named = statSync(file, { bigint: true, throwIfNoEntry: false });
    const open = fstatSync(descriptor, { bigint: true });
    return named?.ino === open.ino && named.dev === open.dev ? Number(open.size) : undefined;
  },
  ends(file) {
    const descriptor = openSync(file, 'r');
    try {
      const size = fstatSync(descriptor).size;
      const bytes = Buffer.alloc(BEGINNING_BYTES);
      const first = bytes.toString('latin1', 0, readSync(descriptor, bytes, 0, BEGINNING_BYTES, 0));
      const count = readSync(descriptor, bytes, 0, 1, Math.max(0, size - 1));
      return { first, last: bytes.toString('latin1', 0, count) };
    } finally {
      closeSync(descriptor);
    }
  },
  putAside: (file, now) => putAside(file, now, process.pid),
  removeSurplus,
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
  /** Called once: the file grows beyond its limit, or old ones stay. */
  onNotRotated(reason: string): void;
}

export interface LogPlace {
  readonly file: string;
  readonly limits: LogLimits;
  readonly now: () => Date;
  readonly disk: LogDisk;
}

/** Appends at once: a command line may end at any moment. */
export function openLogDestination(
  { file, limits, now, disk }: LogPlace,
  trouble: LogTrouble,
): LogDestination {
  let descriptor: number | undefined;
  /** When the open file began. */
  let began = 0;
  let isClosed = false;
  let lost = 0;
  let wasTold = false;
  let wasToldOfRotation = false;
  /** The disk took only the beginning of a line. */
  let isTorn = false;

  function opened(): number {
    if (descriptor !== undefined) return descriptor;
    descriptor = disk.open(file);
    began = now().getTime();
    isTorn = false;
    if (disk.sizeOf(descriptor, file) === 0) return descriptor;
    const { first, last } = endsOf();
    const time = Date.parse(/"time":"([^"]+)"/.exec(first)?.[1] ?? '');
    if (!Number.isNaN(time)) began = time;
    // Asked twice: another process may be writing its line just now.
    isTorn = isCut(last) && isCut(endsOf().last);
    return descriptor;
  }

  /** A device or a pipe has none. */
  function endsOf(): ReturnType<LogDisk['ends']> {
    try {
      return disk.ends(file);
    } catch {
      return { first: '', last: '' };
    }
  }

  function closeFile(): void {
    if (descriptor === undefined) return;
    try {
      disk.close(descriptor);
    } catch {
      // Some file systems report a full disk only here; the lines are lost either way.
    }
    descriptor = undefined;
  }

  /** Returns the descriptor of the file that has the name now, with room for a line. */
  function current(): number {
    const size = disk.sizeOf(opened(), file);
    if (size === undefined) {
      // Another process put it aside, or somebody removed it.
      closeFile();
      return opened();
    }
    const isOld = now().getTime() - began >= limits.fileHours * HOUR_MS;
    if (size === 0 || (size < limits.fileBytes && !isOld)) return opened();
    try {
      disk.putAside(file, now());
      closeFile();
      disk.removeSurplus(file, limits.files - 1);
    } catch (thrown) {
      // Another process put it aside at this moment.
      if (reasonOf(thrown) === 'ENOENT') closeFile();
      else if (!wasToldOfRotation) {
        wasToldOfRotation = true;
        trouble.onNotRotated(reasonOf(thrown));
      }
    }
    return opened();
  }

  function append(line: string): void {
    const target = current();
    let rest: Uint8Array = Buffer.from(isTorn ? `\n${line}` : line);
    while (rest.length > 0) {
      const written = disk.write(target, rest);
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
      closeFile();
    },
  };
}

const isCut = (last: string) => last !== '\n' && last !== '';

function reasonOf(thrown: unknown): string {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown reason';
  return ['ENOSPC', 'EDQUOT'].includes(code) ? 'disk full' : code;
}
