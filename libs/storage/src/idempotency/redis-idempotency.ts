import { randomUUID } from 'node:crypto';
import { closeRedis } from '../redis/close-redis';
import { connectRedis, orUnavailable, type RedisClient } from '../redis/redis-connection';
import type { RedisIndexSettings } from '../redis/redis-settings';
import type { Claim, IdempotencyStore, StoredAnswer } from './idempotency-store';

const redisKey = (key: string): string => `assay:idempotency:${key}`;
/** Set of the keys whose answers tell of one id. */
const aboutKey = (id: string): string => `assay:idempotency:about:${id}`;

/** KEYS entry; ARGV entry as it is when nobody has it, lease ms. @returns nil when it is ours now, else the entry */
const claimScript = `
local held = redis.call('GET', KEYS[1])
if held then return held end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return nil`;

/** All three act only while the entry still begins with the token that claimed it. KEYS entry; ARGV token ... */
const ifOwn = (action: string): string => `
local held = redis.call('GET', KEYS[1])
if not held or string.sub(held, 1, #ARGV[1]) ~= ARGV[1] then return 0 end
${action}
return 1`;
const renewScript = ifOwn(`redis.call('PEXPIRE', KEYS[1], ARGV[2])`);
const answerScript = ifOwn(`redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])`);
const releaseScript = ifOwn(`redis.call('DEL', KEYS[1])`);

/** See `createRedisIdempotency`. An entry is its claim's token and a fingerprint, or `=` and the answer as JSON. */
export class RedisIdempotency implements IdempotencyStore {
  private readonly redis: RedisClient;

  constructor(settings: RedisIndexSettings) {
    this.redis = connectRedis(settings);
  }

  async claim(key: string, fingerprint: string | null, leaseMs: number): Promise<Claim> {
    const token = randomUUID();
    const held = await this.run(claimScript, key, [token + (fingerprint ?? ''), leaseMs]);
    if (held === null) return { state: 'claimed', token };
    const entry = String(held);
    if (entry.startsWith('=')) return { state: 'answered', answer: JSON.parse(entry.slice(1)) as StoredAnswer };
    return { state: 'running', fingerprint: entry.slice(token.length) || null };
  }

  async renew(key: string, token: string, leaseMs: number): Promise<boolean> {
    return (await this.run(renewScript, key, [token, leaseMs])) === 1;
  }

  async answer(key: string, token: string, answer: StoredAnswer, ttlMs: number): Promise<boolean> {
    // First, so that no answer is there that cannot be found; in other slots than the answer, so one by one.
    for (const id of answer.about ?? []) {
      await orUnavailable(this.redis.multi().sadd(aboutKey(id), key).pexpire(aboutKey(id), ttlMs).exec());
    }
    return (await this.run(answerScript, key, [token, `=${JSON.stringify(answer)}`, ttlMs])) === 1;
  }

  async forget(about: readonly string[]): Promise<number> {
    let forgotten = 0;
    for (const id of about) {
      for (const key of await orUnavailable(this.redis.smembers(aboutKey(id)))) {
        forgotten += await orUnavailable(this.redis.del(redisKey(key)));
      }
      await orUnavailable(this.redis.del(aboutKey(id)));
    }
    return forgotten;
  }

  async release(key: string, token: string): Promise<void> {
    await this.run(releaseScript, key, [token]);
  }

  close(): Promise<void> {
    return closeRedis(this.redis);
  }

  private run(script: string, key: string, args: (string | number)[]): Promise<unknown> {
    return orUnavailable(this.redis.eval(script, 1, redisKey(key), ...args));
  }
}
