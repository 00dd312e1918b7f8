import type { IncomingMessage } from 'node:http';
import { Transform, type TransformCallback } from 'node:stream';
import type { Deadlines } from './deadlines';
import { FetchMediaError } from './fetch-media-error';

export function tooLarge(maxBytes: number): FetchMediaError {
  return new FetchMediaError('too_large', `The file at this address is larger than ${maxBytes} bytes.`);
}

/**
 * The body of a response while it passes. It ends with a FetchMediaError when it is too large or shorter than announced,
 * with the reason of the deadlines when those are up; destroying it closes the connection.
 */
export function meterBody(response: IncomingMessage, maxBytes: number, deadlines: Deadlines): Transform {
  let bytes = 0;
  const body = new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      bytes += chunk.length;
      if (bytes > maxBytes) return done(tooLarge(maxBytes));
      done(null, chunk);
      // With a full buffer it is the reader that is waited for, and `read` below starts the clock again.
      if (this.readableLength >= this.readableHighWaterMark) deadlines.pause();
      else deadlines.listening();
    },
    read(size: number) {
      deadlines.listening();
      Transform.prototype._read.call(this, size);
    },
    flush(done: TransformCallback) {
      deadlines.pause();
      done();
    },
  });
  const cut = () => body.destroy(new FetchMediaError('incomplete', 'The connection ended before the last byte came.'));
  const onDeadline = () => body.destroy(deadlines.signal.reason);
  deadlines.signal.addEventListener('abort', onDeadline, { once: true });
  response.on('error', cut).on('close', () => {
    if (!response.complete) cut();
  });
  // Without a listener, an error that comes before the reader listens would end the process.
  body
    .on('error', () => undefined)
    .on('close', () => {
      deadlines.signal.removeEventListener('abort', onDeadline);
      response.destroy();
    });
  return response.pipe(body);
}

/** @returns null where the server does not say (chunked, or up to the end of the connection) */
export function announcedBytes({ headers }: IncomingMessage): number | null {
  return headers['content-length'] === undefined ? null : Number(headers['content-length']);
}
