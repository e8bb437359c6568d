// How an operation fails, in process or over HTTP: the failure as a person sees it, complete with its texts.

export interface FailureView {
  /** Symbolic name, such as certificateExpired. */
  readonly code: string;
  /** Stable number of specification 11. */
  readonly number: number;
  readonly scope: 'contact' | 'mailbox' | 'source' | 'run';
  readonly whoActs: 'nobody' | 'administrator' | 'us';
  readonly sentence: string;
  readonly causes: readonly string[];
  readonly remedy: string;
  readonly details: Readonly<Record<string, string | number | boolean | readonly string[]>>;
  readonly requestId?: string;
}

export class OperationError extends Error {
  override readonly name = 'OperationError';
  readonly failure: FailureView;

  constructor(failure: FailureView, cause?: unknown) {
    super(`${failure.number} ${failure.sentence}`, { cause });
    this.failure = failure;
  }
}
