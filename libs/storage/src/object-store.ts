import type { Readable } from 'node:stream';

export interface PutOptions {
  /** Default `application/octet-stream`. Kept by S3; a folder has no place for it. */
  contentType?: string;
  /** Leave an object that is already there untouched. */
  ifAbsent?: boolean;
}

/** Bytes `start` to `end`, both included and counted from 0, as in an HTTP Range. Without `end`: to the last byte. */
export interface ByteRange {
  start: number;
  end?: number;
}

export interface ObjectStat {
  bytes: number;
  modifiedAt: Date;
}

export interface ListedObject {
  key: string;
  bytes: number;
}

export interface LocalFile {
  path: string;
  /** Gives the file back; it may be gone afterwards. Calling twice is fine. */
  release(): Promise<void>;
}

/**
 * Where media, verdicts and evidence live: the truth. Keys are as in `object-key.ts`. One conformance suite
 * (`object-store.conformance.ts`) holds every implementation to what is said here.
 *
 * Every method throws `StorageKeyError` for a key that cannot be, `StoreUnavailableError` for what may work next
 * time, and the signal's reason once it is aborted.
 */
export interface ObjectStore {
  /**
   * Writes an object whole or not at all: a reader sees the old bytes or the new ones, never a part of them.
   * A body that fails rejects with the body's own error and leaves nothing. The body is always consumed or destroyed.
   *
   * @returns `exists` only with `ifAbsent`: the key was taken and keeps its bytes. Of writers that race with
   *   `ifAbsent`, exactly one gets `written`, wherever the store can decide that (a folder; S3 that honours
   *   `If-None-Match`). On S3 that cannot, racing writers may both get `written`, one whole body wins; Assay writes
   *   `ifAbsent` only where every writer brings the same bytes.
   */
  put(
    key: string,
    body: Buffer | string | Readable,
    options: PutOptions,
    signal: AbortSignal,
  ): Promise<'written' | 'exists'>;
  /** The whole object in memory: for documents, not for media. `null` when absent. */
  get(key: string, signal: AbortSignal): Promise<Buffer | null>;
  /**
   * Aborting destroys the stream. A caller who stops reading early destroys it too. `null` when absent.
   * A range that starts behind the last byte gives an empty stream; one that ends behind it is cut.
   *
   * @throws RangeError when the range is not two whole numbers in order
   */
  stream(key: string, range: ByteRange | null, signal: AbortSignal): Promise<Readable | null>;
  stat(key: string, signal: AbortSignal): Promise<ObjectStat | null>;
  /** Every object whose key starts with `prefix` (a plain string prefix: '' is everything), in key order. */
  list(prefix: string, signal: AbortSignal): AsyncIterable<ListedObject>;
  /**
   * Renames, overwriting what is there. On S3 a copy and a delete: cut off in between, both exist.
   *
   * @throws ObjectMissingError when there is no `from`
   */
  move(from: string, to: string, signal: AbortSignal): Promise<void>;
  /** Absent is fine. */
  delete(key: string, signal: AbortSignal): Promise<void>;
  /**
   * @param prefix not empty: emptying a whole store is never what a caller meant
   * @returns how many objects were deleted
   */
  deletePrefix(prefix: string, signal: AbortSignal): Promise<number>;
  /** The object as a file for tools that need a path. It must not be changed. `null` when absent. */
  localFile(key: string, signal: AbortSignal): Promise<LocalFile | null>;
  /** @throws StoreUnavailableError when the store cannot be written */
  check(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
