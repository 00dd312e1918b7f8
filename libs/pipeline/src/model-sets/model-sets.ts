import type { InferencePool, ModelSet } from '@assay/forensics';
import { type ObjectStore, untilAborted } from '@assay/storage';
import { BoundedPools, type PoolLimits } from './bounded-pools';
import { fetchModelSet } from './fetch-model-set';

export interface ModelSetsSettings extends PoolLimits {
  /** Folder of this machine for sets that were fetched from the store. */
  cacheDir: string;
}

/** The model sets that this process can run: the one that it was installed with, and every one that is registered in the store. */
export class ModelSets {
  private readonly pools: BoundedPools;
  /** Manifests that were checked, small. */
  private readonly known = new Map<string, Promise<ModelSet>>();
  /** A fetch is for all who wait for it: one caller's abort must not end it. */
  private readonly closing = new AbortController();

  constructor(
    readonly installed: ModelSet,
    private readonly store: ObjectStore,
    private readonly settings: ModelSetsSettings,
  ) {
    this.pools = new BoundedPools(settings);
  }

  /** Digests of the sets whose models are in memory. */
  get loaded(): string[] {
    return this.pools.loaded;
  }

  /**
   * A set by its digest, without loading its models.
   *
   * @throws ModelSetMissingError when it is neither installed here nor registered
   */
  models(digest: string, signal: AbortSignal): Promise<ModelSet> {
    if (digest === this.installed.digest) return Promise.resolve(this.installed);
    return untilAborted(this.known.get(digest) ?? this.fetch(digest), signal);
  }

  /** Does something with a set's inference threads, which stay open at least as long as that runs. */
  usePool<T>(models: ModelSet, work: (pool: InferencePool) => Promise<T>, signal: AbortSignal): Promise<T> {
    return this.pools.use(models, work, signal);
  }

  /** Loads a set before it is needed. @throws ModelError when its models cannot be used */
  async warm(models: ModelSet, signal: AbortSignal): Promise<void> {
    await this.usePool(models, async () => undefined, signal);
  }

  async close(): Promise<void> {
    this.closing.abort(new Error('The model sets were closed.'));
    await Promise.all([this.pools.close(), Promise.allSettled(this.known.values())]);
  }

  private fetch(digest: string): Promise<ModelSet> {
    const fetching = fetchModelSet(digest, this.settings.cacheDir, this.store, this.closing.signal);
    this.known.set(digest, fetching);
    // It may be registered later.
    fetching.catch(() => this.known.delete(digest));
    return fetching;
  }
}
