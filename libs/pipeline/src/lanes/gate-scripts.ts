/** Sets of places and of held jobs end by themselves when nothing comes any more, ms. */
const forgottenAfterMs = 24 * 3_600_000;

/**
 * KEYS places (job, end of its lease), held (job, turn); ARGV job, now, end of the lease, most, turn
 * @returns 1 when the job has a place, 0 when it is held
 */
export const enterScript = `
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[2])
if redis.call('ZSCORE', KEYS[1], ARGV[1]) or redis.call('ZCARD', KEYS[1]) < tonumber(ARGV[4]) then
  redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1])
  redis.call('ZREM', KEYS[2], ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ${forgottenAfterMs})
  return 1
end
redis.call('ZADD', KEYS[2], ARGV[5], ARGV[1])
redis.call('PEXPIRE', KEYS[2], ${forgottenAfterMs})
return 0`;

/** KEYS places, held; ARGV job @returns the held job that comes first and its turn, or nothing */
export const leaveScript = `
redis.call('ZREM', KEYS[1], ARGV[1])
return redis.call('ZPOPMIN', KEYS[2])`;
