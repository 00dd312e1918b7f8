import { Box, Policy, Probe, VerdictTrack } from '@assay/contracts';
import { JudgedTrack } from '../fusion/describe-track';
import type { FrameScore } from '../fusion/frame-scores';
import { descriptionWords } from './description-words';
import { clock, plural } from './time-text';
import { name, percent, Reason } from './track-reasons';

/** Nearer to even odds than this, a score leans to no side. */
const leansFrom = 0.1;

/** A face smaller than this, px: of copies at half the size our detectors rank forgeries far worse (docs/benchmarks.md). */
const smallBelow = 100;
/** Variance of the Laplacian; see `FaceQuality`. */
const softBelow = 60;
/**
 * Bits that a file spends on a pixel of each picture. Labelled clips by x264, of 268 to 512 lines: 0.027 and more at CRF 23, 0.012 to 0.047
 * at CRF 28, 0.004 to 0.019 at CRF 36; one of 720 lines: 0.015, 0.009, 0.005.
 */
const fewBits = 0.01;
/** Codecs that show as much with about half of the bits. */
const newerCodecs: ReadonlySet<string> = new Set(['hevc', 'vp9', 'av1', 'vvc']);
/**
 * Mean way of a face from one frame to the next, in widths of its box, below which the scene stands still: that takes few bits however well
 * it is kept (0.006 at CRF 23). The stillest of the labelled clips has 0.008.
 */
const leastMoving = 0.005;

export interface UnsureFacts {
  /** Of the whole file. */
  probability: number | null;
  policy: Policy;
  probe: Probe;
}

/** No firm answer, but not nothing either: which side the score leans to, in how many frames, and where to look. */
export function leaningReason({ track, frames, onePicture }: JudgedTrack, facts: UnsureFacts): Reason {
  const { thresholds } = facts.policy;
  const still = facts.probe.kind === 'still';
  const probability = facts.probability ?? track.probability ?? 0;
  const range = `${percent(thresholds.authentic)} and ${percent(thresholds.manipulated)}`;
  const { share, atSeconds } = speakingFrames(frames, ` of ${name(track.index).toLowerCase()}`);
  const text = [
    `The score lies between the policy's thresholds (${range}): too weak for a firm answer. ${leaning(probability)}.`,
    ...(onePicture
      ? [`${name(track.index)} does not move: it is the same picture throughout, and counts as one frame.`]
      : []),
    still || onePicture
      ? 'Whether the whole picture was generated, the score does not say.'
      : `${share[0]!.toUpperCase()}${share.slice(1)}.`,
    ...(probability >= 0.5 + leansFrom ? [descriptionWords(track.descriptions) ?? []].flat() : []),
  ].join(' ');
  return {
    code: 'between_thresholds',
    text,
    track: track.index,
    atSeconds: still || onePicture ? null : atSeconds,
  };
}

/**
 * How many frames speak for a forgery, and which most of all: a clause that begins small, and the moment, null for none.
 *
 * @param whose put behind the number of frames
 */
export function speakingFrames(frames: FrameScore[], whose = ''): { share: string; atSeconds: number | null } {
  const speaking = frames.filter(({ logit }) => logit > 0).length;
  const [only] = frames.length === 1 ? frames : [];
  if (only) {
    const speaks = speaking === 1 ? 'speaks' : 'does not speak';
    return {
      share: `the one judged frame${whose} ${speaks} for a forgery`,
      atSeconds: speaking === 1 ? only.seconds : null,
    };
  }
  const count = `${speaking === 0 ? 'none' : speaking} of ${plural(frames.length, 'judged frame')}${whose}`;
  if (speaking === 0) return { share: `${count} speaks for a forgery`, atSeconds: null };
  const { seconds } = frames.reduce((best, frame) => (frame.logit > best.logit ? frame : best));
  const where = `most of all the one at ${clock(seconds, true)}`;
  return { share: `${count} ${speaking === 1 ? 'speaks' : 'speak'} for a forgery, ${where}`, atSeconds: seconds };
}

/** Which side a probability leans to, as a sentence without its end. */
export function leaning(probability: number): string {
  if (Math.abs(probability - 0.5) < leansFrom) return 'It leans to neither side';
  return probability > 0.5 ? 'It leans towards a forgery' : 'It leans towards an authentic face';
}

/** What about the file may keep the answer weak, and would be better in a copy nearer to the source; null where nothing is. */
export function betterCopyReason({ track }: JudgedTrack, probe: Probe): Reason | null {
  const { sizePx, sharpness } = track.quality;
  const bits = bitsPerPixel(probe);
  const few = newerCodecs.has(probe.codec) ? fewBits / 2 : fewBits;
  const limits = [
    ...(sizePx < smallBelow ? [`${name(track.index)} is only about ${Math.round(sizePx)} px across`] : []),
    ...(sharpness < softBelow ? [`${name(track.index)} is soft: out of focus, or enlarged`] : []),
    ...(bits !== null && bits < few && movement(track.observations) >= leastMoving
      ? [`the file spends ${bits.toFixed(3)} bits on a pixel, as strongly compressed ones do`]
      : []),
  ];
  if (limits.length === 0) return null;
  const found = limits.join('; ');
  const text =
    `${found[0]!.toUpperCase()}${found.slice(1)}. That takes away much of what gives a forgery away: ` +
    'a copy nearer to the source may give a firmer answer.';
  return { code: 'better_copy', text, track: track.index, atSeconds: null };
}

/** Mean way of a face's centre from one frame to the next, in widths of its box; 0 for one frame. */
function movement(observations: VerdictTrack['observations']): number {
  const centre = ([x, y, width, height]: Box): [number, number] => [x + width / 2, y + height / 2];
  const ways = observations.slice(1).map(({ box }, i) => {
    const before = observations[i]!.box;
    const [[x, y], [fromX, fromY]] = [centre(box), centre(before)];
    return Math.hypot(x - fromX, y - fromY) / before[2];
  });
  return ways.length === 0 ? 0 : ways.reduce((sum, way) => sum + way, 0) / ways.length;
}

function bitsPerPixel({ kind, bitRate, width, height, framesPerSecond }: Probe): number | null {
  if (kind === 'still' || bitRate === null || framesPerSecond <= 0) return null;
  return bitRate / (width * height * framesPerSecond);
}
