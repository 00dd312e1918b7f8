import { ModelEntry, VerdictTrack } from '@assay/contracts';
import { FrameScore } from './frame-scores';
import { round, sigmoid, weightedMean } from './statistics';

/**
 * What a face reads like in words: every description that the detectors scored, its log odds averaged over the frames by
 * quality, most probable first. Empty where no detector scores descriptions.
 */
export function descriptionsOf(frames: FrameScore[], detectors: ModelEntry[]): VerdictTrack['descriptions'] {
  const sentences = new Map(
    detectors.flatMap((entry) => entry.sentences ?? []).map((sentence) => [sentence.key, sentence]),
  );
  return [...sentences.values()]
    .flatMap(({ key, level, text }) => {
      const items = frames.flatMap(({ weight, observation }) => {
        const value = observation.sentences?.[key];
        return value === undefined ? [] : [{ value, weight }];
      });
      return items.length > 0 ? [{ key, level, text, probability: round(sigmoid(weightedMean(items)), 4) }] : [];
    })
    .sort((a, b) => b.probability - a.probability || (a.key < b.key ? -1 : 1));
}
