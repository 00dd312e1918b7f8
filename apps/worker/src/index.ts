import { join } from 'node:path';

export { openEngine } from './engine/open-engine';
export { WorkerMetrics } from './metrics';
export { type Done, type StageContext, type StageProcessor } from './stage';
export { StageWorker } from './stage-worker';
export { type RunningWorker, startWorker } from './start-worker';

/** Built file to fork as a worker process; it reports `{ type: 'ready' }` and stops when its parent is gone. */
export const workerEntry = join(__dirname, 'main.js');
