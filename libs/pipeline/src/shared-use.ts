import { untilAborted } from '@assay/storage';

/** How long something stays open after its last use, ms: the next segment of the same media usually comes within it. */
const idleMs = 10_000;

interface Entry<Value> {
  value: Promise<Value | null>;
  users: number;
  timer: NodeJS.Timeout | null;
}

/** What is costly to open, opened once for all who use it at the same time or shortly after. */
export class SharedUse<Value> {
  private readonly entries = new Map<string, Entry<Value>>();
  /** Ends openings at `close`; a single caller's abort must not end one that others wait for. */
  private readonly closing = new AbortController();

  /** @param openOne null when there is no such thing */
  constructor(
    private readonly openOne: (key: string, signal: AbortSignal) => Promise<Value | null>,
    private readonly closeOne: (value: Value) => Promise<void>,
  ) {}

  has(key: string): boolean {
    return this.entries.has(key);
  }

  /** @returns null when there is no such thing; release it when done with it, twice is fine */
  async use(key: string, signal: AbortSignal): Promise<{ value: Value; release(): Promise<void> } | null> {
    signal.throwIfAborted();
    this.closing.signal.throwIfAborted();
    const entry = this.entries.get(key) ?? this.open(key);
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
      const value = await untilAborted(entry.value, signal);
      if (value !== null) return { value, release };
    } catch (error) {
      await release();
      throw error;
    }
    await release();
    return null;
  }

  async close(): Promise<void> {
    this.closing.abort(new Error('The media files were closed.'));
    await Promise.all([...this.entries.entries()].map(([key, entry]) => this.drop(key, entry)));
  }

  private open(key: string): Entry<Value> {
    const entry: Entry<Value> = { value: this.openOne(key, this.closing.signal), users: 0, timer: null };
    this.entries.set(key, entry);
    // A failed or empty opening must not be what the next caller gets.
    entry.value.then(
      (value) => {
        if (value === null) this.forget(key, entry);
      },
      () => this.forget(key, entry),
    );
    return entry;
  }

  private leave(key: string, entry: Entry<Value>): void {
    entry.users -= 1;
    if (entry.users > 0 || this.entries.get(key) !== entry) return;
    entry.timer = setTimeout(() => void this.drop(key, entry), idleMs);
    entry.timer.unref();
  }

  private async drop(key: string, entry: Entry<Value>): Promise<void> {
    if (entry.timer) clearTimeout(entry.timer);
    this.forget(key, entry);
    const value = await entry.value.catch(() => null);
    if (value !== null) await this.closeOne(value);
  }

  private forget(key: string, entry: Entry<Value>): void {
    if (this.entries.get(key) === entry) this.entries.delete(key);
  }
}
