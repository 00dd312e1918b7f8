import type { Verdict } from '@assay/contracts';
import type { Ports } from '@assay/pipeline';
import type { EngineMetrics } from './engine-metrics';

/** Counts a scan that has its verdict. Never rejects: what was published must not be done again for a figure. */
export async function observeScan(
  verdict: Verdict,
  { index }: Pick<Ports, 'index'>,
  metrics: EngineMetrics,
): Promise<void> {
  metrics.judged(verdict, await index.get(verdict.scan).catch(() => null));
}
