import type { Verdict, VerdictLabel } from '@assay/contracts';
import { credentialsWords, prevalenceWords } from '@assay/wording';
import pc from 'picocolors';
import { faceHeadings, faceRows, formatEstimate, labelWords, type FaceRow } from './words';

const paint: Record<VerdictLabel, (text: string) => string> = {
  likely_manipulated: pc.red,
  likely_authentic: pc.green,
  inconclusive: pc.yellow,
  rejected: pc.magenta,
};
/** A crowd fills a screen; the report has all of them. */
const maxFaces = 8;
/** Reasons and notes are wrapped to this, or to a narrower terminal. */
const maxColumns = 100;

/**
 * A verdict as lines for a terminal.
 *
 * @param reportPath where the HTML report lies; null when none was written
 */
export function verdictText(verdict: Verdict, reportPath: string | null, columns = maxColumns): string {
  const { symbol, text } = labelWords[verdict.verdict];
  const width = Math.min(columns, maxColumns) - 2;
  const estimate = verdict.probability === null ? '' : `  ${formatEstimate(verdict.probability, verdict.interval)}`;
  const lines = [
    `${paint[verdict.verdict](pc.bold(`${symbol} ${text}`))}${estimate}  ${pc.bold(printable(verdict.file ?? ''))}`,
  ];
  const reasons = verdict.rejection
    ? [`${verdict.rejection.message} ${pc.dim(`[${verdict.rejection.code}]`)}`]
    : verdict.reasons.map((reason) => reason.text);
  for (const reason of reasons) lines.push(...wrap(reason, width).map((line) => `  ${line}`));
  const { knownMedia } = verdict;
  if (knownMedia && knownMedia.matches.length > 0) {
    lines.push(...wrap(printable(`Known media: ${knownMedia.text}`), width).map((line) => `  ${pc.bold(line)}`));
  }
  const prevalence = prevalenceWords(verdict);
  if (prevalence) lines.push(`  ${pc.dim(prevalence)}`);
  const { contentCredentials } = verdict.provenance;
  // That there are none, as in most files, is told by the report.
  if (contentCredentials === 'valid' || contentCredentials === 'invalid') {
    lines.push(...wrap(`Content Credentials: ${credentialsWords(verdict)}`, width).map((line) => `  ${line}`));
  }
  lines.push(...faceTable(faceRows(verdict)).map((line) => `  ${line}`));
  if (reportPath) lines.push(`  ${pc.dim('report:')} ${reportPath}`);
  return lines.join('\n');
}

function faceTable(rows: FaceRow[]): string[] {
  if (rows.length === 0) return [];
  const shown = rows.slice(0, maxFaces);
  const keys = (Object.keys(faceHeadings) as (keyof FaceRow)[]).filter((key) => shown.some((row) => row[key]));
  const widths = keys.map((key) => Math.max(faceHeadings[key].length, ...shown.map((row) => row[key].length)));
  const line = (row: FaceRow): string =>
    keys
      .map((key, i) => row[key].padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  const more = rows.length - shown.length;
  return [
    pc.dim(line(faceHeadings)),
    ...shown.map(line),
    ...(more > 0 ? [pc.dim(`and ${more} more in the report`)] : []),
  ];
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  return line ? [...lines, line] : lines;
}

/** File names may hold escape sequences that would steer the terminal. */
// eslint does not like control characters in patterns, hence the property escape.
export const printable = (name: string): string => name.replace(/\p{Cc}/gu, '�');
