import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventsExpiredError } from '../errors/events-expired-error';
import { ListCursorError } from '../errors/list-cursor-error';
import { feedKey } from '../redis/keys';
import { closeRedis } from '../redis/close-redis';
import { connectRedis, duplicateRedis, orUnavailable, type RedisClient } from '../redis/redis-connection';
import type { RedisIndexSettings } from '../redis/redis-settings';
import type { EventLog, LoggedEvents } from './event-log';
import type { EventLogSettings } from './event-log-settings';

const keysOf = (tenant: string): string[] => [
  feedKey(tenant, 'log'),
  // Hash of event id to place, so that an id counts once.
  feedKey(tenant, 'places'),
  // Hash: `era`, a random name that dies with the log; `trimmed`, the last place that is not kept any more.
  feedKey(tenant, 'state'),
];
/** Of all tenants: the message says whose feed has grown. */
const channel = 'assay:{events}:news';

/** Old events that one append takes out at most: bounds the time of a script, and far more than come in. */
const trimAtOnce = 100;
/** A message is lost when Redis is away at its moment; a listener looks for itself as often as this, ms. */
const lookEveryMs = 5_000;
const eraBytes = 6;

/**
 * The latest place that is not kept any more: retention comes by media and not in the order of the log. Both numbers of a place are
 * small enough for those of Lua.
 */
const noteTrimmed = `
local function noteTrimmed(place)
  local ms, number = string.match(place, '(%d+)-(%d+)')
  local knownMs, known = string.match(redis.call('HGET', KEYS[3], 'trimmed') or '0-0', '(%d+)-(%d+)')
  local isLater = tonumber(ms) > tonumber(knownMs) or (ms == knownMs and tonumber(number) > tonumber(known))
  if isLater then redis.call('HSET', KEYS[3], 'trimmed', place) end
end`;

/**
 * Places are given out by Redis in the order of its own steps. What is trimmed is noted, so that a reader who missed it
 * can be told. KEYS stream, places, state; ARGV id, era if there is none, oldest time to keep (ms), most to trim, channel, tenant
 * @returns 1 when the id was new
 */
const appendScript = `
${noteTrimmed}
redis.call('HSETNX', KEYS[3], 'era', ARGV[2])
if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 1 then return 0 end
local place = redis.call('XADD', KEYS[1], '*', 'id', ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], place)
local old = redis.call('XRANGE', KEYS[1], '-', '(' .. ARGV[3], 'COUNT', ARGV[4])
for _, entry in ipairs(old) do
  noteTrimmed(entry[1])
  redis.call('HDEL', KEYS[2], entry[2][2])
  redis.call('XDEL', KEYS[1], entry[1])
end
redis.call('PUBLISH', ARGV[5], ARGV[6])
return 1`;

/** KEYS stream, places, state; ARGV id ... */
const removeScript = `
for _, id in ipairs(ARGV) do
  local place = redis.call('HGET', KEYS[2], id)
  if place then
    redis.call('XDEL', KEYS[1], place)
    redis.call('HDEL', KEYS[2], id)
  end
end
return 1`;

/** As removing, but noted as trimming is. KEYS stream, places, state; ARGV id ... */
const expireScript = `
${noteTrimmed}
for _, id in ipairs(ARGV) do
  local place = redis.call('HGET', KEYS[2], id)
  if place then
    noteTrimmed(place)
    redis.call('XDEL', KEYS[1], place)
    redis.call('HDEL', KEYS[2], id)
  end
end
return 1`;

/**
 * KEYS stream, places, state; ARGV era and place to read behind ('' = from the beginning), limit, era if there is none
 * @returns era, last place that is not kept any more, entries
 */
const readScript = `
redis.call('HSETNX', KEYS[3], 'era', ARGV[4])
local era = redis.call('HGET', KEYS[3], 'era')
local trimmed = redis.call('HGET', KEYS[3], 'trimmed') or '0-0'
local start = '(' .. trimmed
if ARGV[1] == era then start = '(' .. ARGV[2] end
return {era, trimmed, redis.call('XRANGE', KEYS[1], start, '+', 'COUNT', ARGV[3])}`;

/** Era, then milliseconds and number as Redis counts them. */
const placePattern = /^([0-9a-f]{12})-(\d{1,16}-\d{1,16})$/;

interface Subscriber {
  redis: RedisClient;
  live: Promise<unknown>;
}

