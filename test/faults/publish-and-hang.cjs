/**
 * Publishes the verdict of a scan up to the step that the test names, says so, and hangs until it is killed.
 * Arguments: step (`written` = event written down, not yet told; `told` = in the feed, no delivery queued), scan, Redis,
 * folder of the store.
 */
const { createFolderStore, createRedisIndex, createRedisEventLog } = require('@assay/storage');
const { createLog, createOutbox, eventsKeptMs, publish, reject } = require('@assay/pipeline');

const [, , step, scan, redis, root] = process.argv;
const never = new AbortController().signal;
const hang = () => {
  process.stdout.write('hanging\n');
  return new Promise(() => setInterval(() => undefined, 1_000));
};

async function main() {
  const store = createFolderStore({ root });
  const index = createRedisIndex({ url: redis });
  const log = createLog({ level: 'silent', service: 'test' });
  const events = createRedisEventLog({ url: redis, keepMs: eventsKeptMs });
  const queues = { deliver: { add: hang } };
  const told = step === 'written' ? { ...events, append: hang } : { append: (id) => events.append(id) };
  const outbox = createOutbox({ store, index, log, queues, events: told });
  const models = { digest: process.env.MODEL_SET, uses: [], entries: [] };
  const modelSets = { models: async () => models };
  const ports = { store, index, log, models, modelSets, outbox, tools: async () => ({}) };
  const verdict = await reject(scan, { code: 'not_media', message: 'This is no media.' }, ports, never);
  await publish(verdict.value, ports, never);
}
void main();
