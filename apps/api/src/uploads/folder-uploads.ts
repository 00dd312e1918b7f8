import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseJson } from '@assay/pipeline';
import type { ObjectStore } from '@assay/storage';
import { type Configstore, FileStore } from '@tus/file-store';
import { Upload } from '@tus/server';

/** What may wait for the disk while more comes, bytes. */
const writeAtOnceBytes = 1 << 20;

interface Settings {
  /** Of the folder store, whose `store` it is. */
  root: string;
  store: ObjectStore;
  expiresMs: number;
  signal: AbortSignal;
}

/** The folder store of tus, for a disk that may be full or a process that may die at any moment. */
export class FolderUploads extends FileStore {
  constructor(private readonly settings: Settings) {
    super({
      directory: settings.root,
      configstore: wholeNotes(settings),
      expirationPeriodInMilliseconds: settings.expiresMs,
    });
  }

  /** Leaves nothing of an upload whose note could not be written. */
  override async create(upload: Upload): Promise<Upload> {
    try {
      return await super.create(upload);
    } catch (error) {
      await this.settings.store.delete(upload.id, this.settings.signal);
      throw error;
    }
  }

  /** @throws the file system's own error, where the store of tus has one for all: that a disk is full is told to the sender */
  override async write(bytes: Readable, key: string, offset: number): Promise<number> {
    const file = createWriteStream(join(this.settings.root, key), {
      flags: 'r+',
      start: offset,
      highWaterMark: writeAtOnceBytes,
    });
    await pipeline(bytes, file);
    return offset + file.bytesWritten;
  }
}

/** Notes as objects of the store, which are whole or not there; those of tus can be cut off, and then cannot be read again. */
function wholeNotes({ store, signal }: Settings): Configstore {
  const noteOf = (key: string): string => `${key}.json`;
  return {
    async get(key) {
      const body = await store.get(noteOf(key), signal);
      const note = body && parseJson(body);
      // One that is cut off says nothing: its upload counts as one whose creation died half-way, and expires.
      return typeof note === 'object' && note !== null ? new Upload({ ...(note as Upload), id: key }) : undefined;
    },
    async set(key, upload) {
      await store.put(noteOf(key), JSON.stringify(upload), { contentType: 'application/json' }, signal);
    },
    delete: (key) => store.delete(noteOf(key), signal),
  };
}
