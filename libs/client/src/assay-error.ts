import type { Problem, SignatureFault } from '@assay/contracts';

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

/**
 * Why a webhook is not to be trusted.
 *
 * - `missing_headers`, `bad_timestamp`: no message by Standard Webhooks
 * - `too_old`, `too_new`: outside the tolerance; a replay, or a clock that is wrong
 * - `no_matching_signature`: by none of the secrets, or altered on its way
 * - `bad_secret`: what you check it with is neither `whsec_...` nor `whpk_...`
 * - `bad_tolerance`: the tolerance that you gave is no number of seconds
 */
export type WebhookFault =
  | 'missing_headers'
  | 'bad_timestamp'
  | 'too_old'
  | 'too_new'
  | 'no_matching_signature'
  | 'bad_secret'
  | 'bad_tolerance';

export class WebhookVerificationError extends Error {
  override readonly name = 'WebhookVerificationError';

  constructor(readonly code: WebhookFault) {
    super(`The webhook could not be verified: ${code.replace(/_/g, ' ')}.`);
  }
}

/** The signature does not vouch for the verdict. */
export class VerdictSignatureError extends Error {
  override readonly name = 'VerdictSignatureError';

  constructor(readonly code: SignatureFault) {
    super(`The verdict could not be verified: ${code.replace(/_/g, ' ')}.`);
  }
}

/** Refusals that pass: the service is busy, or has not finished an earlier try of the same request. */
export function isPassing(error: unknown): boolean {
  if (error instanceof AssayUnreachableError) return true;
  if (!(error instanceof AssayError)) return false;
  return error.status === 429 || error.status >= 500 || error.code === 'idempotency-key-in-use';
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
