import { ModelEntry, Plan, Policy, Probe, SegmentResult, Verdict } from '@assay/contracts';
import { Code, Obstacle } from '../fusion/abstention';
import { JudgedTrack } from '../fusion/describe-track';
import { type Glimpses, hasSay } from '../fusion/glimpses';
import type { Stretch } from '../fusion/track-estimate';
import { type Stretch as Unseen, unreadStretches } from '../fusion/unseen';
import { disagreementOf } from '../fusion/disagreement';
import { glimpsesLookForged, glimpsesReason } from './glimpse-reasons';
import { leftOutFrames, whyLeftOut } from './left-out-frames';
import { withSampling } from './sparse-sampling';
import { briefReasons, forgeryReasons, name, percent, Reason } from './track-reasons';
import { clock, listText, plural } from './time-text';
import { betterCopyReason, leaningReason } from './unsure-reasons';

export interface ReasonFacts {
  verdict: Verdict['verdict'];
  probability: number | null;
  /** 90 % interval of the probability that the frames alone leave open. */
  framesInterval: [number, number] | null;
  tracks: JudgedTrack[];
  /** What faces that are seen too briefly each say together, where that is a good part of what was seen. */
  glimpses: Glimpses | null;
  /** No face had enough frames to be judged by itself. */
  noneJudged: boolean;
  /** No face had enough frames; the probability comes from what little there is. */
  fewFrames: boolean;
  /** What was seen looks authentic as a whole, and not in this stretch of an edited film. */
  doubtful: Stretch | null;
  /** The file looks authentic as a whole, and this face does not. */
  alarming: JudgedTrack | null;
  /** One picture, as a still or shown as a video, without signs of a forgery: it may have been generated whole. */
  generated: boolean;
  /** What was seen looks authentic, and it is too little to say so of the whole. */
  withheld: boolean;
  segments: SegmentResult[];
  plan: Plan;
  probe: Probe;
  policy: Policy;
  /** The frame detectors that scored the faces. */
  detectors: ModelEntry[];
}

/** An interval as wide as this says that the frames of a face do not agree with each other. */
const disagreementWidth = 0.6;

/** Reasons in plain language, the most important first; never empty. */
export function verdictReasons(facts: ReasonFacts): Reason[] {
  const { verdict, tracks, policy, probe } = facts;
  const still = probe.kind === 'still';
  const together = glimpsesReason(facts);
  const forgedTogether = glimpsesLookForged(facts);
  const seen = [
    ...(facts.noneJudged ? [] : [...forgeryReasons(tracks, policy, still), ...briefReasons(tracks, policy)]),
    ...(forgedTogether ? together : []),
  ];
  const reasons = [...seen];
  if (verdict === 'likely_authentic') reasons.push(noSigns(facts));
  if (verdict === 'inconclusive')
    reasons.push(...(facts.probability === null ? [nothingJudged(facts)] : unsure(facts)));
  if (!forgedTogether) reasons.push(...together);
  reasons.push(...framesLeftOut(facts), ...notJudged(facts), ...notSeen(facts), ...cutShort(probe));
  if (seen.length > 0) {
    // Said once, where a person reads it: what such a score is and is not.
    const last = seen.at(-1)!;
    reasons[seen.length - 1] = { ...last, text: `${last.text} This is a lead to check by eye, not proof.` };
  }
  return withSampling(reasons, facts);
}

/** Of a hint the reason itself says what is lacking. */
const framesLeftOut = ({ tracks, glimpses, fewFrames }: ReasonFacts): Reason[] =>
  fewFrames ? [] : leftOutFrames(tracks.filter((face) => hasSay(face, glimpses)));

function reason(code: Code, text: string): Reason {
  return { code, text, track: null, atSeconds: null };
}

function noSigns({ tracks, glimpses }: ReasonFacts): Reason {
  const judged = tracks.filter((face) => hasSay(face, glimpses));
  const frames = new Set(judged.flatMap(({ frames: scored }) => scored.map(({ seconds }) => seconds))).size;
  return reason(
    'no_forgery_signs',
    `The detectors found little that speaks for a blended or swapped face on ${plural(judged.length, 'face')} in ${plural(frames, 'judged frame')}. ` +
      'Only faces were examined; kinds of forgery that the detectors have not learnt, other edits and sound may go unnoticed.',
  );
}

