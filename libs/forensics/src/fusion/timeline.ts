import { Verdict } from '@assay/contracts';
import { JudgedTrack } from './describe-track';
import { type Glimpses, hasSay } from './glimpses';
import { samplingStep } from './sampling-step';
import { effectiveCount, round, sigmoid, weightedMean } from './statistics';
import { shrunk } from './track-estimate';

/** Scored frames of a track, nearest in time, that make its probability at a moment: one frame alone is too noisy to show. */
const neighbours = 3;
/** A frame may be taken this much of a step further from the last than the usual one: keyframes off the middle of their slots are preferred. */
const unevenness = 1.5;

/**
 * Highest face probability at each looked-at moment; null where no face was judged.
 *
 * @param framesSeconds ascending
 */
export function timelineOf(
  framesSeconds: number[],
  tracks: JudgedTrack[],
  glimpses: Glimpses | null,
): Verdict['timeline'] {
  const seenAt = tracks.map(({ track }) => new Set(track.observations.map(({ seconds }) => seconds)));
  const step = unevenness * (samplingStep(framesSeconds) ?? 0);
  return framesSeconds.map((seconds) => {
    const present = tracks.filter((_, i) => seenAt[i]!.has(seconds));
    const logits = present
      .filter((judged) => hasSay(judged, glimpses))
      .flatMap((judged) => logitAt(seconds, judged, step) ?? []);
    return {
      seconds,
      probability: logits.length > 0 ? round(sigmoid(Math.max(...logits)), 4) : null,
      faces: present.length,
    };
  });
}

/**
 * What a track says at a moment; null where it was not judged there. A frame that was fit to be judged and left out for others speaks
 * by the one before or behind it; a frame that was not fit says nothing, whatever others say.
 */
function logitAt(seconds: number, { frames, unscoredSeconds }: JudgedTrack, step: number): number | null {
  const away = (frame: { seconds: number }) => Math.abs(frame.seconds - seconds);
  const sorted = [...frames].sort((a, b) => away(a) - away(b));
  const [nearest] = sorted;
  if (!nearest || away(nearest) > (unscoredSeconds.has(seconds) ? step : 0)) return null;
  const items = sorted
    .slice(0, neighbours)
    .filter((frame) => away(frame) <= (neighbours - 1) * step)
    .map(({ logit, weight }) => ({ value: logit, weight }));
  return shrunk(weightedMean(items), effectiveCount(items));
}
