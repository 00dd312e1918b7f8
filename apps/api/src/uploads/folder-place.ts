import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { addAbortSignal } from 'node:stream';
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
      return addAbortSignal(signal, createReadStream(join(root, key), { highWaterMark: readAtOnceBytes }));
    },
    async remove(key) {
      await store.delete(key, signal);
      await store.delete(`${key}.json`, signal);
    },
    // A file without its note lies in the open: the sweeper sees it in the listing.
    removeOrphans: async () => 0,
  };
}