/** Faces that the answer does not speak of, where it speaks of others. */
function notJudged(facts: ReasonFacts): Reason[] {
  const { tracks, segments, fewFrames, glimpses, probability, policy } = facts;
  if (fewFrames || probability === null) return [];
  const crowd = segments.some(({ facesLeftOut = 0 }) => facesLeftOut > 0)
    ? [
        reason(
          'some_faces_not_judged',
          `In some frames there are more faces than the ${policy.faces.maxPerFrame} that are looked at: this answer says nothing about the others.`,
        ),
      ]
    : [];
  const left = tracks.filter((face) => !hasSay(face, glimpses));
  const small = segments.reduce((sum, { facesTooSmall }) => sum + facesTooSmall, 0);
  const smaller = `Faces smaller than ${policy.faces.minSizePx} px`;
  if (left.length === 0) {
    if (small === 0) return crowd;
    return [
      ...crowd,
      reason(
        'some_faces_not_judged',
        `${smaller} were seen, too, and not judged: this answer says nothing about them.`,
      ),
    ];
  }
  const counts = new Map<string, number>();
  for (const { track } of left) {
    const why = briefly[track.abstention ?? 'too_few_frames'] ?? 'not fit to be judged';
    counts.set(why, (counts.get(why) ?? 0) + 1);
  }
  const whys = [...counts].sort((a, b) => b[1] - a[1]);
  const why = whys.map(([text, count]) => (whys.length > 1 ? `${count} ${text}` : text)).join('; ');
  const it = left.length === 1 && small === 0 ? 'it' : 'them';
  const more = small === 0 ? '' : ` ${smaller} were not judged either.`;
  return [
    ...crowd,
    reason(
      'some_faces_not_judged',
      `${plural(left.length, 'more face was', 'more faces were')} not judged (${why}): this answer says nothing about ${it}.${more}`,
    ),
  ];
}

const briefly: Partial<Record<Code, string>> = {
  faces_blurred: 'too blurred',
  faces_extreme_pose: 'turned too far away',
  ...whyLeftOut,
  bad_exposure: 'too dark or too bright',
  too_few_frames: 'seen too briefly or too poorly',
};

/** Why there is no firm answer, and what about the file may be to blame. */
function unsure(facts: ReasonFacts): Reason[] {
  if (facts.alarming) {
    const face = name(facts.alarming.track.index);
    const text = `The file as a whole looks authentic, but ${face} does not, as said above: look there before it is called so.`;
    return [reason('between_thresholds', text)];
  }
  if (facts.generated) {
    return [
      reason(
        'generation_not_excluded',
        `${sameThroughout(facts)}Little speaks for a blended or swapped face. Whether the whole picture was generated cannot be told from its face: generated ` +
          'portraits often look cleaner to these detectors than photographs, so one picture is never called authentic. Ask where it was first published.',
      ),
    ];
  }
  // What the glimpses say together is the reason then.
  if (((facts.noneJudged && facts.glimpses) || facts.doubtful) && !facts.withheld) return [];
  const judged = facts.tracks.filter(({ track, frames }) => track.probability !== null && frames.length > 0);
  const [first] = mostSuspicious(judged);
  const copy = first ? betterCopyReason(first, facts.probe) : null;
  return [whyUnsure(facts, first), ...(copy ? [copy] : [])];
}

/** Of a picture that is shown as a video; empty for a still, of which nobody expects that it moves. */
function sameThroughout({ tracks, glimpses }: ReasonFacts): string {
  const faces = tracks.filter((face) => face.onePicture && hasSay(face, glimpses));
  if (faces.length === 0) return '';
  const seen = plural(
    new Set(faces.flatMap(({ frames }) => frames.map(({ seconds }) => seconds))).size,
    'judged frame',
  );
  const who = faces.length === 1 ? 'the face does not move' : 'none of the faces moves';
  return `The same picture throughout: ${who}, so that ${seen} tell no more than one. `;
}

const mostSuspicious = (tracks: JudgedTrack[]): JudgedTrack[] =>
  [...tracks].sort((a, b) => (b.track.probability ?? 0) - (a.track.probability ?? 0));

