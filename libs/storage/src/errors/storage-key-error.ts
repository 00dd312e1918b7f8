/** The key can never name an object: a mistake of the caller, and trying again gives the same answer. */
export class StorageKeyError extends Error {
  override readonly name = 'StorageKeyError';

  constructor(
    /** The offending key, cut so that a hostile one cannot flood a log. */
    readonly key: string,
    readonly problem: string,
  ) {
    super(`storage key ${JSON.stringify(key)}: ${problem}`);
  }
}
