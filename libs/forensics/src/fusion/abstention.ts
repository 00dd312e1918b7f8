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

/** Whether too much of a face is hidden in this frame for it to be judged. */
export const isHidden = ({ occlusion }: Pick<FaceObservation, 'occlusion'>): boolean => (occlusion ?? 0) > mostHidden;

/** Mean share hidden over the frames that a model looked at; null where none tells. */
export function meanOcclusion(observations: FaceObservation[]): number | null {
  const shares = observations.flatMap(({ occlusion }) => occlusion ?? []);
  return shares.length === 0 ? null : shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

/** Whether too much of a face is hidden in half of the frames that a model looked at, or in more. */
function isMostlyHidden(observations: FaceObservation[]): boolean {
  const looked = observations.filter(({ occlusion }) => occlusion !== undefined);
  return looked.length > 0 && 2 * looked.filter(isHidden).length >= looked.length;
}

/** Why a track has fewer judged frames than it needs: `judged` of them. */
export function abstentionFor(observations: FaceObservation[], judged: number, quality: FaceQuality): Code {
  if (isMostlyHidden(observations)) return 'faces_occluded';
  if (judged > 0) return 'too_few_frames';
  if (quality.weight >= usableWeight * 4) return 'too_few_frames';
  if (quality.exposure < darkBelow || quality.exposure > brightAbove) return 'bad_exposure';
  if (quality.sharpness < blurredBelow) return 'faces_blurred';
  if (Math.max(Math.abs(quality.yaw), Math.abs(quality.pitch)) > turnedBeyond) return 'faces_extreme_pose';
  return 'too_few_frames';
}
