import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultMediaLimits } from '@assay/contracts';
import { cutRegion } from '@assay/video';
import pc from 'picocolors';
import { CliError, ExitCode } from '../exit';
import { collectInputs } from '../inputs/collect-inputs';
import { listenForInterrupt } from '../interrupt';
import { formatProbability, labelWords } from '../report/words';
import { openProgressBar } from '../scan/progress-bar';
import { openScannerFor } from '../scan/open-scanner-for';
import { type Answer, answerOf, type Band, bandOf } from '../stability/band';
import { uploads } from '../stability/uploads';

export interface StabilityOptions {
  json?: boolean;
  policy?: string;
  threads?: number;
}

interface Row extends Answer {
  name: string;
  text: string;
}

/**
 * Scans a video once more for each thing that happens to uploads, and says how far the answer moves.
 *
 * @returns ok: every version has the original's label; failed: some have another; rejected: there is nothing to compare
 */
export async function stability(file: string, options: StabilityOptions): Promise<ExitCode> {
  const [input] = await collectInputs([file]);
  if (input?.kind !== 'file') throw new CliError(`${file}: there is no such file.`, ExitCode.rejected);
  const interrupt = listenForInterrupt();
  const { signal } = interrupt;
  const { scanner, policy } = await openScannerFor(options, signal);
  const bar = await openProgressBar();
  const work = await mkdtemp(join(tmpdir(), 'assay-stability-'));
  const scan = async (path: string, words: string) => {
    const { verdict } = await scanner.scan({ ...input, path }, policy.id, (event) => bar.show(words, event), signal);
    return verdict;
  };
  try {
    const original = await scan(input.path, 'as it is');
    if (original.kind !== 'video') {
      const why = original.rejection?.message ?? 'Stability is measured on videos.';
      throw new CliError(`${file}: ${why}`, ExitCode.rejected);
    }
    const rows: Row[] = [];
    for (const { name, text, alteration } of uploads) {
      const path = join(work, `${name}.mp4`);
      const fault = await cutRegion(
        input.path,
        { region: 'full', alteration },
        path,
        defaultMediaLimits.maxPixels,
        signal,
      );
      if (fault !== null) throw new CliError(`${file}: it cannot be ${name}: ${fault}`, ExitCode.rejected);
      rows.push({ name, text, ...answerOf(await scan(path, text)) });
    }
    bar.hide();
    const first: Row = { name: 'original', text: 'as it is', ...answerOf(original) };
    const band = bandOf(first, rows);
    if (options.json) console.log(JSON.stringify({ schema: 'assay.stability/1', band, answers: [first, ...rows] }));
    else tell([first, ...rows], band);
    return band.held === band.of ? ExitCode.ok : ExitCode.failed;
  } catch (error) {
    if (signal.aborted) return interrupt.exitCode() ?? ExitCode.interrupted;
    throw error;
  } finally {
    bar.hide();
    await scanner.close();
    interrupt.dispose();
    await rm(work, { recursive: true, force: true });
  }
}

function tell(rows: readonly Row[], { probability, held, of, contradicts }: Band): void {
  const columns = Math.max(...rows.map(({ text }) => text.length));
  for (const { text, verdict, probability: own } of rows) {
    const { symbol, text: label } = labelWords[verdict];
    console.log(`${text.padEnd(columns)}  ${formatProbability(own).padStart(5)}  ${symbol} ${label}`);
  }
  const span = probability
    ? `Between ${formatProbability(probability[0])} and ${formatProbability(probability[1])}. `
    : '';
  console.log(`${span}The label holds in ${held} of ${of} altered versions.`);
  if (contradicts) console.log(pc.yellow('Firm answers contradict each other: do not act on this verdict.'));
}
