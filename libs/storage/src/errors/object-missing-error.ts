/** The object that should be moved is not there. */
export class ObjectMissingError extends Error {
  override readonly name = 'ObjectMissingError';

  constructor(readonly key: string) {
    super(`there is no object ${key}`);
  }
}
