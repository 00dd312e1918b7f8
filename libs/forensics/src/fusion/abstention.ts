import { FaceObservation, FaceQuality, ReasonCode } from '@assay/contracts';
import { z } from 'zod';
import { usableWeight } from '../faces/quality';

export type Code = z.infer<typeof ReasonCode>;

/** Beyond these a face tells nothing about blending, whatever its other qualities. */
const blurredBelow = 12;
const turnedBeyond = 0.75;
const darkBelow = 30;
const brightAbove = 235;

/**
 * Share of the inner face that may be hidden in a frame that is judged: more than drawn sunglasses are given on held-out faces (0.2,
 * median), less than nearly all drawn masks (0.42, fifth percentile), which take away mouth and jaw, where most forgeries show.
 */
const mostHidden = 0.35;

/** Above this a picture is taken for unlike those that the detectors learned from, and what they say of it for chance. */
const mostUnlike = 0.9;
/** Above this nothing that the models say counts, not even that something hides the face: moire is taken for cloth. */
const surelyUnlike = 0.98;

/** What a model saw of a frame that may keep it from being judged. */
type Seen = Pick<FaceObservation, 'occlusion' | 'outOfDomain'>;
/** Why a frame is not judged, whatever the detectors say of it. */
export type Obstacle = Extract<Code, 'faces_occluded' | 'out_of_domain'>;

/** Too much of the face hidden, or a picture unlike those learned from; null where the frame may be judged. */
export function obstacleOf({ occlusion, outOfDomain }: Seen): Obstacle | null {
  const unlike = outOfDomain ?? 0;
  if (unlike <= surelyUnlike && (occlusion ?? 0) > mostHidden) return 'faces_occluded';
  return unlike > mostUnlike ? 'out_of_domain' : null;
}

/** Mean over the frames that a model looked at; null where none tells. */
export function meanSeen(observations: FaceObservation[], key: keyof Seen): number | null {
  const values = observations.flatMap((observation) => observation[key] ?? []);
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of the frames of a face that a model looked at: how many were judged, and how many not for which obstacle. */
export type Refusals = Record<Obstacle | 'judged', number>;

/** Counts the frames of a face by what kept them from being judged; frames at which no model looked are not counted. */
export function refusalsOf(observations: FaceObservation[]): Refusals {
  const refusals: Refusals = { judged: 0, faces_occluded: 0, out_of_domain: 0 };
  for (const observation of observations) {
    if ((observation.occlusion ?? observation.outOfDomain) === undefined) continue;
    refusals[obstacleOf(observation) ?? 'judged'] += 1;
  }
  return refusals;
}

/**
 * Part of the frames looked at in which a face must show that is hidden in others: a hand comes and goes, and the face beside it is one as
 * was learned from. Of real masks worn all the time one frame in five slips through (decision 015), and those show no face.
 */
const leastShowing = 0.25;

/**
 * Why the frames that are left do not speak for a face, however many they are; null where they do. A picture is unlike those learned
 * from as a whole: where no fewer of its frames are known to be so than are not, those are where the model that tells it errs.
 */
export function obstacleOfTrack({ judged, faces_occluded: hidden, out_of_domain: unlike }: Refusals): Obstacle | null {
  if (judged < leastShowing * (judged + hidden + unlike)) return moreFrequent(hidden, unlike);
  return unlike > 0 && unlike >= judged ? 'out_of_domain' : null;
}

const moreFrequent = (hidden: number, unlike: number): Obstacle =>
  hidden >= unlike ? 'faces_occluded' : 'out_of_domain';

/** What keeps half of the frames that a model looked at from being judged, or more of them; the more frequent of two. */
function obstacleOfMost({ judged, faces_occluded: hidden, out_of_domain: unlike }: Refusals): Obstacle | null {
  return hidden + unlike === 0 || hidden + unlike < judged ? null : moreFrequent(hidden, unlike);
}

/** Why a track has fewer judged frames than it needs: `judged` of them. */
export function abstentionFor(refusals: Refusals, judged: number, quality: FaceQuality): Code {
  const obstacle = obstacleOfMost(refusals);
  if (obstacle) return obstacle;
  if (judged > 0) return 'too_few_frames';
  if (quality.weight >= usableWeight * 4) return 'too_few_frames';
  if (quality.exposure < darkBelow || quality.exposure > brightAbove) return 'bad_exposure';
  if (quality.sharpness < blurredBelow) return 'faces_blurred';
  if (Math.max(Math.abs(quality.yaw), Math.abs(quality.pitch)) > turnedBeyond) return 'faces_extreme_pose';
  return 'too_few_frames';
}
