import type { Stage } from '@assay/contracts';

export const stageWords: Record<Stage, string> = {
  intake: 'Waiting for a worker',
  probe: 'Reading the file',
  plan: 'Choosing frames',
  look: 'Looking at faces',
  judge: 'Weighing the evidence',
  publish: 'Writing the verdict',
};
