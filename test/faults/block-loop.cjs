/**
 * Loaded before everything else (NODE_OPTIONS) into each process of a service: SIGUSR2 blocks the event loop of its main thread for
 * ASSAY_TEST_BLOCK_MS, as a slow regular expression, a huge JSON or a machine that swaps would. Its other threads go on.
 */
const { isMainThread } = require('node:worker_threads');

if (isMainThread && process.env.ASSAY_TEST_BLOCK_MS) {
  const milliseconds = Number(process.env.ASSAY_TEST_BLOCK_MS);
  const nobodyWakes = new Int32Array(new SharedArrayBuffer(4));
  process.on('SIGUSR2', () => Atomics.wait(nobodyWakes, 0, 0, milliseconds));
}
