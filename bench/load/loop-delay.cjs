/**
 * Loaded before everything else (NODE_OPTIONS) into each process under load: writes down, line by line, the longest time that the event
 * loop of its main thread did not come round. Inference threads, which block by design, are not looked at.
 */
const { appendFileSync } = require('node:fs');
const { join } = require('node:path');
const { monitorEventLoopDelay } = require('node:perf_hooks');
const { isMainThread } = require('node:worker_threads');

const everyMs = 1_000;
/** Of the sampling timer, which is part of every figure. */
const resolutionMs = 2;
const nanosecondsPerMs = 1e6;
const folder = process.env.ASSAY_LOAD_STALLS;

if (folder && isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  setInterval(() => {
    const longestMs = delay.max / nanosecondsPerMs - resolutionMs;
    delay.reset();
    appendFileSync(join(folder, `${process.pid}.jsonl`), `${JSON.stringify({ at: Date.now(), longestMs })}\n`);
  }, everyMs).unref();
}
