import { FrameScore } from './frame-scores';
import { effectiveCount, logSumExp, sigmoid, weightedMean } from './statistics';

/** What a face track says about itself. */
export interface TrackEstimate {
  /** Calibrated log odds of manipulation. */
  logit: number;
  /** Standard error of `logit`. */
  deviation: number;
  /** The stretch that speaks most for a forgery, where the track is long enough to have stretches. */
  worstStretch: Stretch | null;
}

export interface Stretch {
  startSeconds: number;
  endSeconds: number;
  frames: number;
  /** Those of them that speak for a forgery on their own. */
  agreeing: number;
  logit: number;
  /** Log odds of the frames outside it. */
  logitElsewhere: number;
}

/** Calibration is fitted on mean logits of about this many frames. */
const calibratedFrames = 12;
/**
 * Variance between frames of one face in units of the variance between faces: how soon more frames stop helping. From the labelled
 * clips without their labels (`eval-ensemble` in training/, `frameVariance`; decision 024).
 */
const frameVariance = 0.47;

/** Spread of frame log odds to expect before seeing any, and how many frames that expectation is worth. */
const expectedSpread = 1;
const expectedSpreadFrames = 3;
/** Frames of one face share light, codec and pose: this part of their spread does not average out. */
const frameCorrelation = 0.1;
/** Standard error of the calibration itself, log odds: a few dozen validation clips cannot do better. */
const calibrationDeviation = 0.4;

/** Scored frames in a stretch that may be forged on its own, and the share of forgeries taken to be that brief. */
export const stretchFrames = 5;
const briefShare = 0.25;

/**
 * Fuses the frame scores of one track: the quality-weighted mean log odds, drawn towards 0 where frames are few, mixed with
 * the chance that only a stretch is forged (one stretch out of all equally likely ones, so that a longer track does not
 * raise more alarms).
 *
 * @returns null for no frames. The standard error comes from the spread of the frames (with a prior for few frames and a
 *   part that does not average out) and the calibration's own; a normal interval in log odds follows from it
 */
export function estimateTrack(frames: FrameScore[]): TrackEstimate | null {
  if (frames.length === 0) return null;
  const items = frames.map(({ logit, weight }) => ({ value: logit, weight }));
  const mean = weightedMean(items);
  const count = effectiveCount(items);
  const best = Math.max(...frames.map(({ weight }) => weight));
  const whole = shrunk(mean, count, worthOf(frames, fullWeight));
  const spread = weightedMean(items.map(({ value, weight }) => ({ value: (value - mean) ** 2, weight })));
  const variance = (count * spread + expectedSpreadFrames * expectedSpread ** 2) / (count - 1 + expectedSpreadFrames);
  const deviation = Math.sqrt(
    variance * (frameCorrelation + (1 - frameCorrelation) / count) + calibrationDeviation ** 2,
  );
  const stretches = stretchesOf(frames, Math.max(best, fullWeight));
  if (stretches.length === 0) return { logit: whole, deviation, worstStretch: null };
  const brief = logSumExp(stretches.map(({ logit }) => logit)) - Math.log(stretches.length);
  const worstStretch = stretches.reduce((worst, stretch) => (stretch.logit > worst.logit ? stretch : worst));
  return {
    logit: logSumExp([Math.log(1 - briefShare) + whole, Math.log(briefShare) + brief]),
    deviation,
    worstStretch,
  };
}

/** The estimate of a picture that is shown in several frames: their mean, and no more certain than one frame. Null for no frames. */
export function estimateRepeated(frames: FrameScore[]): TrackEstimate | null {
  const [first] = frames;
  if (!first) return null;
  const logit = weightedMean(frames.map((frame) => ({ value: frame.logit, weight: frame.weight })));
  const weight = frames.reduce((sum, frame) => sum + frame.weight, 0) / frames.length;
  return estimateTrack([{ ...first, logit, weight }]);
}

/**
 * Mean log odds of `count` frames as they would be for as many frames as the calibration was fitted on.
 *
 * @param worth how many whole frames they are worth: what they lack in quality is noise beyond that of whole ones, with the
 *   variance between faces for each frame that is left
 */
export function shrunk(mean: number, count: number, worth = count): number {
  const lacking = Math.max(0, 1 / Math.max(1e-9, worth) - 1 / Math.max(1e-9, count));
  const variance = frameVariance / Math.max(1e-9, count) + lacking;
  return mean * Math.min(1, (1 + frameVariance / calibratedFrames) / (1 + variance));
}

/** Frames of this quality weight or more count as whole ones. */
const fullWeight = 0.3;

/** How many frames of the reference weight these are worth: five frames of a blur are not five frames. */
const worthOf = (frames: FrameScore[], referenceWeight: number) =>
  frames.reduce((sum, { weight }) => sum + weight, 0) / referenceWeight;

/** Every run of `stretchFrames` frames, in tracks with at least twice as many. */
function stretchesOf(frames: FrameScore[], referenceWeight: number): Stretch[] {
  if (frames.length < 2 * stretchFrames) return [];
  const mean = (part: FrameScore[]) => {
    const items = part.map(({ logit, weight }) => ({ value: logit, weight }));
    return shrunk(weightedMean(items), effectiveCount(items), worthOf(part, referenceWeight));
  };
  return Array.from({ length: frames.length - stretchFrames + 1 }, (_, start) => {
    const inside = frames.slice(start, start + stretchFrames);
    const outside = [...frames.slice(0, start), ...frames.slice(start + stretchFrames)];
    return {
      startSeconds: inside[0]!.seconds,
      endSeconds: inside.at(-1)!.seconds,
      frames: inside.length,
      agreeing: inside.filter(({ logit }) => logit > 0).length,
      logit: mean(inside),
      logitElsewhere: mean(outside),
    };
  });
}

/** Standard deviations on either side of a 90 % interval. */
const ninetyPercent = 1.645;
/**
 * How far the log odds of the same footage move when it comes another way: encoded again by a platform or a messenger, made
 * smaller, cropped. Standard deviation, from `assay eval --uploads` on 60 labelled clips (docs/benchmarks.md): with it nine of ten
 * copies are given a probability inside the interval of their file.
 */
const wayDeviation = 0.54;

type Estimate = Pick<TrackEstimate, 'logit' | 'deviation'>;

/** Probability of an estimate, and the 90 % interval of what the same footage would be given, seen in other frames or come another way. */
export function probabilityOf({ logit, deviation }: Estimate): { probability: number; interval: [number, number] } {
  return { probability: sigmoid(logit), interval: around(logit, Math.hypot(deviation, wayDeviation)) };
}

/** The 90 % interval that the frames alone leave open. */
export const framesInterval = ({ logit, deviation }: Estimate): [number, number] => around(logit, deviation);

function around(logit: number, deviation: number): [number, number] {
  const reach = ninetyPercent * deviation;
  return [sigmoid(logit - reach), sigmoid(logit + reach)];
}
