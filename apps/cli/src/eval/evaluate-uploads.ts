import * as stats from '@assay/evaluation';

const { auc, falseAlarmRate, detectionRate, inconclusiveRate } = stats;
const uploadStatistics = { auc, falseAlarmRate, detectionRate, inconclusiveRate };

export interface Upload {
  name: string;
  rows: readonly stats.Observation[];
}

/**
 * What is said of the same items after what platforms and people do to videos without meaning to hide anything.
 *
 * - `coverage`: of all copies, those whose probability lies in the item's 90 % interval: what the interval says of itself
 * - `held`: items that keep their verdict
 * - `contradicted`: items with two firm answers against each other among the file and its copies
 *
 * @param plain one observation per item, as it is
 * @param uploads the same items in the same order, after each upload
 * @param stills items left out, since the uploads are of video
 */
export function evaluateUploads(
  plain: readonly stats.Observation[],
  uploads: readonly Upload[],
  stills: number,
  settings: stats.BootstrapSettings,
) {
  const pairsOf = (rows: readonly stats.Observation[]) => rows.map((after, i) => ({ before: { ...plain[i]! }, after }));
  const shareOf = (rows: readonly stats.Observation[], counts: (row: stats.Observation) => boolean) =>
    stats.estimate({ share: stats.shareOf(counts) }, stats.sampleOf(rows), settings).share;
  const contradicted = new Set(
    plain.filter((row, i) => contradict([row, ...uploads.flatMap(({ rows }) => rows[i] ?? [])])),
  );
  return {
    items: plain.length,
    stills,
    coverage: stats.intervalCoverage(
      uploads.flatMap(({ rows }) => pairsOf(rows)),
      settings,
    ),
    contradicted: shareOf(plain, (row) => contradicted.has(row)),
    unaltered: stats.estimate(uploadStatistics, stats.sampleOf(plain), settings),
    uploads: uploads.map(({ name, rows }) => {
      const held = new Set(plain.filter(({ label }, i) => label === rows[i]?.label));
      return {
        name,
        figures: stats.estimate(uploadStatistics, stats.sampleOf(rows), settings),
        changes: stats.pairedDifferences(uploadStatistics, pairsOf(rows), settings),
        held: shareOf(plain, (row) => held.has(row)),
        coverage: stats.intervalCoverage(pairsOf(rows), settings),
      };
    }),
  };
}

const contradict = (rows: readonly stats.Observation[]): boolean => {
  const labels = new Set(rows.map(({ label }) => label));
  return labels.has('likely_manipulated') && labels.has('likely_authentic');
};

export type Uploads = ReturnType<typeof evaluateUploads>;
