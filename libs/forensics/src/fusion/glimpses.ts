import type { Policy } from '@assay/contracts';
import type { JudgedTrack } from './describe-track';
import type { FrameScore } from './frame-scores';
import { estimateTrack, type Stretch, type TrackEstimate } from './track-estimate';

/** Faces of which each is seen too briefly to be judged by itself, as one piece of evidence. */
export interface Glimpses {
  /** How many faces, as far as they can be told apart over cuts. */
  faces: number;
  /** In time order. */
  frames: FrameScore[];
  estimate: TrackEstimate;
  prominence: number;
}

/** Moments that glimpses must come from, in units of what one face needs. */
const momentsPerNeeded = 2;
const fewestFaces = 2;
/** Of all that is seen of faces. Below this they are passers-by, whom a verdict does without. */
const leastShare = 0.25;

/**
 * What an edited film shows: many shots, and in none of them a face for long. Who forges one swaps the same face in all of
 * them, and what an encode or a camera does to detectors is alike in all of them, too: their frames are fused as those of
 * one face, which no number of frames carries beyond what the calibration was fitted on.
 *
 * @param minFrames judged frames that one face needs
 * @returns null where they are too few to say anything, or a small part of what is seen
 */
export function glimpsesOf(tracks: readonly JudgedTrack[], minFrames: Policy['faces']['minFrames']): Glimpses | null {
  const brief = tracks.filter(isGlimpse);
  const frames = brief.flatMap((judged) => judged.frames).sort((a, b) => a.seconds - b.seconds);
  const moments = new Set(frames.map(({ seconds }) => seconds)).size;
  if (brief.length < fewestFaces || moments < momentsPerNeeded * minFrames) return null;
  const [prominence, all] = [brief, tracks].map((some) => some.reduce((sum, judged) => sum + judged.prominence, 0));
  if (prominence! < leastShare * all!) return null;
  const estimate = estimateTrack(frames);
  return estimate && { faces: brief.length, frames, estimate, prominence: prominence! };
}

/**
 * Some shots of a film can be forged, and a mean over all of them hides it. Where a stretch speaks for a forgery, even weakly,
 * nobody can say that the film is authentic.
 */
export function doubtfulStretch(glimpses: Glimpses | null): Stretch | null {
  const stretch = glimpses?.estimate.worstStretch ?? null;
  return stretch && stretch.logit > 0 ? stretch : null;
}

/** Whether the verdict speaks of a face: one that is judged alone, or together with others. */
export const hasSay = (judged: JudgedTrack, glimpses: Glimpses | null): boolean =>
  judged.track.probability !== null || (glimpses !== null && isGlimpse(judged));

/** Judged in some frames, in fewer than a face needs. */
export const isGlimpse = ({ track, frames }: JudgedTrack): boolean =>
  track.abstention === 'too_few_frames' && frames.length > 0;
