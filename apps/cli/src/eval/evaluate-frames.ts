import type { Verdict } from '@assay/contracts';
import * as stats from '@assay/evaluation';
import type { EvalItem } from './read-csv';

const { auc, averagePrecision, equalErrorRate } = stats;
const frameStatistics = { auc, averagePrecision, equalErrorRate };

const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));

/**
 * One observation for each frame in which a face was judged: the highest calibrated logit among its faces, as a
 * probability. Nothing of its neighbours and no shrinking, unlike the verdict's timeline: this is the detector frame by
 * frame, as most papers report it.
 */
function framesOf(item: EvalItem, verdict: Verdict): stats.Observation[] {
  const highest = new Map<number, number>();
  for (const { observations } of verdict.tracks) {
    for (const { seconds, logit } of observations) {
      if (logit !== null) highest.set(seconds, Math.max(logit, highest.get(seconds) ?? -Infinity));
    }
  }
  return [...highest.values()].map((logit) => ({
    score: sigmoid(logit),
    fake: item.fake,
    group: item.group,
    label: verdict.verdict,
    abstained: false,
    pair: null,
  }));
}

/**
 * Frame level: how well single judged frames are ranked, pooled and for each family's frames against all real ones. A
 * frame has the label of its clip. Intervals are by group like those of clips: frames of one clip are hardly
 * independent, and resampling them one by one would promise far more than the clips hold.
 */
export function evaluateFrames(
  items: readonly EvalItem[],
  verdicts: readonly Verdict[],
  settings: stats.BootstrapSettings,
) {
  const clips = items.map((item, i) => ({ item, rows: framesOf(item, verdicts[i]!) }));
  const estimate = (some: typeof clips): Record<keyof typeof frameStatistics, stats.Figure> =>
    stats.estimate(frameStatistics, stats.sampleOf(some.flatMap(({ rows }) => rows)), settings);
  const families = [...new Set(items.filter(({ fake }) => fake).map(({ family }) => family))].sort();
  return {
    frames: count(clips),
    clips: clips.filter(({ rows }) => rows.length > 0).length,
    pooled: estimate(clips),
    families: families.map((family) => ({
      family,
      frames: count(clips.filter(({ item }) => item.fake && item.family === family)),
      figures: estimate(clips.filter(({ item }) => !item.fake || item.family === family)),
    })),
  };
}

const count = (clips: readonly { rows: readonly unknown[] }[]): number =>
  clips.reduce((sum, { rows }) => sum + rows.length, 0);

export type FrameFigures = ReturnType<typeof evaluateFrames>;
