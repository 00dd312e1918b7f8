import * as stats from '@assay/evaluation';
import { CliError, ExitCode } from '../exit';
import type { EvalItem } from './read-csv';
import type { EarlierRun } from './read-earlier-run';

export const comparedStatistics = {
  auc: stats.auc,
  pairsRight: stats.pairsRight,
  falseAlarmRate: stats.falseAlarmRate,
  missRate: stats.missRate,
  expectedCalibrationError: stats.expectedCalibrationError,
  brierScore: stats.brierScore,
};

/**
 * Rows of this run that an earlier one has too: the same file and region under the same label. A row whose label was
 * mended in between is not the same question.
 *
 * @returns their answers of before, by id
 * @throws CliError (usage) when there is none
 */
export function sharedAnswers(items: readonly EvalItem[], earlier: EarlierRun): Map<string, EarlierRun['items'][0]> {
  const truth = new Map(items.map(({ id, fake }) => [id, fake]));
  const shared = earlier.items.filter(({ id, fake }) => truth.get(id) === fake);
  if (shared.length === 0) {
    const why = 'The two runs share no rows: files are known by their name in the CSV, region and label.';
    throw new CliError(why, ExitCode.usage);
  }
  return new Map(shared.map((item) => [item.id, item]));
}

/**
 * What this run changes against an earlier one, on the rows that both have: each figure of this run minus that of the
 * earlier one, with 95 % intervals from the same draws of groups for both. Groups and families are those of this run.
 *
 * @param rows this run, one observation per item
 * @throws CliError (usage) when the runs share no rows
 */
export function compareRuns(
  items: readonly EvalItem[],
  rows: readonly stats.Observation[],
  earlier: EarlierRun,
  settings: stats.BootstrapSettings,
) {
  const answers = sharedAnswers(items, earlier);
  const pairs = items.flatMap(({ id, family }, i) => {
    const after = rows[i];
    const answer = answers.get(id);
    if (!after || !answer) return [];
    const { verdict: label, probability } = answer;
    const score = probability ?? stats.abstentionScore;
    return [{ family, after, before: { ...after, score, label, abstained: probability === null } }];
  });
  const fakes = pairs.filter(({ after }) => after.fake);
  const reals = pairs.filter(({ after }) => !after.fake);
  return {
    earlier: { createdAt: earlier.createdAt, modelSet: earlier.modelSet },
    rows: pairs.length,
    onlyHere: items.length - pairs.length,
    onlyEarlier: earlier.items.length - answers.size,
    pooled: stats.pairedDifferences(comparedStatistics, pairs, settings),
    families: [...new Set(fakes.map(({ family }) => family))].sort().map((family) => {
      const own = fakes.filter((pair) => pair.family === family);
      const { auc, missRate, pairsRight } = comparedStatistics;
      return {
        family,
        fakes: own.length,
        figures: stats.pairedDifferences({ auc, pairsRight, missRate }, [...own, ...reals], settings),
      };
    }),
  };
}

export type Comparison = ReturnType<typeof compareRuns>;
