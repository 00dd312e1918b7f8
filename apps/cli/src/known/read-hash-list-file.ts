import { readFile } from 'node:fs/promises';
import { HashListError, readHashList, type Signal } from '@assay/pipeline';
import { CliError, ExitCode } from '../exit';

/** @throws CliError (usage) that names the first faulty row */
export async function readHashListFile(path: string): Promise<{ signals: Signal[]; passedOver: number }> {
  const usage = (why: string): CliError => new CliError(`${path}: ${why}`, ExitCode.usage);
  const text = await readFile(path, 'utf8').catch(() => {
    throw usage('cannot be read');
  });
  try {
    return readHashList(text);
  } catch (error) {
    throw error instanceof HashListError ? usage(error.message) : error;
  }
}
