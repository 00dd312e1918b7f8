/**
 * Invariants, with a real Redis: with no minute left, a scan that would count some is refused, and neither a still nor one
 * that was counted before is.
 */
import { Readable } from 'node:stream';
import { defaultTenant } from '@assay/contracts';
import { createRedisUsage, type UsageStore } from '@assay/storage';
import { startRedis, type TestRedis } from '../../../../test/support/redis';
import { QuotaExceededError } from '../errors';
import { keys } from '../keys';
import type { OpenPorts } from '../open-ports';
import { intake } from '../stages/intake';
import { noAbort, testPorts } from '../testing/test-ports';
import { assertMinutesFor } from './assert-minutes-for';
import { Quotas } from './quotas';

const scan = `sc_${'0'.repeat(32)}`;
/** The first bytes of a JPEG and of an MP4. */
const jpeg = Buffer.concat([Buffer.from('ffd8ffe000104a46494600', 'hex'), Buffer.alloc(9_000)]);
const mp4 = Buffer.concat([Buffer.from('00000018', 'hex'), Buffer.from('ftypisom'), Buffer.alloc(9_000)]);

let redis: TestRedis;
let usage: UsageStore;
let ports: OpenPorts;

beforeAll(async () => {
  redis = await startRedis();
  usage = createRedisUsage({ url: redis.url });
});
afterAll(async () => {
  await usage.close();
  await redis.close();
});
beforeEach(async () => (ports = await testPorts()));
afterEach(() => ports.close());

async function ask(body: Buffer, minutes: number | null): Promise<void> {
  const taken = await intake(Readable.from([body]), { tenant: defaultTenant, name: null }, ports, noAbort);
  if (!taken.ok) throw new Error('refused');
  const { media } = taken.value;
  const quotas = new Quotas(usage, ports.store, { period: 'day', bytes: null, items: null, minutes });
  await assertMinutesFor({ media, scan }, { ...ports, quotas }, noAbort);
}

it('refuses a video where no minute is left, and nothing where there are some', async () => {
  await expect(ask(mp4, 0)).rejects.toThrow(QuotaExceededError);
  await ask(mp4, 1);
  await ask(mp4, null);
});

it('takes a still with no minute left', () => ask(jpeg, 0));

it('takes a scan again that was counted before', async () => {
  await ports.store.put(keys.chargedVideo(scan), '{}', {}, noAbort);
  await ask(mp4, 0);
});
