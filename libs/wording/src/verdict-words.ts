import type { VerdictLabel } from '@assay/contracts';

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
  bad_exposure: 'too dark or too bright to judge',
  too_few_frames: 'seen in too few frames to judge',
  frames_disagree: 'its frames do not agree',
};
