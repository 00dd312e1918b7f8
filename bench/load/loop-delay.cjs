/**
 * Loaded before everything else (NODE_OPTIONS) into each process under load: writes down, line by line, the longest time that the event
 * loop of its main thread did not come round, and what may explain it: the longest collection of garbage, and how long the thread waited
 * for a core (Linux) in that second. Inference threads, which block by design, are not looked at.
 */
const { appendFileSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const { monitorEventLoopDelay, PerformanceObserver } = require('node:perf_hooks');
const { isMainThread } = require('node:worker_threads');

const everyMs = 1_000;
/** Of the sampling timer, which is part of every figure. */
const resolutionMs = 2;
const nanosecondsPerMs = 1e6;
const folder = process.env.ASSAY_LOAD_STALLS;

/** Milliseconds that the main thread was ready to run and was not, since it began. */
const waitedForCoreMs = () =>
  Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'latin1').split(' ')[1]) / nanosecondsPerMs;

if (folder && isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  let longestGcMs = 0;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longestGcMs = Math.max(longestGcMs, duration);
  }).observe({ entryTypes: ['gc'] });
  let waitedBefore = waitedForCoreMs();
  let cpuBefore = process.cpuUsage();
  setInterval(() => {
    const longestMs = delay.max / nanosecondsPerMs - resolutionMs;
    delay.reset();
    const waited = waitedForCoreMs();
    const { user, system } = process.cpuUsage(cpuBefore);
    const cpuMs = (user + system) / 1000;
    const line = { at: Date.now(), longestMs, longestGcMs, waitedForCoreMs: waited - waitedBefore, cpuMs };
    appendFileSync(join(folder, `${process.pid}.jsonl`), `${JSON.stringify(line)}\n`);
    waitedBefore = waited;
    cpuBefore = process.cpuUsage();
    longestGcMs = 0;
  }, everyMs).unref();
}
