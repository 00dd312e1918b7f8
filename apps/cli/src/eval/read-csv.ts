import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Region } from '@assay/video';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { CliError, ExitCode } from '../exit';

/** One labelled thing to score. */
export interface EvalItem {
  /** `file`, and the region when it is a part. */
  id: string;
  file: string;
  /** Of the file, or of a folder of frames. */
  path: string;
  /** Paths of the frames in order of time, where the item is a folder of them. */
  frames?: readonly string[];
  fake: boolean;
  /** There is no face in it: neither real nor fake, and not in their figures. */
  noFace?: true;
  family: string;
  group: string;
  region: Region;
  /** Every column of the row, as it stands there. */
  columns: Readonly<Record<string, string>>;
}

const Row = z.object({
  file: z.string().min(1, 'is empty'),
  label: z.enum(['real', 'fake', 'no_face'], 'must be real, fake or no_face'),
  family: z.string().default(''),
  group: z.string().default(''),
  region: z.string().default(''),
});

const Parsed = z.array(z.object({ record: z.record(z.string(), z.string()), info: z.object({ lines: z.number() }) }));

/**
 * Reads `file,label,family,group,region`; files are relative to the CSV. Without a family the label is it, without a
 * group each file is its own.
 *
 * @throws CliError (usage) with line and column of the first fault
 */
export async function readCsv(csv: string): Promise<EvalItem[]> {
  const usage = (why: string): CliError => new CliError(`${csv}: ${why}`, ExitCode.usage);
  const text = await readFile(csv, 'utf8').catch(() => {
    throw usage('cannot be read');
  });
  let rows: z.infer<typeof Parsed>;
  try {
    rows = Parsed.parse(parse(text, { columns: true, bom: true, info: true, trim: true, skip_empty_lines: true }));
  } catch (error) {
    throw usage(error instanceof Error ? error.message : 'is no CSV');
  }
  if (rows.length === 0) throw usage('has no rows');
  const items: EvalItem[] = [];
  for (const { record, info } of rows) {
    const at = (column: string, why: string): CliError => usage(`line ${info.lines}, column ${column}: ${why}`);
    const row = Row.safeParse(record);
    if (!row.success) {
      const [issue] = row.error.issues;
      const column = String(issue?.path[0]);
      throw at(column, column in record ? `"${record[column]}" ${issue?.message}` : 'is missing');
    }
    const { file, label, family, group, region } = row.data;
    const path = resolve(dirname(csv), file);
    if (!(await stat(path).catch(() => null))?.isFile()) throw at('file', `there is no file ${file}`);
    const part = regionOf(region);
    if (!part) throw at('region', `"${region}" is neither full, left, right nor x,y,w,h`);
    items.push({
      id: part === 'full' ? file : `${file}#${region}`,
      file,
      path,
      fake: label === 'fake',
      ...(label === 'no_face' ? { noFace: true } : {}),
      family: family || label,
      group: group || file,
      region: part,
      columns: record,
    });
  }
  return items;
}

function regionOf(text: string): Region | null {
  if (text === '' || text === 'full') return 'full';
  if (text === 'left' || text === 'right') return text;
  const numbers = text.split(/[,;]/).map(Number);
  const [x = NaN, y = NaN, width = NaN, height = NaN] = numbers;
  if (numbers.length !== 4 || !numbers.every((value) => Number.isInteger(value) && value >= 0)) return null;
  return width >= 2 && height >= 2 ? [x, y, width, height] : null;
}
