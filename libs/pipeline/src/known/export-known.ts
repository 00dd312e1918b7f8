import type { DecisionLabel, ExportKnownMedia, HashList, HashListRow, TenantId } from '@assay/contracts';
import type { Ports } from '../ports';
import { readDerived } from '../stored';
import { decisionHistory } from './decisions';
import { frameOf } from './frame-hashes';
import { KnownRecord } from './known-entry';
import { knownKeys } from './known-keys';
import { toSignalRow } from './signal-row';

/**
 * How exchanges name an opinion: what is confirmed to be what a list is about, and what is confirmed not to be. Names as in
 * `SignalOpinionCategory` of python-threatexchange.
 */
const categories: Record<DecisionLabel, string> = {
  confirmed_manipulated: 'POSITIVE_CLASS',
  confirmed_authentic: 'NEGATIVE_CLASS',
  unsure: 'INVESTIGATION_SEED',
};

/** Media that a tenant has decided on, as rows of a hash list, in the order of their ids. Without names of files. */
export async function exportKnownMedia(
  tenant: TenantId,
  { label, limit, cursor }: ExportKnownMedia,
  { store }: Pick<Ports, 'store'>,
  signal: AbortSignal,
): Promise<HashList> {
  const rows: HashListRow[] = [];
  let last: string | null = null;
  for await (const { key } of store.list(knownKeys.allMedia(tenant), signal)) {
    const [, media] = /\/media\/([0-9a-f]{64})\/record\.json$/.exec(key) ?? [];
    if (!media || (cursor !== undefined && media <= cursor)) continue;
    if (rows.length === limit) return { rows, next: last };
    const record = await readDerived(store, key, KnownRecord, signal);
    const { standing } = await decisionHistory({ tenant, media }, store, signal);
    if (!record || !standing?.label || (label !== undefined && standing.label !== label)) continue;
    last = media;
    const frames = record.frames.map(frameOf);
    const opinion = { category: categories[standing.label], tags: standing.label };
    // A picture has one frame; one that was damaged has none, and nothing to give away.
    if (frames.length === 0) continue;
    rows.push(toSignalRow({ name: media, type: record.type, frames }, opinion));
  }
  return { rows, next: null };
}
