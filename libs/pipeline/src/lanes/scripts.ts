/**
 * The order's and the pace's writes, each one step inside Redis.
 *
 * Turns, a hash: `now`, turn of the job that was started last; `base`, the turn that is place 1 in the queue; `walked`, the
 * base that the waiting jobs are numbered by; `last.LANE`, latest turn given in a lane; `LANE:TENANT`, that tenant's next.
 * Whatever of it is lost or late costs order, for a while, and no job.
 */

/** KEYS turns; ARGV lane, tenant, ticks per job, jobs @returns first turn, base */
export const takeScript = `
local function get(field) return tonumber(redis.call('HGET', KEYS[1], field) or '0') end
local flow = ARGV[1] .. ':' .. ARGV[2]
local first = math.max(get('now'), get(flow))
local last = first + ARGV[3] * (ARGV[4] - 1)
redis.call('HSET', KEYS[1], flow, string.format('%.0f', last + ARGV[3]))
if last > get('last.' .. ARGV[1]) then redis.call('HSET', KEYS[1], 'last.' .. ARGV[1], string.format('%.0f', last)) end
return {first, get('base')}`;

/** KEYS turns; ARGV turn */
export const startedScript = `
if tonumber(ARGV[1]) > tonumber(redis.call('HGET', KEYS[1], 'now') or '0') then redis.call('HSET', KEYS[1], 'now', ARGV[1]) end`;

/**
 * Forgets tenants that nothing waits of, and moves the base when half of the places behind it are used.
 * KEYS turns; ARGV places that may be used @returns base, the base that jobs are numbered by
 */
export const tidyScript = `
local turns = redis.call('HGETALL', KEYS[1])
local of = {}
for i = 1, #turns, 2 do of[turns[i]] = tonumber(turns[i + 1]) end
local now, base = of.now or 0, of.base or 0
for field, at in pairs(of) do
  if string.find(field, ':', 1, true) and at <= now then redis.call('HDEL', KEYS[1], field) end
end
if now - base > tonumber(ARGV[1]) then
  base = now
  redis.call('HSET', KEYS[1], 'base', string.format('%.0f', base))
end
return {base, of.walked or 0}`;

/**
 * What a lane gets done, as sums that halve with time: `LANE.jobs`, `LANE.workMs`, `LANE.videoMs` of all jobs that ended;
 * `LANE.busyMs`, time in which jobs of the lane waited, and `LANE.busyJobs`, those that ended in it. Only these two give a
 * rate that says how fast a line moves: a lane in which nobody waits is as slow as its uploads are rare.
 *
 * KEYS pace, turns, the queue's waiting jobs; ARGV now in ms, half-life in ms, lane, ms of work, ms of video
 */
export const finishedScript = `
local function get(field) return tonumber(redis.call('HGET', KEYS[1], field) or '0') end
local function set(field, value) redis.call('HSET', KEYS[1], field, string.format('%.6f', value)) end
local now = tonumber(ARGV[1])
local before = get('at')
local passed = before > 0 and math.max(0, now - before) or 0
local left = 0.5 ^ (passed / ARGV[2])
local turn = tonumber(redis.call('HGET', KEYS[2], 'now') or '0')
local any = redis.call('ZCARD', KEYS[3]) > 0
for _, lane in ipairs({'live', 'standard', 'backfill'}) do
  local waited = get(lane .. '.waits') == 1
  local own = lane == ARGV[3]
  set(lane .. '.jobs', get(lane .. '.jobs') * left + (own and 1 or 0))
  set(lane .. '.workMs', get(lane .. '.workMs') * left + (own and ARGV[4] or 0))
  set(lane .. '.videoMs', get(lane .. '.videoMs') * left + (own and ARGV[5] or 0))
  set(lane .. '.busyMs', get(lane .. '.busyMs') * left + (waited and passed or 0))
  set(lane .. '.busyJobs', get(lane .. '.busyJobs') * left + ((waited and own) and 1 or 0))
  local waits = any and tonumber(redis.call('HGET', KEYS[2], 'last.' .. lane) or '0') > turn
  redis.call('HSET', KEYS[1], lane .. '.waits', waits and 1 or 0)
end
set('at', math.max(now, before))`;
