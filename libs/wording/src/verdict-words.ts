import type { Verdict, VerdictLabel } from '@assay/contracts';
import { chance, percent } from './numbers';

/** '1 in 3' may stand for 0.33, and not for 0.4. */
const roundedOff = 0.05;

export const labelWords: Record<VerdictLabel, string> = {
  likely_manipulated: 'Likely manipulated',
  likely_authentic: 'Likely authentic',
  inconclusive: 'Inconclusive',
  rejected: 'Could not be scanned',
};

/** A sign beside the colour, for those who do not see the colour. */
export const labelSigns: Record<VerdictLabel, string> = {
  likely_manipulated: '▲',
  likely_authentic: '✓',
  inconclusive: '?',
  rejected: '×',
};

/** Why a face has no probability of its own. */
export const abstentionWords: Record<string, string> = {
  faces_too_small: 'too small to judge',
  faces_blurred: 'too blurred to judge',
  faces_extreme_pose: 'turned too far away to judge',
  faces_occluded: 'too much of it hidden to judge',
  out_of_domain: 'unlike the pictures that the detectors learned from',
  bad_exposure: 'too dark or too bright to judge',
  too_few_frames: 'seen in too few frames to judge',
  frames_disagree: 'its frames do not agree',
};

/** `score of this frame 87 %`; of a frame that shows a face without being judged, that. */
export const frameWords = (probability: number | null): string =>
  probability === null ? 'a frame that was not judged' : `score of this frame ${chance(probability)}`;

/** The same as short as it goes, for beside a picture. */
export const frameNote = (probability: number | null): string =>
  probability === null ? 'not judged' : chance(probability);

/** `Where 1 in 20 such files is forged, the chance that this one is would be 29 %.`; null without a probability. */
export function prevalenceWords({ atPrevalence }: Pick<Verdict, 'atPrevalence'>): string | null {
  // A document of before this was told has no such field.
  if (!atPrevalence) return null;
  const { prevalence, probability } = atPrevalence;
  const one = Math.round(1 / prevalence);
  const where =
    Math.abs(one * prevalence - 1) < roundedOff
      ? `Where 1 in ${one} such files is forged`
      : `Where ${percent(prevalence)} of such files are forged`;
  return `${where}, the chance that this one is would be ${chance(probability)}.`;
}

/** What the interval beside a probability says. How far the answer moves on another way was measured on videos alone. */
export const intervalWords = ({ kind }: Pick<Verdict, 'kind'>): string =>
  kind === 'still'
    ? 'a rough range; not measured on pictures'
    : 'where nine of ten probabilities lie that the same footage is given, seen in other frames or come another way (encoded again, smaller, cropped)';
