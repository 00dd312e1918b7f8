import { MediaId, ScanId, type UploadId } from '@assay/contracts';
import { keys, readStored, writeStored } from '@assay/pipeline';
import type { ObjectStore } from '@assay/storage';
import { z } from 'zod';

/**
 * What became of an upload whose bytes are all here. Written before they are moved to where media lie: from then on a
 * crash loses neither their name nor the work of hashing them.
 */
export const UploadOutcome = z.object({
  schema: z.literal('assay.upload/1'),
  /** `taking`: the media item is being made. `taken`: it is there, and so is the scan if one was wanted. */
  state: z.enum(['taking', 'taken']),
  bytes: z.number().int(),
  /** As the sender gave it, `Upload-Metadata` of tus. */
  metadata: z.record(z.string(), z.string().nullable()),
  createdAt: z.iso.datetime(),
  media: MediaId,
  scan: ScanId.nullable(),
});
export type UploadOutcome = z.infer<typeof UploadOutcome>;

/** What the last answer of an upload says beyond the protocol. */
export function outcomeHeaders({ media, scan }: UploadOutcome): Record<string, string> {
  return { 'Assay-Media': media, ...(scan === null ? {} : { 'Assay-Scan': scan }) };
}

export class Outcomes {
  constructor(private readonly store: ObjectStore) {}

  read(id: UploadId, signal: AbortSignal): Promise<UploadOutcome | null> {
    return readStored(this.store, keys.resumableOutcome(id), UploadOutcome, signal);
  }

  async write(id: UploadId, outcome: UploadOutcome, signal: AbortSignal): Promise<void> {
    await writeStored(this.store, keys.resumableOutcome(id), outcome, { ifAbsent: false }, signal);
  }

  remove(id: UploadId, signal: AbortSignal): Promise<void> {
    return this.store.delete(keys.resumableOutcome(id), signal);
  }
}
