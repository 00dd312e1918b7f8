import { Policy, SegmentResult, Verdict } from '@assay/contracts';
import { verdictReasons } from '../evidence/verdict-reasons';
import { Judgement } from '../judgement';
import { JudgeContext } from '../look-context';
import { modelsFor } from '../models/model-set';
import { joinTracks } from '../tracks/join-tracks';
import { alarmingFace } from './brief-stretch';
import { describeTrack, JudgedTrack, rounded } from './describe-track';
import { doubtfulStretch, glimpsesOf, hasSay, isGlimpse } from './glimpses';
import { timelineOf } from './timeline';
import { framesInterval } from './track-estimate';
import { unseenMatters } from './unseen';
import { estimateVideo } from './video-estimate';

/**
 * Turns what was seen in the segments into the verdict on the faces. Pure and deterministic; segments that are missing or
 * broke off early are named in the reasons, what was seen still counts.
 *
 * Probability: calibrated logits, fused over detectors, then over frames by quality, then over tracks (`track-estimate.ts`,
 * `video-estimate.ts`). It is null only when no face could be judged in any frame.
 */
export function judgeSegments(segments: SegmentResult[], { probe, plan, policy, models }: JudgeContext): Judgement {
  const ordered = [...segments].sort((a, b) => a.index - b.index);
  const detectors = modelsFor(models, 'forgery-frame');
  const framesSeconds = [...new Set(ordered.flatMap((segment) => segment.framesSeconds))].sort((a, b) => a - b);
  // A still, or a clip of two frames, cannot show a face more often than it has pictures. What was not looked at does not count as not there.
  const pictures = Math.max(framesSeconds.length, Math.floor(probe.durationSeconds * probe.framesPerSecond));
  const minFrames = Math.max(1, Math.min(policy.faces.minFrames, probe.kind === 'still' ? 1 : pictures));
  const joined = joinTracks(ordered, plan.cutCandidatesSeconds);
  const strict = joined.map((track) => describeTrack(track, detectors, minFrames, probe));
  const glimpses = glimpsesOf(strict, policy.faces.minFrames);
  const noneJudged = strict.every(({ track }) => track.probability === null);
  // Little evidence is better told, as little, than withheld: without any sure face each glimpse speaks for itself. Beside what
  // glimpses say together a face that could not be judged says nothing.
  const tracks = noneJudged
    ? joined.map((track, i) => {
        const own = strict[i]!;
        return glimpses && !isGlimpse(own) ? own : glimpse(describeTrack(track, detectors, null, probe), own);
      })
    : strict;
  const faces = (glimpses ? strict : tracks).flatMap(({ track, estimate: own, prominence }) =>
    own && track.probability !== null ? [{ ...own, prominence }] : [],
  );
  const together = glimpses ? [{ ...glimpses.estimate, prominence: glimpses.prominence }] : [];
  const estimate = estimateVideo([...faces, ...together]);
  const fewFrames = noneJudged && !glimpses;
  const { probability, interval } = estimate ? rounded(estimate) : { probability: null, interval: null };
  const label = labelOf(probability, fewFrames, policy);
  const withheld = label === 'likely_authentic' && unseenMatters(ordered, plan, probe);
  const doubtful = label === 'likely_authentic' && !withheld ? doubtfulStretch(glimpses) : null;
  const alarming = label === 'likely_authentic' && !withheld && !noneJudged ? alarmingFace(tracks, policy) : null;
  // Nothing on a face that was generated whole is blended, and of one picture nobody has seen how it moves. One face that does
  // move was filmed, and a photograph beside it is part of what was filmed.
  const standing = tracks.filter((face) => hasSay(face, glimpses)).every(({ onePicture }) => onePicture);
  const generated =
    label === 'likely_authentic' && !withheld && !alarming && (probe.kind === 'still' || pictures === 1 || standing);
  const verdict = withheld || doubtful || alarming || generated ? 'inconclusive' : label;
  const onlyGlimpses = fewFrames && probability !== null;
  return {
    verdict,
    probability,
    interval,
    reasons: verdictReasons({
      verdict,
      probability,
      framesInterval: estimate && framesInterval(estimate),
      tracks,
      glimpses,
      noneJudged,
      fewFrames: onlyGlimpses,
      withheld,
      doubtful,
      alarming,
      generated,
      segments: ordered,
      plan,
      probe,
      policy,
      detectors,
    }),
    tracks: tracks.map(({ track }) => track),
    timeline: timelineOf(framesSeconds, tracks, glimpses),
    cutsSeconds: ordered.flatMap(({ cutsSeconds }) => cutsSeconds),
    framesSeconds,
  };
}

function labelOf(probability: number | null, fewFrames: boolean, { thresholds }: Policy): Verdict['verdict'] {
  if (probability === null || fewFrames) return 'inconclusive';
  if (probability >= thresholds.manipulated) return 'likely_manipulated';
  return probability <= thresholds.authentic ? 'likely_authentic' : 'inconclusive';
}

/** A track judged from fewer frames than the policy asks for says why there are no more. */
const glimpse = (judged: JudgedTrack, { track: { abstention } }: JudgedTrack): JudgedTrack => ({
  ...judged,
  track: { ...judged.track, abstention },
});
