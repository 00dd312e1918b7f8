export type InferenceErrorCode = 'thread_crashed' | 'task_failed' | 'pool_closed';

/** Why a task gave no result. The frames are not at fault as a rule: the job may be tried again. */
export class InferenceError extends Error {
  override readonly name = 'InferenceError';

  constructor(
    readonly code: InferenceErrorCode,
    message: string,
  ) {
    super(message);
  }
}
