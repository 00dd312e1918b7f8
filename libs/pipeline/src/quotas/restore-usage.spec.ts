/** With a real Redis: after a loss of it a tenant has used what he brought in and had looked at in the present period, and nothing of before. */
import { MediaRecord } from '@assay/contracts';
import { createRedisUsage, type UsageStore } from '@assay/storage';
import { startRedis, type TestRedis } from '../../../../test/support/redis';
import { keys } from '../keys';
import { readStored, writeStored } from '../stored';
import { newMedia, noAbort, testPorts } from '../testing/test-ports';
import { periodAt } from './period';
import { Quotas } from './quotas';
import { restoreUsage } from './restore-usage';

const tenant = 'default';
let redis: TestRedis;
let usage: UsageStore;
beforeAll(async () => {
  redis = await startRedis();
  usage = createRedisUsage({ url: redis.url });
});
afterAll(async () => {
  await usage.close();
  await redis.close();
});

it.each(['day', 'month'] as const)('counts what came within the present %s alone', async (period) => {
  const now = Date.now();
  const { startsMs } = periodAt(period, now);
  const [before, within] = [startsMs - 1, startsMs].map((ms) => new Date(ms).toISOString()) as [string, string];
  const ports = await testPorts();
  const quota = { bytes: null, items: null, minutes: null, period };
  const quotas = new Quotas(usage, ports.store, quota, () => now);
  let bytes = 0;
  for (const [n, at] of [before, within].entries()) {
    const media = await newMedia(ports);
    const key = keys.mediaRecord(media, tenant);
    const record = await readStored(ports.store, key, MediaRecord, noAbort);
    await writeStored(ports.store, key, { ...record, createdAt: at }, { ifAbsent: false }, noAbort);
    if (at === within) bytes = record!.bytes;
    const scan = `sc_${String(n).repeat(32)}`;
    await writeStored(ports.store, keys.mediaScan(media, tenant, scan), {}, { ifAbsent: false }, noAbort);
    await writeStored(ports.store, keys.chargedVideo(scan), { videoMs: 90_000, at }, { ifAbsent: false }, noAbort);
  }
  expect(await restoreUsage(ports, quotas, noAbort)).toBe(1);
  expect((await quotas.usageOf(tenant, noAbort)).used).toEqual({ bytes, items: 1, minutes: 1.5 });
  await ports.close();
});
