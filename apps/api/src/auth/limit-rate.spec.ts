/** Where the limits of a key and of its tenant are both spent, whoever waits as long as he is told need not come twice. */
import type { RateLimitState } from '@assay/storage';
import { type RateRule, spendOne } from './limit-rate';

const principal = { key: 'ak_1', tenant: 'default', roles: [], permissions: new Set<never>() };
const rule = (policy: RateRule['policy'], state: RateLimitState): RateRule => ({
  ...{ policy, perMinute: 20 },
  limit: { take: async () => state, close: async () => undefined },
});
const spent = (seconds: number): RateLimitState => ({ allowed: false, remaining: 0, resetMs: seconds * 1000 });

it.each([
  [5, 40],
  [40, 5],
])('tells to wait for the longer of two that are spent (%d s, %d s)', async (ofKey, ofTenant) => {
  const { refusal } = await spendOne([rule('key', spent(ofKey)), rule('tenant', spent(ofTenant))], principal);
  expect(refusal?.headers).toMatchObject({ 'retry-after': '40' });
  expect(refusal?.problem.detail).toContain(ofKey > ofTenant ? 'The key has none left' : 'The tenant has none left');
});

it('tells to wait for the one that is spent alone', async () => {
  const left = { allowed: true, remaining: 3, resetMs: 50_000 };
  const { refusal } = await spendOne([rule('key', spent(5)), rule('tenant', left)], principal);
  expect(refusal?.headers).toMatchObject({ 'retry-after': '5' });
  expect((await spendOne([rule('key', left), rule('tenant', left)], principal)).refusal).toBeNull();
});
