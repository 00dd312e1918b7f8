import { FaceObservation, ModelEntry } from '@assay/contracts';
import { obstacleOf } from './abstention';

/** What all detectors together say about one face in one frame. */
export interface FrameScore {
  seconds: number;
  /** Calibrated log odds of manipulation, mean over the detectors that gave a number. */
  logit: number;
  /** Quality weight, 0..1. */
  weight: number;
  observation: FaceObservation;
}

/** Used where a manifest entry was not calibrated: networks trained to near-certainty are too sure by about this much. */
const uncalibrated = { a: 0.5, b: 0 };

/** Log odds beyond this are no evidence that any detector here could have; one such frame must not decide a video. */
const largestLogit = 8;

/** Log odds of manipulation by one detector's logit. */
export function calibrated(logit: number, { calibration }: Pick<ModelEntry, 'calibration'>): number {
  const { a, b } = calibration ?? uncalibrated;
  return Math.min(largestLogit, Math.max(-largestLogit, a * logit + b));
}

/** Fuses the detectors' logits of each observation; those without a finite logit, or with something in the way of judging them, are left out. */
export function frameScores(observations: FaceObservation[], detectors: ModelEntry[]): FrameScore[] {
  return observations.flatMap((observation) => {
    const said = detectors.flatMap((detector) => {
      const logit = observation.logits[detector.id];
      return logit !== undefined && Number.isFinite(logit) ? [calibrated(logit, detector)] : [];
    });
    const weight = observation.quality.weight;
    if (said.length === 0 || !(weight > 0) || obstacleOf(observation)) return [];
    const logit = said.reduce((sum, value) => sum + value, 0) / said.length;
    return [{ seconds: observation.seconds, logit, weight, observation }];
  });
}
