import { loadModels, ModelError, type ModelSet } from '@assay/forensics';
import { loadConfig, ModelSetError, RescanError } from '@assay/pipeline';
import { CliError } from '../exit';

/** The models of this installation: those of the service too, where it runs from the same folder (ASSAY_MODELS_DIR). */
export const installedSet = (): Promise<ModelSet> => loadModels(loadConfig(process.env).modelsDir);

/** For what must work on a machine without models, too. */
export async function installedSetIfAny(): Promise<ModelSet | null> {
  try {
    return await installedSet();
  } catch (error) {
    if (error instanceof ModelError) return null;
    throw error;
  }
}

/** What cannot be done is told in a line. */
export async function forPerson<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ModelSetError || error instanceof RescanError) throw new CliError(error.message);
    throw error;
  }
}

/** Digits of a digest that a person compares; the full one is in `--json`. */
const shortDigest = 12;
export const shortSet = (digest: string | null): string => digest?.slice(0, shortDigest) ?? 'the installed set';

/** Rows under each other, as wide as needed. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0))) ?? [];
  return rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ').trimEnd()).join('\n');
}
