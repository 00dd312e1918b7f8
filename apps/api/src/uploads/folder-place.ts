import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectStore } from '@assay/storage';
import { FolderUploads } from './folder-uploads';
import type { UploadPlace } from './upload-place';

/** Hashing in pieces of the usual 64 kB takes twice as long; larger ones gain nothing more, bytes. */
const readAtOnceBytes = 512 * 1024;

/**
 * Uploads as files of the folder store, so that taking one in is a rename.
 *
 * @param root of the folder store, whose `store` it is
 */
export function folderPlace(root: string, store: ObjectStore, expiresMs: number, signal: AbortSignal): UploadPlace {
  return {
    data: new FolderUploads({ root, store, expiresMs, signal }),
    async seal(key) {
      // The store of tus leaves the bytes to the kernel; what we confirm has to be on the disk.
      const file = await open(join(root, key), 'r+');
      try {
        await file.sync();
      } finally {
        await file.close();
      }
    },
    async read(key) {
      return piecesOf(join(root, key), signal);
    },
    async remove(key) {
      await store.delete(key, signal);
      await store.delete(`${key}.json`, signal);
    },
    // A file without its note lies in the open: the sweeper sees it in the listing.
    removeOrphans: async () => 0,
  };
}

/**
 * A file in pieces that all lie in one buffer, each until the next is asked for: new ones for every piece are what many uploads at
 * once would have to wait for, as the garbage collector goes through all the heap for each 64 MB of them.
 */
async function* piecesOf(path: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  const file = await open(path);
  try {
    const buffer = Buffer.allocUnsafeSlow(readAtOnceBytes);
    for (;;) {
      signal.throwIfAborted();
      const { bytesRead } = await file.read(buffer, 0, buffer.length);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
