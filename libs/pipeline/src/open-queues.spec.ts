/** Invariant, with real sentinels: queues that are closed leave no connection open, neither to the master nor to who watches over it. */
import { startRedisSentinels } from '../../../test/support/redis-sentinels';
import { openQueues } from './open-queues';

/** Servers start and agree here, on machines that may be busy. */
jest.setTimeout(120_000);

const openSockets = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
const pauseMs = 50;

it('hears of no sentinel any more once it is closed', async () => {
  const sentinels = await startRedisSentinels();
  const before = openSockets();
  const queues = await openQueues({ redisUrl: sentinels.url });
  expect(await queues.plan.getWaitingCount()).toBe(0);
  // One to the master, and one to each sentinel that is listened to.
  while (openSockets() < before + 2) await new Promise((resolve) => setTimeout(resolve, pauseMs));
  await queues.close();
  while (openSockets() > before) await new Promise((resolve) => setTimeout(resolve, pauseMs));
  await sentinels.close();
});
