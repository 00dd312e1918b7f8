import type { KnownMediaFindings, ScanRecord } from '@assay/contracts';
import type { ScanLabel } from '@assay/storage';
import type { Ports } from '../ports';
import { decisionHistory } from './decisions';

/** The label that a scan has: what was decided on its own media, or what that inherits. */
export async function labelOf(
  scan: ScanRecord,
  findings: KnownMediaFindings | null,
  { store }: Pick<Ports, 'store'>,
  signal: AbortSignal,
): Promise<ScanLabel> {
  const { standing } = await decisionHistory(scan, store, signal);
  if (standing) return { label: standing.label, labelSource: 'own' };
  const inherited = findings?.inherited?.label ?? null;
  return { label: inherited, labelSource: inherited === null ? null : 'inherited' };
}
