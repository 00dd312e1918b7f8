import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Goal, and what counts as a second with a stall, ms. */
const stallMs = 50;

/**
 * The longest stall of each process between two moments, how many seconds had one of more than 50 ms, and what else the second of the
 * longest had: the longest collection of garbage, and how long the thread waited for a core.
 *
 * @param processes `{pid, kind}`, as bench/faults/processes.mjs finds them
 */
export function stallsOf(processes, folder, from, until) {
  return processes.flatMap(({ pid, kind }) => {
    const seconds = linesOf(join(folder, `${pid}.jsonl`)).filter(({ at }) => at > from && at <= until);
    if (seconds.length === 0) return [];
    const worst = seconds.reduce((a, b) => (b.longestMs > a.longestMs ? b : a));
    const over = seconds.filter(({ longestMs }) => longestMs > stallMs).length;
    return [{ kind, ...worst, over, seconds: seconds.length }];
  });
}

function linesOf(file) {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  } catch {
    return [];
  }
}
