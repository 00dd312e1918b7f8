import type { ScanState } from '@assay/contracts';

export const stateWords: Record<ScanState, string> = {
  queued: 'Waiting',
  running: 'Under way',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Stopped',
};
