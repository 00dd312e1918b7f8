import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultPolicy, Policy } from '@assay/contracts';
import { loadModels, runtimeVersions } from '@assay/forensics';
import {
  createFolderStore,
  createMemoryIndex,
  createRedisIndex,
  createRedisKnownLog,
  createRedisTallies,
  createRedisUsage,
  createS3Store,
  type ObjectStore,
  untilAborted,
} from '@assay/storage';
import { toolVersions } from '@assay/video';
import { z } from 'zod';
import type { Config } from './config';
import { ConfigError } from './config-error';
import { createKnown } from './known/known';
import type { Logger } from './log';
import { MediaFiles } from './media-files';
import { mockModels, mockTools } from './mock/mock-scan';
import { ModelSets } from './model-sets/model-sets';
import { createRolloutReader } from './model-sets/rollout-reader';
import type { Ports } from './ports';
import { Quotas } from './quotas/quotas';

const dayMs = 24 * 3_600_000;

/** How long an ended scan stays in the index, ms. */
export const indexKeepMs = ({ retention }: Pick<Config, 'retention'>): number => retention.indexDays * dayMs;

/** Ports with the duty to close what was opened. */
export type OpenPorts = Ports & { close(): Promise<void> };

/**
 * Builds the outside world from the settings. Without `redisUrl` the index lives in memory (for `assay scan`).
 *
 * @param overrides a store that is open already; who is told of the bytes that are read from an S3 store
 * @throws ModelError when the models cannot be used
 * @throws ConfigError when the policies file cannot be used
 */
export async function createPorts(
  config: Config,
  log: Logger,
  overrides: { store?: ObjectStore; onStoreRead?: (bytes: number) => void } = {},
): Promise<OpenPorts> {
  const [models, policies] = await Promise.all([
    config.mock ? mockModels : loadModels(config.modelsDir),
    loadPolicies(config.policiesFile),
  ]);
  if (config.mock) log.warn('MOCK MODE: verdicts are made up, nothing is looked at');
  const store = overrides.store ?? openStore(config, overrides.onStoreRead);
  const index = config.redisUrl
    ? createRedisIndex({ url: config.redisUrl, keepMs: indexKeepMs(config) })
    : createMemoryIndex();
  const tallies = config.redisUrl ? createRedisTallies({ url: config.redisUrl }) : null;
  // What mock mode makes up must not be told as known.
  const looksUp = config.knownMost > 0 && !config.mock;
  const knownLog = config.redisUrl && looksUp ? createRedisKnownLog({ url: config.redisUrl }) : null;
  const known = knownLog && createKnown({ log: knownLog, most: config.knownMost, logger: log });
  const usage = config.redisUrl ? createRedisUsage({ url: config.redisUrl }) : null;
  const mediaFiles = new MediaFiles(store, config.s3 ? store : null);
  const modelSets = new ModelSets(models, store, {
    threads: config.inferenceThreads,
    maxMemory: config.modelsMaxMemory,
    cacheDir: config.modelCacheDir,
    provider: config.inferenceProvider,
    onLoaded: (modelSet, { provider, fallback }) => {
      if (fallback === null) log.info({ modelSet, provider }, 'models loaded');
      else
        log.warn(
          { modelSet, provider, wished: config.inferenceProvider, fallback },
          'no GPU: inference runs on the CPU',
        );
    },
  });
  let tools: Promise<Record<string, string>> | null = null;
  return {
    store,
    index,
    models,
    modelSets,
    rollout: createRolloutReader(store),
    mediaFiles,
    policies,
    limits: config.limits,
    credentials: config.credentials,
    mock: config.mock,
    ...(known ? { known } : {}),
    log,
    ...(tallies ? { tallies } : {}),
    ...(usage ? { quotas: new Quotas(usage, store, config.quota) } : {}),
    async tools(signal) {
      if (config.mock) return mockTools;
      // Under a time of its own: who asked first may be cancelled while others wait.
      tools ??= toolVersions(AbortSignal.timeout(toolVersionsMs)).catch((error: unknown) => {
        tools = null;
        throw error;
      });
      return { ...(await untilAborted(tools, signal)), ...runtimeVersions() };
    },
    async close() {
      await Promise.all([modelSets.close(), mediaFiles.close()]);
      await Promise.all([store.close(), index.close(), tallies?.close(), known?.close(), usage?.close()]);
    },
  };
}

/** For asking ffmpeg and ffprobe for their versions, ms. */
const toolVersionsMs = 60_000;

/** Where media and verdicts lie. */
export function openStore(config: Pick<Config, 's3' | 'dataDir'>, onRead?: (bytes: number) => void): ObjectStore {
  return config.s3 ? createS3Store({ ...config.s3, onRead }) : createFolderStore({ root: folderStoreRoot(config) });
}

/** Where media and verdicts lie when no S3 is configured. */
export function folderStoreRoot(config: Pick<Config, 'dataDir'>): string {
  return join(config.dataDir, 'store');
}

async function loadPolicies(file: string | null): Promise<ReadonlyMap<string, Policy>> {
  const policies = new Map([[defaultPolicy.id, defaultPolicy]]);
  if (!file) return policies;
  const problem = (message: string) => new ConfigError([{ name: 'ASSAY_POLICIES_FILE', message }]);
  let document: unknown;
  try {
    document = JSON.parse(await readFile(file, 'utf8'));
  } catch {
    throw problem('must name a readable JSON file');
  }
  const parsed = z.array(Policy).safeParse(document);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw problem(`holds no list of policies: ${issue?.path.join('.')} ${issue?.message}`);
  }
  for (const policy of parsed.data) policies.set(policy.id, policy);
  return policies;
}
