import { createRequire } from 'node:module';
import type { ScanIndex } from '../scan-index';
import type { RedisIndexSettings } from './redis-settings';
import type { IndexKeeping } from './index-keeping';

const load = createRequire(__filename);

/**
 * The index that API and workers share. Connects in the background: `check` says whether it answers.
 *
 * The Redis client is loaded here and not with the library: `assay scan` starts without it.
 */
export function createRedisIndex(settings: RedisIndexSettings & IndexKeeping): ScanIndex {
  const { RedisIndex } = load('./redis-index') as typeof import('./redis-index');
  return new RedisIndex(settings);
}
