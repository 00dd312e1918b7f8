import { Worker } from 'node:worker_threads';

/** How often it is looked who the parent is, ms. */
const everyMs = 500;
/** In which this process ends by itself, with its decoders told, where its loop comes round, ms. */
const graceMs = 2_000;

/**
 * Ends this process when its parent is gone, also where the loop of its main thread stands still and never hears of it. A thread
 * of its own, since nothing else goes on then.
 */
export function endWithParent(): void {
  const watch = `
    const timer = setInterval(() => {
      if (process.ppid === ${process.ppid}) return;
      clearInterval(timer);
      setTimeout(() => process.kill(process.pid, 'SIGKILL'), ${graceMs});
    }, ${everyMs});
  `;
  new Worker(watch, { eval: true, resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2 } }).unref();
}
