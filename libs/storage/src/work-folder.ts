import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

/** `assay-work-<host>-<pid>-<random>`: whose folder it is can be read off its name. */
const named = /^assay-work-([0-9a-f]{8})-(\d+)-/;
/** A container that starts again keeps its name; one that takes another's place does not. */
const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

/**
 * A folder for what this process needs on disk for a while, readable by this user only. Whoever makes one removes it; what a
 * process leaves that was killed, `removeLeftFolders` finds.
 */
export function workFolder(parent = tmpdir()): Promise<string> {
  return mkdtemp(join(parent, `assay-work-${host}-${process.pid}-`));
}

/**
 * Removes the work folders of processes of this host that are gone: killed ones cannot tidy up, and a few files of 4 GiB fill a disk.
 * For the start of a process, before it makes any itself: one of its own number is a predecessor's.
 *
 * @returns how many
 */
export async function removeLeftFolders(parent = tmpdir()): Promise<number> {
  const names = await readdir(parent).catch(() => []);
  const left = names.filter((name) => {
    const [, where, pid] = named.exec(name) ?? [];
    return where === host && (Number(pid) === process.pid || !isAlive(Number(pid)));
  });
  await Promise.all(left.map((name) => rm(join(parent, name), { recursive: true, force: true })));
  return left.length;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and another user's.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
