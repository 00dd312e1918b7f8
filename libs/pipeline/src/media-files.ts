import type { LocalFile, ObjectStore } from '@assay/storage';

/** How long a file stays after its last use, ms: the next segment of the same media usually comes within it. */
const idleMs = 10_000;

interface Entry {
  file: Promise<LocalFile | null>;
  users: number;
  timer: NodeJS.Timeout | null;
}

/**
 * Media as local files, fetched once for all segments that this process looks at. With an S3 store one file of 4 GB
 * would otherwise be downloaded for every segment; with a folder store this costs nothing.
 */
export class MediaFiles {
  private readonly entries = new Map<string, Entry>();
  /** Ends downloads at `close`; a single caller's abort must not end a download that others wait for. */
  private readonly closing = new AbortController();

  constructor(private readonly store: Pick<ObjectStore, 'localFile'>) {}

  /** @returns null when there is no such object; release the file when done with it */
  async open(key: string, signal: AbortSignal): Promise<LocalFile | null> {
    signal.throwIfAborted();
    this.closing.signal.throwIfAborted();
    const entry = this.entries.get(key) ?? this.fetch(key);
    if (entry.timer) clearTimeout(entry.timer);
    entry.timer = null;
    entry.users += 1;
    let released = false;
    const release = async () => {
      if (released) return;
      released = true;
      this.leave(key, entry);
    };
    try {
      const file = await untilAborted(entry.file, signal);
      if (file) return { path: file.path, release };
    } catch (error) {
      await release();
      throw error;
    }
    await release();
    return null;
  }

  /** Gives every file back; for shutdown and for deletion of media. */
  async close(): Promise<void> {
    this.closing.abort(new Error('The media files were closed.'));
    await Promise.all([...this.entries.entries()].map(([key, entry]) => this.drop(key, entry)));
  }

  private fetch(key: string): Entry {
    const entry: Entry = { file: this.store.localFile(key, this.closing.signal), users: 0, timer: null };
    this.entries.set(key, entry);
    // A failed or empty fetch must not be what the next caller gets.
    entry.file.then(
      (file) => {
        if (!file) this.forget(key, entry);
      },
      () => this.forget(key, entry),
    );
    return entry;
  }

  private leave(key: string, entry: Entry): void {
    entry.users -= 1;
    if (entry.users > 0 || this.entries.get(key) !== entry) return;
    entry.timer = setTimeout(() => void this.drop(key, entry), idleMs);
    entry.timer.unref();
  }

  private async drop(key: string, entry: Entry): Promise<void> {
    if (entry.timer) clearTimeout(entry.timer);
    this.forget(key, entry);
    const file = await entry.file.catch(() => null);
    await file?.release();
  }

  private forget(key: string, entry: Entry): void {
    if (this.entries.get(key) === entry) this.entries.delete(key);
  }
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
