import { Box, FaceObservation, FaceQuality, ModelEntry, Policy, Probe, VerdictTrack } from '@assay/contracts';
import { usableWeight } from '../faces/quality';
import { JoinedTrack } from '../tracks/join-tracks';
import { abstentionFor, meanSeen, obstacleOfTrack, Refusals, refusalsOf } from './abstention';
import { faceMotion, leastMotion } from './face-motion';
import { FrameScore, frameScores } from './frame-scores';
import { descriptionsOf } from './descriptions';
import { Framing, portraitFraming } from './portrait-framing';
import { eitherLogit, round, sigmoid, weightedMean } from './statistics';
import { estimateRepeated, estimateTrack, probabilityOf, TrackEstimate } from './track-estimate';

/** A track with everything that the verdict says about it and what the fusion still needs. */
export interface JudgedTrack {
  track: VerdictTrack;
  frames: FrameScore[];
  /** What the detectors saw and the framing told, together. */
  estimate: TrackEstimate | null;
  /** What the detectors alone say; null where nothing was scored. */
  seen: TrackEstimate | null;
  framing: Framing | null;
  /** A picture that is shown for a while: the face does not move, so that all frames tell no more than one. */
  onePicture: boolean;
  /** Frames that were judged and frames that were not, by what kept them from it. */
  refusals: Refusals;
  /** Moments at which it was fit to be judged and other frames were chosen. */
  unscoredSeconds: ReadonlySet<number>;
  prominence: number;
}

/** Pictures shown per track. */
const evidenceShown = 6;
/** And of one that was judged in none. */
const unjudgedShown = 2;

const roundedBox = ([x, y, width, height]: Box): Box => [round(x, 1), round(y, 1), round(width, 1), round(height, 1)];

/**
 * Judges one track.
 *
 * @param minFrames judged frames below which it abstains; null: what there is counts, and is only a hint
 * @param probe of the file: the framing of a still is evidence too, and of a video that shows one picture
 */
export function describeTrack(
  { index, shots, observations }: JoinedTrack,
  detectors: ModelEntry[],
  minFrames: Policy['faces']['minFrames'] | null,
  probe: Pick<Probe, 'kind' | 'width' | 'height'>,
): JudgedTrack {
  const frames = frameScores(observations, detectors);
  const motion = faceMotion(observations);
  const onePicture = motion !== null && motion < leastMotion;
  const framing = portraitFraming(observations[0]!.landmarks, onePicture ? { ...probe, kind: 'still' } : probe);
  const seen = onePicture ? estimateRepeated(frames) : estimateTrack(frames);
  const estimate = seen && framing ? withFraming(seen, framing) : seen;
  const refusals = refusalsOf(observations);
  const refused = minFrames === null ? null : obstacleOfTrack(refusals);
  const enough = estimate !== null && refused === null && frames.length >= (minFrames ?? 1);
  const quality = meanQuality(observations);
  const [occlusion, outOfDomain] = [meanSeen(observations, 'occlusion'), meanSeen(observations, 'outOfDomain')];
  const logitOf = new Map(frames.map((frame) => [frame.observation, frame.logit]));
  const track: VerdictTrack = {
    index,
    startSeconds: observations[0]!.seconds,
    endSeconds: observations.at(-1)!.seconds,
    shots,
    framesSeen: observations.length,
    framesScored: frames.length,
    ...(enough ? rounded(estimate) : { probability: null, interval: null }),
    abstention: enough ? null : (refused ?? abstentionFor(refusals, frames.length, quality)),
    scores: meanScores(frames, detectors),
    framingDeviation: framing ? round(framing.deviation, 4) : null,
    ...(motion === null ? {} : { motion: round(motion, 4) }),
    descriptions: descriptionsOf(frames, detectors),
    quality,
    occlusion: occlusion === null ? null : round(occlusion, 3),
    outOfDomain: outOfDomain === null ? null : round(outOfDomain, 3),
    observations: observations.map((observation) => {
      const logit = logitOf.get(observation);
      return {
        seconds: observation.seconds,
        box: roundedBox(observation.box),
        logit: logit === undefined ? null : round(logit, 4),
        weight: round(observation.quality.weight, 4),
      };
    }),
    evidence: frames.length > 0 ? evidenceOf(frames) : unjudgedEvidence(observations),
  };
  const prominence = observations.reduce((sum, { quality: q }) => sum + q.weight, 0);
  const unscoredSeconds = unscored(observations);
  return { track, frames, estimate, seen, framing, onePicture, refusals, unscoredSeconds, prominence };
}

const unscored = (observations: FaceObservation[]): ReadonlySet<number> =>
  new Set(observations.filter(isUnscored).map(({ seconds }) => seconds));

function isUnscored({ logits, occlusion, outOfDomain, quality }: FaceObservation): boolean {
  const looked = Object.keys(logits).length > 0 || (occlusion ?? outOfDomain) !== undefined;
  return !looked && quality.weight >= usableWeight;
}

/** A face is forged if something was done to it or the whole picture was made by a generator: two ways that know nothing of each other. */
const withFraming = (seen: TrackEstimate, { probability }: Framing): TrackEstimate => ({
  ...seen,
  logit: eitherLogit(seen.logit, Math.log(probability / (1 - probability))),
});

/** Probability and interval as a verdict writes them. */
export function rounded(estimate: Pick<TrackEstimate, 'logit' | 'deviation'>): {
  probability: number;
  interval: [number, number];
} {
  const { probability, interval } = probabilityOf(estimate);
  return { probability: round(probability, 4), interval: [round(interval[0], 4), round(interval[1], 4)] };
}

function meanScores(frames: FrameScore[], detectors: ModelEntry[]): Record<string, number> {
  const scores: Record<string, number> = {};
  for (const { id } of detectors) {
    const items = frames.flatMap(({ weight, observation }) => {
      const value = observation.logits[id];
      return value !== undefined && Number.isFinite(value) ? [{ value, weight }] : [];
    });
    if (items.length > 0) scores[id] = round(weightedMean(items), 4);
  }
  return scores;
}

function meanQuality(observations: FaceObservation[]): FaceQuality {
  const mean = (key: keyof FaceQuality, digits: number) =>
    round(observations.reduce((sum, { quality }) => sum + quality[key], 0) / observations.length, digits);
  return {
    sizePx: mean('sizePx', 1),
    sharpness: mean('sharpness', 1),
    exposure: mean('exposure', 1),
    yaw: mean('yaw', 3),
    pitch: mean('pitch', 3),
    roll: mean('roll', 1),
    weight: mean('weight', 4),
  };
}

function evidenceOf(frames: FrameScore[]): VerdictTrack['evidence'] {
  return frames
    .flatMap(({ logit, weight, observation }) =>
      shownIn(observation, round(sigmoid(logit), 4)).map((shown) => ({ shown, value: sigmoid(logit) * weight })),
    )
    .sort((a, b) => b.value - a.value)
    .slice(0, evidenceShown)
    .map(({ shown }) => shown);
}

/** Of a face that was judged in no frame: what was kept of it, so that a person sees why. */
function unjudgedEvidence(observations: FaceObservation[]): VerdictTrack['evidence'] {
  return [...observations]
    .sort((a, b) => b.quality.weight - a.quality.weight)
    .flatMap((observation) => shownIn(observation, null))
    .slice(0, unjudgedShown);
}

/** A frame as evidence; empty where no picture of it was kept. */
function shownIn(
  { seconds, box, crop, overlay }: FaceObservation,
  probability: number | null,
): VerdictTrack['evidence'] {
  return crop === null ? [] : [{ seconds, box: roundedBox(box), probability, crop, overlay }];
}
