import { largestBudget, type Plan, type Probe, type SegmentResult, type Verdict } from '@assay/contracts';
import { samplingStep } from '../fusion/sampling-step';
import { stretchFrames } from '../fusion/track-estimate';
import type { Reason } from './track-reasons';

/** Frames further apart than this leave room for an alteration that a viewer notices, seconds. */
const closeStep = 2;
/** Longer than this is told in minutes, seconds. */
const longestInSeconds = 120;
/** Below this tenths matter, seconds. */
const shortestInWhole = 10;

/** Reasons that answer for the whole file and rest on few of its moments. */
const answering: ReadonlySet<Reason['code']> = new Set([
  'no_forgery_signs',
  'between_thresholds',
  'frames_disagree',
  'too_few_frames',
  'faces_taken_together',
]);

interface Sampled {
  verdict: Verdict['verdict'];
  segments: readonly SegmentResult[];
  plan: Pick<Plan, 'frameBudget'>;
  probe: Pick<Probe, 'framesPerSecond'>;
}

/** The reasons, of which the first that answers for the whole file says how little of it was looked at, where that is little. */
export function withSampling(reasons: readonly Reason[], facts: Sampled): Reason[] {
  const words = facts.verdict === 'likely_manipulated' ? null : samplingWords(facts);
  const at = words === null ? -1 : reasons.findIndex(({ code }) => answering.has(code));
  return reasons.map((reason, i) => (i === at ? { ...reason, text: `${reason.text} ${words}` } : reason));
}

/** How far apart the frames lie, what that lets pass, and what looks closer; null where they lie close, or where there are no others. */
function samplingWords({ segments, plan, probe }: Sampled): string | null {
  const step = samplingStep(segments.flatMap(({ framesSeconds }) => framesSeconds).sort((a, b) => a - b));
  if (step === null || step <= closeStep || wasSeenWhole(step, probe)) return null;
  const closer =
    plan.frameBudget < largestBudget
      ? `More frames look closer (\`--frames\` of \`assay scan\`, \`frameBudget\` of the API, up to ${largestBudget}).`
      : 'A part that is cut out and scanned by itself is looked at closer.';
  return (
    `One frame in ${duration(step)} was looked at: an alteration shorter than about ${duration(stretchFrames * step, true)} ` +
    `(${stretchFrames} frames) can go unseen. ${closer}`
  );
}

/** Whether every picture of the file was looked at, however far apart they are. */
const wasSeenWhole = (step: number, { framesPerSecond }: Sampled['probe']) =>
  framesPerSecond > 0 && step * framesPerSecond < 2;

function duration(seconds: number, about = false): string {
  if (seconds > longestInSeconds) return `${Math.round(seconds / 60)} min`;
  return `${about || seconds >= shortestInWhole ? Math.round(seconds) : Number(seconds.toFixed(1))} s`;
}
