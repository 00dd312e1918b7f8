import type { Problem } from '@assay/contracts';

/** The API answered, and said no. */
export class AssayError extends Error {
  override readonly name = 'AssayError';

  constructor(readonly problem: Problem) {
    super(problem.detail ?? problem.title);
  }

  get status(): number {
    return this.problem.status;
  }

  /** Last part of the problem's type, e.g. `media-not-found`; stable, made to be compared. */
  get code(): string {
    return this.problem.type.split(':').at(-1) ?? this.problem.type;
  }
}

/** The API could not be reached, or the connection broke before it answered. Worth another try. */
export class AssayUnreachableError extends Error {
  override readonly name = 'AssayUnreachableError';

  constructor(cause: unknown) {
    super('The Assay service could not be reached.', { cause });
  }
}

/** The answer does not follow the contract: another version of the API, or something in between that changes it. */
export class AssayProtocolError extends Error {
  override readonly name = 'AssayProtocolError';
}

/** The scan ended without a verdict. */
export class ScanEndedError extends Error {
  override readonly name = 'ScanEndedError';

  constructor(
    readonly scan: string,
    readonly state: 'failed' | 'cancelled',
    reason: string | null,
  ) {
    super(reason ?? `The scan was ${state}.`);
  }
}
