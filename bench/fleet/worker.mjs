/**
 * A worker process whose queues, locks, flows and order are those of the product, and whose work is a sleep. Forked by
 * `fleet.mjs`; reports over IPC what it began and ended. Ends with its parent.
 */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { addScanFlow, createLog, loadConfig, openQueues } from '@assay/pipeline';
import { StageWorker, WorkerMetrics } from '@assay/worker';
import { readScan } from './scans.mjs';

const { redis, looks, planMs, lookMs } = JSON.parse(process.argv[2]);
const config = loadConfig({ REDIS_URL: redis, ASSAY_LOOK_CONCURRENCY: String(looks) });
const log = createLog({ level: 'silent', service: 'bench' });
const metrics = new WorkerMetrics();
const queues = await openQueues(config);
process.on('disconnect', () => process.exit());

const tell = (what, scan) => process.send({ what, scan, at: Date.now() });

async function work(ms, signal) {
  const began = performance.now();
  if (ms > 0) await sleep(ms, undefined, { signal });
  return performance.now() - began;
}

const processors = {
  plan: {
    async run({ scan }, { signal }) {
      await work(planMs, signal);
      const { record, plan } = readScan(scan);
      await addScanFlow(queues, record, plan);
    },
  },
  look: {
    async run({ scan, segment }, { signal }) {
      tell('look', scan);
      const ms = await work(lookMs, signal);
      process.send({ what: 'looked', scan, segment, ms, at: Date.now() });
      return { videoSeconds: 30 };
    },
  },
  judge: {
    async run({ scan }) {
      tell('judged', scan);
    },
  },
};

const workers = Object.entries(processors).map(
  ([name, processor]) => new StageWorker({ name, processor, config, log, metrics, turns: queues.turns }),
);
await Promise.all(workers.map((worker) => worker.ready()));
process.on('message', () => workers.forEach((worker) => worker.open()));
process.send({ what: 'ready' });
