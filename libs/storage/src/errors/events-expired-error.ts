/** A reader was away for longer than events are kept, and has missed some. */
export class EventsExpiredError extends Error {
  override readonly name = 'EventsExpiredError';

  constructor() {
    super('Events behind this place are not kept any more.');
  }
}
