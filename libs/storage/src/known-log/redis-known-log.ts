import { randomBytes } from 'node:crypto';
import { hashTag } from '../redis/keys';
import { closeRedis } from '../redis/close-redis';
import { connectRedis, orUnavailable, type RedisClient } from '../redis/redis-connection';
import type { RedisIndexSettings } from '../redis/redis-settings';
import type { KnownChanges, KnownLog } from './known-log';

/** One hash tag a scope: scripts may touch its keys together in a Redis cluster. */
const keysOf = (scope: string): string[] => [
  // Hash of id to handle.
  `assay:${hashTag(`known:${scope}`)}:handles`,
  // Hash of handle to value.
  `assay:${hashTag(`known:${scope}`)}:values`,
  // Sorted set of handles by the number of their last change.
  `assay:${hashTag(`known:${scope}`)}:changes`,
  // Sorted set of those ids that are not kept.
  `assay:${hashTag(`known:${scope}`)}:passing`,
  // Sorted set of the handles of what is gone, for those who have not read it yet.
  `assay:${hashTag(`known:${scope}`)}:gone`,
  // Hash: `era`, a random name that dies with the log; `last`, the number of the last change; `forgotten`, of the last one gone that was dropped.
  `assay:${hashTag(`known:${scope}`)}:state`,
];

/** What is gone is told to this many changes; whoever is behind that reads anew. */
const goneTold = 10_000;

/** Takes an id out, and tells of it under its handle. */
const dropFunction = `
local function drop(id)
  local handle = redis.call('HGET', KEYS[1], id)
  redis.call('ZREM', KEYS[4], id)
  if not handle then return end
  redis.call('HDEL', KEYS[1], id)
  redis.call('HDEL', KEYS[2], handle)
  local place = redis.call('HINCRBY', KEYS[6], 'last', 1)
  redis.call('ZADD', KEYS[3], place, handle)
  redis.call('ZADD', KEYS[5], place, handle)
  local over = redis.call('ZCARD', KEYS[5]) - ${goneTold}
  if over <= 0 then return end
  local old = redis.call('ZRANGE', KEYS[5], 0, over - 1, 'WITHSCORES')
  for i = 1, #old, 2 do
    redis.call('ZREM', KEYS[3], old[i])
    redis.call('ZREM', KEYS[5], old[i])
    redis.call('HSET', KEYS[6], 'forgotten', old[i + 1])
  end
end`;

/**
 * KEYS handles, values, changes, passing, gone, state; ARGV id, value, '1' when it is kept, most that are not, handle and
 * era if there is none. Whatever passes the number is removed, the longest unchanged first; a change tells of it.
 */
const putScript = `${dropFunction}
redis.call('HSETNX', KEYS[6], 'era', ARGV[6])
redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[5])
local handle = redis.call('HGET', KEYS[1], ARGV[1])
local passes = redis.call('ZSCORE', KEYS[4], ARGV[1])
if redis.call('HGET', KEYS[2], handle) == ARGV[2] and (ARGV[3] == '1') == (not passes) then return 0 end
local place = redis.call('HINCRBY', KEYS[6], 'last', 1)
redis.call('HSET', KEYS[2], handle, ARGV[2])
redis.call('ZADD', KEYS[3], place, handle)
if ARGV[3] == '1' then redis.call('ZREM', KEYS[4], ARGV[1])
else redis.call('ZADD', KEYS[4], place, ARGV[1]) end
local over = redis.call('ZCARD', KEYS[4]) - tonumber(ARGV[4])
if over > 0 then
  for _, id in ipairs(redis.call('ZRANGE', KEYS[4], 0, over - 1)) do drop(id) end
end
return 1`;

/** KEYS as above; ARGV id, era if there is none */
const removeScript = `${dropFunction}
redis.call('HSETNX', KEYS[6], 'era', ARGV[2])
drop(ARGV[1])
return 1`;

/**
 * KEYS as above; ARGV era and number to read behind ('' = from the beginning), what was forgotten when that reading
 * began, limit, era if there is none
 * @returns era, what was forgotten when this reading began, '1' where it begins here, handles with numbers, values
 */
const changesScript = `
redis.call('HSETNX', KEYS[6], 'era', ARGV[5])
local era = redis.call('HGET', KEYS[6], 'era')
local forgotten = redis.call('HGET', KEYS[6], 'forgotten') or '0'
local from, began, anew = '-inf', forgotten, '1'
if ARGV[1] == era and math.max(tonumber(ARGV[2]), tonumber(ARGV[3])) >= tonumber(forgotten) then
  from, began, anew = '(' .. ARGV[2], ARGV[3], '0'
end
local found = redis.call('ZRANGEBYSCORE', KEYS[3], from, '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[4])
local handles = {}
for i = 1, #found, 2 do handles[#handles + 1] = found[i] end
local values = {}
if #handles > 0 then values = redis.call('HMGET', KEYS[2], unpack(handles)) end
for i = 1, #handles do if not values[i] then values[i] = '' end end
return {era, began, anew, found, values}`;

/** Of eras and handles: two alike in one scope would be one. */
const nameBytes = 12;
const placePattern = /^([0-9a-f]{24})-(\d{1,16})-(\d{1,16})$/;
/** Lua hands over a few thousand arguments at most. */
const largestPage = 1000;

/** See `createRedisKnownLog`. */
export class RedisKnownLog implements KnownLog {
  private readonly redis: RedisClient;

  constructor(settings: RedisIndexSettings) {
    this.redis = connectRedis(settings);
  }

  async put(
    scope: string,
    { id, value }: { id: string; value: string },
    { kept, most }: { kept: boolean; most: number },
  ): Promise<void> {
    await this.run(putScript, scope, [id, value, kept ? '1' : '0', most, newName(), newName()]);
  }

  async remove(scope: string, id: string): Promise<void> {
    await this.run(removeScript, scope, [id, newName()]);
  }

  async changes(scope: string, after: string | null, limit: number): Promise<KnownChanges> {
    const [, askedEra = '', asked = '0', base = '0'] = placePattern.exec(after ?? '') ?? [];
    const size = Math.min(limit, largestPage);
    const reply = await this.run(changesScript, scope, [askedEra, asked, base, size, newName()]);
    const [era, began, begins, found, values] = reply as [string, string, string, string[], string[]];
    const anew = begins === '1';
    const entries = values.map((value, i) => ({ handle: found[2 * i]!, value: value === '' ? null : value }));
    const last = found.at(-1) ?? (anew ? '0' : asked);
    return { entries, next: `${era}-${last}-${began}`, anew, more: entries.length === size };
  }

  close(): Promise<void> {
    return closeRedis(this.redis);
  }

  private run(script: string, scope: string, args: (string | number)[]): Promise<unknown> {
    const keys = keysOf(scope);
    return orUnavailable(this.redis.eval(script, keys.length, ...keys, ...args));
  }
}

const newName = (): string => randomBytes(nameBytes).toString('hex');
