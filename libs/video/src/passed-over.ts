import type { Plan } from '@assay/contracts';
import type { Timeline, TimelineFrame } from './timeline';

/** Between two frames that are looked at there may be so many times the distance that the budget of frames asks for. */
const mostDistances = 4;
/** And so many seconds, or so much of a short video: encoders put keyframes as far apart (x264: 250 frames, 10.4 s of film). */
const mostSeconds = 12;
const mostShare = 0.3;

/**
 * Stretches with frames of which none is looked at, although the budget would have had some: of a file with one keyframe at its start only the
 * beginning can be reached. Where a picture stands still for long there are no frames, and nothing was passed over.
 */
export function passedOver(
  chosen: readonly TimelineFrame[],
  { frames, durationSeconds }: Timeline,
  budget: number,
): NonNullable<Plan['passedOver']> {
  const distance = durationSeconds / Math.max(1, Math.min(budget, frames.length));
  const most = Math.max(mostDistances * distance, Math.min(mostSeconds, mostShare * durationSeconds));
  const edges = [0, ...chosen.map(({ seconds }) => seconds), durationSeconds];
  return edges
    .slice(1)
    .map((endSeconds, i) => ({ startSeconds: edges[i]!, endSeconds }))
    .filter(({ startSeconds, endSeconds }) => endSeconds - startSeconds > most)
    .filter(({ startSeconds, endSeconds }) =>
      frames.some(({ seconds }) => seconds > startSeconds + most / 2 && seconds < endSeconds - most / 2),
    );
}
