import { ModelEntry, Policy, VerdictTrack } from '@assay/contracts';
import { calibrated } from './frame-scores';
import { sigmoid } from './statistics';

/** Two detectors of which one, on its own, would call a face manipulated and the other authentic. */
export interface Disagreement {
  manipulated: { id: string; probability: number };
  authentic: { id: string; probability: number };
}

/** The two detectors furthest apart, where they fall on either side of the policy's thresholds; else null. */
export function disagreementOf(
  scores: VerdictTrack['scores'],
  detectors: ModelEntry[],
  { manipulated, authentic }: Policy['thresholds'],
): Disagreement | null {
  const said = detectors
    .flatMap((entry) => {
      const logit = scores[entry.id];
      return logit === undefined ? [] : [{ id: entry.id, probability: sigmoid(calibrated(logit, entry)) }];
    })
    .sort((a, b) => a.probability - b.probability);
  const [least, most] = [said[0], said.at(-1)];
  if (!least || !most || most.probability < manipulated || least.probability > authentic) return null;
  return { manipulated: most, authentic: least };
}
