import { Verdict } from '@assay/contracts';
import { JudgedTrack } from './describe-track';
import { FrameScore } from './frame-scores';
import { type Glimpses, hasSay } from './glimpses';
import { effectiveCount, round, sigmoid, weightedMean } from './statistics';
import { shrunk } from './track-estimate';

/** Scored frames of a track, nearest in time, that make its probability at a moment: one frame alone is too noisy to show. */
const neighbours = 3;

/** Highest face probability at each looked-at moment; null where no face could be judged. */
export function timelineOf(
  framesSeconds: number[],
  tracks: JudgedTrack[],
  glimpses: Glimpses | null,
): Verdict['timeline'] {
  const seenAt = tracks.map(({ track }) => new Set(track.observations.map(({ seconds }) => seconds)));
  return framesSeconds.map((seconds) => {
    const present = tracks.filter((_, i) => seenAt[i]!.has(seconds));
    const logits = present
      .filter((judged) => hasSay(judged, glimpses))
      .map(({ frames }) => logitAround(seconds, frames));
    return {
      seconds,
      probability: logits.length > 0 ? round(sigmoid(Math.max(...logits)), 4) : null,
      faces: present.length,
    };
  });
}

function logitAround(seconds: number, frames: FrameScore[]): number {
  const items = [...frames]
    .sort((a, b) => Math.abs(a.seconds - seconds) - Math.abs(b.seconds - seconds))
    .slice(0, neighbours)
    .map(({ logit, weight }) => ({ value: logit, weight }));
  return shrunk(weightedMean(items), effectiveCount(items));
}
