import type { Policy } from '@assay/contracts';
import type { JudgedTrack } from './describe-track';
import { sigmoid } from './statistics';
import type { Stretch } from './track-estimate';

/** Share of a stretch's frames that must speak for a forgery: else they contradict each other, and there is no stretch. */
const leastAgreement = 0.8;

/** The stretch that alone looks manipulated, in a track whose other frames do not. */
export function briefStretch({ estimate }: Pick<JudgedTrack, 'estimate'>, { thresholds }: Policy): Stretch | null {
  const stretch = estimate?.worstStretch;
  if (!stretch || sigmoid(stretch.logit) < thresholds.manipulated) return null;
  if (stretch.agreeing < leastAgreement * stretch.frames) return null;
  return sigmoid(stretch.logitElsewhere) < (thresholds.manipulated + thresholds.authentic) / 2 ? stretch : null;
}

/**
 * The most suspicious of the faces that look manipulated by themselves, as a whole or for a stretch. Among dozens of faces, or in an
 * hour, one that does may leave the file as a whole below every threshold; authentic nobody can call it.
 */
export function alarmingFace(tracks: readonly JudgedTrack[], policy: Policy): JudgedTrack | null {
  const alarming = tracks.filter(
    (judged) =>
      judged.track.probability !== null &&
      (judged.track.probability >= policy.thresholds.manipulated || briefStretch(judged, policy) !== null),
  );
  return alarming.sort((a, b) => b.track.probability! - a.track.probability!)[0] ?? null;
}
