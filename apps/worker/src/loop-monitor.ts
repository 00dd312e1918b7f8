import { monitorEventLoopDelay } from 'node:perf_hooks';

/** A stall longer than this is a fault: the loop that holds the job locks may only move messages. */
export const stallMs = 50;
/** Sampling of the delay, ms: fine enough to see a stall of 50 ms. */
const resolutionMs = 10;
/** How often the worst delay since the last look is judged, ms. */
const checkEveryMs = 500;
const nanosecondsPerMs = 1e6;

/**
 * Reports stalls of the event loop with whatever ran meanwhile, since a blocked loop loses locks and a job then runs
 * twice.
 *
 * @returns stops the monitor
 */
export function monitorLoop(onStall: (milliseconds: number) => void): () => void {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  const timer = setInterval(() => {
    const worst = delay.max / nanosecondsPerMs;
    delay.reset();
    if (worst > stallMs) onStall(worst);
  }, checkEveryMs);
  timer.unref();
  return () => {
    clearInterval(timer);
    delay.disable();
  };
}
