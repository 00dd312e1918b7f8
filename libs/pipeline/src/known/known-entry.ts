import { KnownDecision, KnownSource, MediaId, ScanId, TenantId, VerdictLabel } from '@assay/contracts';
import { z } from 'zod';
import { StoredFrameHash } from './frame-hashes';

/** Looks of media that was scanned, and what the last scan said: the truth from which the log is filled again. */
export const KnownRecord = z.object({
  schema: z.literal('assay.known-media/1'),
  tenant: TenantId,
  media: MediaId,
  scan: ScanId,
  /** As in hash lists: a picture, or a video. */
  type: z.enum(['pdq', 'vpdq']),
  durationSeconds: z.number(),
  frames: z.array(StoredFrameHash),
  verdict: VerdictLabel,
  probability: z.number().nullable(),
});
export type KnownRecord = z.infer<typeof KnownRecord>;

/** What the log of a scope holds of one thing known. */
export const KnownEntry = z.object({
  v: z.literal(1),
  source: KnownSource,
  type: z.enum(['pdq', 'vpdq', 'md5']),
  durationSeconds: z.number().nullable(),
  frames: z.array(StoredFrameHash),
  md5: z.string().nullable(),
  verdict: VerdictLabel.nullable(),
  probability: z.number().nullable(),
  decision: KnownDecision.nullable(),
});
export type KnownEntry = z.infer<typeof KnownEntry>;

/** Name of an entry in its scope. */
export const mediaEntryId = (media: MediaId): string => `m.${media}`;
export const listEntryId = (list: string, place: number): string => `l.${list}.${place}`;

export function entryOfMedia(record: KnownRecord, decision: KnownDecision | null): KnownEntry {
  const { media, scan, type, durationSeconds, frames, verdict, probability } = record;
  return {
    v: 1,
    source: { kind: 'media', media, scan },
    type,
    durationSeconds: type === 'vpdq' ? durationSeconds : null,
    frames,
    md5: null,
    verdict,
    probability,
    decision,
  };
}
