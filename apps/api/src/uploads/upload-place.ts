import type { DataStore } from '@tus/server';

/** Where uploads lie while they are received: a store of tus, and what Assay needs of it beyond the protocol. */
export interface UploadPlace {
  readonly data: DataStore;
  /**
   * Makes an upload that is all here an object of the store under its key: whole, and there after a power cut. Calling
   * twice is fine.
   */
  seal(key: string, bytes: number): Promise<void>;
  /**
   * The bytes of a sealed upload, in pieces as large as make hashing them fast; a piece holds until the next is asked for.
   *
   * @returns null when they are gone
   */
  read(key: string): Promise<AsyncIterable<Buffer> | null>;
  /**
   * Addresses by which anyone may write one part each, for so long; absent where only this service can write.
   *
   * @param sizes of the parts, numbered from 1, bytes: nothing of another length can be written
   */
  partUrls?(key: string, sizes: number[], expiresMs: number): Promise<string[]>;
  /** Removes the bytes, parts and notes of an upload. Absent is fine. */
  remove(key: string): Promise<void>;
  /** Removes what belongs to no upload any more: the sender or this service died while it was made. @returns how many */
  removeOrphans(before: Date): Promise<number>;
}
