import { FaceQuality, ReasonCode } from '@assay/contracts';
import { z } from 'zod';
import { usableWeight } from '../faces/quality';

export type Code = z.infer<typeof ReasonCode>;

/** Beyond these a face tells nothing about blending, whatever its other qualities. */
const blurredBelow = 12;
const turnedBeyond = 0.75;
const darkBelow = 30;
const brightAbove = 235;

/** Why a track has no judged frames, from the mean quality of its observations. */
export function abstentionFor(quality: FaceQuality): Code {
  if (quality.weight >= usableWeight * 4) return 'too_few_frames';
  if (quality.exposure < darkBelow || quality.exposure > brightAbove) return 'bad_exposure';
  if (quality.sharpness < blurredBelow) return 'faces_blurred';
  if (Math.max(Math.abs(quality.yaw), Math.abs(quality.pitch)) > turnedBeyond) return 'faces_extreme_pose';
  return 'too_few_frames';
}
