import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { compareRuns, sharedAnswers } from '../eval/compare-runs';
import { evalDocument } from '../eval/eval-document';
import { clipSample, evaluate } from '../eval/evaluate';
import { evaluateFrames } from '../eval/evaluate-frames';
import { evaluateGrid } from '../eval/evaluate-grid';
import { readEvidence } from '../eval/evidence-pictures';
import { type FigureName, figureLabel } from '../eval/figure-words';
import { parseGrid } from '../eval/perturb-grid';
import { readCsv } from '../eval/read-csv';
import { readEarlierRun } from '../eval/read-earlier-run';
import { evalHtml } from '../eval/report/eval-html';
import { evalText } from '../eval/report/eval-text';
import { assertColumns, evaluateSlices } from '../eval/slices';
import { cellVariant, control } from '../eval/variants';
import { worstMistakes } from '../eval/worst-mistakes';
import { scoreVariants } from '../eval/score-variants';
import { scoreItems, type Scored, type ScoreTask } from '../eval/score-items';
import { ExitCode } from '../exit';
import { listenForInterrupt } from '../interrupt';
import { openScannerFor } from '../scan/open-scanner-for';

export interface EvalOptions {
  out: string;
  policy?: string;
  threads?: number;
  limit?: number;
  seed: number;
  resamples: number;
  /** Real items for each fake one. */
  realsPerFake: number;
  /** Folder or eval.json of an earlier run. */
  compare?: string;
  /** Columns of the CSV. */
  slice: string[];
  /** Cells of the perturbation grid. */
  perturb?: string;
}

/** Scores a labelled CSV with the stages of `scan` and says how good the verdicts are. */
export async function evaluateCommand(csv: string, options: EvalOptions): Promise<ExitCode> {
  const items = (await readCsv(csv)).slice(0, options.limit);
  const earlier = options.compare === undefined ? null : await readEarlierRun(options.compare);
  // What is wrong is told now, and not after hours of scanning.
  if (earlier) sharedAnswers(items, earlier);
  assertColumns(items, options.slice);
  const cells = options.perturb === undefined ? [] : parseGrid(options.perturb);
  const interrupt = listenForInterrupt();
  const { scanner, policy } = await openScannerFor(options, interrupt.signal);
  try {
    const { out } = options;
    const jobs = Math.max(2, Math.floor(availableParallelism() / 2));
    const score = (tasks: readonly ScoreTask[], what: string): Promise<Scored[]> => {
      const onDone = (done: number, reused: number): void => {
        const before = reused ? `, ${reused} from before` : '';
        if (done % 10 && done !== tasks.length) return;
        console.error(`assay: ${done} of ${tasks.length} ${what}${before}`);
      };
      return scoreItems(tasks, { out, scanner, policy, jobs, onDone }, interrupt.signal);
    };
    const asIs = items.map((item) => ({ item, variant: null }));
    const scored = await score(asIs, 'scored');
    const verdicts = scored.map(({ verdict }) => verdict);
    const moving = items.filter((_, i) => verdicts[i]?.kind !== 'still');
    const altered = await scoreVariants(cells.length ? [control, ...cells.map(cellVariant)] : [], moving, (tasks) =>
      score(tasks, 'altered and scored'),
    );
    const settings = { seed: options.seed, resamples: options.resamples };
    const result = evaluate(items, verdicts, settings, 1 / (1 + options.realsPerFake));
    const frames = evaluateFrames(items, verdicts, settings);
    const rows = clipSample(items, verdicts);
    const comparison = earlier && compareRuns(items, rows, earlier, settings);
    const plain = rows.filter((_, i) => verdicts[i]?.kind !== 'still');
    const grid = cells.length
      ? evaluateGrid(
          plain,
          altered(control),
          cells.map((cell) => ({ cell, rows: altered(cellVariant(cell)) })),
          items.length - moving.length,
          settings,
        )
      : null;
    const slices = options.slice.map((column) => evaluateSlices(items, rows, column, settings));
    const document = evalDocument({
      ...{ items, verdicts, policy, modelSet: scanner.modelSet, result, frames, comparison, slices, grid },
      settings: { ...settings, realsPerFake: options.realsPerFake },
    });
    await writeFile(join(out, 'eval.json'), `${JSON.stringify(document, null, 1)}\n`);
    const fakes = items.filter(({ fake }) => fake).length;
    const summary = `${items.length} items: ${items.length - fakes} real, ${fakes} fake; 95 % intervals by group`;
    const figures = Object.entries(result.pooled).map(([name, figure]) => ({
      label: figureLabel(name as FigureName, policy.thresholds, options.realsPerFake),
      figure,
    }));
    const mistakes = await Promise.all(
      worstMistakes(items, verdicts).map(async ({ index, ...mistake }) => {
        const { key, verdict } = scored[index]!;
        return { ...mistake, pictures: await readEvidence(out, key, verdict) };
      }),
    );
    const report = {
      title: basename(csv),
      summary,
      result,
      frames,
      comparison,
      slices,
      grid,
      figures,
      mistakes,
      method: [
        ['models', document.models.map((m) => `${m.id} ${m.version} ${m.sha256}`).join(', ')],
        ['model set', scanner.modelSet],
        ['policy', `${policy.id}, version ${policy.version}`],
        [
          'thresholds',
          `authentic up to ${policy.thresholds.authentic}, manipulated from ${policy.thresholds.manipulated}`,
        ],
        ['bootstrap', `${settings.resamples} resamples of groups, seed ${settings.seed}`],
        ['rare fakes', `1 fake to ${options.realsPerFake} real`],
        ['no probability', 'counted as 0.5'],
      ] satisfies [string, string][],
    };
    await writeFile(join(out, 'eval.html'), evalHtml(report));
    console.log(evalText(report));
    console.log(`\nreport: ${join(out, 'eval.html')}`);
    return verdicts.some(({ verdict }) => verdict === 'rejected') ? ExitCode.rejected : ExitCode.ok;
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    console.error('assay: stopped; the same command goes on where it was');
    return interrupt.exitCode() ?? ExitCode.interrupted;
  } finally {
    await scanner.close();
    interrupt.dispose();
  }
}
