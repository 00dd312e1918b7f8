/** What the shell sees. Documented in `assay --help`; scripts depend on it. */
export const ExitCode = {
  ok: 0,
  /** `scan --fail-on` met its label, `verify` found a difference, `test` failed, or something broke. */
  failed: 1,
  usage: 2,
  /** At least one input has no verdict but a rejection (`scan`), or nothing could be compared (`verify`). */
  rejected: 3,
  /** 128 + SIGINT, as shells expect. */
  interrupted: 130,
  /** 128 + SIGTERM. */
  terminated: 143,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** An end that is told to the person in one line, without a stack. */
export class CliError extends Error {
  constructor(
    message: string,
    readonly exitCode: ExitCode = ExitCode.failed,
  ) {
    super(message);
    this.name = 'CliError';
  }
}
