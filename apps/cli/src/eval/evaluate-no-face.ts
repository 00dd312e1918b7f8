import type { Verdict } from '@assay/contracts';
import * as stats from '@assay/evaluation';
import type { EvalItem } from './read-csv';

/** Faces in a verdict: those that were followed, and those that were only seen, since they were too small. */
const sawFace = ({ tracks, reasons }: Verdict): boolean =>
  tracks.length > 0 || reasons.some(({ code }) => code === 'faces_too_small');

/**
 * Items without a face, things that look like one among them: where one is found all the same, where that "face" gets a
 * probability, and where it is called manipulated. Each share is of all these items.
 */
export function evaluateNoFace(
  items: readonly EvalItem[],
  verdicts: readonly Verdict[],
  settings: stats.BootstrapSettings,
) {
  const rows = items.map(({ group }, i): stats.Observation => {
    const { verdict, probability } = verdicts[i]!;
    // A face that was found counts as 1.
    const score = sawFace(verdicts[i]!) ? 1 : 0;
    return { score, fake: false, group, label: verdict, abstained: probability === null, pair: null };
  });
  const statistics = {
    foundRate: stats.shareOf(({ score }) => score > 0),
    judgedRate: stats.shareOf(({ abstained }) => !abstained),
    flaggedRate: stats.shareOf(({ label }) => label === 'likely_manipulated'),
  };
  return {
    items: items.length,
    figures: stats.estimate(statistics, stats.sampleOf(rows), settings),
    /** Where a face was found, the highest probability first. */
    found: items
      .flatMap(({ id }, i) => {
        const { verdict, probability, tracks } = verdicts[i]!;
        return sawFace(verdicts[i]!) ? [{ id, faces: tracks.length, verdict, probability }] : [];
      })
      .sort((a, b) => (b.probability ?? -1) - (a.probability ?? -1)),
  };
}

export type NoFace = ReturnType<typeof evaluateNoFace>;
