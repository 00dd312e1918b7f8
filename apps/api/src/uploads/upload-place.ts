import type { DataStore } from '@tus/server';

/** Where uploads lie while they are received: a store of tus, and what Assay needs of it beyond the protocol. */
export interface UploadPlace {
  readonly data: DataStore;
  /**
   * Makes an upload that is all here an object of the store under its key: whole, and there after a power cut. Calling
   * twice is fine.
   */
  seal(key: string, bytes: number): Promise<void>;
  /** Removes the bytes, parts and notes of an upload. Absent is fine. */
  remove(key: string): Promise<void>;
  /** Removes what belongs to no upload any more: the sender or this service died while it was made. @returns how many */
  removeOrphans(before: Date): Promise<number>;
}
