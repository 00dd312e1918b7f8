import { mkdtempSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { CutProxy } from '../../test/support/dist/cut-proxy.js';
import { startDurableRedis } from '../../test/support/dist/redis.js';

const kinds = ['refused', 'silent', 'restart'];
/** Scans are in full work from their first moment to about here, ms. */
const cutWithinMs = 4_000;

/**
 * A real Redis behind a proxy whose network is cut for a while, or that is killed and started again on what it wrote down.
 *
 * @param seconds of each cut
 */
export async function openRedisCuts({ random, seconds }) {
  // Under /tmp whatever TMPDIR says: a socket's path may have 108 characters at most.
  const folder = mkdtempSync('/tmp/assay-cuts-');
  let redis = await startDurableRedis(folder);
  const proxy = await CutProxy.open({ path: redis.path });
  const done = Object.fromEntries(kinds.map((kind) => [kind, 0]));
  return {
    env: { REDIS_URL: `redis://127.0.0.1:${proxy.port}` },
    async disturb() {
      const kind = kinds[Math.floor(random() * kinds.length)];
      const afterMs = Math.floor(random() * cutWithinMs);
      await sleep(afterMs);
      done[kind] += 1;
      if (kind === 'restart') {
        await redis.close();
        redis = await startDurableRedis(folder);
        return `Redis killed after ${afterMs} ms and started again`;
      }
      await proxy.cut(kind);
      await sleep(seconds * 1000);
      await proxy.mend();
      return `Redis cut off (${kind}) after ${afterMs} ms for ${seconds} s`;
    },
    calm: () => ({ counts: {}, figures: { cuts: done } }),
    async close() {
      await proxy.close();
      await redis.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
