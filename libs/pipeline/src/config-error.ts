/** One setting that cannot be used. */
export interface ConfigProblem {
  /** Environment variable. */
  name: string;
  /** What is wrong and what would be accepted; never the value, which may be a secret. */
  message: string;
}

/** Every bad setting at once, so that nobody fixes them one start at a time. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly problems: ConfigProblem[]) {
    super(`Bad settings: ${problems.map(({ name, message }) => `${name} ${message}`).join('; ')}`);
  }
}
