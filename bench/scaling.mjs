/**
 * What the queue costs, and whether more workers do more. Build first. Real worker processes over a real Redis.
 *
 *     node bench/scaling.mjs                 # 1, 2, 4, 8 workers whose looks are a sleep
 *     node bench/scaling.mjs --overhead      # a scan of two looks without any work, from submission to verdict
 *     node bench/scaling.mjs --real          # 60 s clips by the product's own workers: 1 against 2 (a quiet machine of 2 cores)
 *     node bench/scaling.mjs --hour          # an hour of video against a minute, by one worker
 *
 * Efficiency of n workers: their looks a second, by n times those of one. Each look is a timer, so the cores only carry the
 * queue; what a look really took is measured too, as a busy machine wakes late.
 */
import { parseArgs } from 'node:util';
import { Fleet } from './fleet/fleet.mjs';
import { mean, quantile } from './fleet/figures.mjs';
import { hourAgainstMinute, oneAgainstTwo } from './fleet/real-work.mjs';
import { makeScan } from './fleet/scans.mjs';
import { machine } from './machine.mjs';

const { values } = parseArgs({
  options: {
    workers: { type: 'string', default: '1,2,4,8' },
    'look-ms': { type: 'string', default: '500' },
    /** Looks for each worker. */
    looks: { type: 'string', default: '40' },
    runs: { type: 'string', default: '3' },
    overhead: { type: 'boolean', default: false },
    /** Scans that are sent one after the other. */
    scans: { type: 'string', default: '200' },
    /** Seconds that a scan of 60 s takes in a process that is up: docs/benchmarks.md. */
    'scan-seconds': { type: 'string', default: '2.98' },
    'scan-cpu-seconds': { type: 'string', default: '6.73' },
    real: { type: 'boolean', default: false },
    hour: { type: 'boolean', default: false },
  },
});
const looksPerScan = 2;
let number = 0;
const newScan = () => makeScan({ number: (number += 1), tenant: 0, lane: 'standard', segments: looksPerScan });

if (values.overhead) await overhead();
else if (values.real) await oneAgainstTwo(Number(values.runs));
else if (values.hour) await hourAgainstMinute(Number(values.runs));
else await scaling();
console.log(`${machine()}.`);

async function scaling() {
  console.log('| workers | looks a second | a look, ms | efficiency |\n| --- | --- | --- | --- |');
  let one = NaN;
  for (const workers of values.workers.split(',').map(Number)) {
    const runs = [];
    for (let run = 0; run < Number(values.runs); run += 1) runs.push(await throughput(workers));
    const perSecond = quantile(
      runs.map((run) => run.perSecond),
      0.5,
    );
    const lookMs = mean(runs.map((run) => run.lookMs));
    if (workers === 1) one = perSecond;
    console.log(
      `| ${workers} | ${perSecond.toFixed(2)} | ${lookMs.toFixed(1)} | ${(perSecond / (workers * one)).toFixed(3)} |`,
    );
  }
}

/** From the first look's end to the last one's but one of each worker: neither the start nor the last worker's rest counts. */
async function throughput(workers) {
  const fleet = await Fleet.start({ workers, planMs: 0, lookMs: Number(values['look-ms']) });
  const scans = Math.ceil((workers * Number(values.looks)) / looksPerScan);
  await fleet.submit(Array.from({ length: scans }, newScan));
  fleet.open();
  await fleet.allJudged();
  const ends = fleet.looked.map(({ at }) => at).sort((a, b) => a - b);
  const [from, to] = [workers, ends.length - workers];
  const perSecond = ((to - from) * 1000) / (ends[to] - ends[from]);
  await fleet.close();
  return { perSecond, lookMs: mean(fleet.sleeps) };
}

async function overhead() {
  const fleet = await Fleet.start({ workers: 1, planMs: 0, lookMs: 0 });
  fleet.open();
  // What starts up, and code that is not compiled yet, is no part of a scan.
  await oneAfterTheOther(fleet, 20);
  const cpuBefore = fleet.cpuMs();
  const took = await oneAfterTheOther(fleet, Number(values.scans));
  const cpuMs = (fleet.cpuMs() - cpuBefore) / took.length;
  await fleet.close();
  const scanMs = Number(values['scan-seconds']) * 1000;
  const [p50, p95] = [quantile(took, 0.5), quantile(took, 0.95)];
  const share = (ms, of) => `${((100 * ms) / of).toFixed(2)} %`;
  console.log(`queues of one scan (plan, two looks, judge): wall p50 ${p50} ms, p95 ${p95} ms`);
  console.log(`p50 of a scan's ${values['scan-seconds']} s: ${share(p50, scanMs)}`);
  const scanCpuMs = Number(values['scan-cpu-seconds']) * 1000;
  console.log(
    `CPU of all processes ${cpuMs.toFixed(1)} ms, of a scan's ${values['scan-cpu-seconds']} s: ${share(cpuMs, scanCpuMs)}`,
  );
}

async function oneAfterTheOther(fleet, count) {
  const took = [];
  for (let scan = 0; scan < count; scan += 1) {
    const record = newScan();
    await fleet.submit([record]);
    await fleet.allJudged(undefined, 1);
    const { submittedAt, judgedAt } = fleet.scans.get(record.id);
    took.push(judgedAt - submittedAt);
    fleet.scans.clear();
  }
  return took;
}
