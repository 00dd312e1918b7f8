/** The time in which starts are counted, ms. */
export const windowMs = 60_000;
/** A job whose time has come is taken within this, ms, where workers are free: what is new does not take its start meanwhile. */
const comingMs = 5_000;
/** Jobs that are held end with their last one, and this; a job that was due longer ago than this is nobody's any more, ms. */
const forgottenAfterMs = 24 * 3_600_000;

/**
 * A sliding window: no span of a minute has more than `most` starts in it. The jobs that are held have a time each, the one at
 * which as many starts before it are a minute old as it needs.
 *
 * KEYS started (job, when), held (job, when it is due); ARGV job, now, most
 * @returns 1 and how many more may start now; or 0 and when the job is due
 */
export const startScript = `
local now, most = tonumber(ARGV[2]), tonumber(ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ${windowMs})
-- Of a clock that was set back since.
redis.call('ZREMRANGEBYSCORE', KEYS[1], '(' .. now + ${windowMs}, '+inf')
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - ${forgottenAfterMs})
local started = redis.call('ZCARD', KEYS[1])
local again = redis.call('ZSCORE', KEYS[1], ARGV[1])
local rank = redis.call('ZRANK', KEYS[2], ARGV[1])
local coming = rank and 0 or redis.call('ZCOUNT', KEYS[2], now - ${comingMs}, now)
if again or started + coming < most then
  redis.call('ZADD', KEYS[1], 'NX', now, ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ${windowMs})
  redis.call('ZREM', KEYS[2], ARGV[1])
  return {1, math.max(0, most - coming - redis.call('ZCARD', KEYS[1]))}
end
local before = rank or redis.call('ZCARD', KEYS[2])
local opens = started - most + before % most
local since = opens >= 0 and redis.call('ZRANGE', KEYS[1], opens, opens, 'WITHSCORES')[2]
-- Below 0: a place that is free now, and one of those that are coming has it.
local due = (since and since + ${windowMs} or now) + ${windowMs} * math.floor(before / most)
redis.call('ZADD', KEYS[2], due, ARGV[1])
redis.call('PEXPIRE', KEYS[2], math.floor(due - now) + ${forgottenAfterMs})
return {0, due}`;
