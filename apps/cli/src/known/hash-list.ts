import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { CliError, ExitCode } from '../exit';
import { fromSignalRow, type Signal, signalColumns, SignalRow, toSignalRow } from './signal-row';

/**
 * Reads a hash list: CSV with a header, a JSON array of objects with the same keys, or lines of `signal_type signal` as the
 * file exchange of python-threatexchange has them. Told apart by content.
 *
 * @throws CliError (usage) that names the first faulty row
 */
export async function readHashList(path: string): Promise<Signal[]> {
  const usage = (why: string): CliError => new CliError(`${path}: ${why}`, ExitCode.usage);
  const text = await readFile(path, 'utf8').catch(() => {
    throw usage('cannot be read');
  });
  let rows: SignalRow[];
  try {
    rows = z.array(SignalRow).parse(rowsOf(text.trim()));
  } catch (error) {
    throw usage(error instanceof z.ZodError ? firstIssue(error) : 'is neither CSV, JSON nor lines of signals');
  }
  return rows.flatMap((row, i) => {
    try {
      return fromSignalRow(row, `row ${i + 1}`) ?? [];
    } catch (error) {
      const why = error instanceof z.ZodError ? firstIssue(error) : (error as Error).message;
      throw usage(`row ${i + 1}: ${why}`);
    }
  });
}

function rowsOf(text: string): unknown {
  if (text.startsWith('[')) return JSON.parse(text);
  if (/^[a-z_,"]*signal_type/.test(text)) return parse(text, { columns: true, bom: true, skip_empty_lines: true });
  return text.split(/\r?\n/).map((line) => {
    const [, signal_type, signal_str] = /^(\S+) (.+)$/.exec(line) ?? [];
    return { signal_type, signal_str };
  });
}

function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  return `${issue?.path.join('.')}: ${issue?.message}`;
}

export function hashListJson(signals: readonly Signal[]): string {
  return `${JSON.stringify(signals.map(toSignalRow), null, 1)}\n`;
}

/** RFC 4180; every field is quoted, since JSON inside has both commas and quotes. */
export function hashListCsv(signals: readonly Signal[]): string {
  const quoted = (value: string): string => `"${value.replaceAll('"', '""')}"`;
  const lines = signals.map(toSignalRow).map((row) => signalColumns.map((column) => quoted(row[column])).join());
  return `${[signalColumns.join(), ...lines].join('\n')}\n`;
}
