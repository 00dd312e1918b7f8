import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { processIdentity } from './process-identity';

/**
 * Left in the data folder by the Redis that runs over it: for the next start, which may come while this Redis is still
 * ending, and for commands that work on a service that is up.
 */
const RunningRedis = z.object({ pid: z.number().int().positive(), identity: z.string(), run: z.string() });
export type RunningRedis = z.infer<typeof RunningRedis>;

export const redisFolder = (dataDir: string): string => join(dataDir, 'redis');
export const recordIn = (folder: string): string => join(folder, 'redis.pid');
export const socketIn = (run: string): string => join(run, 'redis.sock');

/** @returns null when nothing readable was left there */
export async function readRunningRedis(folder: string): Promise<RunningRedis | null> {
  const text = await readFile(recordIn(folder), 'utf8').catch(() => '');
  try {
    return RunningRedis.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

export const isAlive = async ({ pid, identity }: RunningRedis): Promise<boolean> =>
  (await processIdentity(pid)) === identity;

/** @returns the socket of the Redis that `assay up` runs on this data folder; null when none runs */
export async function findEmbeddedRedis(dataDir: string): Promise<string | null> {
  const redis = await readRunningRedis(redisFolder(dataDir));
  return redis && (await isAlive(redis)) ? socketIn(redis.run) : null;
}
