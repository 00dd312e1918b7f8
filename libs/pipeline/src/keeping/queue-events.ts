import type { ScanQueues } from '../open-queues';
import { queueNames } from '../queues';

const command = 'assayRemoveEvents';
/** KEYS stream; ARGV texts. Streams are kept short, see `openQueues`. */
const lua = `
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', '+')) do
  local named = false
  for _, text in ipairs(entry[2]) do
    for _, id in ipairs(ARGV) do named = named or string.find(text, id, 1, true) end
  end
  if named then redis.call('XDEL', KEYS[1], entry[1]) end
end
return 1`;

/**
 * Takes what BullMQ tells of jobs that are gone out of its event streams: an entry names its job, and with it the scan.
 *
 * @param ids that must not be named any more
 */
export async function removeQueueEvents(queues: ScanQueues, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  for (const name of queueNames) {
    const queue = queues[name];
    const client = await queue.backend.connection.client;
    client.defineCommand(command, { numberOfKeys: 1, lua });
    await client.runCommand(command, [queue.toKey('events'), ...ids]);
  }
}
