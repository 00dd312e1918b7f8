import {
  type Config,
  createKnown,
  createLog,
  createOutbox,
  folderStoreRoot,
  indexKeepMs,
  type Known,
  loadConfig,
  openEvents,
  openQueues,
  type Ports,
  Quotas,
  type ScanQueues,
} from '@assay/pipeline';
import {
  createFolderStore,
  createRedisIndex,
  createRedisKnownLog,
  createRedisTallies,
  createRedisUsage,
  createS3Store,
  type ObjectStore,
  type TallyStore,
} from '@assay/storage';
import { CliError, type ExitCode } from '../exit';
import { untilInterrupted } from '../interrupt';
import { findEmbeddedRedis } from '../up/running-redis';

/** A Redis that is there answers in milliseconds, ms. */
const answerMs = 5_000;

export interface Fleet extends Pick<Ports, 'store' | 'index' | 'log' | 'outbox'> {
  queues: ScanQueues;
  tallies: TallyStore;
  known: Known;
  quotas: Quotas;
  close(): Promise<void>;
}

/**
 * The store, the index and the queues of a service that runs, without its models: found as its own processes find them
 * (REDIS_URL, S3_*), or by the data folder that `assay up` runs on.
 *
 * @throws CliError when there is no Redis or it does not answer
 */
export async function openFleet(options: { data?: string }, signal: AbortSignal): Promise<Fleet> {
  const config = loadConfig({ ...process.env, ...(options.data ? { ASSAY_DATA_DIR: options.data } : {}) });
  const redisUrl = config.redisUrl ?? (await findEmbeddedRedis(config.dataDir));
  if (redisUrl === null) {
    throw new CliError(
      `No service runs on ${config.dataDir}: start "assay up" on it, name it with --data, or set REDIS_URL.`,
    );
  }
  const index = createRedisIndex({ url: redisUrl, keepMs: indexKeepMs(config) });
  try {
    await index.check(AbortSignal.any([signal, AbortSignal.timeout(answerMs)]));
  } catch {
    await index.close();
    signal.throwIfAborted();
    // Without the address, which may hold a password.
    throw new CliError('Redis does not answer.');
  }
  const [store, queues] = [storeOf(config), await openQueues({ redisUrl })];
  const tallies = createRedisTallies({ url: redisUrl });
  const events = openEvents({ redisUrl });
  const usage = createRedisUsage({ url: redisUrl });
  const log = createLog({ level: 'fatal', service: 'cli' });
  const known = createKnown({ log: createRedisKnownLog({ url: redisUrl }), most: config.knownMost, logger: log });
  return {
    store,
    index,
    queues,
    tallies,
    known,
    log,
    quotas: new Quotas(usage, store, config.quota),
    outbox: createOutbox({ store, index, log, queues, events }),
    close: async () => {
      const stores = [tallies, known, usage, index, store];
      await Promise.all([queues.close(), events.close(), ...stores.map((each) => each.close())]);
    },
  };
}

const storeOf = (config: Config) =>
  config.s3 ? createS3Store(config.s3) : createFolderStore({ root: folderStoreRoot(config) });

/** Works on the store of a service, whether or not it runs: found by S3_*, or by its data folder. */
export function withStore(
  options: { data?: string },
  work: (store: ObjectStore, signal: AbortSignal) => Promise<ExitCode>,
): Promise<ExitCode> {
  return untilInterrupted(async (signal) => {
    const store = storeOf(loadConfig({ ...process.env, ...(options.data ? { ASSAY_DATA_DIR: options.data } : {}) }));
    return await work(store, signal).finally(() => store.close());
  });
}
