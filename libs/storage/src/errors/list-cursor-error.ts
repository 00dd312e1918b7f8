/** The cursor did not come from `list`, or from another query: a mistake of the caller. */
export class ListCursorError extends Error {
  override readonly name = 'ListCursorError';

  constructor(message = 'the cursor is not one that an earlier page gave') {
    super(message);
  }
}
