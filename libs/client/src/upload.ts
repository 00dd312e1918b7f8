/** Anything that gives bytes: a Blob or File, a buffer, a web stream, a Node stream. */
export type UploadSource = Blob | Uint8Array | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

export interface PostOptions {
  /** The same key with the same request, within 24 hours, is done once: makes any call safe to try again. */
  idempotencyKey?: string;
}

export interface UploadOptions extends PostOptions {
  /** File name, for people. */
  name?: string;
  /** Bytes handed to the connection so far. Called for streams as they are read, for the rest at the end. */
  onProgress?: (bytes: number) => void;
}

export interface UploadBody {
  body: Blob | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
  streamed: boolean;
}

export function uploadBody(source: UploadSource, onProgress: (bytes: number) => void): UploadBody {
  if (source instanceof Blob) return { body: source, streamed: false };
  if (source instanceof Uint8Array) return { body: new Uint8Array(source), streamed: false };
  return { body: counted(source, onProgress), streamed: true };
}

/** One chunk is read for each that the connection takes: a slow network slows the source, memory stays flat. */
function counted(
  source: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>,
  onProgress: (bytes: number) => void,
): ReadableStream<Uint8Array> {
  const chunks = chunksOf(source);
  let sent = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) return controller.close();
        sent += value.byteLength;
        controller.enqueue(value);
        onProgress(sent);
      },
      async cancel() {
        await chunks.return?.(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}

/** Not every browser can iterate over a web stream. */
async function* chunksOf(
  source: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, unknown> {
  if (!isWebStream(source)) {
    yield* source;
    return;
  }
  const reader = source.getReader();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function isWebStream(source: object): source is ReadableStream<Uint8Array> {
  return 'getReader' in source;
}
