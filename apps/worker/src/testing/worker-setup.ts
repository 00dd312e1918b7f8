import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultTenant, defaultPolicy, type MediaRecord } from '@assay/contracts';
import { createLog, createPorts, intake, loadConfig, openQueues } from '@assay/pipeline';
import { startRedis } from '../../../../test/support/redis';

export const noAbort: AbortSignal = new AbortController().signal;

/** Short enough that a clip of some seconds has several segments. */
const segmentSeconds = 4;

/** A Redis, a folder store and the settings that a worker over both is started with; what an API would hold. */
export async function setUpWorld() {
  const root = await mkdtemp(join(tmpdir(), 'assay-worker-'));
  const redis = await startRedis();
  const policy = { ...defaultPolicy, frames: { ...defaultPolicy.frames, segmentSeconds } };
  await writeFile(join(root, 'policies.json'), JSON.stringify([policy]));
  const env = {
    REDIS_URL: redis.url,
    ASSAY_DATA_DIR: join(root, 'data'),
    ASSAY_POLICIES_FILE: join(root, 'policies.json'),
    ASSAY_LOOK_CONCURRENCY: '1',
    ASSAY_INFERENCE_THREADS: '1',
    ASSAY_WORKER_METRICS_PORT: '0',
    ASSAY_LOG_LEVEL: 'silent',
    ...(process.env['ASSAY_MODELS_DIR'] ? { ASSAY_MODELS_DIR: process.env['ASSAY_MODELS_DIR'] } : {}),
  };
  const config = loadConfig(env);
  const log = createLog({ level: 'silent', service: 'test' });
  const ports = await createPorts(config, log);
  const queues = await openQueues(config);
  return {
    root,
    env,
    config,
    log,
    ports,
    queues,
    async takeIn(path: string, name: string): Promise<MediaRecord> {
      const outcome = await intake(createReadStream(path), { tenant: defaultTenant, name }, ports, noAbort);
      if (!outcome.ok) throw new Error(outcome.rejection.message);
      return outcome.value.media;
    },
    async close() {
      await queues.close();
      await ports.close();
      await redis.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

export type World = Awaited<ReturnType<typeof setUpWorld>>;
