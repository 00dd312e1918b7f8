import { link, open, readFile, rename, stat, unlink, type FileHandle } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { addAbortSignal, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertByteRange } from '../byte-range';
import { ObjectMissingError } from '../errors/object-missing-error';
import { StorageKeyError } from '../errors/storage-key-error';
import { guardBody, type Body } from '../guard-body';
import { assertKeyPrefix, assertObjectKey } from '../object-key';
import type { ByteRange, ListedObject, LocalFile, ObjectStat, ObjectStore, PutOptions } from '../object-store';
import { codeOf, isAbsent, storeErrorOf } from './fs-errors';
import { isTaken, pruneEmptyFolders } from './folders';
import { makeFolder } from './make-folder';
import { syncNames } from './sync-folder';
import { removeLeftovers, removeTemporaryFile, writeTemporaryFile } from './temporary-files';
import { walkKeys } from './walk-keys';

export interface FolderStoreSettings {
  /** Made when it is not there. Everything in it belongs to the store. */
  root: string;
  /**
   * Every write waits until it would survive a power cut (default). False for a folder that is removed with its process,
   * where the waiting, some milliseconds a write, would buy nothing.
   */
  durable?: boolean;
}

/** A folder can be removed as empty between making it and naming a file in it; each try needs one such accident. */
const placeTries = 40;
/** Chance lets several that make and remove the same folder pass each other, ms. */
const longestPlacePauseMs = 20;

/** Objects as plain files under one folder, so that an operator can look at them; several processes may share it. */
export function createFolderStore(settings: FolderStoreSettings): ObjectStore {
  return new FolderStore(resolve(settings.root), settings.durable ?? true);
}

class FolderStore implements ObjectStore {
  constructor(
    private readonly root: string,
    private readonly durable: boolean,
  ) {}

  put(key: string, body: Body, options: PutOptions, signal: AbortSignal): Promise<'written' | 'exists'> {
    return guardBody(body, async () => {
      const path = this.pathOf(key);
      signal.throwIfAborted();
      // Only saves the work: the link below is what decides.
      if (options.ifAbsent && (await this.stat(key, signal))) return 'exists';
      const temporary = await writeTemporaryFile(this.root, body, this.durable, signal);
      try {
        return await this.place(key, signal, async () => {
          if (!options.ifAbsent) return rename(temporary, path).then(() => 'written' as const);
          return link(temporary, path).then(
            () => 'written' as const,
            (error: unknown) => takenOrThrow(error, path),
          );
        });
      } finally {
        await removeTemporaryFile(temporary);
      }
    });
  }

  async get(key: string, signal: AbortSignal): Promise<Buffer | null> {
    const path = this.pathOf(key);
    return nullWhenAbsent(key, signal, () => readFile(path, { signal }));
  }

  async stream(key: string, range: ByteRange | null, signal: AbortSignal): Promise<Readable | null> {
    const path = this.pathOf(key);
    assertByteRange(range);
    const handle = await nullWhenAbsent(key, signal, () => openFile(path));
    // An open file stays what it was: a writer puts a new file in its place.
    return handle && addAbortSignal(signal, handle.createReadStream(range ?? {}));
  }

  async stat(key: string, signal: AbortSignal): Promise<ObjectStat | null> {
    const path = this.pathOf(key);
    const found = await nullWhenAbsent(key, signal, () => stat(path));
    return found?.isFile() ? { bytes: found.size, modifiedAt: found.mtime } : null;
  }

  async *list(prefix: string, signal: AbortSignal): AsyncGenerator<ListedObject> {
    assertKeyPrefix(prefix);
    signal.throwIfAborted();
    yield* walkKeys(this.root, prefix, signal);
  }

  async move(from: string, to: string, signal: AbortSignal): Promise<void> {
    const [source, target] = [this.pathOf(from), this.pathOf(to)];
    await this.place(to, signal, async () => {
      if (!(await this.stat(from, signal))) throw new ObjectMissingError(from);
      await rename(source, target);
    });
    if (from !== to) await pruneEmptyFolders(dirname(source), this.root);
  }

