import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Goal, and what counts as a second with a stall, ms. */
const stallMs = 50;

/**
 * The longest stall of each process between two moments, and how many seconds had one of more than 50 ms.
 *
 * @param processes `{pid, kind}`, as bench/faults/processes.mjs finds them
 */
export function stallsOf(processes, folder, from, until) {
  return processes.flatMap(({ pid, kind }) => {
    const seconds = linesOf(join(folder, `${pid}.jsonl`)).filter(({ at }) => at > from && at <= until);
    if (seconds.length === 0) return [];
    const longest = seconds.map(({ longestMs }) => longestMs).sort((a, b) => a - b);
    return [
      { kind, longestMs: longest.at(-1), over: longest.filter((ms) => ms > stallMs).length, seconds: seconds.length },
    ];
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
