import { basename } from 'node:path';
import type { DecisionLabel, VerdictLabel } from '@assay/contracts';
import { createLog, HashListError, type LocalKnown, openLocalKnown } from '@assay/pipeline';
import { CliError, ExitCode } from '../exit';
import { collectInputs, type ScanInput } from '../inputs/collect-inputs';
import { listenForInterrupt } from '../interrupt';
import { readHashListFile } from '../known/read-hash-list-file';
import { printable, verdictText } from '../report/verdict-text';
import { writeReport } from '../report/write-report';
import { openProgressBar } from '../scan/progress-bar';
import { openScannerFor } from '../scan/open-scanner-for';
import type { Scanned } from '../scan/scanner';

export interface ScanOptions {
  json?: boolean;
  /** Folder for the reports; false = write none. */
  out: string | false;
  policy?: string;
  /** Frames to look at. */
  frames?: number;
  failOn?: VerdictLabel;
  threads?: number;
  allowPrivateAddresses?: boolean;
  /** Path of a hash list. */
  known?: string;
  /** What being on it means. */
  knownLabel: DecisionLabel;
}

/**
 * Scans inputs one after the other: decoder and inference threads of one keep the machine busy already. Verdicts go to
 * stdout in the order of the inputs, all else to stderr.
 *
 * @returns interrupted, then failed, then rejected, then ok: the gravest that happened
 */
export async function scan(words: readonly string[], options: ScanOptions): Promise<ExitCode> {
  const interrupt = listenForInterrupt();
  const known = options.known === undefined ? {} : { known: await readKnown(options.known, options.knownLabel) };
  const { policy: word, threads, allowPrivateAddresses, frames: frameBudget } = options;
  const { scanner, policy } = await openScannerFor(
    { policy: word, threads, allowPrivateAddresses, frameBudget, ...known },
    interrupt.signal,
  );
  try {
    const bar = await openProgressBar();
    const ends = new Set<ExitCode>();
    for (const input of await collectInputs(words, tellLeftOut)) {
      try {
        bar.show(input.name, { percent: 0, stage: 'intake' });
        const scanned = await scanner.scan(input, policy.id, (event) => bar.show(input.name, event), interrupt.signal);
        bar.hide();
        await present(scanned, options);
        if (scanned.verdict.verdict === 'rejected') ends.add(ExitCode.rejected);
        if (scanned.verdict.verdict === options.failOn) ends.add(ExitCode.failed);
      } catch (error) {
        bar.hide();
        if (interrupt.signal.aborted) break;
        tellFault(input, error);
        ends.add(ExitCode.failed);
      }
    }
    const gravest = [ExitCode.failed, ExitCode.rejected].find((code) => ends.has(code)) ?? ExitCode.ok;
    return interrupt.exitCode() ?? gravest;
  } finally {
    await scanner.close();
    interrupt.dispose();
  }
}

/** @throws CliError (usage) when the list cannot be used */
async function readKnown(path: string, label: DecisionLabel): Promise<LocalKnown> {
  const read = await readHashListFile(path);
  try {
    return await openLocalKnown(
      { name: basename(path), label, ...read },
      createLog({ level: 'fatal', service: 'scan' }),
    );
  } catch (error) {
    throw error instanceof HashListError ? new CliError(`${path}: ${error.message}`, ExitCode.usage) : error;
  }
}

async function present({ verdict, artefacts }: Scanned, options: ScanOptions): Promise<void> {
  // What never became media has nothing to show: the line that says why is all there is.
  const report = options.out && verdict.media !== null ? await writeReport(options.out, verdict, artefacts) : null;
  if (options.json) {
    console.log(JSON.stringify(verdict));
    if (report) console.error(`report: ${report}`);
  } else console.log(`${verdictText(verdict, report, process.stdout.columns)}\n`);
}

function tellLeftOut(folder: string, [first = '', ...others]: readonly string[]): void {
  const files = others.length === 0 ? '1 file' : `${others.length + 1} files`;
  console.error(
    `assay: ${printable(folder)}: ${files} left out as neither video nor picture: ${others.length === 0 ? '' : 'first '}${printable(first)}`,
  );
}

/** A fault of this program or machine with one input must not take the verdicts of the others. */
function tellFault(input: ScanInput, error: unknown): void {
  console.error(
    `assay: ${printable(input.name)}: no verdict: ${error instanceof Error ? error.message : String(error)}`,
  );
}
