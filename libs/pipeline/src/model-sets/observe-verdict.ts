import type { Verdict } from '@assay/contracts';
import type { ScanQueues } from '../open-queues';
import type { Ports } from '../ports';
import { jobIdFor } from '../queues';
import { loadRecord } from '../scan-state';
import { countScores } from './drift';
import { shadowOf } from './traffic';

/**
 * What is learned from a verdict that has been published: its scores are counted, and its scan gets a shadow where it is in the share
 * of one. Never fails, and never holds a scan up: it has ended.
 */
export async function observeVerdict(
  verdict: Verdict,
  { store, rollout, tallies, log }: Pick<Ports, 'store' | 'rollout' | 'tallies' | 'log'>,
  queues: Pick<ScanQueues, 'shadow'>,
  signal: AbortSignal,
): Promise<void> {
  if (verdict.rejection) return;
  const { scan } = verdict;
  const judgedBy = verdict.method.modelSet;
  try {
    if (tallies) await countScores(judgedBy, verdict.tracks, tallies);
    if (!shadowOf({ id: scan, modelSet: judgedBy }, await rollout.now(signal))) return;
    const record = await loadRecord(scan, { store }, signal);
    const jobId = jobIdFor('shadow', scan, judgedBy);
    // A dead letter of an earlier trial would be taken for this job.
    if ((await queues.shadow.getJobState(jobId)) === 'failed') await queues.shadow.remove(jobId);
    await queues.shadow.add('shadow', { v: 1, scan, tenant: record.tenant }, { jobId });
  } catch (error) {
    log.warn({ scan, err: error }, 'a verdict was not counted or has no shadow');
  }
}
