import { Obstacle } from '../fusion/abstention';
import { JudgedTrack } from '../fusion/describe-track';
import { plural } from './time-text';
import { name, Reason } from './track-reasons';

/** Why a frame, or a face, is not judged, as short as it goes. */
export const whyLeftOut: Record<Obstacle, string> = {
  faces_occluded: 'too much of it hidden',
  out_of_domain: 'unlike the pictures that the detectors learned from',
};

/** Frames in which faces were seen that the answer speaks of, and not judged; empty where there are none. */
export function leftOutFrames(judged: readonly JudgedTrack[]): Reason[] {
  const sum = (key: keyof JudgedTrack['refusals']) => judged.reduce((total, { refusals }) => total + refusals[key], 0);
  const [kept, hidden, unlike] = [sum('judged'), sum('faces_occluded'), sum('out_of_domain')];
  const left = hidden + unlike;
  if (left === 0) return [];
  const why =
    hidden > 0 && unlike > 0
      ? `${hidden} ${whyLeftOut.faces_occluded}; ${unlike} ${whyLeftOut.out_of_domain}`
      : whyLeftOut[hidden > 0 ? 'faces_occluded' : 'out_of_domain'];
  const [only] = judged.length === 1 ? judged : [];
  const whose = only ? name(only.track.index).toLowerCase() : 'the judged faces';
  const were = left === 1 ? 'was' : 'were';
  const text = `${left} of ${plural(kept + left, 'frame')} of ${whose} ${were} not judged (${why}): this answer rests on the others.`;
  return [{ code: 'some_frames_not_judged', text, track: only?.track.index ?? null, atSeconds: null }];
}
