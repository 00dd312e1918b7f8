import type { Problem } from '@assay/contracts';

/** A refusal that the caller is meant to see: thrown by handlers, written out by the problem filter. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';

  constructor(
    readonly problem: Problem,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(problem.title);
  }
}
