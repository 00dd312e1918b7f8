import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Field 22 of /proc/<pid>/stat, counted from the field after the name, which may itself hold spaces and brackets. */
const startFieldAfterName = 19;
const stateFieldAfterName = 0;

/**
 * A text that differs between two processes that had the same number, or null when there is no such process (or only
 * what its parent has not collected yet). Process numbers are given out again, so a number alone proves nothing.
 */
export async function processIdentity(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (stat !== null) {
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[stateFieldAfterName] === 'Z' ? null : `start ${fields[startFieldAfterName]}`;
  }
  if (process.platform === 'linux') return null;
  const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }));
  return stdout.trim() || null;
}
