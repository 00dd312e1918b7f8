/**
 * Why nothing could be fetched; stable, made to be compared.
 *
 * - `not_allowed`: not an http(s) address, or it leads where nobody may be led
 * - `unreachable`: no such host, no connection, a TLS failure, a connection that broke
 * - `timeout`: too slow to connect, silent for too long, or not finished in time
 * - `status`: the server answered, and not with 200
 * - `redirects`: more redirects than are followed
 * - `too_large`: more bytes than allowed
 * - `incomplete`: fewer bytes came than were announced
 * - `encoded`: a Content-Encoding that was not asked for
 */
export type FetchMediaCode =
  'not_allowed' | 'unreachable' | 'timeout' | 'status' | 'redirects' | 'too_large' | 'incomplete' | 'encoded';

/**
 * An expected end of a fetch. The message is for a person who may be a stranger: it holds neither the address that a
 * name stood for nor any text of the system or of the other server.
 */
export class FetchMediaError extends Error {
  override readonly name = 'FetchMediaError';

  constructor(
    readonly code: FetchMediaCode,
    message: string,
  ) {
    super(message);
  }
}
