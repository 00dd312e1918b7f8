import type { Rescan, ScanRecord } from '@assay/contracts';

/** Whether a scan was judged as a re-scan asks for. One without a probability lies between no two. */
export function matchesRescan(
  record: ScanRecord,
  { set, between: [low, high], since }: Pick<Rescan, 'set' | 'between' | 'since'>,
): boolean {
  const { modelSet, state, probability, updatedAt } = record;
  if (modelSet !== set || state !== 'done' || probability === null) return false;
  if (since !== null && Date.parse(updatedAt) < Date.parse(since)) return false;
  return probability >= low && probability <= high;
}
