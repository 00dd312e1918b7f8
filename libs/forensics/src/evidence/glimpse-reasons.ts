import type { Policy, Verdict } from '@assay/contracts';
import type { Glimpses } from '../fusion/glimpses';
import { probabilityOf, type Stretch } from '../fusion/track-estimate';
import { plural, stretchText } from './time-text';
import type { Reason } from './track-reasons';
import { leaning, speakingFrames } from './unsure-reasons';

export interface GlimpseFacts {
  verdict: Verdict['verdict'];
  /** Of the whole file. */
  probability: number | null;
  glimpses: Glimpses | null;
  /** The glimpses are all that there is. */
  noneJudged: boolean;
  /** A stretch for which a file is not called authentic that is so as a whole. */
  doubtful: Stretch | null;
  /** What was seen looks authentic, and is too little. */
  withheld: boolean;
  policy: Policy;
}

/** Whether faces that are seen too briefly each look manipulated together, whatever the rest of the file does. */
export function glimpsesLookForged({ glimpses, policy }: GlimpseFacts): boolean {
  return glimpses !== null && probabilityOf(glimpses.estimate).probability >= policy.thresholds.manipulated;
}

/** What faces that are seen too briefly each say together; empty where they say nothing. */
export function glimpsesReason(facts: GlimpseFacts): Reason[] {
  const { verdict, probability, glimpses, noneJudged, doubtful, withheld, policy } = facts;
  if (glimpses === null || probability === null) return [];
  const { faces, frames } = glimpses;
  const { share, atSeconds } = speakingFrames(frames);
  const weak = noneJudged && verdict === 'inconclusive' && !withheld;
  const ending = doubtful
    ? ` The file as a whole looks authentic, but not between ${stretchText(doubtful.startSeconds, doubtful.endSeconds)}: look at these shots.`
    : weak
      ? ` That is too weak for a firm answer. ${leaning(probability)}.`
      : '';
  const text =
    `${plural(faces, 'face is', 'faces are')} each seen too briefly to be judged alone (${policy.faces.minFrames} frames are needed), ` +
    `as in edited films. Taken together, ${share}.${ending}`;
  return [
    { code: 'faces_taken_together', text, track: null, atSeconds: verdict === 'likely_authentic' ? null : atSeconds },
  ];
}
