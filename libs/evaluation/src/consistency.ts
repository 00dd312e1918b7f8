import { type BootstrapSettings, percentile } from './bootstrap';
import { expectedCalibrationError } from './calibration';
import { seededRandom } from './random';
import { type Sample, unitWeights } from './sample';

/** What the calibration error would be by chance alone. */
export interface CalibrationByChance {
  mean: number;
  /** 95 of 100 samples of perfectly calibrated answers stay below. */
  upper: number;
}

/**
 * The expected calibration error of answers that are perfectly calibrated, on so many items with these probabilities: truths
 * are drawn from the probabilities, over and over (consistency resampling; Bröcker & Smith 2007). With 60 items in ten bins it
 * is 0.1: an error measured there says little unless it is above `upper`.
 *
 * @returns null for an empty sample
 */
export function calibrationByChance(
  sample: Sample,
  { seed, resamples }: BootstrapSettings,
): CalibrationByChance | null {
  if (sample.size === 0) return null;
  const random = seededRandom(seed);
  const weights = unitWeights(sample);
  const errors = Float64Array.from({ length: resamples }, () => {
    const fake = Uint8Array.from(sample.scores, (probability) => (random() < probability ? 1 : 0));
    return expectedCalibrationError({ ...sample, fake }, weights);
  }).sort();
  return { mean: errors.reduce((sum, error) => sum + error, 0) / resamples, upper: percentile(errors, 0.95) };
}
