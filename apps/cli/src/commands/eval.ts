import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { compareRuns, sharedAnswers } from '../eval/compare-runs';
import { evalDocument } from '../eval/eval-document';
import { clipSample, evaluate } from '../eval/evaluate';
import { evaluateAttacks } from '../eval/evaluate-attacks';
import { evaluateFrames } from '../eval/evaluate-frames';
import { evaluateGrid } from '../eval/evaluate-grid';
import { evaluateNoFace } from '../eval/evaluate-no-face';
import { evaluateUploads } from '../eval/evaluate-uploads';
import { readEvidence } from '../eval/evidence-pictures';
import { type FigureName, figureLabel } from '../eval/figure-words';
import type { Compression, SplitName } from '../eval/layouts/layout';
import type { LayoutName } from '../eval/layouts/read-layout';
import { parseAttacks } from '../eval/parse-attacks';
import { parseGrid } from '../eval/perturb-grid';
import { readEarlierRun } from '../eval/read-earlier-run';
import { readItems } from '../eval/read-items';
import { evalHtml, type EvalReport } from '../eval/report/eval-html';
import { evalText } from '../eval/report/eval-text';
import { scoreItems, type Scored, type ScoreTask } from '../eval/score-items';
import { scoreVariants } from '../eval/score-variants';
import { assertColumns, evaluateSlices } from '../eval/slices';
import { attackVariant, cellVariant, control, uploadVariant } from '../eval/variants';
import { worstMistakes } from '../eval/worst-mistakes';
import { ExitCode } from '../exit';
import { listenForInterrupt } from '../interrupt';
import { openScannerFor } from '../scan/open-scanner-for';
import { uploads } from '../stability/uploads';

export interface EvalOptions {
  out: string;
  policy?: string;
  threads?: number;
  /** Data set whose folder the input is; absent: the input is a CSV. */
  layout?: LayoutName;
  compression?: Compression;
  split?: SplitName;
  limit?: number;
  perFamily?: number;
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
  /** Attacks by filter. */
  attack?: string;
  /** Each video also after what happens to uploads. */
  uploads?: boolean;
}

/** Scores labelled items with the stages of `scan` and says how good the verdicts are. */
export async function evaluateCommand(input: string, options: EvalOptions): Promise<ExitCode> {
  const { items: all, title, notes } = await readItems(input, options);
  const items = all.filter(({ noFace }) => !noFace);
  const faceless = all.filter(({ noFace }) => noFace);
  const earlier = options.compare === undefined ? null : await readEarlierRun(options.compare);
  // What is wrong is told now, and not after hours of scanning.
  if (earlier) sharedAnswers(items, earlier);
  assertColumns(all, options.slice);
  const cells = options.perturb === undefined ? [] : parseGrid(options.perturb);
  const attackNames = options.attack === undefined ? [] : parseAttacks(options.attack);
  for (const note of notes) console.error(`assay: ${note}`);
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
    const asIs = [...items, ...faceless].map((item) => ({ item, variant: null }));
    const scored = await score(asIs, 'scored');
    const allVerdicts = scored.map(({ verdict }) => verdict);
    const verdicts = allVerdicts.slice(0, items.length);
    const moves = (_: unknown, i: number): boolean => verdicts[i]?.kind !== 'still';
    const moving = items.filter(moves);
    const stills = items.length - moving.length;
    const measured = [...cells.map(cellVariant), ...attackNames.map(attackVariant)];
    const uploaded = options.uploads ? uploads.map(uploadVariant) : [];
    const variants = [...(measured.length ? [control, ...measured] : []), ...uploaded];
    const altered = await scoreVariants(variants, moving, (tasks) => score(tasks, 'altered and scored'));

    const settings = { seed: options.seed, resamples: options.resamples };
    const rows = clipSample(items, verdicts);
    const results = {
      result: evaluate(items, verdicts, settings, 1 / (1 + options.realsPerFake)),
      frames: evaluateFrames(items, verdicts, settings),
      comparison: earlier && compareRuns(items, rows, earlier, settings),
      slices: items.length > 0 ? options.slice.map((column) => evaluateSlices(items, rows, column, settings)) : [],
      grid: cells.length
        ? evaluateGrid(
            rows.filter(moves),
            altered(control),
            cells.map((cell) => ({ cell, rows: altered(cellVariant(cell)) })),
            stills,
            settings,
          )
        : null,
      attacks: attackNames.length
        ? evaluateAttacks(
            altered(control),
            attackNames.map((name) => ({ name, rows: altered(attackVariant(name)) })),
            stills,
            settings,
          )
        : null,
      uploads: options.uploads
        ? evaluateUploads(
            rows.filter(moves),
            uploads.map((upload) => ({ name: upload.name, rows: altered(uploadVariant(upload)) })),
            stills,
            settings,
          )
        : null,
      noFace: faceless.length ? evaluateNoFace(faceless, allVerdicts.slice(items.length), settings) : null,
    };
    const { layout = null, compression = null, split = null, perFamily = null, limit = null } = options;
    const document = evalDocument({
      ...{ items, verdicts, usedModels: allVerdicts, policy, modelSet: scanner.modelSet, ...results },
      settings: {
        ...{ ...settings, realsPerFake: options.realsPerFake },
        source: { layout, compression, split, perFamily, limit },
      },
    });
    await writeFile(join(out, 'eval.json'), `${JSON.stringify(document, null, 1)}\n`);

    const fakes = items.filter(({ fake }) => fake).length;
    const summary =
      items.length > 0
        ? `${items.length} items: ${items.length - fakes} real, ${fakes} fake; 95 % intervals by group`
        : 'Nothing that is real or fake';
    const report: EvalReport = {
      ...{ title, summary, notes, ...results },
      figures: Object.entries(items.length > 0 ? results.result.pooled : {}).map(([name, figure]) => ({
        label: figureLabel(name as FigureName, {
          thresholds: policy.thresholds,
          realsPerFake: options.realsPerFake,
          calibrationByChance: results.result.calibrationByChance?.mean ?? 0,
        }),
        figure,
      })),
      mistakes: await Promise.all(
        worstMistakes(items, verdicts).map(async ({ index, ...mistake }) => {
          const { key, verdict } = scored[index]!;
          return { ...mistake, pictures: await readEvidence(out, key, verdict) };
        }),
      ),
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
      ],
    };
    await writeFile(join(out, 'eval.html'), evalHtml(report));
    console.log(evalText(report));
    console.log(`\nreport: ${join(out, 'eval.html')}`);
    return allVerdicts.some(({ verdict }) => verdict === 'rejected') ? ExitCode.rejected : ExitCode.ok;
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    console.error('assay: stopped; the same command goes on where it was');
    return interrupt.exitCode() ?? ExitCode.interrupted;
  } finally {
    await scanner.close();
    interrupt.dispose();
  }
}
