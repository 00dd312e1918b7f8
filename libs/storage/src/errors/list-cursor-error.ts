/** The cursor did not come from `list`: a mistake of the caller. */
export class ListCursorError extends Error {
  override readonly name = 'ListCursorError';

  constructor() {
    super('the cursor is not one that an earlier page gave');
  }
}
