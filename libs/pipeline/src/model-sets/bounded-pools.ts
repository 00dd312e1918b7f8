import { InferencePool, type InferenceProvider, type ModelSet, type ProviderChoice } from '@assay/forensics';
import { untilAborted } from '@assay/storage';
import { filesOf } from './registry';

/** Memory of one thread's sessions in sizes of the model files: weights, their packed copy, and the arena of activations. */
const memoryPerFileByte = 6;
/** Of a thread whose models are tiny: its own JavaScript heap and the runtime, bytes. */
const memoryPerThread = 20 * 1024 ** 2;

/** What a set takes while it is loaded, bytes; an estimate, as docs/model-changes.md measures it for the shipped set. */
export function memoryOf(models: ModelSet, threads: number): number {
  const files = filesOf(models).reduce((sum, { bytes }) => sum + bytes, 0);
  return threads * (memoryPerThread + memoryPerFileByte * files);
}

interface Entry {
  pool: Promise<InferencePool>;
  memory: number;
  users: number;
}

export interface PoolLimits {
  threads: number;
  /** Most that all loaded sets may take together, bytes. A set that takes more than this alone is loaded alone. */
  maxMemory: number;
  /** Where inference runs, if it can. */
  provider: InferenceProvider;
  /** Told of every set that was loaded where it runs, and why not where it should. */
  onLoaded?: (digest: string, choice: ProviderChoice) => void;
}

/**
 * Inference threads of several model sets within one bound of memory. A set is loaded when it is first needed and unloaded when
 * another one needs its place, the one that was not used for longest first, never one that is in use: who finds no room waits.
 */
export class BoundedPools {
  /** In order of last use. */
  private readonly entries = new Map<string, Entry>();
  /** Who wants a pool takes turns: else a set in constant use would keep another one waiting for ever. */
  private turn: Promise<void> = Promise.resolve();
  private onRelease: () => void = () => undefined;
  private closed = false;

  constructor(private readonly limits: PoolLimits) {}

  /** Digests of what is loaded, the least recently used first. */
  get loaded(): string[] {
    return [...this.entries.keys()];
  }

  /** @throws ModelError when the models cannot be used; the signal's reason when aborted while waiting; Error after `close` */
  async use<T>(models: ModelSet, work: (pool: InferencePool) => Promise<T>, signal: AbortSignal): Promise<T> {
    const entry = await this.acquire(models, signal);
    try {
      const pool = await this.opened(models.digest, entry);
      try {
        return await work(pool);
      } finally {
        if (pool.isBroken) this.drop(models.digest, entry);
      }
    } finally {
      entry.users -= 1;
      this.onRelease();
    }
  }

  /** Who still waits for a pool is told so: one that opened after this would keep its threads, and the process, for ever. */
  async close(): Promise<void> {
    this.closed = true;
    this.onRelease();
    const entries = [...this.entries.values()];
    this.entries.clear();
    await Promise.all(entries.map((entry) => closePool(entry)));
  }

  private async acquire(models: ModelSet, signal: AbortSignal): Promise<Entry> {
    const before = this.turn;
    let done = (): void => undefined;
    this.turn = new Promise((resolve) => (done = resolve));
    try {
      await untilAborted(before, signal);
      return await this.take(models, signal);
    } finally {
      // In turn, also for those behind one that gave up.
      void before.then(done);
    }
  }

  private async take(models: ModelSet, signal: AbortSignal): Promise<Entry> {
    const memory = memoryOf(models, this.limits.threads);
    for (;;) {
      signal.throwIfAborted();
      if (this.closed) throw new Error('The inference pools are closed.');
      const known = this.entries.get(models.digest);
      if (known || this.entries.size === 0 || this.memory + memory <= this.limits.maxMemory) {
        const entry = known ?? {
          pool: this.load(models),
          memory,
          users: 0,
        };
        entry.users += 1;
        this.entries.delete(models.digest);
        this.entries.set(models.digest, entry);
        return entry;
      }
      const released = new Promise<void>((resolve) => (this.onRelease = resolve));
      if (!(await this.evictIdle())) await untilAborted(released, signal);
    }
  }

  private async load(models: ModelSet): Promise<InferencePool> {
    const { threads, provider, onLoaded } = this.limits;
    const pool = await InferencePool.open(models, { threads, provider });
    onLoaded?.(models.digest, pool.choice);
    return pool;
  }

  private get memory(): number {
    return [...this.entries.values()].reduce((sum, { memory }) => sum + memory, 0);
  }

  /** @returns false when every set is in use */
  private async evictIdle(): Promise<boolean> {
    const [digest, idle] = [...this.entries].find(([, { users }]) => users === 0) ?? [];
    if (!digest || !idle) return false;
    this.entries.delete(digest);
    // Waited for: the bound holds at every moment.
    await closePool(idle);
    return true;
  }

  private async opened(digest: string, entry: Entry): Promise<InferencePool> {
    try {
      return await entry.pool;
    } catch (error) {
      // The next caller tries again instead of getting this failure for ever.
      if (this.entries.get(digest) === entry) this.entries.delete(digest);
      throw error;
    }
  }

  /** Whoever comes next gets a new one. */
  private drop(digest: string, entry: Entry): void {
    if (this.entries.get(digest) !== entry) return;
    this.entries.delete(digest);
    void closePool(entry);
  }
}

async function closePool({ pool }: Entry): Promise<void> {
  await (await pool.catch(() => null))?.close();
}
