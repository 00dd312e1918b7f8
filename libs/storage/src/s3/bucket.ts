import type { Readable } from 'node:stream';

export interface BucketObject {
  body: Readable;
  /** Null where the server does not say. */
  bytes: number | null;
}

/** A bucket of somebody else, whose keys are as they please: read, and nothing else. */
export interface BucketReader {
  /**
   * @param version of a bucket that keeps them; null = the newest
   * @returns null when there is no such object or version, or it was deleted
   * @throws StoreUnavailableError, also while `body` is read
   */
  open(key: string, version: string | null, signal: AbortSignal): Promise<BucketObject | null>;
  close(): Promise<void>;
}
