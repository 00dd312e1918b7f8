import { hashTag } from '../redis/keys';
import { closeRedis } from '../redis/close-redis';
import { connectRedis, orUnavailable, type RedisClient } from '../redis/redis-connection';
import type { RedisIndexSettings } from '../redis/redis-settings';
import type { Lease, LeaseStore, Renewal } from './lease-store';

/** How long it is remembered that someone waits, ms: longer than the pause between two of his questions. */
const wantedMs = 3_000;
/**
 * How long a name's last token is kept, ms. Nobody who was paused for a week comes back with the one before; without an
 * end, every name that was ever used would stay.
 */
const tokenMs = 7 * 24 * 3600_000;

/** One hash tag, as Redis Cluster demands of the keys of a script. */
const keysOf = (name: string): string[] => [
  `assay:lease:${hashTag(name)}`,
  `assay:lease:${hashTag(name)}:wanted`,
  `assay:lease:${hashTag(name)}:token`,
];

/** KEYS lease, wanted, token; ARGV lease ms, wanted ms (0 = not wanted), token ms @returns the token, or nil while it is held */
const acquireScript = `
if redis.call('EXISTS', KEYS[1]) == 1 then
  if tonumber(ARGV[2]) > 0 then redis.call('SET', KEYS[2], 1, 'PX', ARGV[2]) end
  return nil
end
local token = redis.call('INCR', KEYS[3])
redis.call('PEXPIRE', KEYS[3], ARGV[3])
redis.call('SET', KEYS[1], token, 'PX', ARGV[1])
redis.call('DEL', KEYS[2])
return token`;

/** KEYS as above; ARGV token, lease ms @returns 0 lost, 1 held, 2 wanted */
const renewScript = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1 + redis.call('EXISTS', KEYS[2])`;

/** KEYS as above; ARGV token */
const releaseScript = `
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1`;

const renewals: Record<number, Renewal> = { 1: 'held', 2: 'wanted' };

/** See `createRedisLeases`. */
export class RedisLeases implements LeaseStore {
  private readonly redis: RedisClient;

  constructor(settings: RedisIndexSettings) {
    this.redis = connectRedis(settings);
  }

  async acquire(name: string, leaseMs: number, want: boolean): Promise<Lease | null> {
    const token = await this.run(acquireScript, name, [leaseMs, want ? wantedMs : 0, tokenMs]);
    return token === null ? null : { name, token: Number(token) };
  }

  async renew({ name, token }: Lease, leaseMs: number): Promise<Renewal> {
    return renewals[Number(await this.run(renewScript, name, [token, leaseMs]))] ?? 'lost';
  }

  async release({ name, token }: Lease): Promise<void> {
    await this.run(releaseScript, name, [token]);
  }

  close(): Promise<void> {
    return closeRedis(this.redis);
  }

  private run(script: string, name: string, args: number[]): Promise<unknown> {
    const keys = keysOf(name);
    return orUnavailable(this.redis.eval(script, keys.length, ...keys, ...args));
  }
}
