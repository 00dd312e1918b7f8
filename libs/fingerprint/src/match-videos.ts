import { distance, matchDistance } from './hash256';
import { minQuality } from './pdq-hash';
import type { FrameHash } from './video-hash';

/** Two shares, 0 to 1, as vPDQ defines them; both 0 where one side has no usable frame. */
export interface VideoMatch {
  /** Of the query's usable frames, those that look like some frame of the other video. */
  queryShare: number;
  /** Of the other video's usable frames, those that look like some frame of the query. */
  comparedShare: number;
}

/**
 * Compares every usable frame (quality of at least 50) of one video with every one of another; the order of frames counts
 * for nothing. An excerpt has a high share of its own frames and a low one of the whole. After `matchTwoHash` of vPDQ,
 * https://github.com/facebook/ThreatExchange/tree/main/vpdq, with 31 bits counted as a match, as PDQ has it.
 */
export function matchVideos(query: readonly FrameHash[], compared: readonly FrameHash[]): VideoMatch {
  const ours = query.filter(isUsable);
  const theirs = compared.filter(isUsable);
  return { queryShare: shareFound(ours, theirs), comparedShare: shareFound(theirs, ours) };
}

/** Whether a frame shows enough to be matched. */
export function isUsable({ quality }: FrameHash): boolean {
  return quality >= minQuality;
}

function shareFound(frames: readonly FrameHash[], among: readonly FrameHash[]): number {
  if (frames.length === 0) return 0;
  const found = frames.filter(({ hash }) => among.some((other) => distance(hash, other.hash) <= matchDistance));
  return found.length / frames.length;
}
