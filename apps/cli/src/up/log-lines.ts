import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import pc from 'picocolors';
import { VerdictLabel } from '@assay/contracts';
import { formatProbability, labelWords } from '../report/words';

/** Fields that every line has or that are shown elsewhere. */
const hidden = new Set([
  'level',
  'time',
  'pid',
  'service',
  'part',
  'msg',
  'err',
  'scan',
  'verdict',
  'probability',
  'ms',
]);
const shortScan = 11;

/**
 * One JSON log line of a service as a line for a person. What is not JSON (a crash of the runtime) comes out as it is.
 *
 * @param source `api`, `worker 2` ...
 */
export function renderLogLine(source: string, line: string): string {
  const entry = parse(line);
  if (!entry) return `${pc.dim(source)}  ${line}`;
  const { level, time, msg, err, scan, verdict, probability, ms } = entry;
  const clock = typeof time === 'string' ? new Date(time).toLocaleTimeString('en-GB') : '';
  const label = VerdictLabel.safeParse(verdict);
  const parts = [pc.dim(clock)];
  if (level === 'warn') parts.push(pc.yellow('warn'));
  if (level === 'error' || level === 'fatal') parts.push(pc.red(String(level)));
  if (typeof scan === 'string') parts.push(pc.cyan(scan.slice(0, shortScan)));
  if (label.success) {
    const { symbol, text } = labelWords[label.data];
    parts.push(pc.bold(`${symbol} ${text}`), typeof probability === 'number' ? formatProbability(probability) : '');
    if (typeof ms === 'number') parts.push(pc.dim(`in ${(ms / 1000).toFixed(1)} s`));
  } else if (msg === 'request') {
    const { method, route, status } = entry;
    return [...parts, String(method), String(route), String(status), pc.dim(`${String(ms)} ms`)].join('  ');
  } else parts.push(String(msg ?? ''));
  for (const [name, value] of Object.entries(entry)) {
    if (!hidden.has(name)) parts.push(pc.dim(`${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`));
  }
  if (isRecord(err) && typeof err['message'] === 'string') parts.push(pc.red(err['message']));
  if (level !== 'info') parts.push(pc.dim(`[${source}]`));
  return parts.filter(Boolean).join('  ');
}

/** Shows every line of a child's output. */
export function followLog(source: string, stream: Readable | null, show: (line: string) => void): void {
  if (!stream) return;
  createInterface({ input: stream, crlfDelay: Infinity }).on('line', (line) => show(renderLogLine(source, line)));
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parse(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}
