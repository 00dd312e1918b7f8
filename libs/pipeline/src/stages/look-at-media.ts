import type { ScanRecord } from '@assay/contracts';
import { type InferencePool, type LookContext, type LookOutcome, lookAtSegment, type ModelSet } from '@assay/forensics';
import { decodeSegment } from '@assay/video';
import { ScanGoneError } from '../errors';
import { keys } from '../keys';
import type { ThumbnailHasher } from '../known/hash-thumbnails';
import type { Ports } from '../ports';

export interface LookHearers {
  onProgress?(fraction: number): void;
  /** Takes in the thumbnails that decoding passes by; null where nobody reads them. */
  thumbnails?: ThumbnailHasher | null;
}

/**
 * Decodes one segment and looks at it with one model set. Nothing is written.
 *
 * @throws ScanGoneError when the content is no longer there; ModelError, InferenceError
 */
export function lookAtMedia(
  { id, media }: Pick<ScanRecord, 'id' | 'media'>,
  models: ModelSet,
  context: Omit<LookContext, 'pool'>,
  { modelSets, mediaFiles }: Pick<Ports, 'modelSets' | 'mediaFiles'>,
  { onProgress = () => undefined, thumbnails = null }: LookHearers,
  signal: AbortSignal,
): Promise<LookOutcome> {
  const look = async (pool: InferencePool): Promise<LookOutcome> => {
    const file = await mediaFiles.openParts(keys.media(media), signal);
    if (!file) throw new ScanGoneError(id);
    // However the look ends, the decoder ends with it: a throw in an inference thread must not leave ffmpeg behind.
    const stop = new AbortController();
    try {
      const { probe, plan, segment } = context;
      const decoding = AbortSignal.any([signal, stop.signal]);
      const frames = decodeSegment(file.source, probe, plan, segment, decoding, thumbnails ? { thumbnails } : {});
      return await lookAtSegment(frames, { ...context, pool }, onProgress, signal);
    } finally {
      stop.abort();
      await file.release();
    }
  };
  return modelSets.usePool(models, look, signal);
}
