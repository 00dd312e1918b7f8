/** The engine ended, or was ended, while it had the job. The job is taken up again, as often as one may lose its worker. */
export class EngineDiedError extends Error {
  override readonly name = 'EngineDiedError';
}
