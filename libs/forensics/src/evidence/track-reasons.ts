import { Policy, Verdict } from '@assay/contracts';
import { briefStretch } from '../fusion/brief-stretch';
import { JudgedTrack } from '../fusion/describe-track';
import { sigmoid } from '../fusion/statistics';
import { Stretch } from '../fusion/track-estimate';
import { boundaryWords } from './boundary-words';
import { descriptionWords } from './description-words';
import { clock, plural, stretchText } from './time-text';

export type Reason = Verdict['reasons'][number];

/** Suspicious faces described one by one; the rest are counted. */
const mostDescribed = 5;

/** What was seen on the faces that look manipulated, the most suspicious first. */
export function forgeryReasons(tracks: JudgedTrack[], policy: Policy, still: boolean): Reason[] {
  const suspicious = tracks
    .filter(({ track }) => (track.probability ?? 0) >= policy.thresholds.manipulated)
    .sort((a, b) => b.track.probability! - a.track.probability!);
  const reasons = suspicious.slice(0, mostDescribed).flatMap((judged) => [
    ...framingReason(judged),
    // Where the framing alone carries it, the detectors have nothing to tell.
    ...(sigmoid(judged.seen!.logit) >= policy.thresholds.manipulated || !judged.framing
      ? [forgeryReason(judged, policy, still)]
      : []),
  ]);
  if (suspicious.length > mostDescribed) {
    const more = plural(suspicious.length - mostDescribed, 'more face shows', 'more faces show');
    reasons.push({ code: 'forged_face', text: `${more} such signs.`, track: null, atSeconds: null });
  }
  return reasons;
}

/** Faces that look authentic as a whole but not for a short stretch. */
export function briefReasons(tracks: JudgedTrack[], policy: Policy): Reason[] {
  return tracks
    .filter((judged) => (judged.track.probability ?? 1) < policy.thresholds.manipulated)
    .flatMap((judged): Reason[] => {
      const stretch = briefStretch(judged, policy);
      return stretch ? [briefReason(judged, stretch)] : [];
    })
    .slice(0, mostDescribed);
}

function forgeryReason(judged: JudgedTrack, policy: Policy, still: boolean): Reason {
  const { track, frames, onePicture } = judged;
  const stretch = briefStretch(judged, policy);
  if (stretch) return briefReason(judged, stretch);
  const showing = frames.filter(({ logit }) => logit > 0);
  const where = boundaryWords(showing.map(({ observation }) => observation));
  const as = onePicture ? ' as one picture that does not move' : '';
  const seen = still ? '' : `, seen ${stretchText(track.startSeconds, track.endSeconds)}${as},`;
  const count = still || onePicture ? '' : ` in ${showing.length} of ${plural(frames.length, 'frame')} judged`;
  const what = where
    ? `shows signs of a blended face around ${where}${count}`
    : `looks like the forged faces that the detectors learnt from${count}, without a clear border`;
  return {
    code: where ? 'blending_boundary' : 'forged_face',
    text: [`${name(track.index)}${seen} ${what}.`, descriptionWords(track.descriptions) ?? []].flat().join(' '),
    track: track.index,
    atSeconds: track.evidence[0]?.seconds ?? track.startSeconds,
  };
}

function framingReason({ track, framing }: JudgedTrack): Reason[] {
  if (!framing) return [];
  const text =
    `The picture is cut around ${name(track.index).toLowerCase()} as generators of the StyleGAN kind cut their portraits: eyes and mouth ` +
    `are within ${Math.max(1, Math.round(100 * framing.deviation))} % of the picture's side of the place where they put them. ` +
    'Photographs rarely are, unless somebody cut them by the same rule.';
  return [{ code: 'generator_framing', text, track: track.index, atSeconds: null }];
}

function briefReason({ track, frames }: JudgedTrack, { startSeconds, endSeconds, frames: count }: Stretch): Reason {
  const within = frames.filter(({ seconds }) => seconds >= startSeconds && seconds <= endSeconds);
  const where = boundaryWords(within.map(({ observation }) => observation));
  const around = where ? ` around ${where}` : '';
  return {
    code: 'brief_forgery',
    text: `${name(track.index)} shows signs of a blended face${around} between ${clock(startSeconds)} and ${clock(
      endSeconds,
    )} (${plural(count, 'frame')}); the rest of its ${plural(frames.length, 'judged frame')} looks authentic or unsure.`,
    track: track.index,
    atSeconds: startSeconds,
  };
}

/** People count faces from one. */
export const name = (index: number) => `Face ${index + 1}`;

/** Never 0 or 100 %: the calibration does not carry that. */
export const percent = (probability: number) => `${Math.min(99, Math.max(1, Math.round(probability * 100)))} %`;
