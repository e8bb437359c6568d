// Scripted trouble of one mailbox. Everything scripted is counted until it happened, so that a test can assert that
// nothing it ordered was left over.

import { Failure } from '../../model/failure.ts';
import type { FailureCode } from '../../model/failure-codes.ts';
import type { ChangeOutcome } from '../../model/plan.ts';

export type WriteTrouble =
  /** This item is refused, the others go on. */
  | { readonly kind: 'fail'; readonly code: FailureCode }
  /** The write happens, its answer does not arrive. */
  | { readonly kind: 'loseAnswer' }
  /** The request does not arrive, which looks the same from outside. */
  | { readonly kind: 'loseRequest' }
  | { readonly kind: 'conflict' }
  /** The mailbox as a whole breaks before this write. */
  | { readonly kind: 'break'; readonly code: FailureCode };

export type FolderTrouble = 'loseAnswer' | 'loseRequest';

export class MailboxTrouble {
  #refusal: FailureCode | undefined;
  #isFull = false;
  readonly #writes: (WriteTrouble | undefined)[] = [];
  readonly #readings: FailureCode[] = [];
  readonly #folderActions: FolderTrouble[] = [];

  /** Every call is refused until `relent`. */
  refuse(code: FailureCode): void {
    this.#refusal = code;
  }

  relent(): void {
    this.#refusal = undefined;
  }

  /** With which every call is refused. */
  get refusal(): FailureCode | undefined {
    return this.#refusal;
  }

  /** Nothing can be stored until `makeRoom`; it can still be read, and deleting still works. */
  fillUp(): void {
    this.#isFull = true;
  }

  makeRoom(): void {
    this.#isFull = false;
  }

  get isFull(): boolean {
    return this.#isFull;
  }

  /** Forgets what was scripted and has not happened; what was refused or full stays so. */
  forgive(): void {
    this.#writes.length = 0;
    this.#readings.length = 0;
    this.#folderActions.length = 0;
  }

  /** The nth write from now, 1 being the next. */
  atWrite(nth: number, trouble: WriteTrouble): void {
    while (this.#writes.length < nth) this.#writes.push(undefined);
    this.#writes[nth - 1] = trouble;
  }

  loseNextAnswer(): void {
    this.atWrite(1, { kind: 'loseAnswer' });
  }

  /** The next reading stops half way. */
  breakNextReading(code: FailureCode = 'serviceUnavailable'): void {
    this.#readings.push(code);
  }

  atNextFolderAction(trouble: FolderTrouble): void {
    this.#folderActions.push(trouble);
  }

  /** What was scripted and has not happened yet. */
  get pending(): number {
    const writes = this.#writes.filter((trouble) => trouble !== undefined).length;
    return writes + this.#readings.length + this.#folderActions.length;
  }

  throwIfRefused(): void {
    if (this.#refusal !== undefined) throw new Failure(this.#refusal);
  }

  takeReading(): void {
    const code = this.#readings.shift();
    if (code !== undefined) throw new Failure(code);
  }

  takeWrite(): WriteTrouble | undefined {
    return this.#writes.shift();
  }

  takeFolderAction(): FolderTrouble | undefined {
    return this.#folderActions.shift();
  }
}

/** The next write, with the trouble that was scripted for it. */
export function withTrouble(scripted: MailboxTrouble, write: () => ChangeOutcome): ChangeOutcome {
  const trouble = scripted.takeWrite();
  switch (trouble?.kind) {
    case undefined:
      return write();
    case 'break':
      throw new Failure(trouble.code);
    case 'fail':
      return { status: 'failed', failure: new Failure(trouble.code) };
    case 'conflict':
      return { status: 'conflict' };
    case 'loseAnswer':
      write();
      return { status: 'unknown', failure: new Failure('answerLost') };
    case 'loseRequest':
      return { status: 'unknown', failure: new Failure('answerLost') };
  }
}
