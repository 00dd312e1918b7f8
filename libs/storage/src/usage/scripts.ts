/**
 * KEYS of all: used in the period (hash of bytes, items, video), reserved bytes by id (hash), when each reservation ends (sorted set),
 * what says that a scan, or an upload, was counted.
 */

/** What is reserved by others than ARGV[2], after those that have ended (ARGV[1]: now) are gone. */
const sumReserved = `
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', ARGV[1])) do
  redis.call('HDEL', KEYS[2], id)
  redis.call('ZREM', KEYS[3], id)
end
local bytes, items = 0, 0
local reserved = redis.call('HGETALL', KEYS[2])
for i = 1, #reserved, 2 do
  if reserved[i] ~= ARGV[2] then
    bytes = bytes + tonumber(reserved[i + 1])
    items = items + 1
  end
end`;

const used = (field: string): string => `tonumber(redis.call('HGET', KEYS[1], '${field}') or '0')`;

/** ARGV now, id, bytes, how long it is held in ms, limits of bytes and items (-1 = none) @returns what is lacking, or nil */
export const reserveScript = `${sumReserved}
local most, mostItems = tonumber(ARGV[5]), tonumber(ARGV[6])
if mostItems >= 0 and ${used('items')} + items + 1 > mostItems then return 'items' end
if most >= 0 and ${used('bytes')} + bytes + tonumber(ARGV[3]) > most then return 'bytes' end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
redis.call('ZADD', KEYS[3], tonumber(ARGV[1]) + tonumber(ARGV[4]), ARGV[2])
return nil`;

/** ARGV id, bytes (-1 = nothing came of it), when the period is forgotten, how long the id is remembered in ms: a client whose connection broke before the answer asks again */
export const settleScript = `
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
if tonumber(ARGV[2]) >= 0 and redis.call('SET', KEYS[4], 1, 'NX', 'PX', ARGV[4]) then
  redis.call('HINCRBY', KEYS[1], 'bytes', ARGV[2])
  redis.call('HINCRBY', KEYS[1], 'items', 1)
  redis.call('PEXPIREAT', KEYS[1], ARGV[3])
end`;

/** ARGV ms of video, limit (-1 = none), when the period is forgotten, how long the scan is remembered in ms @returns 1, or 0 where too little is left */
export const chargeScript = `
if redis.call('EXISTS', KEYS[4]) == 1 then return 1 end
local most = tonumber(ARGV[2])
if most >= 0 and ${used('video')} + tonumber(ARGV[1]) > most then return 0 end
redis.call('HINCRBY', KEYS[1], 'video', ARGV[1])
redis.call('PEXPIREAT', KEYS[1], ARGV[3])
redis.call('SET', KEYS[4], 1, 'PX', ARGV[4])
return 1`;

/** ARGV now @returns bytes, items, video, reserved bytes, reserved items; as text, which loses no digit */
export const readScript = `${sumReserved}
local counts = redis.call('HMGET', KEYS[1], 'bytes', 'items', 'video')
return { counts[1] or '0', counts[2] or '0', counts[3] or '0', string.format('%.0f', bytes), tostring(items) }`;

/** ARGV bytes, items, video, when the period is forgotten */
export const restoreScript = `
for at, field in ipairs({ 'bytes', 'items', 'video' }) do
  local known = tonumber(redis.call('HGET', KEYS[1], field) or '0')
  if tonumber(ARGV[at]) > known then redis.call('HSET', KEYS[1], field, ARGV[at]) end
end
redis.call('PEXPIREAT', KEYS[1], ARGV[4])`;
