import { FaceObservation, ModelEntry } from '@assay/contracts';
import { frameScores } from './frame-scores';
import { atPrevalence, logSumExp, sigmoid } from './statistics';
import { estimateTrack, probabilityOf } from './track-estimate';
import { estimateVideo } from './video-estimate';

/**
 * Holds: clear evidence is clear, little evidence stays near one half, bad frames count little, a forged stretch in a long
 * authentic track shows, a forged face among others shows, many authentic faces raise no alarm, NaN is no number.
 */
const detector = { id: 'd', calibration: { a: 1, b: 0, fittedOn: 'test' } } as ModelEntry;
const observation = (seconds: number, logit: number, weight = 0.8): FaceObservation => ({
  seconds,
  box: [0, 0, 100, 100],
  landmarks: Array<number>(10).fill(0),
  detectorScore: 0.9,
  quality: { sizePx: 150, sharpness: 100, exposure: 120, yaw: 0, pitch: 0, roll: 0, weight },
  logits: { d: logit },
  crop: null,
  overlay: null,
});
const estimate = (logits: number[], weights: number[] = []) => {
  const found = estimateTrack(frameScores(logits.map((logit, i) => observation(i, logit, weights[i] ?? 0.8)), [detector])); // prettier-ignore
  if (!found) throw new Error('no estimate');
  return found;
};
const probability = (logits: number[], weights?: number[]) => probabilityOf(estimate(logits, weights)).probability;
/** Reproducible noise, mean 0, standard deviation about 1. */
function noise(seed: number): () => number {
  let state = seed;
  const uniform = () => (state = (state * 48271) % 2147483647) / 2147483647;
  return () => (uniform() + uniform() + uniform() - 1.5) * 2;
}

describe('estimateTrack', () => {
  it('is sure of many frames that agree, and not of one', () => {
    expect(probability(Array<number>(12).fill(3))).toBeGreaterThan(0.93);
    expect(probability(Array<number>(12).fill(-3))).toBeLessThan(0.07);
    expect(probability([3])).toBeGreaterThan(0.6);
    expect(probability([3])).toBeLessThan(0.9);
    expect(probability([3, 3, 3])).toBeGreaterThan(probability([3]) + 0.02);
  });

  it('is never surer of its interval than another encode of the same footage lets it be', () => {
    const { interval } = probabilityOf(estimate(Array<number>(400).fill(0)));
    expect(interval[0]).toBeLessThan(0.28);
    expect(interval[1]).toBeGreaterThan(0.72);
  });

  it('gives a narrower interval the more frames there are, always around the probability', () => {
    const widths = [1, 4, 16].map((count) => {
      const { interval, probability: p } = probabilityOf(estimate(Array<number>(count).fill(0.5)));
      expect(interval[0]).toBeLessThan(p);
      expect(interval[1]).toBeGreaterThan(p);
      return interval[1] - interval[0];
    });
    expect(widths[0]).toBeGreaterThan(widths[1]!);
    expect(widths[1]).toBeGreaterThan(widths[2]!);
  });

  it('lets bad frames say little', () => {
    const weights = [...Array<number>(6).fill(0.9), ...Array<number>(6).fill(0.05)];
    expect(probability([...Array<number>(6).fill(-2), ...Array<number>(6).fill(6)], weights)).toBeLessThan(0.4);
  });

  it('lets one wild frame decide nothing', () => {
    expect(probability([...Array<number>(11).fill(-2), 500])).toBeLessThan(0.4);
  });

  it('shows a forged stretch in a long track, and names it', () => {
    const logits = Array.from({ length: 24 }, (_, i) => (i >= 10 && i < 15 ? 5 : -2));
    const found = estimate(logits);
    expect(found.worstStretch).toMatchObject({ startSeconds: 10, endSeconds: 14, frames: 5 });
    const whole = logits.reduce((sum, logit) => sum + logit, 0) / logits.length;
    expect(sigmoid(found.logit)).toBeGreaterThan(sigmoid(whole) + 0.2);
  });

  it('raises hardly more alarms in long authentic tracks than in short ones', () => {
    const alarms = (count: number) => {
      const next = noise(7);
      const tracks = Array.from({ length: 300 }, () => Array.from({ length: count }, () => -0.8 + 1.5 * next()));
      return tracks.filter((logits) => probability(logits) >= 0.7).length / 300;
    };
    expect(alarms(12)).toBeLessThan(0.03);
    expect(alarms(96)).toBeLessThan(0.03);
  });

  it('ignores logits that are no numbers, and has nothing to say about none', () => {
    expect(frameScores([observation(0, NaN), observation(1, Infinity)], [detector])).toEqual([]);
    expect(estimateTrack([])).toBeNull();
    const withNaN = frameScores([observation(0, 2), observation(1, NaN)], [detector]);
    expect(estimateTrack(withNaN)?.logit).toBeCloseTo(estimate([2]).logit, 9);
  });

  it('fuses only the detectors that did not abstain', () => {
    const both = { ...observation(0, 4), logits: { d: 4, e: 0 } };
    const other = { id: 'e', calibration: { a: 1, b: 0, fittedOn: 'test' } } as ModelEntry;
    expect(frameScores([both, observation(1, 4)], [detector, other]).map(({ logit }) => logit)).toEqual([2, 4]);
  });
});

describe('estimateVideo', () => {
  const face = (p: number, prominence = 10) => ({ logit: Math.log(p / (1 - p)), deviation: 0.5, prominence });
  const ofVideo = (faces: ReturnType<typeof face>[]) => sigmoid(estimateVideo(faces)?.logit ?? NaN);

  it('is the face for one face', () => {
    expect(ofVideo([face(0.83)])).toBeCloseTo(0.83, 9);
    expect(estimateVideo([])).toBeNull();
  });

  it('shows one clearly forged face among several', () => {
    expect(ofVideo([face(0.97), face(0.1), face(0.15), face(0.1)])).toBeGreaterThan(0.8);
  });

  it('does not add forty authentic faces up to an alarm', () => {
    const next = noise(3);
    const crowd = Array.from({ length: 40 }, () => face(sigmoid(-1 + 0.9 * next())));
    expect(ofVideo(crowd)).toBeLessThan(0.5);
  });

  it('counts a face in the background less than the one in front', () => {
    expect(ofVideo([face(0.9, 1), face(0.1, 100)])).toBeLessThan(ofVideo([face(0.9, 100), face(0.1, 1)]));
  });

  it('is as sure as the faces that it comes from: of one that outweighs the rest as that one, of equal ones surer', () => {
    const deviation = (faces: ReturnType<typeof face>[]) => estimateVideo(faces)?.deviation;
    expect(deviation([face(0.83)])).toBeCloseTo(0.5, 9);
    expect(deviation([face(0.999), face(0.01)])).toBeCloseTo(0.5, 2);
    expect(deviation(Array<ReturnType<typeof face>>(4).fill(face(0.6)))).toBeCloseTo(0.25, 9);
  });

  it('stays finite for any logits', () => {
    expect(logSumExp([])).toBe(-Infinity);
    expect(estimateVideo([{ logit: 900, deviation: 1, prominence: 0 }])?.logit).toBeCloseTo(900, 6);
  });
});

it('takes an even chance for the prevalence itself, and keeps certainty', () => {
  expect(atPrevalence(0.5, 0.05)).toBeCloseTo(0.05);
  expect(atPrevalence(0.9, 0.5)).toBeCloseTo(0.9);
  expect(atPrevalence(0.95, 0.05)).toBeCloseTo(0.5);
  expect([atPrevalence(0, 0.05), atPrevalence(1, 0.05)]).toEqual([0, 1]);
});
