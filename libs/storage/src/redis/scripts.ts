import { openStates } from '@assay/contracts';
import { finalStates, stageOrder } from '../merge-scan-record';

/**
 * The index's writes, each one atomic step inside Redis. A record is a hash whose values are JSON texts: Lua never
 * parses a number, so none loses digits (cjson keeps 14), and a `null` stays a `null`.
 *
 * All keys of a script carry the same hash tag, as Redis Cluster demands.
 */

const luaSet = (names: readonly string[]): string => `{${names.map((name) => `['"${name}"']=true`).join(',')}}`;

/** KEYS record; ARGV ms to keep it, field, json, field, json ... @returns 1 when it was made, 0 when there was one */
export const createScript = `
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1`;

/**
 * The rule of `isFresher`; times are JSON texts of ISO 8601 in one precision, so their order as text is their order.
 * KEYS record; ARGV ms to keep it, field, json ... @returns 0 kept, 1 created, 2 replaced
 */
export const restoreScript = `
local record = {}
for i = 2, #ARGV, 2 do record[ARGV[i]] = ARGV[i + 1] end
local state = redis.call('HGET', KEYS[1], 'state')
if state then
  local open = ${luaSet(openStates)}
  local later = tonumber(record.restarts or 0) - tonumber(redis.call('HGET', KEYS[1], 'restarts') or 0)
  local ends = open[state] and not open[record.state]
  local younger = record.updatedAt > redis.call('HGET', KEYS[1], 'updatedAt')
  local fresher = later > 0 or later == 0 and (ends or younger)
  if state == '"done"' or not (record.state == '"done"' or fresher) then return 0 end
end
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return state and 2 or 1`;

const luaRanks = `{${stageOrder.map((stage, rank) => `['"${stage}"']=${rank}`).join(',')}}`;

/** The rules of `mergeScanRecord`. KEYS record; ARGV ms to keep it, field, json ... @returns the record, empty when there is none */
export const updateScript = `
local final = ${luaSet(finalStates)}
local rank = ${luaRanks}
local function get(field) return redis.call('HGET', KEYS[1], field) end
local state = get('state')
if not state then return {} end
if not final[state] then
  local patch = {}
  for i = 2, #ARGV, 2 do patch[ARGV[i]] = ARGV[i + 1] end
  if state == '"running"' and (patch.state or state) == '"running"' then
    if patch.percent and tonumber(patch.percent) < tonumber(get('percent')) then patch.percent = nil end
    if patch.stage and rank[patch.stage] < rank[get('stage')] then patch.stage = nil end
  end
  if patch.segmentsDone and tonumber(patch.segmentsDone) < tonumber(get('segmentsDone')) then
    patch.segmentsDone = nil
  end
  for field, json in pairs(patch) do redis.call('HSET', KEYS[1], field, json) end
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
end
return redis.call('HGETALL', KEYS[1])`;

/** KEYS record; ARGV field, json ... of the label, which goes for ended scans too @returns 1, or 0 without a record */
export const relabelScript = `
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], unpack(ARGV))
return 1`;

/** KEYS record, segments; ARGV ms to keep them, segment @returns how many segments are done; 0 without a record */
export const markSegmentDoneScript = `
local final = ${luaSet(finalStates)}
local state = redis.call('HGET', KEYS[1], 'state')
if not state then return 0 end
redis.call('SADD', KEYS[2], ARGV[2])
redis.call('PEXPIRE', KEYS[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[1])
local done = redis.call('SCARD', KEYS[2])
if not final[state] and done > tonumber(redis.call('HGET', KEYS[1], 'segmentsDone')) then
  redis.call('HSET', KEYS[1], 'segmentsDone', done)
end
return done`;

/**
 * KEYS any key of the scan; ARGV channel, message. In a cluster a plain PUBLISH leaves from whichever node was asked, and two
 * nodes keep no order between them; a script leaves from the node that has its key.
 */
export const publishScript = `return redis.call('PUBLISH', ARGV[1], ARGV[2])`;
