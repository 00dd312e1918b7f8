import { Readable } from 'node:stream';

export type Body = Buffer | string | Readable;

/**
 * Runs a write whose body may be a stream. However it ends, the stream ends with it, and an error that the stream
 * emits while nobody reads from it yet does not become an uncaught exception.
 */
export async function guardBody<T>(body: Body, write: () => Promise<T>): Promise<T> {
  if (!(body instanceof Readable)) return write();
  body.on('error', ignoreHere);
  try {
    return await write();
  } finally {
    // The listener stays: destroying may still emit an error of the source's own.
    body.destroy();
  }
}

/** The reader of the body gets the same error from its own read. */
function ignoreHere(): void {}
