import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type ObjectStore, StoreUnavailableError, workFolder } from '@assay/storage';
import { ScanGoneError } from './errors';

/** What is read of an object is read in whole blocks of this size, bytes, and kept. */
export const blockBytes = 256 * 1024;

/**
 * The parts of one object that were asked for, in a file with holes: the index of a video is read again for every window of
 * every segment, and comes from the store once.
 */
export class MediaRanges {
  private readonly blocks = new Map<number, Promise<void>>();

  private constructor(
    private readonly store: Pick<ObjectStore, 'stream'>,
    private readonly key: string,
    readonly bytes: number,
    private readonly folder: string,
    private readonly file: FileHandle,
    private readonly signal: AbortSignal,
  ) {}

  /** @throws StoreUnavailableError when there is no room for a file */
  static async open(
    store: Pick<ObjectStore, 'stream'>,
    { key, bytes }: { key: string; bytes: number },
    signal: AbortSignal,
  ): Promise<MediaRanges> {
    try {
      const folder = await workFolder();
      return new MediaRanges(store, key, bytes, folder, await open(join(folder, 'object'), 'w+'), signal);
    } catch (error) {
      throw new StoreUnavailableError('the object could not be copied to a local file', error);
    }
  }

  /**
   * @param start first byte
   * @param end last byte, at most the object's last
   * @throws StoreUnavailableError; what failed is asked for again by the next reader
   */
  async read(start: number, end: number): Promise<Buffer> {
    await this.need(Math.floor(start / blockBytes), Math.floor(end / blockBytes));
    const bytes = Buffer.allocUnsafe(end - start + 1);
    await this.file.read(bytes, 0, bytes.length, start);
    return bytes;
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.blocks.values());
    await this.file.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async need(first: number, last: number): Promise<void> {
    const needed: Promise<void>[] = [];
    for (let block = first; block <= last; block += 1) {
      const known = this.blocks.get(block);
      if (known) {
        needed.push(known);
        continue;
      }
      let end = block;
      while (end < last && !this.blocks.has(end + 1)) end += 1;
      const fetched = this.fetch(block, end);
      for (let of = block; of <= end; of += 1) this.blocks.set(of, fetched);
      needed.push(fetched);
      block = end;
    }
    await Promise.all(needed);
  }

  /** Blocks that follow each other, in one request. */
  private async fetch(first: number, last: number): Promise<void> {
    try {
      const start = first * blockBytes;
      const end = Math.min((last + 1) * blockBytes, this.bytes) - 1;
      const body = await this.store.stream(this.key, { start, end }, this.signal);
      if (!body) throw new ScanGoneError(this.key);
      const bytes = await buffer(body);
      if (bytes.length !== end - start + 1) throw new StoreUnavailableError('the store gave another number of bytes');
      await this.keep(bytes, start);
    } catch (error) {
      for (let block = first; block <= last; block += 1) this.blocks.delete(block);
      throw error;
    }
  }

  private async keep(bytes: Buffer, start: number): Promise<void> {
    try {
      // A `write` may write less than it was given, as when the disk is about to be full.
      for (let done = 0; done < bytes.length;) {
        done += (await this.file.write(bytes, done, bytes.length - done, start + done)).bytesWritten;
      }
    } catch (error) {
      throw new StoreUnavailableError('the object could not be copied to a local file', error);
    }
  }
}
