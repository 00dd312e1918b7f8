import { basename } from 'node:path';
import { formatVideoHash } from '@assay/fingerprint';
import { hashListCsv, hashListJson, type Signal, toSignalRow } from '@assay/pipeline';
import { ExitCode } from '../exit';
import { untilInterrupted } from '../interrupt';
import { fingerprintFile, md5OfFile } from '../known/fingerprint-file';

export interface FingerprintCommandOptions {
  json?: boolean;
  csv?: boolean;
  /** Seconds between hashes. */
  every: number;
}

/** Prints fingerprints: as vPDQ's text one file after the other, or all of them as one hash list that `match` reads. */
export async function fingerprint(files: readonly string[], options: FingerprintCommandOptions): Promise<ExitCode> {
  return untilInterrupted(async (signal) => {
    const signals: Signal[] = [];
    for (const file of files) {
      const { kind, frames } = await fingerprintFile(file, options.every, signal);
      const name = basename(file);
      if (!options.json && !options.csv) {
        if (files.length > 1) console.error(`assay: ${name}`);
        process.stdout.write(formatVideoHash(frames));
        continue;
      }
      signals.push({ name, type: kind === 'still' ? 'pdq' : 'vpdq', frames });
      if (kind === 'video') signals.push({ name, type: 'video_md5', md5: await md5OfFile(file, signal) });
    }
    const rows = signals.map((signal) => toSignalRow(signal));
    if (options.json) process.stdout.write(hashListJson(rows));
    else if (options.csv) process.stdout.write(hashListCsv(rows));
    return ExitCode.ok;
  });
}