function whyUnsure(facts: ReasonFacts, first: JudgedTrack | undefined): Reason {
  if (facts.withheld) {
    return reason(
      'partly_unreadable',
      'What was seen looks authentic, but too much of the file was not seen to say so of the whole.',
    );
  }
  const { framesInterval: interval, fewFrames, tracks, policy, detectors } = facts;
  if (fewFrames) {
    const most = Math.max(...tracks.map(({ frames }) => frames.length));
    const obstacle = obstacles.find((code) => 2 * tracks.filter(({ track }) => track.abstention === code).length >= tracks.length); // prettier-ignore
    if (obstacle) {
      const refused = tracks.filter(({ track }) => track.abstention === obstacle).map(({ refusals }) => refusals);
      const left = refused.reduce((sum, refusals) => sum + refusals[obstacle], 0);
      const all = refused.reduce((sum, refusals) => sum + Object.values(refusals).reduce((a, b) => a + b), 0);
      return reason(
        obstacle,
        `The faces found ${texts[obstacle]} in ${left} of ${plural(all, 'frame')}. The score comes from what is left, and is only a hint.`,
      );
    }
    return reason(
      'too_few_frames',
      `No face could be judged in more than ${plural(most, 'frame')} (${policy.faces.minFrames} are needed), so the score is only a hint.`,
    );
  }
  for (const { track } of mostSuspicious(tracks)) {
    const found = track.probability === null ? null : disagreementOf(track.scores, detectors, policy.thresholds);
    if (!found) continue;
    const { manipulated, authentic } = found;
    return reason(
      'detectors_disagree',
      `The detectors disagree about ${name(track.index).toLowerCase()}: ${manipulated.id} gives ${percent(manipulated.probability)}, ` +
        `${authentic.id} ${percent(authentic.probability)}.`,
    );
  }
  const several = tracks.some(({ frames, onePicture }) => !onePicture && frames.length >= policy.faces.minFrames);
  if (several && interval && interval[1] - interval[0] >= disagreementWidth) {
    return reason(
      'frames_disagree',
      `The frames do not agree: a probability anywhere from ${percent(interval[0])} to ${percent(interval[1])} fits them.`,
    );
  }
  const { manipulated } = policy.thresholds;
  const above = mostSuspicious(tracks).filter(({ track }) => (track.probability ?? 0) >= manipulated);
  if (above[0]) {
    const face = name(above[0].track.index);
    const others = above.length > 1 ? ` and ${plural(above.length - 1, 'other face')} are` : ' alone is';
    return reason(
      'between_thresholds',
      `${face}${others} above the policy's threshold (${percent(manipulated)}). Among ${plural(tracks.length, 'face')} one ` +
        `as suspicious turns up by chance more often, so the file as a whole stays below it: look at ${above.length > 1 ? face.toLowerCase() : 'this face'}.`,
    );
  }
  return first ? leaningReason(first, facts) : nothingJudged(facts);
}

const obstacles: Obstacle[] = ['faces_occluded', 'out_of_domain'];

const texts: Partial<Record<Code, string>> & Record<Obstacle, string> = {
  faces_blurred: 'are too blurred to be judged',
  faces_extreme_pose: 'are turned too far away to be judged',
  faces_occluded:
    'are hidden in part by something before them (a mask, sunglasses, a hand, a caption), too much of them to be judged',
  out_of_domain:
    'are unlike the pictures that the detectors learned from (filmed from a screen, printed, drawn, in false colours, or no faces), too unlike to be judged',
  bad_exposure: 'are too dark or too bright to be judged',
  too_few_frames: 'are seen too briefly or too poorly to be judged',
};

function nothingJudged({ segments, tracks, policy }: ReasonFacts): Reason {
  const facesSeen = segments.reduce((sum, segment) => sum + segment.facesSeen, 0);
  const frames = segments.reduce((sum, { framesSeconds }) => sum + framesSeconds.length, 0);
  if (facesSeen === 0) {
    return reason('no_face', `No face was found in ${plural(frames, 'frame')}. Only faces are examined.`);
  }
  if (tracks.length === 0) {
    return reason(
      'faces_too_small',
      `The faces found are smaller than ${policy.faces.minSizePx} px, too small to be judged.`,
    );
  }
  const codes = tracks.map(({ track }) => track.abstention ?? 'too_few_frames');
  const counts = new Map<Code, number>();
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  const [code] = [...counts].sort((a, b) => b[1] - a[1])[0]!;
  return reason(code, `The faces found ${texts[code] ?? 'cannot be judged'}.`);
}

/** Parts of the timeline that were not seen. */
function notSeen({ segments, plan }: ReasonFacts): Reason[] {
  const told = (stretches: readonly Unseen[], say: (where: string) => string): Reason[] => {
    const [first] = stretches;
    if (!first) return [];
    const where = listText(
      stretches.map(({ startSeconds, endSeconds }) => `${clock(startSeconds)}\u2013${clock(endSeconds)}`),
    );
    return [{ code: 'partly_unreadable', text: say(where), track: null, atSeconds: first.startSeconds }];
  };
  const over = plan.passedOver ?? [];
  return [
    ...told(
      unreadStretches(segments, plan),
      (where) => `Part of the file could not be read (${where}); the answer covers the rest.`,
    ),
    ...told(
      over.filter(({ cause }) => cause === undefined),
      (where) =>
        `No frame was looked at in part of the file (${where}): it has no keyframe there, and to decode all of it from the last one ` +
        'costs more than a scan may; the answer covers the rest.',
    ),
    ...told(
      over.filter(({ cause }) => cause === 'repeated_times'),
      (where) =>
        `No frame was looked at in part of the file (${where}): its clock goes back, and these frames have the times of others; ` +
        'the answer covers the rest.',
    ),
  ];
}

/** A header that promises more than there is: a download that broke off, or a header that lies. */
function cutShort({ durationFromPackets, claimedSeconds, durationSeconds }: Probe): Reason[] {
  if (!durationFromPackets || claimedSeconds === null || claimedSeconds <= durationSeconds) return [];
  const text =
    `The file says that it lasts ${clock(claimedSeconds)}, but its pictures end at ${clock(durationSeconds)}; ` +
    'the answer covers what is there.';
  return [{ code: 'partly_unreadable', text, track: null, atSeconds: durationSeconds }];
}