  async delete(key: string, signal: AbortSignal): Promise<void> {
    const path = this.pathOf(key);
    // A folder of other keys is not this object; unlinking one fails with EISDIR or, on some systems, EPERM.
    if (!(await this.stat(key, signal))) return;
    await nullWhenAbsent(key, signal, () => unlink(path));
    await pruneEmptyFolders(dirname(path), this.root);
  }

  async deletePrefix(prefix: string, signal: AbortSignal): Promise<number> {
    if (prefix === '') throw new StorageKeyError(prefix, 'is empty: this would empty the store');
    let deleted = 0;
    for await (const { key } of this.list(prefix, signal)) {
      await this.delete(key, signal);
      deleted += 1;
    }
    return deleted;
  }

  async localFile(key: string, signal: AbortSignal): Promise<LocalFile | null> {
    const found = await this.stat(key, signal);
    return found && { path: this.pathOf(key), release: async () => {} };
  }

  async check(signal: AbortSignal): Promise<void> {
    const temporary = await writeTemporaryFile(this.root, 'assay', this.durable, signal);
    const second = `${temporary}-link`;
    try {
      // `ifAbsent` needs hard links, which a few network and memory-card file systems do not have.
      await link(temporary, second);
      await removeLeftovers(this.root, Date.now());
    } catch (error) {
      throw storeErrorOf(error, 'check');
    } finally {
      await removeTemporaryFile(second);
      await removeTemporaryFile(temporary);
    }
  }

  async close(): Promise<void> {}

  private pathOf(key: string): string {
    assertObjectKey(key);
    return join(this.root, key);
  }

  /** Gives a file its name in a folder that is made for it and that another process may remove while it is empty. */
  private async place<T>(key: string, signal: AbortSignal, name: () => Promise<T>): Promise<T> {
    const { named, made } = await this.makeAndName(key, signal, name);
    // Not tried again: the file has its name, and whoever removed it since, with its folder, knew of it.
    if (this.durable) {
      await syncNames([...made, this.pathOf(key)]).catch((error: unknown) => {
        if (codeOf(error) !== 'ENOENT') throw storeErrorOf(error, key);
      });
    }
    return named;
  }

  private async makeAndName<T>(key: string, signal: AbortSignal, name: () => Promise<T>) {
    const folder = dirname(this.pathOf(key));
    const made: string[] = [];
    for (let tries = 1; ; tries += 1) {
      try {
        signal.throwIfAborted();
        made.push(...(await makeFolder(folder)));
        // At once: whoever removes empty folders would come in between while the disk is waited for.
        return { named: await name(), made };
      } catch (error) {
        signal.throwIfAborted();
        // A folder that goes while it is being made is EEXIST at times: only a file in the way is a clash.
        const code = codeOf(error);
        const fleeting = code === 'ENOENT' || (code === 'EEXIST' && !(await isTaken(this.pathOf(key), this.root)));
        if (!fleeting || tries === placeTries) throw storeErrorOf(error, key);
        await sleep(Math.random() * Math.min(tries, longestPlacePauseMs));
      }
    }
  }
}

async function takenOrThrow(error: unknown, path: string): Promise<'exists'> {
  if (codeOf(error) === 'EEXIST' && (await stat(path)).isFile()) return 'exists';
  throw error;
}

async function openFile(path: string): Promise<FileHandle | null> {
  const handle = await open(path, 'r');
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  return null;
}

async function nullWhenAbsent<T>(key: string, signal: AbortSignal, read: () => Promise<T>): Promise<T | null> {
  signal.throwIfAborted();
  try {
    return await read();
  } catch (error) {
    signal.throwIfAborted();
    if (isAbsent(error)) return null;
    throw storeErrorOf(error, key);
  }
}
