import { HashListRow } from '@assay/contracts';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { HashListError } from '../errors';
import { fromSignalRow, type Signal, signalColumns } from './signal-row';

/**
 * Reads a hash list: CSV with a header, a JSON array of objects with the same keys, or lines of `signal_type signal` as the
 * file exchange of python-threatexchange has them. Told apart by content.
 *
 * @param list the text, or rows that were read from it already
 * @throws HashListError that names the first faulty row
 */
export function readHashList(list: string | readonly HashListRow[]): { signals: Signal[]; passedOver: number } {
  let rows: HashListRow[];
  try {
    rows = z.array(HashListRow).parse(typeof list === 'string' ? rowsOf(list.replace(/^\ufeff/, '').trim()) : list);
  } catch (error) {
    throw new HashListError(
      error instanceof z.ZodError ? firstIssue(error) : 'is neither CSV, JSON nor lines of signals',
    );
  }
  const signals = rows.flatMap((row, i) => {
    try {
      return fromSignalRow(row, `row ${i + 1}`) ?? [];
    } catch (error) {
      const why = error instanceof z.ZodError ? firstIssue(error) : (error as Error).message;
      throw new HashListError(`row ${i + 1}: ${why}`);
    }
  });
  return { signals, passedOver: rows.length - signals.length };
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

export function hashListJson(rows: readonly HashListRow[]): string {
  return `${JSON.stringify(rows, null, 1)}\n`;
}

/** RFC 4180; every field is quoted, since JSON inside has both commas and quotes. */
export function hashListCsv(rows: readonly HashListRow[]): string {
  const quoted = (value: string): string => `"${value.replaceAll('"', '""')}"`;
  const lines = rows.map((row) => signalColumns.map((column) => quoted(row[column])).join());
  return `${[signalColumns.join(), ...lines].join('\n')}\n`;
}
