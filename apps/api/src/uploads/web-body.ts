import type { Readable } from 'node:stream';

export interface WebBody {
  readonly stream: ReadableStream<Buffer>;
  /** Nothing more is taken from the source; what it still has is for others to read, or to throw away. */
  release(): void;
}

/**
 * A body as the tus server reads it: each piece is taken from the source when it is asked for, and none waits here. Node's own
 * `toWeb` lets dozens wait for every upload, and as pieces that wait outlive the small collections of garbage, 32 uploads at once
 * spent more time on collecting all of the heap than on anything else.
 *
 * The source is never destroyed: a request takes the way of its answer with it.
 */
export function webBodyOf(source: Readable): WebBody {
  let release = (): void => undefined;
  let isRead = false;
  const begin = (controller: ReadableStreamDefaultController<Buffer>): void => {
    const give = (chunk: Buffer): void => {
      source.pause();
      controller.enqueue(chunk);
    };
    const end = (): void => controller.close();
    const fail = (error: Error): void => controller.error(error);
    source.on('data', give).once('end', end).once('error', fail);
    release = () => void source.off('data', give).off('end', end).off('error', fail);
  };
  const stream = new ReadableStream<Buffer>(
    {
      pull(controller) {
        // Not before: a request that is refused unread is thrown away by Node itself.
        if (!isRead) begin(controller);
        isRead = true;
        source.resume();
      },
      cancel: () => release(),
    },
    { highWaterMark: 0 },
  );
  return { stream, release: () => release() };
}
