import { basename } from 'node:path';
import { CliError, ExitCode } from '../exit';
import { type LayoutQuestion, readLayout } from './layouts/read-layout';
import { type EvalItem, readCsv } from './read-csv';
import { someOfEachFamily } from './some-of-each-family';

export interface ItemsQuestion extends Partial<LayoutQuestion> {
  /** First rows only. */
  limit?: number;
  /** Rows of each family at most, drawn by `seed`. */
  perFamily?: number;
  seed: number;
}

export interface Items {
  items: EvalItem[];
  /** What was read, for people. */
  title: string;
  /** What a person should know of it, a sentence each. */
  notes: string[];
}

/**
 * What is to be scored: the rows of a CSV, or, with `layout`, a data set's folder.
 *
 * @throws CliError (usage) with what is wrong with the CSV, the folder or the options
 */
export async function readItems(
  input: string,
  { layout, compression, split, limit, perFamily, seed }: ItemsQuestion,
): Promise<Items> {
  if (layout === undefined && (compression ?? split) !== undefined)
    throw new CliError('--compression and --split go with --layout', ExitCode.usage);
  const read =
    layout === undefined
      ? { items: await readCsv(input), title: basename(input), notes: [] }
      : await readLayout(input, { layout, ...(compression && { compression }), ...(split && { split }) });
  const some = perFamily === undefined ? read.items : someOfEachFamily(read.items, perFamily, seed);
  const title = perFamily === undefined ? read.title : `${read.title}, ${perFamily} of each family`;
  return { ...read, title, items: some.slice(0, limit) };
}