/** See `createRedisEventLog`. */
export class RedisEventLog implements EventLog {
  private readonly redis: RedisClient;
  private subscriber: Subscriber | null = null;
  private readonly waiting = new Set<{ tenant: string; wake: () => void }>();

  constructor(private readonly settings: RedisIndexSettings & EventLogSettings) {
    this.redis = connectRedis(settings);
  }

  async append(tenant: string, id: string): Promise<boolean> {
    const oldest = Math.max(1, Date.now() - this.settings.keepMs);
    const args = [id, newEra(), `${oldest}-0`, trimAtOnce, channel, tenant];
    return (await this.run(appendScript, tenant, args)) === 1;
  }

  async remove(tenant: string, ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.run(removeScript, tenant, [...ids]);
  }

  async expire(tenant: string, ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.run(expireScript, tenant, [...ids]);
  }

  async read(
    { tenant, after, limit, waitMs }: { tenant: string; after: string | null; limit: number; waitMs: number },
    signal: AbortSignal,
  ): Promise<LoggedEvents> {
    for (const until = Date.now() + waitMs; ;) {
      const left = until - Date.now();
      // Before the log is read: what comes in between is then heard.
      const news = left > 0 ? await this.listen(tenant) : null;
      try {
        const page = await this.readNow(tenant, after, limit);
        if (page.ids.length > 0 || !news || signal.aborted) return page;
        await news.heard(Math.min(left, lookEveryMs), signal);
      } finally {
        news?.end();
      }
    }
  }

  async close(): Promise<void> {
    this.wake();
    if (this.subscriber) await closeRedis(this.subscriber.redis);
    await closeRedis(this.redis);
  }

  private async readNow(tenant: string, after: string | null, limit: number): Promise<LoggedEvents> {
    const [, askedEra = '', asked = ''] = after === null ? [] : (placePattern.exec(after) ?? []);
    if (after !== null && asked === '') throw new ListCursorError();
    const args = [askedEra, asked, limit, newEra()];
    const reply = (await this.run(readScript, tenant, args)) as [string, string, Entry[]];
    const [era, trimmed, entries] = reply;
    if (askedEra === era && isBefore(asked, trimmed)) throw new EventsExpiredError();
    // A reader from the beginning starts behind what is gone already: from a place before it he would be told that he missed it.
    const from = askedEra === era ? asked : trimmed;
    return { ids: entries.map(([, [, id]]) => id), next: `${era}-${entries.at(-1)?.[0] ?? from}` };
  }

  /** Hears from now on. One subscribing connection for all that wait in this process, made at the first need. */
  private async listen(
    tenant: string,
  ): Promise<{ heard(ms: number, signal: AbortSignal): Promise<void>; end(): void }> {
    this.subscriber ??= this.subscribe();
    await this.subscriber.live;
    const ears = new AbortController();
    const waiter = { tenant, wake: () => ears.abort() };
    this.waiting.add(waiter);
    return {
      heard: (ms, signal) => sleep(ms, undefined, { signal: AbortSignal.any([ears.signal, signal]) }).catch(() => {}),
      end: () => void this.waiting.delete(waiter),
    };
  }

  private subscribe(): Subscriber {
    const redis = duplicateRedis(this.redis).on('message', (_channel: string, tenant: string) => this.wake(tenant));
    // Without it, readers look every few seconds.
    return { redis, live: redis.subscribe(channel).catch(() => undefined) };
  }

  /** @param tenant absent = whoever waits */
  private wake(tenant?: string): void {
    for (const waiter of [...this.waiting]) if (tenant === undefined || waiter.tenant === tenant) waiter.wake();
  }

  private run(script: string, tenant: string, args: (string | number)[]): Promise<unknown> {
    const keys = keysOf(tenant);
    return orUnavailable(this.redis.eval(script, keys.length, ...keys, ...args));
  }
}

/** A stream entry with its one field. */
type Entry = [place: string, [field: string, id: string]];

const newEra = (): string => randomBytes(eraBytes).toString('hex');

function isBefore(place: string, other: string): boolean {
  const [ms = 0n, number = 0n] = place.split('-').map(BigInt);
  const [otherMs = 0n, otherNumber = 0n] = other.split('-').map(BigInt);
  return ms === otherMs ? number < otherNumber : ms < otherMs;
}
