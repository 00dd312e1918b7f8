import { CutProxy } from '../../../../test/support/cut-proxy';
import { startRedis } from '../../../../test/support/redis';
import { StoreUnavailableError } from '../errors/store-unavailable-error';
import { createRedisIndex } from './create-redis-index';

/** One command's time, and a little. */
jest.setTimeout(90_000);

it.each(['refused', 'silent'] as const)(
  'a network that was cut (%s) is an outage, and works again after it',
  async (cut) => {
    const redis = await startRedis();
    const proxy = await CutProxy.open({ path: redis.path });
    const index = createRedisIndex({ url: `redis://127.0.0.1:${proxy.port}` });
    try {
      expect(await index.get('sc_none')).toBeNull();
      await proxy.cut(cut);
      await expect(index.get('sc_none')).rejects.toThrow(StoreUnavailableError);
      await proxy.mend();
      // The old connection stays dead for ever; the first try may meet it still.
      const again = await index.get('sc_none').catch(() => index.get('sc_none'));
      expect(again).toBeNull();
    } finally {
      await index.close();
      await proxy.close();
      await redis.close();
    }
  },
);
